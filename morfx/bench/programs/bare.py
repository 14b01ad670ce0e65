"""What the database alone can do: the same two rows, committed by bare psycopg, again and again.

Reads its plan as JSON from standard input, writes how many it committed.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any
from uuid import uuid4

import psycopg


async def main() -> None:
    """Run the plan that comes on standard input."""
    plan = json.loads(sys.stdin.readline())
    links = [await _link(plan) for _ in range(plan["connections"])]
    began = time.perf_counter()
    counts = await asyncio.gather(*(_store(link, plan, began) for link in links))
    sys.stdout.write(json.dumps({"stored": sum(counts)}) + "\n")


async def _link(plan: dict[str, Any]) -> psycopg.AsyncConnection[Any]:
    link = await psycopg.AsyncConnection.connect(plan["url"], autocommit=True)
    setting = [plan["setting"], plan["channel"]["workspace"]]
    await link.execute("SELECT set_config(%s, %s, false)", setting)
    return link


async def _store(link: psycopg.AsyncConnection[Any], plan: dict[str, Any], began: float) -> int:
    body, channel, stored = plan["body"].encode(), plan["channel"], 0
    while time.perf_counter() - began < plan["seconds"]:
        identity = uuid4()
        values = {
            "id": identity,
            "workspace": channel["workspace"],
            "channel": channel["channel"],
            "body": body,
            "queue": "quick",
            "job": "inbox.open_envelope",
            "args": json.dumps({"envelope": str(identity)}),
        }
        await link.execute(plan["statement"], values, prepare=True)
        stored += 1
    return stored


if __name__ == "__main__":
    asyncio.run(main())
