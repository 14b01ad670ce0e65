"""Operations and lookups: the only ways to change things, and the ways to read them by name.

    @operation("crm.order.updateStatus", needs="orders.edit")
    def move(actor: Actor, *, order: Locked[Order], stage: Ref[Stage]) -> Order:
        \"""Move an order to another stage of its pipeline.\"""

Pages and jobs call `move(actor, order=order, stage=stage)`; doors call
`find("crm.order.updateStatus").submit(actor, {"order": "…", "stage": "…"})`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, get_type_hints

from django.db import models, transaction
from django.utils.translation import gettext as _
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic_core import ErrorDetails

from morfx.events.ledger import Recording, recording
from morfx.events.models import Event
from morfx.tenancy import current_id, within

from . import keys, rates, rows
from .actor import SYSTEM, Actor
from .answers import answer
from .errors import Forbidden, Invalid
from .inputs import RowInput, also, pydantic_type, row_input, spellings, without_nul

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


class Entry(Generic[P, R]):
    """What operations and lookups share: a name, a permission, and a signature as schema."""

    def __init__(self, name: str, needs: str, function: Callable[..., R]) -> None:
        self.name, self.needs, self.function = name, needs, function
        self.__doc__ = inspect.getdoc(function) or ""
        self.__name__ = function.__name__
        self.__module__ = function.__module__
        hints = get_type_hints(function, include_extras=True)
        parameters = [
            parameter
            for parameter in inspect.signature(function).parameters.values()
            if parameter.kind is parameter.KEYWORD_ONLY
        ]
        self.rows: dict[str, RowInput] = {}
        shape: dict[str, Any] = {}
        for parameter in parameters:
            hint = hints[parameter.name]
            row = row_input(hint)
            if row is not None:
                self.rows[parameter.name] = row
            names = spellings(parameter.name, row, also(hint))
            default = ... if parameter.default is parameter.empty else parameter.default
            alias = AliasChoices(*names) if len(names) > 1 else None
            kind = pydantic_type(hint, row)
            shape[parameter.name] = (kind, Field(default, validation_alias=alias))
        config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, validate_default=False)
        self.inputs: type[BaseModel] = create_model(
            f"{self.module}_{self.__name__}", __config__=config, **shape
        )
        self.names = [parameter.name for parameter in parameters]

    @property
    def module(self) -> str:
        """Return the first part of the name."""
        return self.name.partition(".")[0]

    @property
    def summary(self) -> str:
        """Return the first line of the documentation."""
        return (self.__doc__ or "").strip().partition("\n")[0]

    def permit(self, actor: Actor) -> None:
        """Raise Forbidden unless the actor has the permission and its allow-list the name."""
        if not actor.may(self.needs) or not actor.allowed(self.name):
            raise Forbidden(_("You do not have the permission to do this."))

    def checked(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Check the inputs' shape and return them as values; rows stay ids or instances.

        Raises Invalid with a sentence for each wrong input.
        """
        instances = {
            name: value
            for name, value in raw.items()
            if name in self.rows and _is_instance(value, self.rows[name])
        }
        plain = {
            name: _as_id(value) if name in instances else without_nul(value)
            for name, value in raw.items()
        }
        try:
            model = self.inputs.model_validate(plain)
        except ValidationError as error:
            raise Invalid(dict(_sentence(entry) for entry in error.errors())) from None
        return {name: instances.get(name, getattr(model, name)) for name in self.names}

    def fetched(self, values: dict[str, Any]) -> dict[str, Any]:
        """Replace ids by rows of the current workspace, in the signature's order."""
        for name, wanted in self.rows.items():
            values[name] = rows.fetch(name, wanted, values[name], values)
        return values


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

        With `dry_run` everything runs and is rolled back. With `key` a repeat returns the first
        outcome. Raises Refused and its kin.
        """
        with within(actor.workspace_id):
            self.permit(actor)
            if actor.via in COUNTED_DOORS:
                rates.count(self.name)
            if self.talks:
                return Outcome(data=answer(self._run(actor, raw)[0]))
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
        finally:
            recording.reset(token)
        if outer is not None:
            outer.events.extend(entry.events)
        return result, entry.events


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


def _is_instance(value: Any, wanted: RowInput) -> bool:
    if wanted.many:
        return isinstance(value, list) and any(isinstance(item, models.Model) for item in value)
    return isinstance(value, models.Model)


def _as_id(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_id(item) for item in value]
    return str(value.pk) if isinstance(value, models.Model) else value


def _sentence(entry: ErrorDetails) -> tuple[str, str]:
    name = ".".join(str(part) for part in entry["loc"])
    known = {
        "missing": _("This is required."),
        "extra_forbidden": _("There is no such input."),
        "string_too_short": _("This must not be empty."),
        "uuid_parsing": _("This is not an id."),
    }
    return name, known.get(entry["type"], entry["msg"])
