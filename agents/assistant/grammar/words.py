"""Text as the grammar compares it, and the words that stand for the customer in question."""

from __future__ import annotations

import re
import unicodedata

COURTESIES = (
    r"(?:por favor|porfa(?:vor)?|please|pls|oye|hola|hey|hi|hello|ok|listo|bueno|ahora|now|"
    r"can you|could you|would you|puedes|podrias|me puedes|me podrias|necesito que|quiero que|"
    r"i want you to|i need you to)"
)
_BEFORE = re.compile(rf"^(?:[\W_]*\b{COURTESIES}\b[\s,.:]*)+")
_AFTER = re.compile(
    r"(?:[\s,]*\b(?:por favor|porfa(?:vor)?|please|pls|gracias|thanks?)\b|[\s.!?¿¡])+$"
)

PRONOUNS = frozenset({
    "he", "him", "his", "she", "her", "hers", "they", "them", "their", "it", "this", "contact",
    "customer", "client", "this contact", "the contact", "this customer", "the customer",
    "the client", "el", "ella", "este", "esta", "cliente", "contacto", "el cliente", "la cliente",
    "la clienta", "este cliente", "esta clienta", "este contacto", "el contacto",
})  # fmt: skip
"""What means the customer in question; names are everything else."""

ORDER_WORDS = re.compile(
    r"^(?:(?:his|her|their|the|this|its|su|el|la|este|esta|del|al|last|latest|ultim[oa])\s+)*"
    r"(?:order|sale|purchase|pedido|orden|compra|venta)\b(?:\s*(?P<order>#\w+))?$"
)


def flat(text: str) -> str:
    """Return text in lower case without accents, letter for letter, so that places stay."""
    return "".join(_base(character) for character in text)


def _base(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[:1].lower()
    return base if len(base) == 1 else character


def bare(text: str) -> str:
    """Return what is asked, without courtesies around it."""
    text = " ".join(text.split())
    text = text.lstrip("¿¡ ")
    text = text[_length(_BEFORE.match(flat(text))) :].lstrip("¿¡ ")
    after = _AFTER.search(flat(text))
    return text[: after.start()] if after else text


def _length(found: re.Match[str] | None) -> int:
    return found.end() if found else 0


def is_customer(who: str) -> bool:
    """Tell whether a word means the customer in question rather than names somebody."""
    return not who or flat(who).strip() in PRONOUNS
