"""Why a customer's message got no answer, in one sentence: of whatever kind the reason is.

A message says itself why no agent took it up (`Message.heard_by` is a code), or names the turn
that did; then the turn says why it kept silent, or its bubbles why they never left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agents.models import AgentTurn
from inbox.models import Message, Send
from morfx.web.sentences import read

SENTENCES = {
    "agent_off": _("The agent is switched off in this workspace."),
    "bot_off": _("The agent is switched off in this conversation."),
    "person": _("A person has this conversation."),
    "no_answer_wanted": _("What the customer sent asks for no answer."),
    "deleted": _("The customer deleted it before it was read."),
    "number_changed": _("The customer has another number now."),
    "history": _("It was said before the number was connected."),
    "error": _("The agent failed; a person was asked."),
    "window_closed": _(
        "More than 24 hours had passed since the customer wrote; WhatsApp allows only templates."
    ),
    "superseded": _("A person or another answer came before the agent's."),
    "budget": _("What the agent may spend was used up; a person was asked."),
    "muted": _("It came at an hour in which the agent does not answer."),
}
"""Why no agent took a message up, by the code its row carries."""

WITHDRAWN = {
    **SENTENCES,
    "interrupted": _("The customer wrote again before the answer went out; the next one counts."),
    "given_back": _("The conversation changed hands before the answer went out."),
    "handed_over": _("The conversation was handed to people before the answer went out."),
    "refused": _("WhatsApp refused what the agent said before it; the rest was kept back."),
}
"""Why an answer never left, by the reason its bubbles carry."""

LEFT = (Send.State.PLANNED, Send.State.CLAIMED, Send.State.ACCEPTED, Send.State.UNKNOWN)
"""States of a bubble that is an answer, or is about to be one."""

PATIENCE = timedelta(minutes=2)
"""A message that nobody took up for so long waits for no answer that is on its way."""


@dataclass(frozen=True, kw_only=True)
class Silence:
    """Why a message got no answer."""

    code: str
    """One of SENTENCES, or `unheard`, `turn` (the agent chose to), `withdrawn`, `refused`."""
    sentence: str
    turn: UUID | None = None
    """The turn that heard it."""

    def as_answer(self) -> dict[str, object]:
        """Return the reason as answers show it."""
        return {"code": self.code, "sentence": self.sentence, "turn_id": self.turn}


def of(messages: Iterable[Message]) -> dict[UUID, Silence]:
    """Return why messages of customers got no answer, by their ids; two queries at most.

    What was answered, or will be in a moment, is left out, and so is what we said ourselves.
    """
    found: dict[UUID, Silence] = {}
    heard: dict[UUID, UUID] = {}
    places: set[UUID] = set()
    for message in messages:
        if message.direction != Message.Direction.INBOUND:
            continue
        turn = _turn(message.heard_by)
        if turn is not None:
            heard[message.pk] = turn
            places.add(message.conversation_id)
        elif message.heard_at is not None:
            found[message.pk] = Silence(code=message.heard_by, sentence=worded(message.heard_by))
        elif timezone.now() - message.created_at > PATIENCE:
            words = gettext("No agent has taken it up yet.")
            found[message.pk] = Silence(code="unheard", sentence=words)
    silent = of_turns(set(heard.values()), places)
    return found | {pk: silent[turn] for pk, turn in heard.items() if turn in silent}


def worded(code: str) -> str:
    """Return the sentence of a code; one that nobody worded yet is shown as it is."""
    key, _colon, detail = code.partition(":")
    if key not in SENTENCES:
        return gettext("No answer: %(reason)s.") % {"reason": code.replace("_", " ") or "?"}
    return f"{SENTENCES[key]} {read(detail.strip())}".strip()


def _turn(heard_by: str) -> UUID | None:
    kind, _colon, text = heard_by.partition(":")
    try:
        return UUID(text) if kind == "turn" else None
    except ValueError:
        return None


def of_turns(turns: set[UUID], conversations: set[UUID]) -> dict[UUID, Silence]:
    """Return why turns came to nothing that was said; those that spoke are left out."""
    if not turns:
        return {}
    sends = _bubbles(turns, conversations)
    quiet = {turn for turn in turns if not any(state in LEFT for state, _why in sends[turn])}
    rows = AgentTurn.objects.filter(pk__in=quiet).values_list(
        "pk", KT("trace__silent_because"), KT("trace__handed_over")
    )
    told: Mapping[UUID, tuple[str, str]] = {pk: (why or "", to or "") for pk, why, to in rows}
    return {turn: _why(turn, sends[turn], *told.get(turn, ("", ""))) for turn in quiet}


def _bubbles(turns: set[UUID], conversations: set[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """Return state and reason of every bubble that turns planned."""
    plans = {f"turn:{turn}": turn for turn in turns}
    found: dict[UUID, list[tuple[str, str]]] = {turn: [] for turn in turns}
    rows = Send.objects.filter(conversation__in=conversations, plan__in=plans)
    states = rows.order_by("position", "attempt").values_list("plan", "state", "reason")
    for plan, state, reason in states:
        found[plans[plan]].append((state, reason))
    return found


def _why(turn: UUID, bubbles: list[tuple[str, str]], because: str, handed: str) -> Silence:
    withdrawn = [reason for state, reason in bubbles if state == Send.State.WITHDRAWN]
    if any(state == Send.State.REJECTED for state, _reason in bubbles):
        words = gettext("WhatsApp refused the answer.")
        return Silence(code="refused", sentence=words, turn=turn)
    if withdrawn:
        code = withdrawn[0]
        words = str(WITHDRAWN.get(code) or worded(code))
        return Silence(code=code or "withdrawn", sentence=words, turn=turn)
    if because:
        return Silence(code="turn", sentence=read(because), turn=turn)
    if handed:
        words = gettext("The agent handed over to a person: %(why)s") % {"why": read(handed)}
        return Silence(code="turn", sentence=words, turn=turn)
    return Silence(code="turn", sentence=gettext("The agent decided to say nothing."), turn=turn)
