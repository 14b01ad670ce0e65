"""Claims and leases between real connections: one holder at a time, and only it may finish."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch
from uuid import UUID

from django.utils import timezone

from morfx.jobs import holders, lease, renewing
from morfx.jobs.claims import Claimed, Claims
from morfx.jobs.models import Job
from morfx.tenancy import everywhere
from morfx.testing.committed import CommittedTest, at_once

from . import workload


def claim_all(claims: Claims) -> list[Claimed]:
    """Claim until the queue is empty."""
    claimed: list[Claimed] = []
    while found := claims.claim(4):
        claimed += found
    return claimed


def work_on(claimed: Claimed) -> None:
    """Run a claimed job as a worker does: elsewhere, on a connection of its own."""
    for answer in at_once(1, lambda _: lease.run(claimed)):
        if isinstance(answer, Exception):
            raise answer


class LeaseTest(CommittedTest):
    def setUp(self) -> None:
        super().setUp()
        with everywhere("empty the queue"):
            Job.objects.all().delete()
        self.claims = Claims("quick")
        self.addCleanup(self.claims.link.close)

    def _expire(self) -> None:
        Job.objects.update(ready_at=timezone.now() - timedelta(seconds=1))

    def test_racing_claimers_share_the_queue(self) -> None:
        for number in range(120):
            workload.quick.later(path="/dev/null", line=str(number))

        def claimer(_: int) -> list[Claimed]:
            claims = Claims("quick")
            try:
                return claim_all(claims)
            finally:
                claims.link.close()

        shares = at_once(8, claimer)
        claimed = [row.id for share in shares if isinstance(share, list) for row in share]
        self.assertEqual(len(claimed), 120)
        self.assertEqual(sorted(claimed), sorted(Job.objects.values_list("pk", flat=True)))

    def test_only_its_own_queue_and_only_what_is_due(self) -> None:
        workload.turn.later(path="/dev/null", line="other queue")
        workload.quick.later(path="/dev/null", line="later", after=60)
        self.assertEqual(self.claims.claim(4), [])

    def test_an_expired_lease_is_given_to_the_next_and_the_first_may_do_nothing(self) -> None:
        workload.quick.later(path="/dev/null", line="x")
        first = claim_all(self.claims)[0]
        self.assertEqual(claim_all(self.claims), [])
        self._expire()
        second = claim_all(self.claims)[0]
        self.assertEqual(first.id, second.id)
        self.assertNotEqual(first.lease, second.lease)
        work_on(first)
        self.assertEqual(Job.objects.get().lease, second.lease)
        work_on(second)
        self.assertEqual(Job.objects.count(), 0)

    def test_a_lost_lease_takes_the_effects_back(self) -> None:
        workload.robbed.later(mark="made by the loser")
        work_on(claim_all(self.claims)[0])
        row = Job.objects.get()
        self.assertEqual((row.name, row.lease), (workload.robbed.name, UUID(int=0)))
        self.assertEqual(row.error, "")

    def test_a_running_job_keeps_its_lease(self) -> None:
        workload.quick.later(path="/dev/null", line="x")
        claimed = claim_all(self.claims)[0]
        renewing.renewer().link.close()  # another test may have had it cut
        with renewing.renewed(claimed):
            Job.objects.update(ready_at=timezone.now() + timedelta(seconds=1))
            renewing.renewer().renew()
            renewing.renewer().link.close()
        left = (Job.objects.get().ready_at - timezone.now()).total_seconds()
        self.assertGreater(left, 8)

    def test_what_a_dead_process_held_is_given_back_at_once_and_only_that(self) -> None:
        for number in range(2):
            workload.quick.later(path="/dev/null", line=str(number))
        ours = self.claims.claim(1)[0]
        with patch("morfx.jobs.claims.holder", return_value=f"{holders.machine()}-7fff-fff0-0001"):
            self.claims.claim(1)
        self.assertEqual(holders.give_back_of_the_dead(self.claims.link), 1)
        again = self.claims.claim(4)
        self.assertEqual([row.attempts for row in again], [2])
        self.assertNotEqual(again[0].id, ours.id)

    def test_what_a_living_process_elsewhere_holds_is_left_alone(self) -> None:
        workload.quick.later(path="/dev/null", line="x")
        with patch("morfx.jobs.claims.holder", return_value="00000000-7fff-fff0-0001"):
            self.claims.claim(1)
        self.assertEqual(holders.give_back_of_the_dead(self.claims.link), 0)

    def test_a_job_that_was_tried_before_is_claimed_alone(self) -> None:
        for number in range(3):
            workload.quick.later(path="/dev/null", line=str(number))
        Job.objects.filter(pk=Job.objects.order_by("pk")[1].pk).update(attempts=1)
        shares = [[row.attempts for row in self.claims.claim(4)] for _ in range(3)]
        self.assertEqual(shares, [[1, 1], [2], []])

    def test_a_timer_set_again_by_a_holder_that_died_waits_for_its_time(self) -> None:
        workload.quick.later(key="t", path="/dev/null", line="first")
        claim_all(self.claims)
        workload.quick.later(key="t", after=300, path="/dev/null", line="second")
        self._expire()
        self.assertEqual(claim_all(self.claims), [])
        row = Job.objects.get()
        self.assertIsNone(row.lease)
        self.assertEqual(row.ready_at, row.due_at)
