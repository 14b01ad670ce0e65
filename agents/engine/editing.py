"""What the content editor must know of an agent to judge what people write for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from django.utils.functional import Promise

from .values import Product

Word = str | Promise


def _none(products: Mapping[str, Product]) -> AbstractSet[str]:
    return frozenset()


@dataclass(frozen=True, kw_only=True)
class Editing:
    """Variables, names and groups of an agent's texts."""

    variables: Callable[[Mapping[str, Product]], AbstractSet[str]] = _none
    """Every variable a text may use, given what the workspace sells."""

    sample: Callable[[str, Mapping[str, Product]], str] = lambda text, products: text
    """A text as a customer would read it, filled with what the workspace sells and made-up data."""

    groups: Sequence[tuple[Word, Sequence[str]]] = ()
    """Titles, each with the intents under it, in the order the page lists them."""

    titles: Mapping[str, Word] = field(default_factory=dict)
    """When a text is said, for intents whose name alone does not tell."""
