"""When sessions begin and end, when an answer waits, and why a message got none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.utils import timezone

from agents import jobs, reactions
from agents.engine import resting, situation, turn
from agents.engine.values import Decision, Do
from agents.models import AgentTurn, Session
from agents.operations import settings
from agents.tests.selling import EVERYTHING, SOMNIO, SellingTest
from crm.models import Order
from inbox.models import Message
from inbox.operations import conversations, messages
from morfx.jobs.models import Job
from morfx.operations.catalogue import operations
from morfx.operations.errors import Refused
from morfx.workspaces.models import Workspace

DAY = timedelta(hours=24)
BOGOTA = "America/Bogota"


def at(text: str) -> datetime:
    """Return a moment of UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("active", "now", "zone", "why"),
    [
        # 23:30 in Bogota is 04:30 UTC; the night's close there is at 07:00 UTC.
        ("2026-11-20T04:30", "2026-11-20T06:59", BOGOTA, ""),
        ("2026-11-20T04:30", "2026-11-20T07:00", BOGOTA, "night"),
        ("2026-11-20T05:30", "2026-11-20T07:00", BOGOTA, ""),
        ("2026-11-20T00:30", "2026-11-20T04:00", BOGOTA, ""),
        ("2026-11-20T20:00", "2026-11-21T06:00", BOGOTA, ""),
        ("2026-11-20T20:00", "2026-11-21T07:01", BOGOTA, "night"),
        ("2026-11-20T20:00", "2026-11-21T07:01", "Asia/Tokyo", ""),
        ("2026-11-20T10:00", "2026-11-20T17:00", "Asia/Tokyo", "night"),
        ("2026-11-19T06:00", "2026-11-20T06:01", BOGOTA, "inactivity"),
        # The clocks of New York went back on 2026-11-01 at 06:00 UTC.
        ("2026-11-01T03:59", "2026-11-01T07:00", "America/New_York", "night"),
        ("2026-11-01T04:01", "2026-11-01T07:00", "America/New_York", ""),
    ],
)
def test_the_night_is_the_workspaces_own(active, now, zone, why):
    assert resting.why_over(at(active), at(now), zone, idle=DAY, nightly=True) == why


def test_without_a_close_at_night_only_inactivity_counts():
    long, now = at("2026-11-20T10:00"), at("2026-11-21T09:00")
    assert resting.why_over(long, now, BOGOTA, idle=DAY, nightly=False) == ""
    assert resting.why_over(long, now, BOGOTA, idle=timedelta(hours=3), nightly=False)


class RestTest(SellingTest):
    def quiet_for(self, **time) -> None:
        Session.objects.update(last_activity_at=timezone.now() - timedelta(**time))

    def zone_in_which_it_is(self, hour: int) -> None:
        """Let the workspace be where it is this hour of the day now."""
        offset = (hour - timezone.now().hour) % 24
        offset = offset - 24 if offset > 12 else offset
        name = f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"
        Workspace.objects.filter(pk=self.ana.workspace_id).update(time_zone=name)

    def test_at_night_the_sessions_of_the_day_before_are_closed(self):
        self.zone_in_which_it_is(3)
        self.says("quiero comprar")
        self.quiet_for(hours=5)
        jobs.close_idle_sessions()
        session = Session.objects.get()
        self.assertEqual((session.status, session.closed_reason), ("closed", "night"))
        self.assertHappened("session.closed", reason="night")
        self.assertFalse(Job.objects.filter(key__startswith="agent:").exists())

    def test_by_day_they_stay(self):
        self.zone_in_which_it_is(14)
        self.says("quiero comprar")
        self.quiet_for(hours=5)
        jobs.close_idle_sessions()
        self.assertEqual(Session.objects.get().status, "active")

    def test_a_workspace_that_wants_no_night(self):
        self.zone_in_which_it_is(3)
        settings.set_agent(self.ana, agent=SOMNIO, closes_nightly=False)
        self.says("quiero comprar")
        self.quiet_for(hours=5)
        jobs.close_idle_sessions()
        self.assertEqual(Session.objects.get().status, "active")

    def test_how_long_is_the_workspaces_to_say(self):
        self.zone_in_which_it_is(14)
        settings.set_agent(self.ana, agent=SOMNIO, idle_hours=2)
        self.says("quiero comprar")
        self.quiet_for(hours=1, minutes=30)
        jobs.close_idle_sessions()
        self.assertEqual(Session.objects.get().status, "active")
        self.quiet_for(hours=2, minutes=1)
        self.says("hola")
        self.assertEqual(sorted(s.status for s in Session.objects.all()), ["active", "closed"])


