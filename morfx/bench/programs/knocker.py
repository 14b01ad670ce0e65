"""Posts prepared webhooks as fast as answers come, or at a steady rate; raw sockets, little CPU.

Reads its plan as JSON from standard input, writes its result as JSON.
"""

from __future__ import annotations

import itertools
import json
import select
import socket
import sys
import time
from collections import deque
from typing import Any

from .customers import delivery

PREPARED = 4000


def requests(plan: dict[str, Any]) -> list[bytes]:
    """Return signed deliveries of one text message each."""
    channels = plan["channels"]
    return [request(plan, channels[n % len(channels)], n) for n in range(PREPARED)]


def request(plan: dict[str, Any], channel: dict[str, str], number: int) -> bytes:
    """Return one delivery of a text message."""
    phone = f"57301{number:07d}"
    text = {"body": f"Hola, ¿cuánto cuesta el producto? ({number})"}
    message = {"from": phone, "id": f"wamid.{number:020d}", "timestamp": "1790000000"}
    contact = {"profile": {"name": f"Cliente {number}"}, "wa_id": phone}
    value = {"contacts": [contact], "messages": [{**message, "type": "text", "text": text}]}
    return delivery(plan, channel, value)


class Knocker:
    """Some kept-open connections, at most one request on each."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.requests = itertools.cycle(requests(plan))
        self.poll = select.epoll()
        self.sockets: dict[int, socket.socket] = {}
        self.idle: deque[int] = deque()
        self.since: dict[int, float] = {}
        self.latencies: list[float] = []
        self.refused = 0
        for _ in range(plan["connections"]):
            one = socket.create_connection(("127.0.0.1", plan["web"]))
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sockets[one.fileno()] = one
            self.poll.register(one.fileno(), select.EPOLLIN)
            self.idle.append(one.fileno())

    def ask(self, since: float) -> None:
        """Send the next request on an idle connection; it counts as sent at `since`."""
        number = self.idle.popleft()
        self.since[number] = since
        self.sockets[number].sendall(next(self.requests))

    def hear(self, patience: float) -> None:
        """Take the answers that come within `patience` seconds."""
        for number, _ in self.poll.poll(patience):
            answer = self.sockets[number].recv(65536)
            if not answer.startswith(b"HTTP/1.1 200"):
                self.refused += 1
            if not answer:
                raise ConnectionError("The server hung up.")
            self.latencies.append(time.perf_counter() - self.since.pop(number))
            self.idle.append(number)

    def as_fast_as_possible(self, seconds: float) -> None:
        """Keep every connection busy."""
        until = time.perf_counter() + seconds
        while (now := time.perf_counter()) < until:
            while self.idle:
                self.ask(now)
            self.hear(1.0)

    def at_a_rate(self, rate: float, seconds: float) -> None:
        """Send when it is time, whether the server keeps up or not; lateness counts."""
        due = began = time.perf_counter()
        while due < began + seconds:
            while self.idle and due <= time.perf_counter():
                self.ask(due)
                due += 1 / rate
            self.hear(max(0.0, due - time.perf_counter()) if self.idle else 1.0)

    def rest(self) -> None:
        """Hear what is still under way."""
        while self.since:
            self.hear(5.0)


def main() -> None:
    """Run the plan that comes on standard input."""
    plan = json.loads(sys.stdin.readline())
    knocker = Knocker(plan)
    knocker.as_fast_as_possible(0.3)
    knocker.rest()
    knocker.latencies.clear()
    began, used = time.perf_counter(), time.process_time()
    if plan["rate"]:
        knocker.at_a_rate(plan["rate"], plan["seconds"])
    else:
        knocker.as_fast_as_possible(plan["seconds"])
    knocker.rest()
    result = {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - used,
        "refused": knocker.refused,
        "latencies": knocker.latencies,
    }
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
