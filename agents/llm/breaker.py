"""A circuit breaker: leave a failing provider alone, then try it with one call.

`Circuit` is the state machine, a pure value; `Breaker` holds one for the threads of a process. It
only spares waiting, so every process has its own: losing one loses nothing. What holds for the
whole account (no credit, a wrong key) is `adopt`ed from the process that learned it first; what
may be one machine's own trouble (no connection, a timeout) is not.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

THRESHOLD = 3
"""Failures in a row that open it."""

REST = 30.0
"""Seconds it stays open before one probe is let through."""

PROBE = 60.0
"""Seconds after which a probe that never reported back is given up."""


class CircuitState(StrEnum):
    """Closed lets all calls through, open none, half-open one."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True)
class Circuit:
    """The state. Moments are seconds on the caller's clock, which only goes forward."""

    failures: int = 0
    open_until: float | None = None
    probe_until: float | None = None

    def state(self, now: float) -> CircuitState:
        """Name the state at a moment."""
        if self.open_until is None:
            return CircuitState.CLOSED
        return CircuitState.OPEN if now < self.open_until else CircuitState.HALF_OPEN

    def ask(self, now: float) -> tuple[Circuit, bool]:
        """Say whether a call may go; half-open, the first that asks is the probe."""
        state = self.state(now)
        if state is CircuitState.CLOSED:
            return self, True
        probing = self.probe_until is not None and now < self.probe_until
        if state is CircuitState.OPEN or probing:
            return self, False
        return replace(self, probe_until=now + PROBE), True

    def succeeded(self, now: float) -> Circuit:
        """Note a success. One that was under way when the circuit opened does not close it."""
        return self if self.state(now) is CircuitState.OPEN else Circuit()

    def failed(
        self, now: float, *, threshold: int = THRESHOLD, rest: float = REST, at_once: bool = False
    ) -> Circuit:
        """Note a failure: open after `threshold` in a row, after a probe, or `at_once`."""
        failures = self.failures + 1
        was_probe = self.state(now) is CircuitState.HALF_OPEN
        if not (at_once or was_probe or failures >= threshold):
            return replace(self, failures=failures)
        until = max(now + rest, self.open_until or 0.0)
        return Circuit(failures=failures, open_until=until)


class Breaker:
    """One circuit, shared by the threads of a process."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        threshold: int = THRESHOLD,
        rest: float = REST,
    ) -> None:
        self._clock = clock
        self._threshold = threshold
        self._rest = rest
        self._circuit = Circuit()
        self._lock = threading.Lock()

    @property
    def state(self) -> CircuitState:
        """Name the state now."""
        return self._circuit.state(self._clock())

    def allows(self) -> bool:
        """Say whether a call may go now; whoever is told yes reports back."""
        with self._lock:
            self._circuit, allowed = self._circuit.ask(self._clock())
            return allowed

    @property
    def failures(self) -> int:
        """Return how many failures there were in a row."""
        return self._circuit.failures

    @property
    def rest_left(self) -> float:
        """Return for how many more seconds no call goes through."""
        return max((self._circuit.open_until or 0.0) - self._clock(), 0.0)

    def succeeded(self) -> bool:
        """Report that the provider answered; return whether that closed the circuit."""
        with self._lock:
            before = self._circuit
            self._circuit = before.succeeded(self._clock())
            return before.open_until is not None and self._circuit.open_until is None

    def failed(self, rest: float = 0.0) -> bool:
        """Report a failure; return whether it opened the circuit, or opened it again.

        With `rest` it opens at once for that many seconds, if they are more than usual.
        """
        with self._lock:
            now = self._clock()
            was = self._circuit.state(now)
            self._circuit = self._circuit.failed(
                now,
                threshold=self._threshold,
                rest=max(rest, self._rest),
                at_once=rest > 0,
            )
            is_open = self._circuit.state(now) is CircuitState.OPEN
            return is_open and was is not CircuitState.OPEN

    def adopt(self, rest: float) -> None:
        """Rest for so many seconds from now, because somebody else learned it; 0 probes next."""
        with self._lock:
            failures = max(self._circuit.failures, 1)
            self._circuit = Circuit(failures=failures, open_until=self._clock() + rest)