class QuietTest(SellingTest):
    quiet = 3.0

    def due(self) -> datetime:
        return Job.objects.get(key=f"answer:{self.conversation().pk}").due_at

    def test_a_new_message_begins_the_pause_again(self):
        self.customer_writes("hola")
        self.run_jobs(only="agents.wake_the_agent")
        first = self.due()
        self.assertAlmostEqual((first - timezone.now()).total_seconds(), 3, delta=1.5)
        self.customer_writes("cuanto vale?")
        self.run_jobs(only="agents.wake_the_agent")
        self.assertGreater(self.due(), first)
        self.assertEqual(Job.objects.filter(name="agents.answer").count(), 1)
        self.run_jobs(ahead=10)
        (heard,) = AgentTurn.objects.filter(role="customer")
        self.assertEqual(heard.text, "hola\ncuanto vale?")

    def test_but_not_for_longer_than_its_patience(self):
        first = self.customer_writes("hola")
        begun = timezone.now() - timedelta(seconds=11)
        Message.objects.filter(pk=first.pk).update(created_at=begun)
        self.customer_writes("y?")
        self.run_jobs(only="agents.wake_the_agent")
        most = begun + timedelta(seconds=3 * reactions.PATIENCE)
        self.assertAlmostEqual((self.due() - most).total_seconds(), 0, delta=0.5)

    def test_who_never_stops_is_answered_all_the_same(self):
        first = self.customer_writes("hola")
        long_ago = timezone.now() - timedelta(minutes=5)
        Message.objects.filter(pk=first.pk).update(created_at=long_ago)
        self.customer_writes("y?")
        self.run_jobs(only="agents.wake_the_agent")
        self.assertLessEqual(self.due(), timezone.now() + timedelta(seconds=0.5))


class SystemTurnTest(SellingTest):
    def test_a_timers_turn_is_the_systems_and_leaves_the_customers_words_alone(self):
        self.says("quiero comprar")
        before = Session.objects.get().state["intents_seen"]
        self.run_jobs(ahead=601)
        turns = list(AgentTurn.objects.order_by("number").values_list("role", "text"))
        self.assertEqual([role for role, _ in turns], ["customer", "agent", "system", "agent"])
        self.assertEqual(turns[2][1], "")
        self.assertEqual(Session.objects.get().state["intents_seen"], before)
        setting = situation.setting_of(self.conversation())
        assert setting is not None
        here = situation.read(self.conversation(), setting, Session.objects.get(), [])
        said = {line.role for line in here.history}
        self.assertEqual(said, {"customer", "agent"})
        heard = [line.text for line in here.history if line.role == "customer"]
        self.assertEqual(heard, ["quiero comprar"])
        self.assertEqual(AgentTurn.objects.filter(role="customer").count(), 1)


