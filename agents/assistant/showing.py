"""A talk as pages show it: lines in order, each answer with the cards of its changes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from django.utils import formats

from agents.models import AssistantLine, AssistantProposal, AssistantTalk

from . import telling
from .titles import title

MOST_LINES = 40
Status = AssistantProposal.Status


@dataclass(frozen=True, kw_only=True)
class Card:
    """One change: what it is, what it would do or did, and what can be done about it."""

    pk: UUID
    title: str
    standing: str
    why: str
    sentences: list[str]
    details: list[dict[str, str]]
    may_undo: bool

    @classmethod
    def of(cls, proposal: AssistantProposal) -> Card:
        """Make the card of a proposal."""
        is_done = proposal.status in (Status.DONE, Status.UNDONE)
        events = proposal.events if is_done else proposal.preview
        return cls(
            pk=proposal.pk,
            title=title(proposal.operation),
            standing=proposal.standing,
            why=telling.why(proposal.why_ask),
            sentences=telling.sentences(events),
            details=telling.details(proposal.operation, proposal.inputs, events),
            may_undo=proposal.status == Status.DONE and proposal.undo is not None,
        )


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a talk."""

    pk: UUID
    is_member: bool
    text: str
    cost: str
    tokens: int
    source: str
    cards: list[Card] = field(default_factory=list)


def rows_of(talk: AssistantTalk) -> list[Row]:
    """Return the newest lines of a talk, the oldest of them first; three queries at most."""
    newest = AssistantLine.objects.filter(talk=talk).order_by("-pk")[:MOST_LINES]
    lines = list(reversed(newest))
    cards: dict[UUID, list[Card]] = defaultdict(list)
    for proposal in AssistantProposal.objects.filter(line__in=[line.pk for line in lines]).order_by(
        "pk"
    ):
        cards[proposal.line_id].append(Card.of(proposal))
    asked: UUID | None = None
    rows = []
    for line in lines:
        is_member = line.role == AssistantLine.Role.MEMBER
        asked = line.pk if is_member else asked
        found = [] if is_member or asked is None else cards.pop(asked, [])
        rows.append(_row(line, is_member, found))
    if rows and asked in cards:
        rows[-1].cards.extend(cards[asked])
    return rows


def _row(line: AssistantLine, is_member: bool, cards: list[Card]) -> Row:
    return Row(
        pk=line.pk,
        is_member=is_member,
        text=line.text,
        cost=_dollars(line.cost),
        tokens=line.tokens,
        source=line.source.partition(":")[2],
        cards=cards,
    )


def _dollars(cost: Decimal) -> str:
    return f"US$ {formats.number_format(cost, decimal_pos=4)}"
