"""A Messages API that understands the benchmark's customers, after a fixed time to think.

python -m morfx.bench.programs.model PORT MILLISECONDS
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from .http11 import Answer, serve
from .talk import QUESTIONS

INTENTS = dict(QUESTIONS)


def answer_to(body: bytes) -> bytes:
    """Return the message a request is answered with."""
    asked = json.loads(body)
    content = asked["messages"][-1]["content"]
    words = json.loads(content)["message"].splitlines()[-1]
    understood = {
        "class": "pregunta",
        "intent": INTENTS.get(words, "ubicacion"),
        "confidence": 96,
        "alternatives": [],
        "fields": [],
        "reasoning": "The words say so.",
    }
    message: dict[str, Any] = {
        "id": "msg_benchmark",
        "type": "message",
        "role": "assistant",
        "model": asked["model"],
        "content": [{"type": "text", "text": json.dumps(understood)}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1, "service_tier": "standard"},
    }
    return json.dumps(message).encode()


async def main(port: int, milliseconds: float) -> None:
    """Serve until killed."""

    async def answer(path: str, body: bytes) -> Answer:
        if milliseconds:
            await asyncio.sleep(milliseconds / 1000)
        return 200, answer_to(body)

    await (await serve(answer, port)).serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
