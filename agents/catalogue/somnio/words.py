"""How pages call what Somnio's code calls otherwise."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from agents.engine.words import Words

from .fields import ALL

WORDS = Words(
    modes={
        "conversacion": _("Talking"),
        "collecting_data": _("Collecting data"),
        "ofrecer_promos": _("Packs offered"),
        "resumen": _("Waiting for the confirmation"),
        "confirmado": _("Sold"),
        "pedido_sinpack": _("Ordered without a pack"),
        "pedido_pendiente": _("Ordered, not confirmed"),
        "handoff": _("With people"),
    },
    intents={
        "hola": _("a greeting"),
        "precio": _("asks for the price"),
        "info_promociones": _("asks for the promotions"),
        "contenido_envase": _("asks what the jar holds"),
        "como_se_toma": _("asks how to take it"),
        "modopago": _("asks how to pay"),
        "metodos_de_pago": _("asks for the means of payment"),
        "modopago2": _("asks about payment on delivery"),
        "envio": _("asks about shipping"),
        "invima": _("asks about the sanitary registration"),
        "ubicacion": _("asks where the shop is"),
        "contraindicaciones": _("asks about side effects"),
        "sisirve": _("asks whether it works"),
        "captura_datos_si_compra": _("wants to buy"),
        "ofrecer_promos": _("wants to see the packs"),
        "resumen_1x": _("chooses one jar"),
        "resumen_2x": _("chooses the pack of two"),
        "resumen_3x": _("chooses the pack of three"),
        "compra_confirmada": _("confirms the purchase"),
        "no_confirmado": _("hesitates"),
        "no_interesa": _("is not interested"),
        "fallback": _("wants a person, or something else entirely"),
        "datos": _("gives data"),
        "irrelevante": _("asks for nothing"),
        "timer_sindatos": _("has been quiet, no data given"),
        "timer_faltantes": _("has been quiet, data missing"),
        "timer_sinpack": _("has been quiet, no pack chosen"),
        "timer_pendiente": _("has been quiet, pack not confirmed"),
        "unreadable": _("sends something without words"),
        "somnio": _("has been quiet"),
    },
    fields={
        "nombre": _("First name"),
        "apellido": _("Surname"),
        "telefono": _("Phone"),
        "direccion": _("Address"),
        "ciudad": _("City"),
        "departamento": _("Department"),
        "barrio": _("Neighbourhood"),
        "correo": _("Email"),
        "indicaciones_extra": _("Delivery notes"),
    },
    levels={
        0: _("reminds of the data"),
        1: _("asks for the missing data"),
        2: _("offers the packs"),
        3: _("orders without a pack"),
        4: _("orders without a confirmation"),
    },
    wanted=ALL,
)
