"""Somebody who edits what Somnio says."""

from __future__ import annotations

from typing import Any

from agents import content, lookups_content
from agents.content.changing import Line
from agents.models import AgentVersion
from agents.operations import content as contents
from morfx.testing.case import CafeTest

SOMNIO = "somnio-sales-v1"


NEW = "Claro: el frasco vale {{precio_1x}} y te llega gratis 🚚"


class ContentTest(CafeTest):
    def edit(self, **wish: Any) -> AgentVersion | None:
        return contents.edit(self.ana, agent=SOMNIO, **wish)

    def edit_price(self, text: str = NEW, **more: Any) -> AgentVersion:
        draft = self.edit(intent="precio", texts=[Line(text=text, delay=1)], **more)
        assert draft is not None
        return draft

    def publish(self, **more: Any) -> AgentVersion:
        return contents.publish(self.ana, agent=SOMNIO, **more)

    def read(self, **more: Any) -> dict[str, Any]:
        return lookups_content.read_content.submit(self.ana, {"agent": SOMNIO, **more})

    def diff(self, **more: Any) -> dict[str, Any]:
        return lookups_content.diff_content.submit(self.ana, {"agent": SOMNIO, **more})

    def says(self, intent: str) -> list[str]:
        return [text.text for text in content.current(SOMNIO).texts if text.intent == intent]
