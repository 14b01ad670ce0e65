"""Somebody who tries an agent in the browser."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from agents.models import SandboxSession, SandboxTurn
from agents.operations import sandbox, settings
from morfx.testing.case import CafeTest

SOMNIO = "somnio-sales-v1"


HTMX = {"HX-Request": "true"}


EVERYTHING = (
    "Jose Romero 3001234567 cra 10 # 20-30 barrio Chapinero Bogota Cundinamarca jose@example.com"
)


class SandboxPagesTest(CafeTest):
    """Beto tries the agent; Ana is his colleague, Zoe a stranger."""

    client: Client

    @classmethod
    def furnish(cls) -> None:
        settings.set_agent(cls.ana, agent=SOMNIO, on=True)

    def setUp(self) -> None:
        super().setUp()
        self.client = self.signed_in(owner=False)
        self.session = str(
            sandbox.start(self.beto, agent=SOMNIO, timer_preset="real", speed=1.0)["session"]
        )

    def url(self, name: str, *args: Any, session: str = "") -> str:
        return reverse(f"agents:sandbox_{name}", args=["lucia", session or self.session, *args])

    def page(self, session: str = "") -> Any:
        return self.client.get(self.url("talk", session=session))

    def press(self, name: str, /, *, whole: bool = False, **typed: Any) -> Any:
        headers = {} if whole else HTMX
        return self.client.post(self.url(name), typed, headers=headers)

    def say(self, text: str, **more: Any) -> Any:
        return self.press("say", text=text, **more)

    def opens(self, *panels: str) -> None:
        self.press("arrange", order=",".join(panels))

    def opened(self) -> list[str]:
        """Return the panels that are open, from first to last."""
        return re.findall(r'id="sb-panel-(\w+)"', self.page().content.decode())

    def kept(self) -> int:
        """Return how many turns the rehearsal has."""
        return SandboxTurn.objects.filter(session=self.row()).count()

    def row(self) -> SandboxSession:
        return SandboxSession.objects.get(pk=self.session)
