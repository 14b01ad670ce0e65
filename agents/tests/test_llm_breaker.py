"""The circuit breaker, state by state."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from agents.llm.breaker import PROBE, REST, THRESHOLD, Breaker, Circuit, CircuitState

STEPS = st.lists(
    st.tuples(st.sampled_from(["ask", "succeed", "fail", "fail hard"]), st.floats(0, 100)),
    max_size=40,
)


def broken(now: float = 0.0) -> Circuit:
    """Return a circuit that has just opened."""
    circuit = Circuit()
    for _ in range(THRESHOLD):
        circuit = circuit.failed(now)
    return circuit


def test_it_opens_after_failures_in_a_row_only():
    circuit = Circuit()
    for _ in range(THRESHOLD - 1):
        circuit = circuit.failed(0)
    assert circuit.state(0) is CircuitState.CLOSED
    assert circuit.succeeded(0).failed(0).state(0) is CircuitState.CLOSED
    assert circuit.failed(0).state(0) is CircuitState.OPEN


def test_it_rests_thirty_seconds_and_lets_one_probe_through():
    circuit = broken()
    assert circuit.ask(REST - 0.1) == (circuit, False)
    assert circuit.state(REST) is CircuitState.HALF_OPEN
    circuit, allowed = circuit.ask(REST)
    assert allowed
    assert circuit.ask(REST + 1) == (circuit, False)


def test_the_probe_decides():
    probing, _ = broken().ask(REST)
    assert probing.succeeded(REST + 1) == Circuit()
    again = probing.failed(REST + 1)
    assert again.state(REST + 2) is CircuitState.OPEN
    assert again.state(REST + 1 + REST) is CircuitState.HALF_OPEN


def test_a_probe_that_never_reports_is_given_up():
    probing, _ = broken().ask(REST)
    assert probing.ask(REST + PROBE - 1)[1] is False
    assert probing.ask(REST + PROBE)[1] is True


def test_a_success_that_was_under_way_does_not_close_it():
    assert broken().succeeded(1).state(1) is CircuitState.OPEN


def test_a_hard_failure_opens_at_once_and_is_not_shortened():
    circuit = Circuit().failed(0, at_once=True, rest=3600)
    assert circuit.failed(10, at_once=True, rest=30).state(3599) is CircuitState.OPEN


@given(STEPS)
def test_whatever_happens_it_is_never_open_for_ever_and_never_lets_a_crowd_through(steps):
    circuit, now = Circuit(), 0.0
    for step, seconds in steps:
        now += seconds
        if step == "ask":
            was = circuit.state(now)
            circuit, allowed = circuit.ask(now)
            assert allowed == (was is not CircuitState.OPEN) or was is CircuitState.HALF_OPEN
            if was is CircuitState.HALF_OPEN and allowed:
                assert circuit.ask(now)[1] is False
        elif step == "succeed":
            circuit = circuit.succeeded(now)
        else:
            circuit = circuit.failed(now, at_once=step == "fail hard")
    assert circuit.state(now + REST + 1) is not CircuitState.OPEN
    assert circuit.ask(now + REST + PROBE + 1)[1] is True


def test_the_breaker_keeps_time_by_the_clock_it_is_given():
    now = [0.0]
    breaker = Breaker(clock=lambda: now[0], threshold=1, rest=5)
    assert breaker.allows()
    breaker.failed()
    assert breaker.state == "open"
    assert not breaker.allows()
    now[0] = 5.0
    assert breaker.allows()
    assert not breaker.allows()
    breaker.succeeded()
    assert breaker.state == "closed"


def test_half_open_exactly_one_of_many_threads_is_the_probe():
    for _ in range(50):
        assert sorted(asked_at_once(16)) == [False] * 15 + [True]


def asked_at_once(many: int) -> list[bool]:
    """Let many threads ask a breaker whose rest is over, all at once; return what they heard."""
    now = [0.0]
    breaker = Breaker(clock=lambda: now[0], threshold=1, rest=5)
    breaker.failed()
    now[0] = 5.0
    barrier = threading.Barrier(many)
    told: list[bool] = []

    def ask() -> None:
        barrier.wait()
        told.append(breaker.allows())

    threads = [threading.Thread(target=ask) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_it_says_when_it_opens_and_closes_and_only_then():
    now = [0.0]
    breaker = Breaker(clock=lambda: now[0], threshold=2, rest=5)
    assert [breaker.failed(), breaker.failed(), breaker.failed()] == [False, True, False]
    assert (breaker.failures, breaker.rest_left) == (3, 5.0)
    assert not breaker.succeeded()
    now[0] = 5.0
    assert breaker.allows()
    assert breaker.failed()
    now[0] = 10.0
    assert breaker.allows()
    assert breaker.succeeded()
    assert not breaker.succeeded()


def test_what_another_process_learned_is_adopted():
    now = [0.0]
    breaker = Breaker(clock=lambda: now[0])
    breaker.adopt(3600)
    assert breaker.state == "open"
    assert not breaker.allows()
    breaker.adopt(0)
    assert breaker.state == "half_open"
    assert breaker.allows()
    assert not breaker.allows()
