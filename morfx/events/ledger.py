"""Facts: typed, past tense, small, complete; recorded in the transaction that made them true.

@dataclass(frozen=True, kw_only=True)
class OrderMoved(Fact):
    name = "order.moved"
    order: UUID
    ...

record(OrderMoved(order=order.pk, ...))     # inside an operation

@on(OrderMoved)                             # each reaction becomes a job of its own
def tell_the_customer(event: Event) -> None: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from pydantic_core import to_jsonable_python

from morfx.jobs import work
from morfx.jobs.work import JobFunction, job_name
from morfx.tenancy.compiled import compiled

from .models import Event
from .poke import poke

MAX_DEPTH = 3
"""How many reactions may follow from one another before they are stopped, visibly."""

vocabulary: dict[str, type[Fact]] = {}
reactions: dict[str, list[JobFunction[Any]]] = {}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that happened. Ids plus before and after; never a live object."""

    name: ClassVar[str]

    def __init_subclass__(cls, *, abstract: bool = False) -> None:
        if abstract:
            return
        if not isinstance(cls.__dict__.get("name"), str):
            raise TypeError(f"{cls.__name__} needs a name.")
        if cls.name in vocabulary and vocabulary[cls.name].__qualname__ != cls.__qualname__:
            raise ValueError(f"Two facts are called {cls.name}.")
        vocabulary[cls.name] = cls

    def describe(self) -> str:
        """Return the fact as a sentence for the feed."""
        return self.name

    def pokes(self) -> Iterable[str]:
        """Return the names of what changed on screens."""
        return ()


@dataclass(kw_only=True)
class Recording:
    """The operation that is running: what its facts are signed with, and where they collect."""

    workspace_id: UUID
    who: str
    via: str
    operation: str
    cause: UUID | None = None
    depth: int = 0
    events: list[Event] = field(default_factory=list)


recording: ContextVar[Recording | None] = ContextVar("recording", default=None)


class OutsideOperation(RuntimeError):
    """A fact was recorded, or a row written, where no operation runs."""


def record(fact: Fact) -> Event:
    """Note what happened and poke the screens; written when the outermost operation ends.

    Raises OutsideOperation when no operation is running.
    """
    current = recording.get()
    if current is None:
        raise OutsideOperation(f"{fact.name} was recorded outside an operation.")
    event = Event(
        workspace_id=current.workspace_id,
        name=fact.name,
        facts=to_jsonable_python({f.name: getattr(fact, f.name) for f in fields(fact)}),
        who=current.who,
        via=current.via,
        operation=current.operation,
        cause_id=current.cause,
        depth=current.depth,
        unheard=current.depth >= MAX_DEPTH and bool(reactions.get(fact.name)),
    )
    current.events.append(event)
    poke(current.workspace_id, *fact.pokes())
    return event


def write_down(events: Sequence[Event]) -> None:
    """Write what an operation recorded and set its reactions to work, all in its transaction."""
    if events:
        Event.objects.bulk_create(events)
        work.enqueue(
            (reaction, {"event_id": event.pk})
            for event in events
            if event.depth < MAX_DEPTH
            for reaction in reactions.get(event.name, ())
        )


@compiled
def _event(key: UUID) -> QuerySet[Event]:
    return Event.objects.filter(pk=key)


def on(*facts: type[Fact]) -> Callable[[Callable[[Event], None]], JobFunction[Any]]:
    """Make a function react to facts: one job row per event and reaction."""

    def register(function: Callable[[Event], None]) -> JobFunction[Any]:
        def react(event_id: UUID) -> None:
            function(_event.one(event_id))

        react.__doc__ = function.__doc__
        reaction: JobFunction[Any] = JobFunction(react, name=job_name(function))
        for fact in facts:
            reactions.setdefault(fact.name, []).append(reaction)
        return reaction

    return register


def sentence(event: Event) -> str:
    """Return what an event says to a person, by its fact's own words."""
    fact = vocabulary.get(event.name)
    if fact is None:
        return event.name
    known: Sequence[str] = [f.name for f in fields(fact)]
    try:
        return fact(**{name: event.facts[name] for name in known if name in event.facts}).describe()
    except TypeError:
        return event.name
