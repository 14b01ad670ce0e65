"""The types an operation's signature is made of, and how raw inputs become values and rows."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, TypeAlias, TypeVar, Union, get_args, get_origin
from uuid import UUID

import phonenumbers
from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

M = TypeVar("M", bound=models.Model)
Given = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """How an input becomes a row: locked or not, by name as well as by id, among which rows."""

    locked: bool = False
    named: bool = False
    among: Callable[[Given], models.QuerySet[Any]] | None = None
    missing: str = ""
    """The error's code when there is no such row; NOT_FOUND otherwise."""


@dataclass(frozen=True)
class Also:
    """Other names under which doors accept an input."""

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)


Ref: TypeAlias = Annotated[M, Row()]
"""A row of this workspace, by id or as an instance."""

Locked: TypeAlias = Annotated[M, Row(locked=True)]
"""The same, re-read under a lock that lasts as long as the transaction; one per operation."""

Named: TypeAlias = Annotated[M, Row(named=True)]
"""A row of this workspace, by id, instance, or its name in any case."""


def parse_phone(text: str, region: str | None = None) -> str | None:
    """Return a phone number as E.164; None when the text is none.

    Numbers without a country are read in `region` (default MORFX_DEFAULT_REGION). Idempotent.
    """
    compact = re.sub(r"[^\d+]", "", text)
    region = region or settings.DEFAULT_REGION
    for attempt in (text, f"+{compact.lstrip('+')}" if len(compact) > 10 else text):
        try:
            number = phonenumbers.parse(attempt, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def _phone(text: str) -> str:
    number = parse_phone(text)
    if number is None:
        raise PydanticCustomError("phone", _("This is not a phone number."))
    return number


def _spaces(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def without_nul(value: Any) -> Any:
    """Return an input without the one character that PostgreSQL cannot store in a text."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [without_nul(item) for item in value]
    if isinstance(value, dict):
        return {without_nul(name): without_nul(item) for name, item in value.items()}
    return value


Phone = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_phone)]
Label = Annotated[str, AfterValidator(_spaces), Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=20_000)]
Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


@dataclass(frozen=True)
class RowInput:
    """An input that is a row, or a list of rows."""

    model: type[models.Model]
    row: Row
    many: bool
    optional: bool


def row_input(annotation: Any) -> RowInput | None:
    """Read a `Ref[X]`, `Locked[X]`, `Named[X]`, one of them or None, or a list of them."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        inner = [row_input(part) for part in get_args(annotation) if part is not type(None)]
        found = next((part for part in inner if part), None)
        return found and RowInput(found.model, found.row, found.many, True)
    if origin is list:
        found = row_input(get_args(annotation)[0])
        return found and RowInput(found.model, found.row, True, found.optional)
    if origin is Annotated:
        model, *marks = get_args(annotation)
        row = next((mark for mark in marks if isinstance(mark, Row)), None)
        if row is not None:
            return RowInput(model, row, False, False)
    return None


def also(annotation: Any) -> tuple[str, ...]:
    """Return the other names an annotation allows."""
    if get_origin(annotation) is Annotated:
        for mark in get_args(annotation)[1:]:
            if isinstance(mark, Also):
                return mark.names
    if get_origin(annotation) in (Union, types.UnionType):
        for part in get_args(annotation):
            if names := also(part):
                return names
    return ()


def spellings(name: str, row: RowInput | None, others: tuple[str, ...]) -> list[str]:
    """Return every spelling under which doors accept an input: snake, camel, with Id."""
    names = [name, *([f"{name}_id"] if row and not row.many else []), *others]
    names += [re.sub(r"_([a-z0-9])", lambda m: m[1].upper(), n) for n in names]
    return list(dict.fromkeys(names))


def pydantic_type(annotation: Any, row: RowInput | None) -> Any:
    """Return the type pydantic checks: ids for rows, the annotation itself for the rest."""
    if row is None:
        return annotation
    single: Any = str if row.row.named else UUID
    kind: Any = list[single] if row.many else single
    return kind | None if row.optional else kind
