"""What operations and lookups share: a name, a permission, and a signature that is the schema."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Generic, ParamSpec, TypeVar, get_type_hints

from django.db import models
from django.utils.translation import gettext as _
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic_core import ErrorDetails

from . import rows
from .actor import Actor
from .errors import Forbidden, Invalid
from .inputs import RowInput, also, pydantic_type, row_input, spellings, without_nul

P = ParamSpec("P")
R = TypeVar("R")


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
