"""What agents came to in a period: one definition for each number, over one reading of the rows.

Sessions stand for conversations: one begins with a customer's first message and ends by
inactivity, hand-over or hand. What a session came to counts for the period it began in, so that
hand-overs, tokens and cost are parts of the same conversations. Formulas: agents.md 6.4; the cost
is what the models' ledger says, not a flat price, and orders are counted from the ledger of facts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop as _

from .costs import dollars
from .counting import Counts, counts
from .periods import Period

Number = int | float | Decimal | None
"""A number; None where it would be divided by nothing."""


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A number: its function, whose docstring is the formula; its name, and its unit."""

    of: Callable[[Counts], Number]
    label: str
    unit: str
    """count, percent, seconds, or usd with four digits behind the point."""
    good: int
    """1 where more is better, -1 where less is, 0 where neither."""

    @property
    def key(self) -> str:
        """Return what programs call it."""
        return self.of.__name__

    @property
    def formula(self) -> str:
        """Return how the number is made."""
        return self.of.__doc__ or ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number of a period, beside the same number of the period before."""

    definition: Definition
    value: Number
    previous: Number

    @property
    def change(self) -> float | None:
        """Return the change in percent, of percentages in points; None where there is no base."""
        if self.value is None or self.previous is None:
            return None
        if self.definition.unit == "percent":
            return round(float(self.value) - float(self.previous), 1)
        if not self.previous:
            return None
        return round((float(self.value) / float(self.previous) - 1) * 100, 1)


def conversations(found: Counts) -> Number:
    """Sessions that an agent began in the period."""
    return found.sessions


def orders(found: Counts) -> Number:
    """Orders that an agent made in the period."""
    return found.orders


def conversion(found: Counts) -> Number:
    """Orders by agents ÷ conversations × 100."""
    return _share(found.orders, found.sessions)


def handovers(found: Counts) -> Number:
    """Conversations of the period that the agent handed over to people."""
    return found.handed_over


def resolved(found: Counts) -> Number:
    """(Conversations − handed to people) ÷ conversations × 100."""
    return _share(found.sessions - found.handed_over, found.sessions)


def response(found: Counts) -> Number:
    """From the customer's first unanswered message to the answer's first bubble, on average."""
    return found.response_seconds


def tokens(found: Counts) -> Number:
    """All tokens of the turns of these conversations."""
    return found.tokens


def cost(found: Counts) -> Number:
    """What the model calls of these conversations cost, by the dated price table."""
    return found.cost


def cost_per_conversation(found: Counts) -> Number:
    """Cost ÷ conversations."""
    return _each(found.cost, found.sessions)


def cost_per_order(found: Counts) -> Number:
    """Cost ÷ orders by agents."""
    return _each(found.cost, found.orders)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole * 100, 1) if whole else None


def _each(total: Decimal, count: int) -> Decimal | None:
    return (total / count).quantize(Decimal("0.0001")) if count else None


definitions = (
    Definition(of=conversations, label=_("Conversations"), unit="count", good=1),
    Definition(of=orders, label=_("Orders by agents"), unit="count", good=1),
    Definition(of=conversion, label=_("Conversion"), unit="percent", good=1),
    Definition(of=handovers, label=_("Handed to people"), unit="count", good=-1),
    Definition(of=resolved, label=_("Resolved without a person"), unit="percent", good=1),
    Definition(of=response, label=_("Response time"), unit="seconds", good=-1),
    Definition(of=tokens, label=_("Tokens"), unit="count", good=0),
    Definition(of=cost, label=_("Cost"), unit="usd", good=-1),
    Definition(of=cost_per_conversation, label=_("Cost per conversation"), unit="usd", good=-1),
    Definition(of=cost_per_order, label=_("Cost per order"), unit="usd", good=-1),
)

FORMULAS = (
    _("Sessions that an agent began in the period."),
    _("Orders that an agent made in the period."),
    _("Orders by agents ÷ conversations × 100."),
    _("Conversations of the period that the agent handed over to people."),
    _("(Conversations − handed to people) ÷ conversations × 100."),
    _("From the customer's first unanswered message to the answer's first bubble, on average."),
    _("All tokens of the turns of these conversations."),
    _("What the model calls of these conversations cost, by the dated price table."),
    _("Cost ÷ conversations."),
    _("Cost ÷ orders by agents."),
)
"""The docstrings above, for the translators; a test holds the two together."""


def figures(period: Period) -> list[Figure]:
    """Return every number of a period and of the one before; six queries, whatever happened."""
    now, then = counts(period.span), counts(period.before)
    return [
        Figure(definition=each, value=each.of(now), previous=each.of(then)) for each in definitions
    ]


def as_answer(found: Sequence[Figure]) -> dict[str, dict[str, Any]]:
    """Return figures as doors show them, by key."""
    return {
        figure.definition.key: {
            "value": _plain(figure.value),
            "previous": _plain(figure.previous),
            "change": figure.change,
            "unit": figure.definition.unit,
            "formula": figure.definition.formula,
        }
        for figure in found
    }


def _plain(value: Number) -> Any:
    """Return a number as answers show it: money with its currency."""
    return dollars(value) if isinstance(value, Decimal) else value
