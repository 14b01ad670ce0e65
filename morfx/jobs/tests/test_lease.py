"""Claims and leases between real connections: one holder at a time, and only it may finish."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

from django.utils import timezone
from django_q.signing import SignedPackage

from morfx.jobs import lease
from morfx.jobs.broker import Broker
from morfx.jobs.models import Job
from morfx.tenancy import everywhere
from morfx.testing.committed import CommittedTest, at_once

from . import workload


def claim_all(broker: Broker) -> list[tuple[Any, ...]]:
    """Claim until the queue is empty; return (id, token, workspace) of each."""
    claimed = []
    while found := broker.dequeue():
        claimed += [tuple(SignedPackage.loads(package)["args"]) for _, package in found]
    return claimed


def work_on(claimed: tuple[Any, ...]) -> None:
    """Run a claimed job as a worker does: elsewhere, on a connection of its own."""
    for answer in at_once(1, lambda _: lease.run(*claimed)):
        if isinstance(answer, Exception):
            raise answer


class LeaseTest(CommittedTest):
    def setUp(self) -> None:
        super().setUp()
        with everywhere("empty the queue"):
            Job.objects.all().delete()
        patience = patch("morfx.jobs.broker.LONGEST_WAIT", 0.05)
        patience.start()
        self.addCleanup(patience.stop)
        self.broker = Broker("quick")
        self.addCleanup(lambda: self.broker._link().close())

    def _expire(self) -> None:
        Job.objects.update(ready_at=timezone.now() - timedelta(seconds=1))

    def test_racing_claimers_share_the_queue(self) -> None:
        for number in range(120):
            workload.quick.later(path="/dev/null", line=str(number))

        def claimer(_: int) -> list[tuple[Any, ...]]:
            broker = Broker("quick")
            try:
                return claim_all(broker)
            finally:
                broker._link().close()

        shares = at_once(8, claimer)
        claimed = [row[0] for share in shares if isinstance(share, list) for row in share]
        self.assertEqual(len(claimed), 120)
        self.assertEqual(sorted(claimed), sorted(Job.objects.values_list("pk", flat=True)))

    def test_only_its_own_queue_and_only_what_is_due(self) -> None:
        workload.turn.later(path="/dev/null", line="other queue")
        workload.quick.later(path="/dev/null", line="later", after=60)
        self.assertIsNone(self.broker.dequeue())

    def test_an_expired_lease_is_given_to_the_next_and_the_first_may_do_nothing(self) -> None:
        workload.quick.later(path="/dev/null", line="x")
        first = claim_all(self.broker)[0]
        self.assertEqual(claim_all(self.broker), [])
        self._expire()
        second = claim_all(self.broker)[0]
        self.assertEqual(first[0], second[0])
        self.assertNotEqual(first[1], second[1])
        work_on(first)
        self.assertEqual(Job.objects.get().attempts, 0)
        work_on(second)
        self.assertEqual(Job.objects.count(), 0)

    def test_a_lost_lease_takes_the_effects_back(self) -> None:
        workload.robbed.later(mark="made by the loser")
        work_on(claim_all(self.broker)[0])
        row = Job.objects.get()
        self.assertEqual((row.name, row.lease), (workload.robbed.name, UUID(int=0)))
        self.assertEqual(row.error, "")

    def test_a_running_job_keeps_its_lease(self) -> None:
        workload.quick.later(path="/dev/null", line="x")
        claimed = claim_all(self.broker)[0]
        row = Job.objects.get()
        with lease.renewed(row.pk, row.lease or uuid4()):
            Job.objects.update(ready_at=timezone.now() + timedelta(seconds=1))
            renewer = lease._renewer
            assert renewer is not None
            at_once(1, lambda _: renewer._renew(dict(renewer.held)))
        left = (Job.objects.get().ready_at - timezone.now()).total_seconds()
        self.assertGreater(left, 8)
        self.assertEqual(claimed[0], row.pk)

    def test_a_timer_set_again_by_a_holder_that_died_waits_for_its_time(self) -> None:
        workload.quick.later(key="t", path="/dev/null", line="first")
        claim_all(self.broker)
        workload.quick.later(key="t", after=300, path="/dev/null", line="second")
        self._expire()
        self.assertEqual(claim_all(self.broker), [])
        row = Job.objects.get()
        self.assertIsNone(row.lease)
        self.assertEqual(row.ready_at, row.due_at)
