"""What a turn knows of its customer, and what it tells of itself."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

from django.utils import timezone

from agents.engine import situation
from agents.models import Session
from agents.operations import settings
from agents.tests.selling import SOMNIO, SellingTest, claude_at
from inbox.models import Message
from inbox.testing import inbound_payload
from morfx.operations.catalogue import lookups


class CostTest(SellingTest):
    def test_what_a_turn_cost_is_money_wherever_it_is_answered(self):
        with claude_at():
            self.says("cuanto vale?")
        listed = lookups["agents.turn.list"].submit(self.ana, {})["items"]
        turn = next(row for row in listed if row["role"] == "customer")
        self.assertEqual(turn["cost"]["currency"], "USD")
        self.assertGreater(float(turn["cost"]["amount"]), 0)
        self.assertEqual(turn["trace"]["models"][0]["cost"]["currency"], "USD")
        (call,) = lookups["agents.call.list"].submit(self.ana, {})["items"]
        self.assertEqual(call["cost"], turn["cost"])


class FirstTurnTest(SellingTest):
    def test_it_is_the_first_of_its_session_and_no_other(self):
        first = []
        read = situation.read

        def watched(*args, **kwargs):
            here = read(*args, **kwargs)
            first.append(here.world.first_turn)
            return here

        with mock.patch("agents.engine.situation.read", watched):
            self.says("hola")
            self.says("cuanto vale?")
            Session.objects.update(last_activity_at=timezone.now() - timedelta(hours=25))
            self.says("hola")
        self.assertEqual(first, [True, False, True])

    def test_what_the_shop_knows_of_the_customer_is_the_worlds(self):
        self.customer_writes("hola")
        contact = self.conversation().contact
        assert contact is not None
        contact.city, contact.email = "Cali", "marta@example.com"
        contact.save()
        setting = situation.setting_of(self.conversation())
        assert setting is not None
        here = situation.read(self.conversation(), setting, Session(agent=SOMNIO), [])
        self.assertEqual(here.world.contact["city"], "Cali")
        self.assertEqual(here.world.contact["email"], "marta@example.com")
        self.assertNotIn("address", here.world.contact)
        self.assertEqual(here.world.policies, {"promos_timeout": "order"})
        self.set_policy("remind")
        setting = situation.setting_of(self.conversation())
        assert setting is not None
        here = situation.read(self.conversation(), setting, Session(agent=SOMNIO), [])
        self.assertEqual(here.world.policies, {"promos_timeout": "remind"})

    def set_policy(self, policy):
        settings.set_agent(self.ana, agent=SOMNIO, promos_timeout=policy)


class WindowTest(SellingTest):
    def test_who_wrote_more_than_a_day_ago_is_not_answered_and_it_says_why(self):
        long_ago = (timezone.now() - timedelta(hours=25)).timestamp()
        self.store(inbound_payload("hola", sender=self.sender, at=long_ago))
        self.run_jobs(ahead=1)
        self.assertEqual(self.phone_shows(), [])
        self.assertEqual(Message.objects.get().heard_by, "window_closed")
