"""How long, how many and how hard."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What one soak does; all randomness comes from `seed`."""

    minutes: float = 10.0
    customers: int = 60
    rate: float = 6.0
    """Messages a second that all customers together write, outside of scenes."""
    kill_every: float = 5.0
    seed: int = 1
    scenes: bool = True
    quiet_within: float = 300.0
    """Seconds the system may take to come to rest in the end."""

    @property
    def seconds(self) -> float:
        """Return how long customers write."""
        return self.minutes * 60

    @property
    def rush(self) -> tuple[float, float]:
        """Return when five customers write 100 messages a second: begin and length."""
        return 0.2 * self.seconds, min(10.0, 0.15 * self.seconds)

    @property
    def flood(self) -> tuple[float, float]:
        """Return when 100 webhooks come each second and workers die every 2 s: begin, length."""
        return 0.5 * self.seconds, min(60.0, 0.2 * self.seconds)

    @property
    def spend_limit_at(self) -> float:
        """Return when the model's money is spent; from then on it rests for an hour."""
        return 0.85 * self.seconds
