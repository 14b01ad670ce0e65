"""A thousand conversations, played twice by the embedded model: the same effects, bit for bit.

Without a database, because it is the engine that is asked here; `bin/bench replay` does the same
through the operations, and replays in another process.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from typing import Any

from django.conf import settings as django_settings

from agents.engine import registry
from agents.engine.values import State
from agents.sandbox.answers import answer_of
from agents.sandbox.history import asked_of, counted, is_kept, perform
from agents.sandbox.replay import decided
from agents.sandbox.stage import Stage
from agents.tests.test_sandbox_properties import take_up
from morfx.bench.rehearsals import scripts

MANY, ELSEWHERE = 1000, 60


def decisions(script: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Play a script; return what every turn decided."""
    mode = registry.find("somnio-sales-v1").flow(()).initial_mode
    stage, found = Stage(state=State(mode=mode)), []
    for step in script:
        rehearsal = take_up(stage, 1.0)
        asked = asked_of(stage, **step)
        began = perform(rehearsal, asked)
        if is_kept(asked, rehearsal):
            rehearsal.stage = counted(rehearsal.stage)
        stage = rehearsal.stage
        found.append(decided(answer_of(rehearsal, since=began)))
    return found


def digests(how_many: int) -> list[str]:
    """Return a fingerprint of every conversation's decisions."""
    return [
        hashlib.sha256(json.dumps(decisions(script)).encode()).hexdigest()
        for script in scripts(how_many)
    ]


def test_a_thousand_conversations_go_the_same_way_twice():
    first = digests(MANY)
    assert digests(MANY) == first
    assert len(set(first)) > MANY * 0.9


def test_processes_with_another_order_of_their_hashes_decide_the_same():
    program = (
        "import django; django.setup()\n"
        "from agents.tests.test_sandbox_thousand import digests\n"
        f"print('\\n'.join(digests({ELSEWHERE})))"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=django_settings.BASE_DIR,
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "4711")
    ]
    one, other = (process.communicate()[0].split() for process in processes)
    assert [process.returncode for process in processes] == [0, 0]
    assert one == other
    assert len(one) == ELSEWHERE
