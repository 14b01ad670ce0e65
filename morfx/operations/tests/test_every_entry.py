"""House rules that every operation and lookup keeps, asked of the whole catalogue."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction

from morfx.events.models import Event
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import Lookup, Operation, lookups, operations
from morfx.operations.entry import Entry
from morfx.operations.errors import Forbidden, Refused
from morfx.operations.inputs import RowInput
from morfx.tenancy import within
from morfx.testing.case import CafeTest
from morfx.testing.inputs import garbled, plausible
from morfx.testing.rows import any_row
from morfx.workspaces.roles import PERMISSIONS


def entries() -> list[Operation[Any, Any] | Lookup[Any, Any]]:
    """Return the whole catalogue, without what tests define."""
    every: list[Operation[Any, Any] | Lookup[Any, Any]] = [*operations.values(), *lookups.values()]
    return [entry for entry in every if ".tests." not in entry.__module__]


class EveryEntryTest(CafeTest):
    everybody: Actor

    @classmethod
    def furnish(cls) -> None:
        cls.everybody = Actor.system(cls.shop.workspace.pk, "tests", permissions=PERMISSIONS)

    def test_the_catalogue_is_full(self) -> None:
        self.assertGreater(len(operations), 20)

    def test_it_can_explain_itself(self) -> None:
        for entry in entries():
            with self.subTest(entry.name):
                self.assertRegex(entry.summary, r"^[A-Z].*\.$", "one sentence, imperative")
                self.assertTrue(entry.needs == SYSTEM or entry.needs in PERMISSIONS, entry.needs)
                self.assertIsInstance(entry.inputs.model_json_schema(), dict)

    def test_nobody_is_forbidden(self) -> None:
        for entry in entries():
            with self.subTest(entry.name), self.assertRaises(Forbidden):
                entry.submit(self.nobody, {})

    def test_a_foreign_row_does_not_exist(self) -> None:
        for entry in entries():
            for name, wanted in entry.rows.items():
                with self.subTest(entry.name, input=name):
                    self._assert_foreign_is_missing(entry, name, wanted)

    def _assert_foreign_is_missing(
        self, entry: Operation[Any, Any] | Lookup[Any, Any], name: str, wanted: RowInput
    ) -> None:
        rows: dict[str, models.Model] = {}
        for other, row in entry.rows.items():
            if other == name or not row.optional:
                with within(
                    self.other_shop.workspace.pk if other == name else self.ana.workspace_id
                ):
                    rows[other] = any_row(row.model)
        raw = plausible(entry, {other: str(row.pk) for other, row in rows.items()})
        before = Event.objects.count()
        with self.assertRaises(Refused) as refused, transaction.atomic():
            entry.submit(self.everybody, raw)
        self.assertEqual(refused.exception.field.partition(".")[0], name)
        self.assertIn(refused.exception.code, {"NOT_FOUND", wanted.row.missing})
        self.assertEqual(Event.objects.count(), before)

    def test_garbage_is_refused_and_nothing_breaks(self) -> None:
        for entry in entries():
            if entry.needs == SYSTEM or getattr(entry, "talks", False):
                continue  # no door leads there; or it asks a model, and its own tests do this
            wrong = [problem for raw in garbled(entry) if (problem := self._problem(entry, raw))]
            with self.subTest(entry.name):
                self.assertEqual(wrong[:3], [])

    def _problem(self, entry: Entry[Any, Any], raw: dict[str, Any]) -> str:
        """Return what is wrong with the answer to garbage; empty when it is a refusal or fine."""
        try:
            with transaction.atomic():
                entry.submit(self.everybody, raw)  # type: ignore[attr-defined]
                transaction.set_rollback(True)
        except Refused as refusal:
            return "" if refusal.message else f"{raw}: no sentence"
        except Exception as error:
            return f"{_short(raw)}: {error!r}"
        return ""


def _short(raw: dict[str, Any]) -> str:
    return str({name: str(value)[:30] for name, value in raw.items()})
