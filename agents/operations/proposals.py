"""Changes the assistant works out: proposed, carried out on a member's word, or taken back.

Everything runs under the member's own permissions: the assistant has none of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from agents.assistant import standing
from agents.assistant.deeds import DEEDS, Deed, Why
from agents.assistant.facts import (
    ProposalCancelled,
    ProposalCarriedOut,
    ProposalMade,
    ProposalUndone,
)
from agents.assistant.values import Call
from agents.models import AssistantLine, AssistantProposal
from inbox import lookups
from inbox.models import Conversation
from morfx.events.ledger import record
from morfx.operations.actor import Actor
from morfx.operations.catalogue import Operation, Outcome, find, operation
from morfx.operations.errors import Conflict, Forbidden, NotFound, Refused
from morfx.operations.inputs import Locked, Ref

LASTS = timedelta(minutes=15)
"""How long a proposal waits for the member's word: after that they may have forgotten it."""

Status = AssistantProposal.Status


@operation("agents.assistant.propose", needs="contacts.view")
def propose(
    actor: Actor,
    *,
    line: Ref[AssistantLine],
    operation: str,
    inputs: dict[str, Any],
    why: Why = "",
) -> AssistantProposal | None:
    """Try a change without making it, and keep what it would do as a proposal.

    None when it would change nothing. `why` makes it wait for the member's word also when it
    could be undone. In a dry talk it stays a proposal for ever.
    """
    if line.talk.who != actor.who:
        raise NotFound("line")
    entry, deed = callable_of(operation)
    _refuse_unseen(actor, entry, inputs)
    before = standing.rows_of(entry, inputs)
    tried = entry.submit(hand_of(actor), inputs, dry_run=True)
    if not tried.events:
        return None
    way_back = _undo(actor, deed, tried, before)
    proposal = AssistantProposal.objects.create(
        talk=line.talk,
        line=line,
        operation=operation,
        inputs=inputs,
        preview=[_bare(event) for event in tried.events],
        why_ask=deed.why or why or ("" if way_back else "cannot_undo"),
        seen=standing.digests(before),
        status=Status.DRY if line.talk.is_dry else Status.PENDING,
        expires_at=timezone.now() + LASTS,
    )
    asks = bool(proposal.why_ask) or line.talk.is_dry
    record(ProposalMade(proposal=proposal.pk, operation=operation, asks=asks))
    return proposal


@operation("agents.assistant.confirm", needs="contacts.view")
def confirm(actor: Actor, *, proposal: Locked[AssistantProposal]) -> AssistantProposal:
    """Carry out a proposed change, once; confirming it again answers the same.

    Refused when it waited too long, or when what it is about was changed meanwhile.
    """
    _refuse_stranger(actor, proposal)
    if proposal.status == Status.DONE:
        return proposal
    _refuse_settled(proposal)
    entry, deed = callable_of(proposal.operation)
    _refuse_unseen(actor, entry, proposal.inputs)
    before = _unchanged(entry, proposal.inputs, proposal.seen)
    outcome = entry.submit(hand_of(actor), proposal.inputs, key=f"assistant:{proposal.pk}")
    proposal.status, proposal.settled_at = Status.DONE, timezone.now()
    proposal.result, proposal.events = outcome.data, [_bare(event) for event in outcome.events]
    way_back = _undo(actor, deed, outcome, before)
    proposal.undo = way_back and _kept(way_back)
    proposal.save(update_fields=["status", "settled_at", "result", "events", "undo"])
    record(ProposalCarriedOut(proposal=proposal.pk, operation=proposal.operation))
    return proposal


@operation("agents.assistant.cancel", needs="contacts.view")
def cancel(actor: Actor, *, proposal: Locked[AssistantProposal]) -> AssistantProposal:
    """Drop a proposed change. Does nothing when it is dropped already."""
    _refuse_stranger(actor, proposal)
    if proposal.status in (Status.DONE, Status.UNDONE):
        raise Conflict(_("This was carried out already."))
    if proposal.status != Status.CANCELLED:
        proposal.status, proposal.settled_at = Status.CANCELLED, timezone.now()
        proposal.save(update_fields=["status", "settled_at"])
        record(ProposalCancelled(proposal=proposal.pk, operation=proposal.operation))
    return proposal


