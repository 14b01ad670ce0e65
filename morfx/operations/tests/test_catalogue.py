"""What the wrapper does for every operation, seen on small ones."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from django.db import transaction

from morfx.events import ledger
from morfx.events.ledger import Fact, OutsideOperation, on, record
from morfx.events.models import Event
from morfx.jobs.models import Job
from morfx.operations import checks, network
from morfx.operations.actor import Actor
from morfx.operations.catalogue import Operation, Outcome, operations
from morfx.operations.errors import Conflict, Forbidden, Invalid, NotFound, RateLimited, Refused
from morfx.operations.inputs import Label, Locked, Phone, Ref
from morfx.operations.models import RememberedAnswer
from morfx.tenancy import everywhere, within
from morfx.tenancy.rows import new_id
from morfx.testing.case import CafeTest
from morfx.testing.committed import CommittedTest, at_once
from morfx.workspaces.models import ApiKey, Membership


@dataclass(frozen=True, kw_only=True)
class Rung(Fact):
    """A test's bell was rung."""

    name = "tests.rung"
    times: int


def _ring(actor: Actor, *, times: int = 1) -> int:
    """Ring the bell."""
    record(Rung(times=times))
    return times


def _make(actor: Actor, *, name: Label) -> ApiKey:
    """Make a key that opens nothing."""
    key = ApiKey.objects.create(name=name, prefix="test", digest=new_id().hex * 2, role="agent")
    record(Rung(times=1))
    return key


ring: Operation[..., int] = Operation("tests.bell.ring", "contacts.view", _ring, talks=False)
make: Operation[..., ApiKey] = Operation("tests.key.make", "contacts.view", _make, talks=False)
heard: list[int] = []


@on(Rung)
def ring_back(event: Event) -> None:
    """Ring once more for each ring: a loop."""
    heard.append(event.depth)
    ring(Actor.system(event.workspace_id, "bell").because(event), times=event.depth + 1)


def operation(function: Any, needs: str = "contacts.view") -> Operation[..., Any]:
    """Wrap a function as an operation that no registry knows."""
    function.__doc__ = function.__doc__ or "Do something for a test."
    return Operation(f"tests.thing.{function.__name__}", needs, function, talks=False)


class PermissionTest(CafeTest):
    def test_it_is_asked_at_the_outermost_call_alone(self) -> None:
        def inner(actor: Actor) -> str:
            record(Rung(times=1))
            return "done"

        deep = operation(inner, needs="workspace.delete")

        def outer(actor: Actor) -> str:
            return str(deep(actor))

        self.assertEqual(operation(outer)(self.beto), "done")
        with self.assertRaises(Forbidden):
            deep(self.beto)
        with self.assertRaises(Forbidden):
            operation(outer)(self.nobody)

    def test_an_allow_list_narrows(self) -> None:
        narrowed = replace(self.ana, operations=frozenset({"crm.contact.create"}))
        with self.assertRaises(Forbidden):
            ring.submit(narrowed, {})
        ring.submit(replace(self.ana, operations=frozenset({"tests.bell.ring"})), {})

    def test_nested_facts_belong_to_the_outcome(self) -> None:
        def outer(actor: Actor) -> None:
            record(Rung(times=1))
            ring(actor, times=2)

        outcome = operation(outer).submit(self.ana, {})
        self.assertEqual([e["facts"]["times"] for e in outcome.events], [1, 2])
        self.assertEqual(Event.objects.get(facts__times=2).operation, "tests.bell.ring")


