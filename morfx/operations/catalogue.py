"""Operations and lookups: the only ways to change things, and the ways to read them by name.

    @operation("crm.order.updateStatus", needs="orders.edit")
    def move(actor: Actor, *, order: Locked[Order], stage: Ref[Stage]) -> Order:
        \"""Move an order to another stage of its pipeline.\"""

Pages and jobs call `move(actor, order=order, stage=stage)`; doors call
`find("crm.order.updateStatus").submit(actor, {"order": "…", "stage": "…"})`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from morfx.events.ledger import Recording, recording, write_down
from morfx.events.models import Event
from morfx.tenancy import current_id, within

from . import keys, rates
from .actor import SYSTEM, Actor
from .answers import answer
from .entry import Entry
from .errors import Refused

P = ParamSpec("P")
R = TypeVar("R")

NAME = re.compile(r"^[a-z]+(\.[a-z][a-zA-Z-]*)?\.[a-z][a-zA-Z]*$")
"""`module.entity.action`, or `module.action` where the module is the entity."""

operations: dict[str, Operation[Any, Any]] = {}
lookups: dict[str, Lookup[Any, Any]] = {}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a call by name gave: the answer's data, and the events it recorded."""

    data: Any
    events: list[dict[str, Any]] = field(default_factory=list)
    repeated: bool = False


class Operation(Entry[P, R]):
    """A decorated function that changes things; see the module's documentation.

    One that `talks` asks somebody outside (a model): it runs without a transaction, changes
    nothing itself, and calls other operations for what it finds.
    """

    def __init__(self, name: str, needs: str, function: Callable[..., R], *, talks: bool) -> None:
        super().__init__(name, needs, function)
        self.talks = talks

    def __call__(self, actor: Actor, *args: P.args, **inputs: P.kwargs) -> R:
        return self._run(actor, inputs)[0]

    def submit(
        self,
        actor: Actor,
        raw: Mapping[str, Any],
        *,
        dry_run: bool = False,
        key: str | None = None,
    ) -> Outcome:
        """Call by name, as a door does: raw inputs in, plain data and events out.

        With `dry_run` everything runs and is rolled back. With `key`, which is the
        actor's own, a repeat returns the first outcome. Raises Refused and its kin.
        """
        key = f"{actor.who} {key}" if key else None
        with within(actor.workspace_id):
            self.permit(actor)
            if actor.via in COUNTED_DOORS and not (key and keys.is_answered(key)):
                rates.count(self.name)
            if self.talks:
                return self._talk(actor, raw, dry_run=dry_run, key=key)
            with transaction.atomic():
                if key and (known := keys.first_answer(self.name, key, raw)):
                    return Outcome(**known, repeated=True)
                result, events = self._run(actor, raw)
                plain = [{"id": str(e.pk), "name": e.name, "facts": e.facts} for e in events]
                outcome = Outcome(data=answer(result), events=plain)
                if key:
                    keys.remember(key, {"data": outcome.data, "events": outcome.events})
                if dry_run:
                    transaction.set_rollback(True)
                    _forget(events)
            return outcome

    def _talk(
        self, actor: Actor, raw: Mapping[str, Any], *, dry_run: bool, key: str | None
    ) -> Outcome:
        """Call one that talks: what was said cannot be rolled back, nor held in a transaction.

        Its key is claimed before and its answer remembered after; a call that failed in between
        may be made again.
        """
        if dry_run:
            raise Refused(_("This cannot be tried without doing it."), field="dry_run")
        with transaction.atomic():
            if key and (known := keys.first_answer(self.name, key, raw)):
                return Outcome(**known, repeated=True)
        outcome = Outcome(data=answer(self._run(actor, raw)[0]))
        if key:
            with transaction.atomic():
                keys.remember(key, {"data": outcome.data, "events": []})
        return outcome

    def _run(self, actor: Actor, raw: Mapping[str, Any]) -> tuple[R, list[Event]]:
        outer = recording.get()
        if outer is None:
            self.permit(actor)
        if current_id() != actor.workspace_id:
            with within(actor.workspace_id):
                return self._run(actor, raw)
        values = self.checked(raw)
        if self.talks:
            with transaction.atomic():
                fetched = self.fetched(values)
            return self.function(actor, **fetched), []
        entry = Recording(
            workspace_id=actor.workspace_id,
            who=actor.who,
            via=actor.via,
            operation=self.name,
            cause=actor.cause,
            depth=actor.depth,
        )
        token = recording.set(entry)
        try:
            with transaction.atomic():
                result = self.function(actor, **self.fetched(values))
                if outer is None:
                    write_down(entry.events)
        finally:
            recording.reset(token)
        if outer is not None:
            outer.events.extend(entry.events)
        return result, entry.events


def _forget(events: list[Event]) -> None:
    """Take the events of a dry run back from the operation that asked for it."""
    if events and (outer := recording.get()) is not None:
        del outer.events[-len(events) :]


class Lookup(Entry[P, R]):
    """A decorated function that reads, for doors and agents; pages use querysets."""

    def __call__(self, actor: Actor, *args: P.args, **inputs: P.kwargs) -> R:
        self.permit(actor)
        with within(actor.workspace_id), transaction.atomic():
            return self.function(actor, **self.fetched(self.checked(inputs)))

    def submit(self, actor: Actor, raw: Mapping[str, Any]) -> Any:
        """Call by name: raw inputs in, plain data out."""
        self.permit(actor)
        with within(actor.workspace_id), transaction.atomic():
            return answer(self.function(actor, **self.fetched(self.checked(raw))))


COUNTED_DOORS = {"api", "mcp", "automation"}
"""Doors whose calls are counted against the module's minute."""


def operation(
    name: str, *, needs: str, talks: bool = False
) -> Callable[[Callable[Concatenate[Actor, P], R]], Operation[P, R]]:
    """Register a function as an operation under its public, persisted name."""

    def register(function: Callable[Concatenate[Actor, P], R]) -> Operation[P, R]:
        entry: Operation[P, R] = Operation(name, needs, function, talks=talks)
        _register(operations, entry)
        return entry

    return register


def lookup(
    name: str, *, needs: str
) -> Callable[[Callable[Concatenate[Actor, P], R]], Lookup[P, R]]:
    """Register a function as a lookup under its public name."""

    def register(function: Callable[Concatenate[Actor, P], R]) -> Lookup[P, R]:
        entry: Lookup[P, R] = Lookup(name, needs, function)
        _register(lookups, entry)
        return entry

    return register


def _register(registry: dict[str, Any], entry: Entry[Any, Any]) -> None:
    if entry.name in registry:
        raise ValueError(f"Two entries are called {entry.name}.")
    registry[entry.name] = entry


def find(name: str) -> Operation[Any, Any] | None:
    """Return the operation of a name."""
    return operations.get(name)


def everything() -> list[Operation[Any, Any]]:
    """Return all operations by name."""
    return [operations[name] for name in sorted(operations)]


def given(actor: Actor) -> list[Operation[Any, Any]]:
    """Return the operations an actor may call by name."""
    return [
        entry
        for entry in everything()
        if entry.needs != SYSTEM and actor.may(entry.needs) and actor.allowed(entry.name)
    ]
