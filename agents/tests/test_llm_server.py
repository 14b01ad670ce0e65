"""The local Messages API refuses what the real one refuses, and can be started by hand."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import anthropic
import pytest

from agents.tests.messages_api import messages_api

ROOT = Path(__file__).resolve().parents[2]
ASK: dict[str, Any] = {
    "model": "claude-haiku-4-5",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "hola"}],
}


def connect(url):
    """Return the plain SDK, pointed at a local address."""
    return anthropic.Anthropic(api_key="k", base_url=url, max_retries=0, timeout=5)


def test_it_answers_the_plain_sdk():
    with messages_api() as api:
        message = connect(api.url).messages.create(**ASK)
    assert message.content[0].text == "Claro."
    assert message.usage.output_tokens == 60


@pytest.mark.parametrize(
    "more",
    [
        {"temperature": 0.2},
        {"max_tokens": 0},
        {"messages": [*ASK["messages"], {"role": "assistant", "content": "{"}]},
        {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}},
        {
            "output_config": {
                "format": {"type": "json_schema", "schema": {"type": "integer", "minimum": 0}}
            }
        },
    ],
)
def test_it_refuses_what_the_models_refuse(more):
    with messages_api() as api, pytest.raises(anthropic.BadRequestError):
        connect(api.url).messages.create(**ASK, extra_body=more)


def test_it_can_be_started_by_hand():
    command = [sys.executable, "-m", "agents.tests.messages_api", "--port", "0"]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            started = re.fullmatch(r"ANTHROPIC_BASE_URL=(\S+)\n", process.stdout.readline())
            assert started is not None
            assert connect(started[1]).messages.create(**ASK).stop_reason == "end_turn"
        finally:
            process.terminate()
