"""The ledger of model calls: a row before each, settled with what follows from it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from unittest import mock

from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from agents.llm import calls
from agents.llm.chain import Chain, Link
from agents.llm.clients import LEDGER, EmbeddedClient, claude
from agents.llm.protocol import Usage
from agents.models import ModelCall
from agents.operations import alarms
from agents.tests import messages_answers as answers
from agents.tests.fresh_models import FORECAST, FreshTest, chain
from agents.tests.selling import CommittedSellingTest, claude_at
from agents.tests.test_llm_chain import REQUEST
from morfx.events.models import Event
from morfx.jobs.models import Job
from morfx.operations.catalogue import lookups
from morfx.tenancy import within
from morfx.testing.committed import at_once


class BeforeTheCallTest(CommittedSellingTest):
    def test_a_call_is_a_committed_row_before_it_is_made(self):
        seen: list[tuple[object, ...]] = []
        with claude_at(lambda body: self._look(seen)):
            chain().comprehend(REQUEST)
        self.assertEqual(seen, [("started", "claude-haiku-4-5", True)])

    def _look(self, seen):
        """Look at the ledger from the server's thread, then answer."""
        with within(self.shop.workspace.pk), transaction.atomic():
            seen.extend(ModelCall.objects.values_list("outcome", "asked_model", "is_estimate"))
        connection.close()
        return answers.understood("precio")

    def test_a_process_that_dies_in_a_call_leaves_it_started_and_then_unknown(self):
        class Killed(BaseException):
            """Nothing catches it, as nothing catches SIGKILL."""

        with claude_at():
            client = claude("claude-haiku-4-5", "claude-sonnet-4-6").client
            killed = mock.patch.object(client, "comprehend", side_effect=Killed)
            with killed, self.assertRaises(Killed):
                chain().comprehend(REQUEST)
        with transaction.atomic():
            (row,) = ModelCall.objects.all()
            self.assertEqual((row.outcome, row.is_estimate), ("started", True))
            self.assertGreater(row.cost, 0)
            self.assertFalse(calls.lost_calls().exists())
            old = timezone.now() - calls.LOST_AFTER - timedelta(seconds=1)
            ModelCall.objects.update(created_at=old)
        from agents.reconciling import reconcile

        reconcile()
        with transaction.atomic():
            row.refresh_from_db()
            self.assertEqual((row.outcome, row.error), ("unknown", "lost"))
            self.assertTrue(row.is_estimate)
            self.assertFalse(calls.give_up(row.pk))

    def test_no_connection_is_held_while_the_model_thinks(self):
        held: list[bool] = []

        def thinking(body):
            held.append(self.thread_connection.connection is not None)
            return answers.understood("precio")

        def ask() -> None:
            self.thread_connection = connections["default"]
            chain().comprehend(REQUEST)

        with claude_at(thinking):
            self.in_thread(ask).join(20)
        self.assertEqual(held, [False])

    def test_an_alarm_raised_by_many_turns_at_once_is_told_once(self):
        def alarm(number: int) -> bool:
            from morfx.operations.actor import Actor

            with within(self.shop.workspace.pk):
                actor = Actor.system(self.shop.workspace.pk, "models")
                return alarms.raise_alarm(actor, client="anthropic", failure="spend_limit")

        told = at_once(8, alarm)
        self.assertEqual(sorted(map(str, told)), ["False"] * 7 + ["True"])
        with transaction.atomic():
            self.assertEqual(Event.objects.filter(name="model.alarm").count(), 1)
            self.assertEqual(Job.objects.filter(name="agents.mail_model_alarm").count(), 1)


class CallsTest(FreshTest):
    def test_the_embedded_model_needs_no_row_and_no_query(self):
        from agents.catalogue.somnio.language import LANGUAGE

        with self.assertNumQueries(0):
            Chain([Link(EmbeddedClient(LANGUAGE))], watch=LEDGER).comprehend(REQUEST)

    def test_a_call_elsewhere_costs_one_insert_and_now_and_then_a_look(self):
        with claude_at():
            chain().comprehend(REQUEST)
            with self.assertNumQueries(3):  # a savepoint of the test around one insert
                chain().comprehend(REQUEST)

    def test_what_cannot_be_written_down_is_not_asked(self):
        broken = mock.patch.object(calls, "begin", side_effect=DatabaseError)
        with claude_at() as api, broken, self.assertRaises(DatabaseError):
            chain().comprehend(REQUEST)
        self.assertEqual(api.calls, [])

    def test_settling_is_one_row_per_call(self):
        row = calls.begin(FORECAST, "complete")
        calls.settle([Usage(client="c", asked_model="m", model="m2", row=row, cost=Decimal(1)),
                      Usage(client="embedded", asked_model="e", model="e")])  # fmt: skip
        (call,) = ModelCall.objects.all()
        self.assertEqual((call.pk, call.outcome, call.model), (row, "ok", "m2"))
        self.assertEqual((call.purpose, call.is_estimate), ("complete", False))

    def test_asking_what_an_agent_understands_is_in_the_ledger_too(self):
        from agents.operations import comprehension

        with claude_at():
            comprehension.comprehend(self.ana, agent="somnio-sales-v1", text="cuanto vale?")
        (call,) = ModelCall.objects.all()
        self.assertEqual((call.outcome, call.source), ("ok", "anthropic"))
        self.assertEqual((call.purpose, call.agent), ("question.comprehend", "somnio-sales-v1"))
        self.assertEqual(len(call.prompt_version), 8)

    def test_what_is_rehearsed_says_so(self):
        from agents.operations import sandbox

        with claude_at():
            started = sandbox.start(self.ana, agent="somnio-sales-v1")
            sandbox.say(self.ana, session=started["session"], text="cuanto vale?")
        (call,) = ModelCall.objects.all()
        self.assertEqual((call.purpose, call.agent), ("sandbox.comprehend", "somnio-sales-v1"))
        self.assertEqual((len(call.prompt_version), call.turn_id), (8, None))

    def test_lookups_say_that_a_cost_is_not_known(self):
        calls.begin(FORECAST, "comprehend")
        (row,) = lookups["agents.call.list"].submit(self.ana, {"outcome": "started"})["items"]
        self.assertEqual((row["is_estimate"], row["outcome"]), (True, "started"))
        self.assertEqual(
            lookups["agents.call.list"].submit(self.ana, {"outcome": "ok"})["items"], []
        )
