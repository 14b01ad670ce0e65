"""A turn in trouble: somebody was faster, somebody died, nobody can pay, nothing can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from unittest import mock

from django.utils import timezone

from agents import jobs
from agents.engine import leases, turn
from agents.engine.considering import consider
from agents.models import AgentTurn, Session, TurnLease
from agents.operations import sessions, settings
from agents.tests.selling import EVERYTHING, SOMNIO, SellingTest
from crm.models import Order, Task
from inbox.models import Message, Send
from inbox.operations import conversations, messages
from morfx.events.models import Event
from morfx.jobs.models import Job
from morfx.operations.actor import Actor
from morfx.operations.catalogue import find
from morfx.operations.errors import Refused


@contextmanager
def meanwhile(act: Callable[[], object], *, times: int = 1) -> Iterator[list[int]]:
    """Let something happen between understanding and committing, the first `times` times."""
    rounds: list[int] = []

    def considered(here):
        answer = consider(here)
        rounds.append(len(here.messages))
        if len(rounds) <= times:
            act()
        return answer

    with mock.patch.object(turn, "consider", considered):
        yield rounds


class OvertakenTest(SellingTest):
    def test_a_person_who_replies_before_the_commit_has_the_word(self):
        message = self.customer_writes("cuanto vale?")
        beto_replies = lambda: messages.send(  # noqa: E731
            self.beto, conversation=self.conversation(), text="Yo te atiendo"
        )
        with meanwhile(beto_replies):
            self.run_jobs(ahead=1)
        self.assertEqual(self.phone_shows(), ["Yo te atiendo"])
        self.assertFalse(AgentTurn.objects.exists())
        message.refresh_from_db()
        self.assertEqual(message.heard_by, "person")

    def test_switching_the_bot_off_before_the_commit_silences_it(self):
        self.customer_writes("cuanto vale?")
        off = lambda: conversations.set_bot(  # noqa: E731
            self.beto, conversation=self.conversation(), enabled=False
        )
        with meanwhile(off):
            self.run_jobs(ahead=1)
        self.assertEqual(self.phone_shows(), [])
        self.assertFalse(AgentTurn.objects.exists())

    def test_a_session_that_changed_is_read_again(self):
        self.says("hola")
        session = Session.objects.get()

        def change() -> None:
            Session.objects.filter(pk=session.pk).update(version=session.version + 5)

        self.customer_writes("cuanto vale?")
        with meanwhile(change) as rounds:
            self.run_jobs(ahead=1)
        self.assertEqual(len(rounds), 2)
        session.refresh_from_db()
        turns = AgentTurn.objects.filter(role="customer", text="cuanto vale?")
        self.assertEqual(turns.count(), 1)
        self.assertTrue(any("$77,900" in text for text in self.phone_shows()))

    def test_a_message_before_the_commit_is_answered_with_the_first(self):
        self.customer_writes("hola")
        with meanwhile(lambda: self.customer_writes("cuanto vale?")) as rounds:
            self.run_jobs(only="agents.wake_the_agent")
            self.run_jobs(only="agents.answer", ahead=1)
        self.assertEqual(rounds, [1, 2])
        (heard,) = AgentTurn.objects.filter(role="customer")
        self.assertEqual(heard.text, "hola\ncuanto vale?")
        self.assertEqual(Event.objects.filter(name="turn.taken").count(), 1)

    def test_who_writes_without_end_is_answered_all_the_same(self):
        self.customer_writes("hola")
        with meanwhile(lambda: self.customer_writes("y?"), times=99) as rounds:
            self.run_jobs(only="agents.wake_the_agent")
            turn.answer(self.conversation().pk)
        self.assertEqual(len(rounds), turn.MOST_ROUNDS)
        self.assertEqual(AgentTurn.objects.filter(role="customer").count(), 1)
        self.assertEqual(Message.objects.filter(heard_at=None, direction="inbound").count(), 1)


class LeaseTest(SellingTest):
    def test_a_held_lease_puts_the_answer_off(self):
        self.customer_writes("cuanto vale?")
        conversation = self.conversation().pk
        token = leases.take(conversation)
        assert token is not None
        self.assertRaises(turn.Busy, turn.answer, conversation)
        self.run_jobs(only="agents.wake_the_agent")
        self.run_jobs(only="agents.answer")
        row = Job.objects.get(key=f"answer:{conversation}")
        self.assertGreater(row.due_at, timezone.now())
        self.assertEqual(self.phone_shows(), [])
        leases.release(conversation, token)
        self.run_jobs(ahead=1)
        self.assertTrue(self.phone_shows())

    def test_the_lease_of_a_dead_worker_runs_out(self):
        self.customer_writes("cuanto vale?")
        conversation = self.conversation().pk
        leases.take(conversation)
        TurnLease.objects.update(until=timezone.now() - timedelta(seconds=1))
        self.run_jobs(ahead=1)
        self.assertTrue(self.phone_shows())
        self.assertIsNone(TurnLease.objects.get().until)

    def test_a_stale_token_commits_nothing_and_gives_way(self):
        self.customer_writes("cuanto vale?")
        conversation = self.conversation().pk
        newer: list[int | None] = []

        def lose() -> None:
            TurnLease.objects.update(until=timezone.now() - timedelta(seconds=1))
            newer.append(leases.take(conversation))

        with meanwhile(lose) as rounds:
            self.assertRaises(turn.Busy, turn.answer, conversation)
        self.assertEqual(len(rounds), 1)
        self.assertFalse(AgentTurn.objects.exists())
        self.assertFalse(Send.objects.exists())
        self.assertEqual(TurnLease.objects.get().token, newer[0])


class SessionTest(SellingTest):
    def long_ago(self) -> None:
        Session.objects.update(last_activity_at=timezone.now() - timedelta(hours=25))

    def test_it_closes_by_inactivity_and_the_next_message_opens_another(self):
        self.says("hola")
        self.says("quiero comprar")
        self.long_ago()
        jobs.close_idle_sessions()
        first = Session.objects.get()
        self.assertEqual((first.status, first.closed_reason), ("closed", "inactivity"))
        self.assertHappened("session.closed", session=first.pk, reason="inactivity")
        self.assertFalse(Job.objects.filter(key__startswith="agent:").exists())
        self.assertTrue(any("Bienvenido" in text for text in self.says("hola")))
        second = Session.objects.exclude(pk=first.pk).get()
        self.assertEqual((second.status, second.state["mode"]), ("active", "conversacion"))

    def test_a_message_closes_a_session_that_no_sweep_has_closed_yet(self):
        self.says("hola")
        self.long_ago()
        self.says("hola")
        self.assertEqual(sorted(s.status for s in Session.objects.all()), ["active", "closed"])

    def test_one_that_is_in_use_stays(self):
        self.says("hola")
        jobs.close_idle_sessions()
        self.assertEqual(Session.objects.get().status, "active")

    def test_opening_twice_opens_once(self):
        self.customer_writes("hola")
        actor = Actor.system(self.ana.workspace_id, "tests")
        both = [
            sessions.start(actor, conversation=self.conversation(), agent=SOMNIO) for _ in range(2)
        ]
        self.assertEqual(both[0].pk, both[1].pk)
        self.assertEqual(Event.objects.filter(name="session.opened").count(), 1)


class CannotGoOnTest(SellingTest):
    def test_a_spent_budget_hands_over(self):
        self.says("hola")
        settings.set_agent(self.ana, agent=SOMNIO, budget_tokens_session=0)
        replies = self.says("cuanto vale?")
        self.assertEqual(len(replies), 1)
        self.assertIn("asesor", replies[0])
        self.assertEqual(Session.objects.get().status, "handed_off")
        self.assertIn("tokens", Task.objects.get().description)
        self.assertEqual(self.says("hola?"), [])

    def test_pictures_ask_for_words_and_then_for_a_person(self):
        first, second = self.sends_a_picture(), self.sends_a_picture()
        self.assertEqual((len(first), len(second)), (1, 1))
        self.assertIn("texto", first[0])
        (third,) = self.sends_a_picture()
        self.assertIn("asesor", third)
        self.assertHappened("conversation.handedOver")

    def test_words_between_pictures_begin_the_count_again(self):
        self.sends_a_picture()
        self.sends_a_picture()
        self.assertTrue(self.says("cuanto vale?"))
        (answer,) = self.sends_a_picture()
        self.assertIn("texto", answer)
        self.assertNothingHappened("conversation.handedOver")

    def test_a_refused_order_promises_nothing_and_asks_a_person(self):
        self.says(EVERYTHING)
        self.says("el de 2")
        create = find("crm.order.create")
        with mock.patch.object(create, "function", side_effect=Refused("The pipeline is full.")):
            replies = self.says("si, confirmo")
        self.assertEqual(len(replies), 1)
        self.assertIn("asesor", replies[0])
        self.assertFalse(Order.objects.exists())
        session = Session.objects.get()
        self.assertEqual((session.status, session.state["mode"]), ("handed_off", "resumen"))
        self.assertIn("The pipeline is full.", Task.objects.get().description)
        trace = AgentTurn.objects.filter(role="customer").latest("number").trace
        errors = [tool["error"]["message"] for tool in trace["tools"] if "error" in tool]
        self.assertEqual(errors, ["The pipeline is full."])

    def test_what_is_not_essential_may_fail(self):
        self.says(EVERYTHING)
        self.says("el de 2")
        tag = find("crm.tag.add")
        with mock.patch.object(tag, "function", side_effect=Refused("No tags today.")):
            replies = self.says("si, confirmo")
        self.assertEqual(len(replies), 2)
        self.assertEqual(str(Order.objects.get().total), "109900.00")

    def test_when_no_model_answers_a_person_does(self):
        self.customer_writes("cuanto vale?")
        self.run_jobs(only="agents.wake_the_agent")
        conversation = self.conversation().pk
        broken = mock.patch("agents.llm.embedded.client.Embedded.comprehend", side_effect=OSError)
        with broken:
            turn.answer(conversation)
        self.assertIsNone(TurnLease.objects.get().until)
        self.run_jobs(ahead=1)
        self.assertEqual(len(self.phone_shows()), 1)
        self.assertIn("asesor", self.phone_shows()[0])
