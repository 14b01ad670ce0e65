"""A live rehearsal writes to the CRM, marked as test data; WhatsApp and automations stay out."""

from __future__ import annotations

from typing import Any
from unittest import mock

from agents.models import SandboxSession
from agents.operations import sandbox
from crm.models import Contact, Order, Pipeline
from inbox.models import Conversation, Message, Send
from morfx.events.ledger import MAX_DEPTH, reactions
from morfx.events.models import Event
from morfx.jobs.models import Job
from morfx.operations.catalogue import lookups

from .rehearsing import EVERYTHING, SOMNIO, Rehearsing, deeds


class Live(Rehearsing):
    def setUp(self) -> None:
        super().setUp()
        self.session = self.start(live=True)

    def buy(self) -> Any:
        self.say(EVERYTHING)
        self.say("el de 2")
        return self.say("si, confirmo")


class LiveTest(Live):
    def test_a_sale_is_in_the_crm_marked_as_a_test(self):
        answer = self.buy()
        contact, order = Contact.objects.get(), Order.objects.get()
        self.assertEqual(contact.name, "test-Jose Romero")
        self.assertIsNone(contact.phone)
        self.assertEqual((str(order.total), order.contact), ("109900.00", contact))
        self.assertEqual((order.source, order.confirmed), ("sandbox", True))
        for bearer in (contact, order):
            self.assertIn("sandbox", bearer.tags.values_list("name", flat=True))
        (deed,) = deeds(answer, "crm.order.create")
        self.assertEqual(deed["live"]["result"]["id"], str(order.pk))

    def test_test_data_can_be_filtered(self):
        self.buy()
        for name, rows in (("crm.contact.list", Contact), ("crm.order.list", Order)):
            found = lookups[name].submit(self.beto, {"tag": "sandbox"})["items"]
            self.assertEqual([row["id"] for row in found], [str(rows.objects.get().pk)])

    def test_what_is_corrected_changes_the_same_rows(self):
        self.buy()
        self.say("mi barrio es Cedritos")
        self.assertEqual((Contact.objects.count(), Order.objects.count()), (1, 1))
        self.assertIn("Cedritos", Contact.objects.get().address)

    def test_a_timer_s_order_is_unconfirmed(self):
        self.say(EVERYTHING)
        self.say("el de 2")
        self.advance(700)
        self.assertFalse(Order.objects.get().confirmed)

    def test_nothing_reacts_and_nobody_is_written_to(self):
        made_known = mock.Mock(name="a reaction")
        for name in ("contact.created", "order.created", "contact.updated"):
            reactions.setdefault(name, []).append(made_known)
            self.addCleanup(reactions[name].remove, made_known)
        jobs = Job.objects.count()
        self.buy()
        self.assertEqual(Job.objects.count(), jobs)
        for rows in (Conversation, Message, Send):
            self.assertFalse(rows.objects.exists(), rows)
        made = Event.objects.filter(via="sandbox")
        self.assertTrue(made.get(name="order.created").unheard)
        self.assertEqual({(e.who, e.depth) for e in made}, {(self.beto.who, MAX_DEPTH)})

    def test_a_refused_order_hands_over_as_in_production(self):
        self.say(EVERYTHING)
        self.say("el de 2")
        Pipeline.objects.all().delete()
        answer = self.say("si, confirmo")
        self.assertIn("crm.order.create", answer["handed_over"])
        self.assertEqual(len(answer["replies"]), 1)
        self.assertEqual(answer["state"]["mode"], "resumen")
        self.assertFalse(Order.objects.exists())

    def test_without_its_contact_people_take_over(self):
        self.say(EVERYTHING)
        self.say("el de 2")
        Contact.objects.all().delete()
        self.assertIn("crm.order.create", self.say("si, confirmo")["handed_over"])
        self.assertEqual(self.do("read")["status"], "handed_off")

    def test_a_repeated_call_under_one_key_does_nothing_twice(self):
        self.say(EVERYTHING)
        self.say("el de 2")
        inputs = {"session": self.session, "text": "si, confirmo"}
        first, again = (sandbox.say.submit(self.beto, inputs, key="k") for _ in range(2))
        self.assertEqual((again.data, again.repeated), (first.data, True))
        self.assertEqual((Order.objects.count(), self.row().stage["turn"]), (1, 3))

    def test_replays_and_branches_are_dry(self):
        self.buy()
        before = Event.objects.count()
        again = self.do("replay")
        self.assertTrue(again["same"], [t["differences"] for t in again["turns"]])
        self.session = self.do("branch", turn=2)["session"]
        self.say("si, confirmo")
        self.assertEqual((Event.objects.count(), Order.objects.count()), (before, 1))
        self.assertFalse(self.do("read")["live"])

    def test_taken_back_the_rows_stay_and_the_contact_is_the_same(self):
        self.buy()
        self.do("rewind", turn=2)
        self.say("si, confirmo")
        self.assertEqual((Contact.objects.count(), Order.objects.count()), (1, 2))

    def test_when_somebody_else_was_faster_nothing_is_written(self):
        self.say(EVERYTHING)
        self.say("el de 2")
        stale = self.row()
        self.say("cuanto vale?")
        events = Event.objects.count()
        with self.assertRefused(code="CONFLICT"):
            sandbox.say(self.beto, session=stale, text="si, confirmo")
        self.assertEqual((Order.objects.count(), Event.objects.count()), (0, events))


class WhoMayTest(Rehearsing):
    def test_only_who_may_write_contacts_and_orders(self):
        from dataclasses import replace

        mere = replace(self.beto, permissions=frozenset({"whatsapp.view"}))
        with self.assertRefused(code="PERMISSION_DENIED"):
            self.do("start", actor=mere, agent=SOMNIO, live=True)
        self.assertFalse(Contact.objects.exists())
        self.assertTrue(self.do("start", actor=mere, agent=SOMNIO)["session"])

    def test_a_key_for_the_sandbox_alone_writes_no_orders(self):
        from dataclasses import replace

        names = frozenset({"agents.sandbox.start", "agents.sandbox.say"})
        key = replace(self.beto, operations=names, via="api")
        with self.assertRefused(code="PERMISSION_DENIED"):
            self.do("start", actor=key, agent=SOMNIO, live=True)
        self.assertEqual(SandboxSession.objects.count(), 1)

    def test_dry_is_what_is_not_asked_otherwise(self):
        self.say(EVERYTHING)
        self.assertFalse(self.do("read")["live"])
        self.assertFalse(Contact.objects.exists())