class SilenceTest(SellingTest):
    speed = 1.0

    def reason(self) -> str:
        return Message.objects.filter(direction="inbound").latest("id").heard_by

    def plans_an_answer(self) -> None:
        self.customer_writes("cuanto vale?")
        self.run_jobs(only="agents.wake_the_agent")
        turn.answer(self.conversation().pk)
        self.assertTrue(self.reason().startswith("turn:"))

    def test_a_person_was_faster_than_the_first_bubble(self):
        self.plans_an_answer()
        messages.send(self.beto, conversation=self.conversation(), text="Yo te atiendo")
        self.assertEqual(self.reason(), "superseded")

    def test_the_bot_was_switched_off_before_the_first_bubble(self):
        self.plans_an_answer()
        conversations.set_bot(self.beto, conversation=self.conversation(), enabled=False)
        self.assertEqual(self.reason(), "bot_off")

    def test_the_agent_was_switched_off_before_the_first_bubble(self):
        self.plans_an_answer()
        settings.set_agent(self.ana, agent=SOMNIO, on=False)
        self.run_jobs(ahead=60)
        self.assertEqual((self.reason(), self.phone_shows()), ("agent_off", []))

    def test_the_window_closed_before_the_first_bubble(self):
        self.plans_an_answer()
        long_ago = timezone.now() - timedelta(hours=25)
        type(self.conversation()).objects.update(last_customer_message_at=long_ago)
        self.run_jobs(ahead=60)
        self.assertEqual((self.reason(), self.phone_shows()), ("window_closed", []))

    def test_an_answer_of_which_some_went_out_is_an_answer(self):
        self.customer_writes("hola")
        self.run_jobs(only="agents.wake_the_agent")
        self.run_jobs(only="agents.answer", ahead=1)
        self.run_jobs(ahead=0.5, only="inbox.deliver")
        if not self.phone_shows():
            self.run_jobs(ahead=3, only="inbox.deliver")
        messages.send(self.beto, conversation=self.conversation(), text="Yo te atiendo")
        self.assertTrue(self.reason().startswith("turn:"))


class RetriedDeedTest(SellingTest):
    def confirms(self, failing) -> list[str]:
        self.says(EVERYTHING)
        self.says("el de 2")
        create = operations["crm.order.create"]
        with mock.patch.object(create, "function", failing(create.function)):
            return self.says("si, confirmo")

    def test_what_may_work_a_moment_later_is_tried_again_under_the_same_key(self):
        keys: list[str | None] = []

        def failing(real):
            def make(actor, **inputs):
                keys.append("tried")
                if len(keys) < 3:
                    raise Refused("Not now.", retryable=True)
                return real(actor, **inputs)

            return make

        replies = self.confirms(failing)
        self.assertEqual((len(keys), Order.objects.count()), (3, 1))
        self.assertFalse(any("asesor" in reply for reply in replies), replies)
        tool = self.tool("crm.order.create")
        self.assertEqual((tool["tries"], "error" in tool), (3, False))

    def test_what_never_works_goes_to_a_person(self):
        def failing(real):
            def make(actor, **inputs):
                raise Refused("Not now.", retryable=True)

            return make

        (reply,) = self.confirms(failing)
        self.assertIn("asesor", reply)
        self.assertEqual((self.tool("crm.order.create")["tries"], Order.objects.count()), (3, 0))

    def test_what_is_final_is_tried_once(self):
        calls: list[int] = []

        def failing(real):
            def make(actor, **inputs):
                calls.append(1)
                raise Refused("Never.")

            return make

        self.confirms(failing)
        self.assertEqual(len(calls), 1)

    def tool(self, name: str) -> dict:
        trace = AgentTurn.objects.filter(role="customer").latest("number").trace
        return next(tool for tool in trace["tools"] if tool["name"] == name)

    def test_an_operation_outside_the_allow_list_is_refused_and_told(self):
        def hear(flow, state, text, heard, world):
            deed = Do(operation="crm.order.delete", inputs={"order": "x"}, purpose="tag")
            return Decision(state=state, effects=(deed,))

        with mock.patch("agents.catalogue.somnio.flow.Somnio.hear", hear):
            self.says("borra mi pedido")
        self.assertEqual(self.tool("crm.order.delete")["error"]["code"], "PERMISSION_DENIED")
