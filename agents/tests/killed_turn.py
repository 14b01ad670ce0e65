"""A worker that stands still at one step of a turn, to be killed there.

    python -m agents.tests.killed_turn WORKSPACE

Reads lines `STEP CONVERSATION` and forks a worker for each, which tells its process id, answers
the conversation and tells `here` once it stands at the step. `nowhere` lets it run to its end.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any
from unittest import mock
from uuid import UUID

STEPS = {
    "leased": ("agents.engine.turn.consider", "before"),
    "thinking": ("agents.engine.considering.perceive", "before"),
    "understood": ("agents.engine.considering.perceive", "after"),
    "decided": ("agents.operations.turns.commit", "before"),
    "carrying out": ("agents.operations.turns.carry_out", "after"),
    "writing": ("agents.operations.turns.write_turns", "after"),
    "paying": ("agents.operations.turns.pay", "after"),
    "committed": ("agents.engine.turn._round", "after"),
}
"""Where each step is, and on which side of it the worker stands."""


MOST_SECONDS = 60
"""How long a worker stands: then it dies by itself, so that no test waits for it for ever."""


def say(word: object) -> None:
    """Tell a line to who started us."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def standing(real: Callable[..., Any], side: str) -> Callable[..., Any]:
    """Return a function that does what another does, and stands still before or after it."""

    def stand(*args: Any, **kwargs: Any) -> Any:
        if side == "after":
            real(*args, **kwargs)
        say("here")
        time.sleep(600)

    return stand


def work(step: str, workspace: UUID, conversation: UUID) -> None:
    """Answer a conversation, up to a step."""
    from django.utils.module_loading import import_string

    from agents.engine import turn
    from morfx.tenancy import within

    with within(workspace):
        if step == "nowhere":
            turn.answer(conversation)
            return
        path, side = STEPS[step]
        with mock.patch(path, standing(import_string(path), side)):
            turn.answer(conversation)


def main() -> None:
    """Fork a worker for each line that is read."""
    import django

    django.setup()
    workspace = UUID(sys.argv[1])
    say("ready")
    for line in sys.stdin:
        step, _, conversation = line.strip().rpartition(" ")
        pid = os.fork()
        if pid == 0:
            signal.alarm(MOST_SECONDS)
            say(os.getpid())
            try:
                work(step, workspace, UUID(conversation))
                say("done")
            except BaseException as error:
                say(f"{type(error).__name__}: {error}")
            os._exit(0)
        os.waitpid(pid, 0)
        say("over")


if __name__ == "__main__":
    main()
