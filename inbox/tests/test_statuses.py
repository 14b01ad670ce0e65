"""The fold of delivery reports: any order, any repetition, one end."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from inbox.delivery_status import (
    Failure,
    Progress,
    StatusEvent,
    Step,
    fold,
    fold_all,
    merge,
    step_named,
)
from inbox.providers.payload import Status, open_payload
from inbox.tests.payload_files import recorded

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
EVENTS = st.builds(
    StatusEvent,
    step=st.sampled_from(Step),
    at=st.integers(0, 5).map(lambda minutes: START + timedelta(minutes=minutes)),
    code=st.sampled_from([-1, 131026, 131047]),
    title=st.sampled_from(["", "a", "b"]),
    details=st.sampled_from(["", "x"]),
)
MANY = st.lists(EVENTS, max_size=5)


def event(step: Step, minute: int = 0, **more: object) -> StatusEvent:
    """Build a report of minute `minute`."""
    return StatusEvent(step=step, at=START + timedelta(minutes=minute), **more)  # type: ignore[arg-type]


@given(MANY)
@settings(max_examples=60, deadline=None)
def test_every_permutation_ends_the_same(events):
    assert len({repr(sorted_view(fold_all(order))) for order in permutations(events)}) == 1


@given(MANY, st.randoms())
@settings(deadline=None)
def test_repetition_changes_nothing(events, random):
    repeated = events + [random.choice(events) for _ in range(len(events))]
    random.shuffle(repeated)
    assert fold_all(repeated) == fold_all(events)


@given(MANY, MANY, MANY)
@settings(deadline=None)
def test_joining_is_associative_commutative_and_idempotent(one, two, three):
    a, b, c = fold_all(one), fold_all(two), fold_all(three)
    assert merge(a, merge(b, c)) == merge(merge(a, b), c)
    assert merge(a, b) == merge(b, a)
    assert merge(a, a) == a
    assert merge(a, Progress()) == a
    assert fold_all(one + two) == merge(a, b)


@given(MANY, EVENTS)
def test_it_never_goes_backwards(events, more):
    order = [Step.PLANNED, Step.ACCEPTED, Step.FAILED, Step.DELIVERED, Step.READ, Step.PLAYED]
    before = fold_all(events)
    assert order.index(fold(before, more).step) >= order.index(before.step)


def test_nothing_reported_is_planned():
    assert Progress().step is Step.PLANNED
    assert Progress().error is None


def test_arrival_overrules_failure_whichever_came_first():
    failed = event(Step.FAILED, 1, code=131026, title="undeliverable")
    for proof in (Step.DELIVERED, Step.READ, Step.PLAYED):
        for order in permutations([failed, event(proof, 2)]):
            progress = fold_all(order)
            assert progress.step is proof
            assert progress.error is None
            assert progress.failure is not None


def test_acceptance_does_not_lift_a_failure():
    for order in permutations([event(Step.FAILED, code=131047), event(Step.ACCEPTED, 9)]):
        progress = fold_all(order)
        assert progress.step is Step.FAILED
        assert progress.error == Failure(at=START, code=131047)


def test_the_earliest_moment_of_each_step_is_kept_and_later_steps_imply_earlier_ones():
    progress = fold_all([event(Step.READ, 5), event(Step.READ, 3), event(Step.ACCEPTED, 1)])
    assert progress.times[Step.READ] == START + timedelta(minutes=3)
    assert progress.at(Step.DELIVERED) == START + timedelta(minutes=3)
    assert progress.at(Step.ACCEPTED) == START + timedelta(minutes=1)
    assert progress.at(Step.PLAYED) is None
    assert progress.at(Step.FAILED) is None


def test_recorded_reports_become_events():
    received = START
    reports = [r for r in open_payload(recorded("statuses")).statuses() if isinstance(r, Status)]
    events = [report.event(received) for report in reports]
    assert [e.step if e else None for e in events] == [
        Step.ACCEPTED, Step.DELIVERED, Step.READ, Step.PLAYED, Step.FAILED, Step.DELIVERED, None,
    ]  # fmt: skip
    assert reports[0].ref == "bubble-1"
    assert reports[0].pricing is not None
    assert reports[0].pricing.billable
    assert reports[0].pricing.category == "marketing"
    failed = events[4]
    assert failed is not None
    assert (failed.code, failed.title) == (131047, "Re-engagement message")
    assert "24 hours" in failed.details
    assert reports[5].recipient.wa_id is None
    assert reports[5].timestamp == datetime.fromtimestamp(1794900500.123, UTC)


def test_words_that_say_nothing_about_progress_are_left_out():
    assert step_named("sent") is Step.ACCEPTED
    assert step_named("warning") is None
    assert step_named("planned") is None


def sorted_view(progress: Progress) -> tuple[object, ...]:
    """Show a progress without the order its reports came in."""
    return (progress.step, sorted(progress.times.items()), progress.failure)
