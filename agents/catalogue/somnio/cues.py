"""Signs by which Somnio's intents are known, the more telling first."""

from __future__ import annotations

from agents.llm.embedded.language import Cue

from .cues_product import PRODUCT
from .cues_purchase import BUYING, CONFIRMING, ELSEWHERE, GUARANTEE, LEAVING, ORDERING, PEOPLE
from .cues_sale import PACKS, PAYING, PLACE, PRICE, SHIPPING

CUES: tuple[Cue, ...] = (
    *GUARANTEE,
    *PEOPLE,
    *ELSEWHERE,
    *LEAVING,
    *ORDERING,
    *CONFIRMING,
    *PACKS,
    *PAYING,
    *PLACE,
    *SHIPPING,
    *PRODUCT,
    *PRICE,
    *BUYING,
)
"""The order is the precedence: what leaves or complains outweighs what asks, and so on down."""
