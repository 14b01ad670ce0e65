"""For benchmarks: numbers whose sends are taken from memory, so that we measure the other side.

No webhook follows, nothing is stored, no fault strikes; the last sends can be asked for.
"""

import secrets
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from pydantic import JsonValue

from inbox.simulator import numbers
from inbox.simulator.dialect_table import DIALECTS, spoken
from inbox.simulator.dialects import Json
from inbox.simulator.numbers import Number
from inbox.simulator.routing import Answer, Request
from inbox.simulator.world import Transaction

KEPT = 200_000
"""Sends remembered, per number."""


@dataclass
class Sink:
    """One number's sends."""

    number: Number
    receipts: int = 0
    sends: deque[tuple[float, str, str, str]] = field(default_factory=lambda: deque(maxlen=KEPT))
    """When it came (seconds since 1970), to whom, with which callback data, and its text."""


class Sinks:
    """The numbers that only swallow, by seller and key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_key: dict[tuple[str, str], Sink] = {}

    def load(self, tx: Transaction) -> None:
        """Learn which numbers are sinks, after a start or a change; what they have is kept."""
        known = {sink.number.phone_number_id: sink for sink in self._by_key.values()}
        fresh: dict[tuple[str, str], Sink] = {}
        for one in numbers.everything(tx):
            if one.number.sink:
                sink = known.get(one.id) or Sink(one.number)
                sink.number = one.number
                fresh[one.number.dialect, one.number.token] = sink
        self._by_key = fresh

    def take(self, request: Request) -> Answer | None:
        """Take a send for a sink; None when its key belongs to no sink."""
        if not self._by_key:
            return None
        dialect = spoken(request.path, request.headers)
        sink = self._by_key.get((dialect, DIALECTS[dialect].key(request.headers)))
        return None if sink is None else self._swallow(sink, request.json(), time.time())

    def _swallow(self, sink: Sink, body: Json, now: float) -> Answer:
        if body.get("status") == "read":
            sink.receipts += 1
            return Answer({"success": True})
        to = str(body.get("to") or body.get("recipient") or "")
        content = body.get(str(body.get("type", "text")))
        text = content.get("body", "") if isinstance(content, dict) else ""
        callback = str(body.get("biz_opaque_callback_data") or "")
        with self._lock:
            sink.sends.append((now, to, callback, str(text)))
        return Answer(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": to, "wa_id": to}],
                "messages": [{"id": "wamid.sink" + secrets.token_hex(12)}],
            }
        )

    def shown(self, phone_number_id: str) -> Json | None:
        """Show what a sink took; None for a number that is none."""
        for sink in self._by_key.values():
            if sink.number.phone_number_id == phone_number_id:
                with self._lock:
                    sends: list[JsonValue] = [list(one) for one in sink.sends]
                return {"receipts": sink.receipts, "count": len(sends), "sends": sends}
        return None

    def empty(self, phone_number_id: str) -> None:
        """Forget what a sink took."""
        for sink in self._by_key.values():
            if sink.number.phone_number_id == phone_number_id:
                with self._lock:
                    sink.receipts = 0
                    sink.sends.clear()
