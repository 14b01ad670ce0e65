"""Pokes leave after the commit, once, and never for what was rolled back."""

from __future__ import annotations

import json
from typing import Any

import psycopg
from django.db import connection, transaction

from morfx.events.layer import PostgresLayer
from morfx.events.poke import group, poke
from morfx.testing.committed import CommittedTest


class PokeTest(CommittedTest):
    def setUp(self) -> None:
        super().setUp()
        parameters = connection.get_connection_params()
        for ours in ("context", "cursor_factory"):
            parameters.pop(ours, None)
        self.ear: psycopg.Connection[Any] = psycopg.connect(**parameters, autocommit=True)
        self.ear.execute(f"LISTEN {PostgresLayer.CHANNEL}")
        self.addCleanup(self.ear.close)
        self.here = self.shop.workspace.pk

    def heard(self) -> list[tuple[str, str]]:
        """Return (group, name) of each poke that has arrived."""
        found = [json.loads(notice.payload) for notice in self.ear.notifies(timeout=0.2)]
        return [(to, message["name"]) for to, message in found]

    def test_after_the_commit_and_once_per_name(self) -> None:
        with transaction.atomic():
            poke(self.here, "board", "board", "thread-1")
            poke(self.here, "board")
            self.assertEqual(self.heard(), [])
        wanted = [(group(self.here, name), name) for name in ("board", "thread-1")]
        self.assertEqual(self.heard(), wanted)

    def test_never_after_a_rollback(self) -> None:
        with self.assertRaises(ZeroDivisionError), transaction.atomic():
            poke(self.here, "board")
            raise ZeroDivisionError
        self.assertEqual(self.heard(), [])
        with transaction.atomic():
            try:
                with transaction.atomic():
                    poke(self.here, "inner")
                    raise ZeroDivisionError
            except ZeroDivisionError:
                poke(self.here, "outer")
        self.assertEqual(self.heard(), [(group(self.here, "outer"), "outer")])

    def test_workspaces_are_kept_apart(self) -> None:
        poke(self.other_shop.workspace.pk, "board")
        self.assertEqual(self.heard(), [(group(self.other_shop.workspace.pk, "board"), "board")])
        self.assertNotEqual(group(self.here, "board"), group(self.other_shop.workspace.pk, "board"))
