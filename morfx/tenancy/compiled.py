"""Querysets whose SQL is built once: for the few queries that every message on its way asks.

    @compiled
    def unheard(conversation: UUID) -> QuerySet[Message]:
        return Message.objects.filter(conversation_id=conversation, heard_at=None).order_by("id")

    unheard(conversation.pk)        # a list of rows

Building SQL is most of what a small query costs Django, and planning it most of what it costs
PostgreSQL. The function is called once per shape of its arguments, with stand-ins for them;
afterwards only the values change, and each connection prepares the statement. What the arguments
mean for the query must not depend on them: no `if` on an argument, no argument that is None.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

from . import current_id

if TYPE_CHECKING:
    from .database.base import DatabaseWrapper

Row = TypeVar("Row", bound=models.Model)

STAND_INS: dict[type, Callable[[], Any]] = {
    UUID: uuid.uuid4,
    str: lambda: uuid.uuid4().hex,
    int: lambda: uuid.uuid4().int % 30_000,
    datetime: lambda: datetime.fromtimestamp(uuid.uuid4().int % 10**9, UTC),
}
"""For each type an argument may have, a value that nobody else is likely to use; integers fit the
smallest column."""


TRIES = 5
"""Times a function is compiled until two tries agree; they differ by chance about never."""


class Compiled(Generic[Row]):
    """A queryset's function, and the statements made of it so far."""

    def __init__(self, function: Callable[..., models.QuerySet[Row]]) -> None:
        self.function = function
        self.statements: dict[tuple[type, ...], _Statement[Row]] = {}
        update_wrapper(self, function)

    def __call__(self, *values: Any) -> list[Row]:
        workspace = current_id()
        if workspace is None:
            return list(self.function(*values))
        kinds = tuple(type(value) for value in values)
        statement = self.statements.get(kinds)
        if statement is None:
            statement = self.statements[kinds] = self._compile(kinds, workspace)
        return statement.rows((workspace, *values))

    def first(self, *values: Any) -> Row | None:
        """Return the first row, or None."""
        found = self(*values)
        return found[0] if found else None

    def one(self, *values: Any) -> Row:
        """Return the only row; raise the model's DoesNotExist when there is none."""
        found = self(*values)
        return found[0] if found else self.function(*values).get()

    def _compile(self, kinds: tuple[type, ...], workspace: UUID) -> _Statement[Row]:
        name = self.function.__name__
        if strange := [kind.__name__ for kind in kinds if kind not in STAND_INS]:
            raise TypeError(f"{name}: {strange[0]} cannot be compiled; give a plain value.")
        for _ in range(TRIES):
            one, places = self._tried(kinds, workspace)
            other, confirmed = self._tried(kinds, workspace)
            if one.sql == other.sql and places == confirmed:
                break
        else:
            raise TypeError(f"{name}: its SQL changes with the values of its arguments.")
        if missing := set(range(1, len(kinds) + 1)) - set(places):
            raise TypeError(f"{name}: argument {min(missing)} is not in its SQL.")
        return one

    def _tried(
        self, kinds: tuple[type, ...], workspace: UUID
    ) -> tuple[_Statement[Row], list[int | None]]:
        """Compile with stand-ins; two tries differ when one was taken for somebody else's value."""
        known = [workspace, *(STAND_INS[kind]() for kind in kinds)]
        compiler = self.function(*known[1:]).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        places = [known.index(value) if value in known else None for value in parameters]
        return _Statement(sql, list(parameters), places, compiler), places


class _Statement(Generic[Row]):
    """SQL, where its values go, and how its answer becomes rows."""

    def __init__(
        self, sql: str, constants: list[Any], places: Sequence[int | None], compiler: SQLCompiler
    ) -> None:
        self.sql, self.constants, self.places = sql, constants, places
        self.locks = compiler.query.select_for_update
        known: Any = compiler.klass_info
        select: Any = compiler.select
        start, end = known["select_fields"][0], known["select_fields"][-1] + 1
        self.model: type[Row] = known["model"]
        self.names = [column[0].target.attname for column in select[start:end]]
        self.columns = slice(start, end)
        populators: Any = get_related_populators
        self.related = populators(known, select, connection.alias)
        self.annotations: dict[str, int] = dict(compiler.annotation_col_map or {})
        expressions = [column[0] for column in select]
        self.converters = [
            (place, converters, expression)
            for place, (converters, expression) in compiler.get_converters(expressions).items()
        ]

    def rows(self, values: Sequence[Any]) -> list[Row]:
        if self.locks and not connection.in_atomic_block:
            raise transaction.TransactionManagementError("Rows are locked inside a transaction.")
        parameters = [
            constant if place is None else values[place]
            for constant, place in zip(self.constants, self.places, strict=True)
        ]
        with cast("DatabaseWrapper", connection).preparing_cursor() as cursor:
            cursor.execute(self.sql, parameters)
            found = cursor.fetchall()
        return [self._row(list(values)) for values in found]

    def _row(self, values: list[Any]) -> Row:
        for place, converters, expression in self.converters:
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        row = self.model.from_db(connection.alias, self.names, values[self.columns])
        for populator in self.related:
            populator.populate(values, row)
        for name, place in self.annotations.items():
            setattr(row, name, values[place])
        return row


def compiled(function: Callable[..., models.QuerySet[Row]]) -> Compiled[Row]:
    """Build a queryset's SQL once; see the module's documentation."""
    return Compiled(function)
