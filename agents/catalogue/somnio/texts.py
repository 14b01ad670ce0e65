"""What Somnio says: rows of plain data, and the rule that picks among them.

The rows seed a table that people edit, so nothing here knows a price: figures are variables such
as `{{precio_2x}}`, filled from the product catalogue (see `filling`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from agents.engine.templates import Template, Visit

__all__ = ["PROMOS", "REPEATABLE", "TEMPLATES", "Template", "Visit", "choose"]

PROMOS = "info_promociones"

REPEATABLE: AbstractSet[str] = frozenset(
    {
        *("info_promociones", "ofrecer_promos", "lista_promos", "antes_promos", "elegir_pack"),
        *("captura_datos_si_compra", "captura_parcial", "faltantes", "pedir_faltantes"),
        *("resumen_1x", "resumen_2x", "resumen_3x", "reconfirmar", "compra_confirmada"),
        *("aclarar", "aclarar_abierto", "pack_apartado", "datos_actualizados", "ya_confirmado"),
        *("nuevo_pedido", "timer_sinpack", "timer_pendiente", "fallback"),
    }
)
"""Intents that are said whole every time: half a list of packs, or half a summary, misleads."""

HOLA = "¡Hola! 💁 Bienvenido a Somnio, donde tus sueños se hacen realidad 😴"
PRECIO = (
    "Nuestro ELIXIR DEL SUEÑO tiene un valor de {{precio_1x}} con envío gratis: son 90 comprimidos "
    "de melatonina y magnesio. También manejamos promociones si llevas el combo 2X o 3X 🤗"
)
EFECTO = (
    "Verás los resultados desde los primeros 3-7 días de uso. La melatonina regula tu ciclo "
    "natural de sueño y el magnesio relaja la mente y el cuerpo 🌙"
)
PAGO = "Recuerda que el pago lo haces en efectivo cuando recibes el producto en tu hogar 💴🏡"
RELOJ = (
    "Lo ideal es que, con los días y de forma natural, se ajuste tu reloj biológico. "
    "Recuerda que no es un somnífero ‼️"
)
DOSIS = "Debes tomar 1 comprimido 30 minutos antes de dormir, todos los días."
SIRVE = (
    "¡Claro que sí! A nuestros clientes les funciona muy bien; el tiempo depende de la severidad "
    "de tu insomnio 😊"
)
PACKS = (
    "🔹 1X por {{precio_1x}}\n"
    "🔹 2X por {{precio_2x}} (ahorras {{ahorro_2x}})\n"
    "🔹 3X por {{precio_3x}} (ahorras {{ahorro_3x}})\n"
    "Todos con envío gratis 🚚"
)
RESUMEN = (
    "Pedido recibido ✅ {{pack}} ELIXIR DEL SUEÑO por un valor de {{precio}}, con envío gratis."
)
CONFIRMAR = "¿Deseas confirmar tu compra?"
FORMULARIO = (
    "Nombre:\nApellido:\nTeléfono:\nDirección completa:\nBarrio:\nDepartamento:\nCiudad:\n"
    "Correo electrónico:"
)


def _rows(intent: str, visit: Visit, *bubbles: tuple[float, str]) -> tuple[Template, ...]:
    return tuple(
        Template(intent=intent, visit=visit, order=order, delay=delay, text=text)
        for order, (delay, text) in enumerate(bubbles, start=1)
    )


INFORMATIVE_TEXTS: tuple[Template, ...] = (
    *_rows("hola", "first", (0, HOLA), (3, "¿Deseas adquirir tu ELIXIR DEL SUEÑO?")),
    *_rows("hola", "next", (0, "¡Aquí sigo! 😊 Cuéntame, ¿en qué te puedo ayudar?")),
    *_rows("precio", "first", (3, PRECIO), (5, EFECTO), (3, PAGO)),
    *_rows("precio", "next", (3, PRECIO), (4, RELOJ)),
    *_rows(
        *("contenido_envase", "first"),
        (0, "El frasco trae 90 comprimidos de melatonina y magnesio, para dormir mejor 😴"),
        (5, EFECTO),
    ),
    *_rows("como_se_toma", "first", (0, DOSIS), (5, EFECTO), (4, RELOJ)),
    *_rows("como_se_toma", "next", (0, DOSIS), (4, RELOJ)),
    *_rows("modopago", "first", (3, PAGO)),
    *_rows(
        *("metodos_de_pago", "first"),
        (
            0,
            "Puedes pagar así:\n✅ Contra entrega, en efectivo\n"
            "✅ Transferencia: Bancolombia, Nequi o Daviplata\n✅ Tarjeta, con un link de pago",
        ),
    ),
    *_rows(
        *("modopago2", "first"),
        (0, "¡Claro que sí! El producto lo pagas cuando te llega 💴"),
    ),
    *_rows(
        *("envio", "first"),
        (0, "Hacemos envíos a toda Colombia 🚚 y son gratis."),
        (3, "Despachamos con Coordinadora, Envia, Interrapidísimo o mensajeros propios."),
    ),
    *_rows(
        *("invima", "first"),
        (
            0,
            "Nuestro producto se fabrica en laboratorio con registro Invima, a través de "
            "PHARMA SOLUTIONS SAS ✅",
        ),
    ),
    *_rows(
        *("ubicacion", "first"),
        (
            0,
            "Tenemos centros de distribución en el país; el principal está en Bucaramanga, "
            "Santander. Enviamos contra entrega a toda Colombia 📍",
        ),
        (3, PAGO),
    ),
    *_rows(
        *("contraindicaciones", "first"),
        (0, "La melatonina y el citrato de magnesio son seguros y se toleran muy bien 🌿"),
        (4, "Si tomas anticoagulantes, consulta primero con tu médico 🩺"),
    ),
    *_rows("sisirve", "first", (0, SIRVE), (5, EFECTO), (4, RELOJ)),
    *_rows("sisirve", "next", (0, SIRVE), (4, RELOJ)),
    *_rows(
        *(PROMOS, "first"),
        (0, "Estas son las promociones que manejamos 😊"),
        (3, PACKS),
        (4, "¿Te gustaría adquirir alguno de estos paquetes?"),
    ),
)

PURCHASE_TEXTS: tuple[Template, ...] = (
    *_rows(
        *("captura_datos_si_compra", "first"),
        (0, "¡Por supuesto! Solo tienes que regalarnos los siguientes datos:"),
        (3, FORMULARIO),
    ),
    *_rows("captura_parcial", "first", (3, "{{faltantes}}")),
    *_rows("faltantes", "first", (0, "Para seguir con tu pedido nos falta:\n{{faltantes}}")),
    *_rows(
        *("ofrecer_promos", "first"),
        (0, "¡Ya tenemos tus datos! Estas son nuestras promociones. ¿Cuál deseas adquirir? 😊"),
        (2, PACKS),
    ),
    *_rows(
        *("ofrecer_promos", "next"), (0, f"¿Cuál de estas promociones deseas adquirir? 😊\n{PACKS}")
    ),
    *_rows(
        *("antes_promos", "first"),
        (0, "¡Con gusto! Primero te muestro las promociones que manejamos 😊"),
    ),
    *_rows("lista_promos", "first", (2, PACKS)),
    *_rows("pack_apartado", "first", (0, "¡Excelente elección! Te apartamos el {{pack}} 🤗")),
    *_rows(
        *("elegir_pack", "first"),
        (0, f"Para confirmar tu compra, elige primero el paquete que deseas 😊\n{PACKS}"),
    ),
    *(
        row
        for pack in ("resumen_1x", "resumen_2x", "resumen_3x")
        for row in _rows(pack, "first", (0, RESUMEN), (3, CONFIRMAR))
    ),
    *_rows(
        *("reconfirmar", "first"),
        (0, "¿Confirmamos entonces tu pedido {{pack}} por {{precio}}? 😊"),
    ),
    *_rows(
        *("compra_confirmada", "first"),
        (
            0,
            "¡Perfecto! Despacharemos tu pedido lo antes posible ✅ Apenas salga te enviaremos "
            "la guía.",
        ),
        (
            3,
            "Ten listo el efectivo y, si no vas a estar, déjalo con alguien que pueda "
            "recibirlo ✅💴",
        ),
    ),
    *_rows(
        *("ya_confirmado", "first"),
        (0, "Tu pedido ya está confirmado ✅ Te avisamos apenas salga."),
    ),
    *_rows(
        *("nuevo_pedido", "first"),
        (
            0,
            "Tu pedido anterior ya quedó registrado ✅ Este sería uno nuevo. Si prefieres "
            "cambiar el anterior, escríbeme «asesor» y te comunico 🙌",
        ),
    ),
    *_rows("datos_actualizados", "first", (0, "¡Listo! Tus datos quedaron actualizados ✅")),
    *_rows(
        *("no_confirmado", "first"),
        (
            0,
            "No te preocupes 🙌 ¿Quieres ver de nuevo las promociones o prefieres hablar con un "
            "asesor?",
        ),
    ),
    *_rows(
        *("no_interesa", "first"),
        (0, "Claro que sí 🤍 Aquí quedamos para cuando nos necesites. Esperamos tu mensaje."),
    ),
    *_rows(
        *("datos_conocidos", "first"),
        (
            0,
            "Para tu envío tenemos estos datos:\n{{datos}}\nSi algo cambió, escríbemelo y lo "
            "corrijo 😊",
        ),
    ),
    *_rows(
        *("invitar", "first"),
        (0, "¿Te tomo los datos para tu pedido? Escríbeme «sí» y empezamos 😊"),
    ),
    *_rows(
        *("aclarar_municipio", "first"),
        (0, "Hay varios municipios que se llaman {{ciudad}}. ¿El tuyo queda en {{opciones}}?"),
    ),
    *_rows("fallback", "first", (0, "Regálame 1 minuto, por favor")),
    *_rows("aclarar", "first", (0, "Quiero ayudarte bien 😊 ¿Te refieres a {{opciones}}?")),
    *_rows("aclarar", "next", (0, "¿Me confirmas si buscas {{opciones}}, por favor? 😊")),
    *_rows(
        *("aclarar_abierto", "first"),
        (0, "Quiero ayudarte bien 😊 ¿Me lo cuentas con otras palabras?"),
    ),
)

TIMER_TEXTS: tuple[Template, ...] = (
    *_rows(
        *("recordar_datos", "first"),
        (
            0,
            "Quedamos pendientes a tus datos. Y si tienes alguna pregunta acerca del producto, "
            "no dudes en hacerla 😊",
        ),
    ),
    *_rows(
        *("pedir_faltantes", "first"),
        (0, "Para poder despachar tu producto nos faltaría:\n{{faltantes}}\nQuedamos pendientes"),
    ),
    *_rows(
        *("timer_sinpack", "first"),
        (0, "Quedamos pendientes a la promoción que desees para poder despachar tu orden 😊"),
    ),
    *_rows(
        *("timer_pendiente", "first"),
        (0, "Quedamos pendientes a la confirmación de tu compra para poder despachar tu orden 😊"),
    ),
)

TEMPLATES: tuple[Template, ...] = (*INFORMATIVE_TEXTS, *PURCHASE_TEXTS, *TIMER_TEXTS)


def choose(
    templates: Iterable[Template], intent: str, seen: bool, said: AbstractSet[str]
) -> Sequence[Template]:
    """Pick the bubbles that answer `intent`, given the keys `said` so far in this session.

    A row whose key, or whose very text, was said already is left out. The first row is the answer
    itself: when the customer asks again it is said again, because less would answer nothing.
    """
    rows = list(templates)
    mine = sorted((row for row in rows if row.intent == intent), key=lambda row: row.order)
    visits = [row for row in mine if seen and row.visit == "next"]
    wanted = visits or [row for row in mine if row.visit == "first"] or mine
    if intent in REPEATABLE:
        return wanted
    heard = {row.text for row in rows if row.key in said}
    fresh = [row for row in wanted[1:] if row.key not in said and row.text not in heard]
    return [*wanted[:1], *fresh]
