"""Lookups read; operations that talk are called once per key and cannot be tried."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from morfx.operations.actor import Actor
from morfx.operations.catalogue import Lookup, Operation
from morfx.operations.errors import Forbidden
from morfx.operations.inputs import Ref
from morfx.testing.case import CafeTest
from morfx.workspaces.models import Membership


class LookupTest(CafeTest):
    def test_it_reads_its_own_workspace_and_asks_for_permission(self) -> None:
        def names(actor: Actor, *, member: Ref[Membership] | None = None) -> dict[str, UUID]:
            """Return who is here."""
            return {m.user.name: m.pk for m in Membership.objects.select_related("user")}

        look: Lookup[..., Any] = Lookup("tests.member.names", "contacts.view", names)
        self.assertEqual(set(look.submit(self.ana, {})), {"ana", "beto"})
        self.assertEqual(set(look.submit(self.other_shop.owner, {})), {"zoe", "yuri"})
        with self.assertRaises(Forbidden):
            look.submit(self.nobody, {})
        with self.assertRaises(Forbidden):
            look(self.nobody)


class TalkingTest(CafeTest):
    def setUp(self) -> None:
        super().setUp()
        self.said: list[str] = []

        def ask(actor: Actor, *, text: str) -> dict[str, str]:
            """Ask somebody outside."""
            self.said.append(text)
            return {"answer": text.upper()}

        self.ask: Operation[..., Any] = Operation("tests.ask", "contacts.view", ask, talks=True)

    def test_a_key_is_one_call_and_each_actors_own(self) -> None:
        first = self.ask.submit(self.ana, {"text": "a"}, key="k")
        again = self.ask.submit(self.ana, {"text": "a"}, key="k")
        self.assertEqual((first.data, again.data), ({"answer": "A"}, {"answer": "A"}))
        self.assertTrue(again.repeated)
        self.assertEqual(self.said, ["a"])
        self.ask.submit(self.beto, {"text": "b"}, key="k")
        self.assertEqual(self.said, ["a", "b"])

    def test_it_cannot_be_tried_without_doing_it(self) -> None:
        with self.assertRefused(field="dry_run"):
            self.ask.submit(self.ana, {"text": "a"}, dry_run=True)
        self.assertEqual(self.said, [])
