"""Helping with a key: what the model says is written by the test."""

from __future__ import annotations

from typing import Any

from agents.tests.assisting import AssistingTest
from agents.tests.fresh_models import forget_everything
from agents.tests.messages_api import Api, Call
from agents.tests.selling import claude_at


def results_of(call: Call) -> list[dict[str, Any]]:
    """Return the tool results a request hands to the model."""
    content = call.body["messages"][-1]["content"]
    return [block for block in content if block["type"] == "tool_result"]


class KeyedTest(AssistingTest):
    """A key is set; what the model says is written here."""

    def setUp(self) -> None:
        super().setUp()
        forget_everything(self)
        entered = claude_at()
        self.api: Api = entered.__enter__()
        self.addCleanup(entered.__exit__, None, None, None)
