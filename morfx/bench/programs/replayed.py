"""Plays rehearsals again, in a process of its own: nothing of the first playing is left in it.

Reads the workspace, the rehearsals and the version from standard input; prints how many turns there
were and how many went otherwise.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any
from uuid import UUID


def main() -> None:
    """Replay what the plan names, and print the result as one line of JSON."""
    plan: dict[str, Any] = json.loads(sys.stdin.readline())
    import django

    django.setup()
    from agents.operations.sandbox_keeping import play_again
    from morfx.operations.actor import Actor

    actor = Actor.system(UUID(plan["workspace"]), "bench", via="command")
    turns = different = 0
    began = time.perf_counter()
    for session in plan["sessions"]:
        again = play_again.submit(actor, {"session": session}).data
        turns += len(again["turns"])
        different += sum(not turn["same"] for turn in again["turns"])
    seconds = time.perf_counter() - began
    found = {"turns": turns, "different": different, "seconds": seconds}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
