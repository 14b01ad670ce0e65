"""What a customer can mean, in the agent's names and in words a customer understands."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

MEANINGS: Mapping[str, str] = {
    "hola": "saludar",
    "precio": "el precio",
    "info_promociones": "las promociones",
    "contenido_envase": "lo que trae el frasco",
    "como_se_toma": "cómo se toma",
    "modopago": "la forma de pago",
    "metodos_de_pago": "los métodos de pago",
    "modopago2": "el pago contra entrega",
    "envio": "el envío",
    "invima": "el registro Invima",
    "ubicacion": "dónde estamos ubicados",
    "contraindicaciones": "las contraindicaciones",
    "sisirve": "si el producto funciona",
    "captura_datos_si_compra": "hacer tu pedido",
    "ofrecer_promos": "ver las promociones",
    "resumen_1x": "llevar el 1X",
    "resumen_2x": "llevar el combo 2X",
    "resumen_3x": "llevar el combo 3X",
    "compra_confirmada": "confirmar tu compra",
    "no_confirmado": "pensarlo un poco más",
    "no_interesa": "dejarlo para otro momento",
    "fallback": "hablar con un asesor",
}
"""Thirteen that ask, eight that move the sale, and one that wants a person."""

PACKS: Mapping[str, str] = {"resumen_1x": "1x", "resumen_2x": "2x", "resumen_3x": "3x"}

FLOW_INTENTS: AbstractSet[str] = frozenset(
    {
        *("captura_datos_si_compra", "ofrecer_promos", *PACKS),
        *("compra_confirmada", "no_confirmado", "no_interesa"),
    }
)
ESCAPE = "fallback"
GREETING = "hola"
INFORMATIVE: AbstractSet[str] = frozenset(MEANINGS) - FLOW_INTENTS - {ESCAPE}

LOCATION: AbstractSet[str] = frozenset({"ciudad", "departamento", "barrio"})
ASKED_OF_A_PLACE: AbstractSet[str] = frozenset(
    {"envio", "ubicacion", "modopago", "modopago2", "metodos_de_pago"}
)
"""Questions that name a place in passing: who asks "do you ship to Cali?" may live elsewhere."""


def parts(intent: str) -> tuple[str, ...]:
    """Split a combined intent: `hola+precio` is a greeting and a question."""
    return tuple(dict.fromkeys(part.strip() for part in intent.split("+") if part.strip()))
