"""What the content editor knows of Somnio: variables, when each text is said, and a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _

from agents.engine.editing import Editing, Word
from agents.engine.values import Product, State, World

from .filling import fill, variables

MOMENTARY: Mapping[str, str] = {
    "faltantes": "- Dirección completa\n- Ciudad o municipio",
    "opciones": "el precio o el envío",
    "datos": "- Nombre completo: María\n- Ciudad o municipio: Cali",
}
"""Variables that only the moment fills, with what a preview shows."""

SAMPLE = {
    "nombre": "María",
    "apellido": "Pérez",
    "telefono": "573001234567",
    "direccion": "Calle 10 Numero 20-30",
    "barrio": "El Prado",
    "ciudad": "Cali",
    "departamento": "Valle del Cauca",
    "correo": "maria@correo.com",
    "indicaciones_extra": "Dejar en portería",
}
PACK = "2x"

GROUPS: Sequence[tuple[Word, Sequence[str]]] = (
    (
        _("Answers to questions"),
        (
            *("hola", "precio", "info_promociones", "contenido_envase", "como_se_toma"),
            *("sisirve", "contraindicaciones", "invima", "envio", "ubicacion"),
            *("modopago", "modopago2", "metodos_de_pago"),
        ),
    ),
    (
        _("The sale"),
        (
            *("captura_datos_si_compra", "captura_parcial", "faltantes", "ofrecer_promos"),
            *("datos_conocidos", "aclarar_municipio", "invitar"),
            *("antes_promos", "lista_promos", "pack_apartado", "elegir_pack"),
            *("resumen_1x", "resumen_2x", "resumen_3x", "reconfirmar", "compra_confirmada"),
            *("ya_confirmado", "nuevo_pedido", "datos_actualizados"),
            *("no_confirmado", "no_interesa"),
        ),
    ),
    (_("When it is not sure, or a person goes on"), ("aclarar", "aclarar_abierto", "fallback")),
    (
        _("When the customer is quiet"),
        ("recordar_datos", "pedir_faltantes", "timer_sinpack", "timer_pendiente"),
    ),
)

TITLES: Mapping[str, Word] = {
    "hola": _("Greeting"),
    "precio": _("Price"),
    "info_promociones": _("Promotions"),
    "contenido_envase": _("What is in the bottle"),
    "como_se_toma": _("How to take it"),
    "modopago": _("How to pay"),
    "modopago2": _("Payment on delivery"),
    "metodos_de_pago": _("All ways to pay"),
    "envio": _("Delivery"),
    "invima": _("Invima registration"),
    "ubicacion": _("Where the shop is"),
    "contraindicaciones": _("Side effects and safety"),
    "sisirve": _("Does it work?"),
    "captura_datos_si_compra": _("Asks for the data"),
    "captura_parcial": _("Names the data still missing, at the start"),
    "faltantes": _("Names the data still missing"),
    "datos_conocidos": _("Shows a customer who came back the data it has"),
    "aclarar_municipio": _("Asks which municipality of that name"),
    "invitar": _("An emoji answered an offer: asks in words"),
    "ofrecer_promos": _("Offers the packs"),
    "antes_promos": _("A pack was named before the packs were shown"),
    "lista_promos": _("The list of packs"),
    "pack_apartado": _("A pack is put aside"),
    "elegir_pack": _("A pack must be chosen first"),
    "resumen_1x": _("Summary of one"),
    "resumen_2x": _("Summary of two"),
    "resumen_3x": _("Summary of three"),
    "reconfirmar": _("Asks again whether to confirm"),
    "compra_confirmada": _("The order is confirmed"),
    "ya_confirmado": _("Confirmed already"),
    "nuevo_pedido": _("A second order"),
    "datos_actualizados": _("Data were corrected"),
    "no_confirmado": _("The customer hesitates"),
    "no_interesa": _("The customer does not want it"),
    "fallback": _("A person goes on"),
    "aclarar": _("Asks which of these was meant"),
    "aclarar_abierto": _("Asks to say it in other words"),
    "recordar_datos": _("Reminds of the data"),
    "pedir_faltantes": _("Asks for what is missing"),
    "timer_sinpack": _("No pack was chosen"),
    "timer_pendiente": _("The order was not confirmed"),
}


def _world(products: Mapping[str, Product]) -> World:
    return World(now=datetime(2026, 1, 1, tzinfo=UTC), first_turn=False, products=products)


def variable_names(products: Mapping[str, Product]) -> AbstractSet[str]:
    """Return every variable a text may use, given what the workspace sells."""
    return frozenset(variables(State(mode=""), _world(products))) | frozenset(MOMENTARY)


def sample(text: str, products: Mapping[str, Product]) -> str:
    """Return a text as a customer of ours would read it."""
    state = State(mode="", data=SAMPLE, selection=PACK)
    return fill(text, {**variables(state, _world(products)), **MOMENTARY}).text


EDITING = Editing(variables=variable_names, sample=sample, groups=GROUPS, titles=TITLES)