class InputsTest(CafeTest):
    def test_rows_by_id_or_instance_of_this_workspace_only(self) -> None:
        def who(actor: Actor, *, member: Ref[Membership]) -> str:
            return member.user.name

        ask = operation(who)
        ours = Membership.objects.get(user=self.shop.agent_user)
        with within(self.other_shop.workspace.pk):
            theirs = Membership.objects.get(user=self.other_shop.agent_user)
        for given in (ours, ours.pk, str(ours.pk)):
            self.assertEqual(ask(self.ana, member=given), "beto")
        for given in (theirs, theirs.pk, str(theirs.pk)):
            with self.assertRaises(NotFound):
                ask(self.ana, member=given)
        for spelling in ("member", "member_id", "memberId"):
            self.assertEqual(ask.submit(self.ana, {spelling: str(ours.pk)}).data, "beto")

    def test_nonsense_is_refused_by_name(self) -> None:
        def call(actor: Actor, *, phone: Phone, times: int = 1) -> str:
            return phone

        dial = operation(call)
        self.assertEqual(dial(self.ana, phone="300 123 4567"), "+573001234567")
        for wrong, field in (
            ({}, "phone"),
            ({"phone": "abc"}, "phone"),
            ({"phone": "3001234567", "times": "many"}, "times"),
            ({"phone": "3001234567", "surprise": 1}, "surprise"),
        ):
            with self.assertRaises(Invalid) as refused:
                dial.submit(self.ana, wrong)
            self.assertEqual(list(refused.exception.fields), [field])
            self.assertTrue(refused.exception.fields[field])

    def test_a_refusal_leaves_nothing(self) -> None:
        def try_it(actor: Actor) -> None:
            make(actor, name="half")
            raise Refused("No.")

        with self.assertRaises(Refused):
            operation(try_it)(self.ana)
        self.assertFalse(ApiKey.objects.exists())
        self.assertNothingHappened("tests.rung")


class GuardsTest(CafeTest):
    def test_no_network_inside(self) -> None:
        def call_out(actor: Actor) -> None:
            network.refuse_inside_operation()

        with self.assertRaisesRegex(network.NetworkInsideOperation, "tests.thing.call_out"):
            operation(call_out)(self.ana)
        network.refuse_inside_operation()

    def test_no_fact_outside(self) -> None:
        with self.assertRaises(OutsideOperation):
            record(Rung(times=1))

    def test_the_system_checks_notice_what_is_wrong(self) -> None:
        def silent(actor: Actor, *, a: Locked[Membership], b: Locked[ApiKey]) -> None: ...

        wrong: Operation[..., None] = Operation("Wrong name", "contacts.view", silent, talks=False)
        operations[wrong.name] = wrong
        self.addCleanup(operations.pop, wrong.name)
        found = {message.id for message in checks.catalogue_is_sound()}
        self.assertEqual(found, {"operations.E001", "operations.E002", "operations.E003"})

    def test_they_find_nothing_wrong_with_ours(self) -> None:
        self.assertEqual(checks.catalogue_is_sound(), [])


class LoopTest(CafeTest):
    def test_a_loop_ends_visibly(self) -> None:
        heard.clear()
        ring(self.ana)
        self.run_jobs()
        self.assertEqual(heard, list(range(ledger.MAX_DEPTH)))
        events = list(Event.objects.filter(name="tests.rung").order_by("depth"))
        self.assertEqual([e.depth for e in events], list(range(ledger.MAX_DEPTH + 1)))
        self.assertEqual([e.unheard for e in events], [False] * ledger.MAX_DEPTH + [True])
        for cause, effect in pairwise(events):
            self.assertEqual(effect.cause_id, cause.pk)


class DryRunTest(CommittedTest):
    def test_it_shows_everything_and_leaves_nothing(self) -> None:
        with everywhere("empty the queue"):
            Job.objects.all().delete()
        before = Event.objects.count()
        outcome = make.submit(self.ana, {"name": "shown"}, dry_run=True, key="k")
        self.assertEqual(outcome.events[0]["name"], "tests.rung")
        self.assertTrue(outcome.data["id"])
        self.assertFalse(ApiKey.objects.exists())
        self.assertFalse(RememberedAnswer.objects.exists())
        self.assertFalse(Job.objects.exists())
        self.assertEqual(Event.objects.count(), before)
        self.assertFalse(make.submit(self.ana, {"name": "made"}, key="k").repeated)
        self.assertEqual(ApiKey.objects.get().name, "made")


