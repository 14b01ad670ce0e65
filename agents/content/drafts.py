"""The draft people write in: where it begins, and what a change makes of it. Nothing is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Max
from django.utils.translation import gettext as _

from agents.engine.registry import AgentDefinition
from agents.engine.values import Product
from agents.models import AgentVersion
from morfx.operations.errors import Conflict, NotFound, Refused

from . import checking, versions
from .changing import Line, examples_in, rows_of, with_texts
from .documents import Document, document, own
from .values import OWN


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants changed; None and empty leave things as they are."""

    intent: str = ""
    texts: Sequence[Line] | None = None
    examples: Sequence[str] | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, int] = field(default_factory=dict)
    timers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def stored(agent: AgentDefinition, number: int) -> Document:
    """Return a version's content as it is stored; 0 is the agent's own. Raises NotFound."""
    if number == OWN:
        return own(agent)
    row = AgentVersion.objects.filter(agent=agent.id, number=number).first()
    if row is None:
        raise NotFound("version")
    return document(row.content, agent)


def in_force(agent: AgentDefinition) -> Document:
    """Return what the agent goes by, as it is stored."""
    return stored(agent, versions.current(agent.id).version)


def find(agent: AgentDefinition) -> AgentVersion | None:
    """Return the draft; None when nobody has begun one."""
    return AgentVersion.objects.filter(agent=agent.id, state=AgentVersion.State.DRAFT).first()


def newest_revision(agent_id: str) -> int:
    """Return the revision that whoever reads now has seen: it rises with every change of any."""
    newest = AgentVersion.objects.filter(agent=agent_id).aggregate(newest=Max("revision"))
    return newest["newest"] or 0


def take(agent: AgentDefinition, seen: int | None) -> AgentVersion:
    """Return the draft, locked; one that begins with what is in force when there is none.

    Raises Conflict when `seen` is not the newest revision.
    """
    rows = list(AgentVersion.objects.select_for_update().filter(agent=agent.id))
    latest = max((row.revision for row in rows), default=0)
    if seen is not None and seen != latest:
        raise overtaken()
    for row in rows:
        if row.state == AgentVersion.State.DRAFT:
            return row
    states = {row.state: row.number for row in rows}
    number = states.get(AgentVersion.State.PUBLISHED, OWN)
    return AgentVersion(
        agent=agent.id,
        number=max((row.number for row in rows), default=OWN) + 1,
        revision=latest,
        based_on=number,
        content=dict(stored(agent, number)),
    )


def overtaken() -> Conflict:
    """Return the refusal of a change to what somebody else has changed meanwhile."""
    return Conflict(
        _("Somebody has changed this content meanwhile. Look at it again, then change it."),
        field="revision",
    )


def changed(
    agent: AgentDefinition, before: Document, wish: Wish, products: Mapping[str, Product]
) -> Document:
    """Return the content as wished. Raises Refused, with a sentence, when that cannot be."""
    after = before.copy()
    if (wish.texts is not None or wish.examples is not None) and not wish.intent:
        raise Refused(_("Say which intent the texts or examples belong to."), field="intent")
    if wish.texts is not None:
        rows = rows_of(wish.intent, wish.texts, before["texts"])
        checking.check_texts(agent, wish.intent, rows, checking.variables(agent, products))
        after["texts"] = with_texts(before, wish.intent, rows)
    if wish.examples is not None:
        after["examples"] = {**before["examples"], wish.intent: examples_in(wish.examples)}
        checking.check_examples(agent, wish.intent, after["examples"])
    return _tuned(agent, after, wish)


def _tuned(agent: AgentDefinition, content: Document, wish: Wish) -> Document:
    """Return the content with field notes, thresholds and timers as wished."""
    checking.check_fields(agent, wish.fields)
    checking.check_timers(agent, wish.timers)
    after = content.copy()
    after["fields"] = {**content["fields"], **{n: s.strip() for n, s in wish.fields.items()}}
    after["thresholds"] = {**content["thresholds"], **wish.thresholds}
    checking.check_thresholds(after["thresholds"])
    after["timers"] = {
        preset: {**waits, **wish.timers.get(preset, {})}
        for preset, waits in content["timers"].items()
    }
    return after