@operation("agents.assistant.undo", needs="contacts.view")
def undo(actor: Actor, *, proposal: Locked[AssistantProposal]) -> AssistantProposal:
    """Take back what the assistant did. Does nothing when it was taken back already.

    Refused when somebody has changed it since: their change would be lost with it.
    """
    _refuse_stranger(actor, proposal)
    if proposal.status == Status.UNDONE:
        return proposal
    if proposal.status != Status.DONE:
        raise Refused(_("There is nothing to take back."))
    if proposal.undo is None:
        raise Refused(_("This cannot be undone."), code="NOT_REVERSIBLE")
    entry, _deed = callable_of(proposal.undo["operation"])
    _unchanged(entry, proposal.undo["inputs"], proposal.undo["seen"])
    entry.submit(hand_of(actor), proposal.undo["inputs"], key=f"assistant-undo:{proposal.pk}")
    proposal.status, proposal.settled_at = Status.UNDONE, timezone.now()
    proposal.save(update_fields=["status", "settled_at"])
    record(ProposalUndone(proposal=proposal.pk, operation=proposal.operation))
    return proposal


def callable_of(name: str) -> tuple[Operation[Any, Any], Deed]:
    """Return an operation the assistant may call. Raises Refused for every other name."""
    entry, deed = find(name), DEEDS.get(name)
    if entry is None or deed is None:
        raise Refused(
            _("The assistant cannot do that: %(name)s.") % {"name": name[:80]},
            field="operation",
            code="UNKNOWN_TOOL",
        )
    return entry, deed


def hand_of(actor: Actor) -> Actor:
    """Return the member as whom the assistant acts: the same person, through another door."""
    return replace(actor, via="assistant")


def _undo(actor: Actor, deed: Deed, outcome: Outcome, before: Mapping[str, Any]) -> Call | None:
    """Return the call that takes a change back; None if none does, or the member may not."""
    if deed.undo is None or not outcome.events:
        return None
    call = deed.undo(outcome.events, before)
    entry = find(call.name) if call else None
    if call is None or entry is None:
        return None
    try:
        entry.permit(actor)
    except Forbidden:
        return None
    return call


def _kept(way_back: Call) -> dict[str, Any]:
    entry, _deed = callable_of(way_back.name)
    seen = standing.digests(standing.rows_of(entry, way_back.inputs))
    return {**way_back.as_json(), "seen": seen}


def _unchanged(
    entry: Operation[Any, Any], inputs: Mapping[str, Any], seen: Mapping[str, str]
) -> dict[str, Any]:
    """Return the rows a call is about. Raises Conflict when they are not as they were seen."""
    try:
        rows = standing.rows_of(entry, inputs)
    except NotFound:
        rows = {}
    if standing.digests(rows) != seen:
        raise Conflict(
            _("Somebody changed it meanwhile. Look again, and say it again if it still holds."),
            code="CHANGED_MEANWHILE",
        )
    return rows


def _refuse_stranger(actor: Actor, proposal: AssistantProposal) -> None:
    """A proposal is its asker's own: to others it does not exist."""
    if proposal.talk.who != actor.who:
        raise NotFound("proposal")


def _refuse_settled(proposal: AssistantProposal) -> None:
    if proposal.status == Status.DRY:
        raise Refused(_("This talk only tries things out."), code="DRY")
    if proposal.status != Status.PENDING:
        raise Conflict(_("This was decided already."))
    if proposal.is_expired():
        raise Refused(_("This waited too long. Say it again."), code="EXPIRED")


def _refuse_unseen(actor: Actor, entry: Operation[Any, Any], inputs: Mapping[str, Any]) -> None:
    """Refuse a change of a conversation that the member does not see in the inbox."""
    for name, value in entry.checked(inputs).items():
        wanted = entry.rows.get(name)
        if wanted is None or wanted.model is not Conversation or value is None:
            continue
        if not lookups.visible(actor).filter(pk=value).exists():
            raise NotFound(name, code=wanted.row.missing)


def _bare(event: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": event["name"], "facts": event["facts"]}
