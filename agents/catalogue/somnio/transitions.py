"""The eight modes of a sale, and which may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from agents.catalogue.somnio.intents import GREETING, PACKS

TALKING = "conversacion"
COLLECTING = "collecting_data"
OFFERING = "ofrecer_promos"
SUMMARY = "resumen"
CONFIRMED = "confirmado"
NO_PACK = "pedido_sinpack"
PENDING = "pedido_pendiente"
HANDED_OVER = "handoff"

NEXT: Mapping[str, AbstractSet[str]] = {
    TALKING: frozenset({COLLECTING, OFFERING, SUMMARY}),
    COLLECTING: frozenset({OFFERING, SUMMARY, TALKING}),
    OFFERING: frozenset({SUMMARY, NO_PACK, PENDING, TALKING}),
    SUMMARY: frozenset({CONFIRMED, PENDING, OFFERING, TALKING}),
    CONFIRMED: frozenset({TALKING}),
    NO_PACK: frozenset({TALKING, OFFERING, SUMMARY}),
    PENDING: frozenset({TALKING, OFFERING, SUMMARY, CONFIRMED}),
    HANDED_OVER: frozenset(),
}
"""What may follow each mode; staying and handing over are always possible.

Beyond the inherited table: all data at once leads to the packs or, with a pack already chosen, to
its summary; "not interested" leads back to talking from anywhere, because one misread message must
not end the bot; an order that a timer made can still get its pack and its confirmation.
"""

STAGE: Mapping[str, str] = {
    GREETING: TALKING,
    "captura_datos_si_compra": COLLECTING,
    "captura_parcial": COLLECTING,
    "lista_promos": COLLECTING,
    "faltantes": COLLECTING,
    "ofrecer_promos": OFFERING,
    **dict.fromkeys(PACKS, SUMMARY),
    "compra_confirmada": CONFIRMED,
}
"""The mode in which a text of the sale still makes sense when it was held back."""


def allowed(before: str, after: str) -> bool:
    """Tell whether `after` may follow `before`."""
    if before == HANDED_OVER:
        return after == HANDED_OVER
    return after in {before, HANDED_OVER} or after in NEXT.get(before, frozenset())
