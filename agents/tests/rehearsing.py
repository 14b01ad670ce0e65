"""A tester with a rehearsal at the real pace, and how tests look at what came of it."""

from __future__ import annotations

from typing import Any

from agents.models import SandboxSession
from agents.operations import settings
from morfx.operations.actor import Actor
from morfx.operations.catalogue import find, lookups
from morfx.testing.case import CafeTest

SOMNIO = "somnio-sales-v1"
EVERYTHING = (
    "Jose Romero 3001234567 cra 10 # 20-30 barrio Chapinero Bogota Cundinamarca jose@example.com"
)


class Rehearsing(CafeTest):
    """Somnio is on, and Beto rehearses with it."""

    @classmethod
    def furnish(cls) -> None:
        settings.set_agent(cls.ana, agent=SOMNIO, on=True)

    def setUp(self) -> None:
        super().setUp()
        self.session = self.start()

    def do(self, action: str, /, actor: Actor | None = None, **inputs: Any) -> Any:
        """Call one of the sandbox's operations or lookups, on the rehearsal unless told otherwise.

        Inputs are given as a door gives them.
        """
        name = f"agents.sandbox.{action}"
        entry = find(name) or lookups[name]
        if "session" in entry.names:
            inputs = {"session": self.session, **inputs}
        answer = entry.submit(actor or self.beto, inputs)
        return getattr(answer, "data", answer)

    def start(self, **how: Any) -> str:
        """Begin a rehearsal; return its id."""
        inputs = {"agent": SOMNIO, "timer_preset": "real", "speed": 1.0, **how}
        return str(self.do("start", **inputs)["session"])

    def say(self, text: str, session: str = "", **more: Any) -> Any:
        """Say something as the customer."""
        return self.do("say", text=text, session=session or self.session, **more)

    def advance(self, seconds: float, session: str = "") -> Any:
        """Let time pass."""
        return self.do("advance", seconds=seconds, session=session or self.session)

    def row(self) -> SandboxSession:
        """Return the rehearsal's row as it is now."""
        return SandboxSession.objects.get(pk=self.session)


def keys(answer: dict[str, Any]) -> list[str]:
    """Return the keys of the replies."""
    return [reply["key"] for reply in answer["replies"]]


def words(answer: dict[str, Any]) -> str:
    """Return all that was replied."""
    return "\n".join(reply["text"] for reply in answer["replies"])


def due(answer: dict[str, Any]) -> list[tuple[int, float]]:
    """Return the timers that are set: their levels, and the seconds until they run out."""
    return [(timer["level"], timer["due_in"]) for timer in answer["timers"]]


def deeds(answer: dict[str, Any], operation: str) -> list[dict[str, Any]]:
    """Return the effects that call an operation."""
    return [effect for effect in answer["effects"] if effect.get("operation") == operation]