class KeysTest(CommittedTest):
    def test_twenty_at_once_are_one(self) -> None:
        def call(_: int) -> Outcome:
            return make.submit(self.ana, {"name": "raced"}, key="k")

        answers = at_once(20, call)
        outcomes = [answer for answer in answers if isinstance(answer, Outcome)]
        self.assertEqual(len(outcomes), 20, answers)
        self.assertEqual(ApiKey.objects.count(), 1)
        self.assertEqual(sorted(o.repeated for o in outcomes), [False] + [True] * 19)
        self.assertEqual({o.data["id"] for o in outcomes}, {str(ApiKey.objects.get().pk)})
        self.assertEqual(len({o.events[0]["id"] for o in outcomes}), 1)

    def test_a_key_is_for_one_call_and_one_workspace(self) -> None:
        make.submit(self.ana, {"name": "a"}, key="k")
        with self.assertRaises(Conflict):
            make.submit(self.ana, {"name": "b"}, key="k")
        with self.assertRaises(Conflict):
            ring.submit(self.ana, {}, key="k")
        self.assertFalse(make.submit(self.other_shop.owner, {"name": "a"}, key="k").repeated)

    def test_a_refused_call_does_not_use_the_key_up(self) -> None:
        with self.assertRaises(Invalid):
            make.submit(self.ana, {"name": ""}, key="k")
        self.assertFalse(make.submit(self.ana, {"name": "b"}, key="k").repeated)


class RatesTest(CommittedTest):
    def test_the_minute_is_shared_between_connections(self) -> None:
        caller = replace(self.ana, via="api")

        def call(_: int) -> list[int]:
            waits = []
            for _again in range(18):
                try:
                    ring.submit(caller, {})
                except RateLimited as refused:
                    waits.append(refused.retry_after)
            return waits

        answers = at_once(4, call)
        self.assertEqual([a for a in answers if isinstance(a, Exception)], [])
        waits = [wait for answer in answers if isinstance(answer, list) for wait in answer]
        self.assertEqual(len(waits), 72 - 60)
        self.assertTrue(all(1 <= wait <= 60 for wait in waits), waits)
        ring.submit(self.ana, {})  # a page is not counted
        ring.submit(replace(self.other_shop.owner, via="api"), {})  # nor is another workspace


class LocksTest(CommittedTest):
    def test_the_second_waits_for_the_first(self) -> None:
        entered, leave = threading.Event(), threading.Event()
        order: list[str] = []

        def hold(actor: Actor, *, member: Locked[Membership], as_: str) -> None:
            order.append(f"{as_} in")
            entered.set()
            if as_ == "first":
                leave.wait(timeout=10)
            order.append(f"{as_} out")

        held = operation(hold)
        member = Membership.objects.get(user=self.shop.agent_user)

        def call(number: int) -> None:
            if number:
                entered.wait(timeout=10)
                threading.Timer(0.3, leave.set).start()
            held(self.ana, member=member, as_="second" if number else "first")

        self.assertEqual(at_once(2, call), [None, None])
        self.assertEqual(order, ["first in", "first out", "second in", "second out"])

    def test_a_locked_instance_is_read_again(self) -> None:
        stale = Membership.objects.get(user=self.shop.agent_user)
        Membership.objects.filter(pk=stale.pk).update(role="admin")

        def role(actor: Actor, *, member: Locked[Membership]) -> str:
            return member.role

        self.assertEqual(operation(role)(self.ana, member=stale), "admin")


class JoiningTest(CafeTest):
    def test_an_operation_joins_the_callers_transaction(self) -> None:
        with self.assertRaises(ZeroDivisionError), transaction.atomic():
            make(self.ana, name="x")
            raise ZeroDivisionError
        self.assertFalse(ApiKey.objects.exists())
