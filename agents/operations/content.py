"""What an agent says and goes by: a draft people write in, published, rolled back, given up."""

from __future__ import annotations

from typing import Annotated, Literal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field

from agents.content import checking, drafts, versions
from agents.content.changing import Line
from agents.content.difference import difference
from agents.content.documents import document
from agents.engine import situation
from agents.facts_content import (
    ContentDiscarded,
    ContentEdited,
    ContentPublished,
    ContentRolledBack,
)
from agents.models import AgentVersion
from morfx.events.ledger import record
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import NotFound, Refused

from .settings import _known

Step = Literal["proceed", "reanalyse", "clarify"]
Name = Annotated[str, Field(max_length=80)]
Words = Annotated[str, Field(max_length=1000)]
Seen = Annotated[int, Field(ge=0)]
State = AgentVersion.State


@operation("agents.content.edit", needs="settings.edit")
def edit(
    actor: Actor,
    *,
    agent: str,
    revision: Seen | None = None,
    intent: Name = "",
    texts: list[Line] | None = None,
    examples: list[Words] | None = None,
    fields: dict[Name, Words] | None = None,
    thresholds: dict[Step, int] | None = None,
    timers: dict[Name, dict[Name, float]] | None = None,
) -> AgentVersion | None:
    """Change the draft of an agent's content; the first change begins one. Customers see nothing.

    `texts` (in the order they are said) and `examples` replace those of `intent`; `fields`,
    `thresholds` and `timers` (seconds by preset and level) change what they name. `revision` is
    the one that was read: a conflict when somebody has changed the content since.
    """
    definition = _known(agent)
    draft = drafts.take(definition, revision)
    wish = drafts.Wish(
        intent=intent,
        texts=texts,
        examples=examples,
        fields=fields or {},
        thresholds={str(step): value for step, value in (thresholds or {}).items()},
        timers=timers or {},
    )
    before = document(draft.content, definition)
    after = drafts.changed(definition, before, wish, situation.products())
    changes = difference(before, after)
    if changes:
        draft.content = dict(after)
        _save(actor, draft)
        parts = [f"{change['part']}:{change['name']}" for change in changes]
        record(ContentEdited(agent=agent, version=draft.number, parts=parts))
    return None if draft._state.adding else draft


@operation("agents.content.publish", needs="settings.edit")
def publish(
    actor: Actor,
    *,
    agent: str,
    revision: Seen | None = None,
    note: Annotated[str, Field(max_length=300)] = "",
) -> AgentVersion:
    """Let the agent speak by the draft from now on; it is never changed again."""
    definition = _known(agent)
    draft = drafts.take(definition, revision)
    before = versions.current(agent).version
    wanted = document(draft.content, definition)
    if not difference(drafts.stored(definition, before), wanted):
        raise Refused(_("Nothing has been changed that could be published."))
    checking.check(definition, wanted, situation.products())
    _retire(agent)
    draft.note = note.strip()
    _put_in_force(actor, draft)
    record(ContentPublished(agent=agent, version=draft.number, before=before, note=draft.note))
    return draft


@operation("agents.content.rollBack", needs="settings.edit")
def roll_back(actor: Actor, *, agent: str, version: Seen) -> AgentVersion | None:
    """Let the agent speak by an earlier version again; 0 is what it brings along.

    Does nothing when it does already. The draft stays as it is.
    """
    definition = _known(agent)
    rows = {row.number: row for row in AgentVersion.objects.select_for_update().filter(agent=agent)}
    if version and version not in rows:
        raise NotFound("version")
    target = rows.get(version)
    if target is not None and target.state == State.DRAFT:
        raise Refused(_("A draft is published, not gone back to."), field="version")
    before = versions.current(agent).version
    if version == before:
        return target
    checking.check(definition, drafts.stored(definition, version), situation.products())
    latest = max(row.revision for row in rows.values()) + 1
    _retire(agent, revision=latest)
    if target is not None:
        target.revision = latest
        _put_in_force(actor, target)
    record(ContentRolledBack(agent=agent, version=version, before=before))
    return target


@operation("agents.content.discard", needs="settings.edit")
def discard(actor: Actor, *, agent: str, revision: Seen | None = None) -> AgentVersion:
    """Give up what the draft changed: it says again what the agent goes by."""
    definition = _known(agent)
    draft = drafts.take(definition, revision)
    now = drafts.in_force(definition)
    if draft._state.adding or not difference(now, document(draft.content, definition)):
        raise Refused(_("Nothing has been changed that could be given up."))
    draft.content = dict(now)
    draft.based_on = versions.current(agent).version
    _save(actor, draft)
    record(ContentDiscarded(agent=agent, version=draft.number))
    return draft


def _save(actor: Actor, draft: AgentVersion) -> None:
    """Save a change of the draft; a conflict when somebody else has just begun one."""
    draft.revision += 1
    draft.edited_by = actor.who
    draft.edited_at = timezone.now()
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:
        raise drafts.overtaken() from None


def _retire(agent: str, revision: int = 0) -> None:
    """Let no version of an agent be in force; what one was, stays."""
    for row in AgentVersion.objects.filter(agent=agent, state=State.PUBLISHED).defer("content"):
        row.state = State.OLD
        row.revision = max(row.revision, revision)
        row.save(update_fields=["state", "revision"])


def _put_in_force(actor: Actor, version: AgentVersion) -> None:
    version.state = State.PUBLISHED
    version.published_by = actor.who
    version.published_at = timezone.now()
    version.save()
