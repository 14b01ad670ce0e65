"""What a turn costs beside the model's time, against two bare SDK calls and one transaction."""

from __future__ import annotations

import json
import os
import statistics
import time
from typing import Any
from uuid import UUID

from .frame import Report
from .installation import Installation, free_port, superuser
from .options import Options
from .programs.talk import QUESTIONS

THINKING = (0.0, 50.0)
"""Milliseconds the model takes."""
TURNS = 80
WARM_UP = 5
MESSAGES_OF_A_CUSTOMER = 10


def run(running: Installation, options: Options) -> Report:
    """Alternate turns of ours with the bare calls, for each speed of the model."""
    from .shops import open_shops

    shop, report = open_shops(1)[0], Report("turn")
    os.environ["ANTHROPIC_API_KEY"] = "benchmark"
    for thinking in THINKING[:1] if options.quick else THINKING:
        _measure(running, report, shop, thinking, 3 if options.quick else TURNS)
    return report


def _measure(
    running: Installation, report: Report, shop: dict[str, Any], thinking: float, turns: int
) -> None:
    port = free_port()
    name = f"model of {thinking:g} ms"
    running.python(name, "-m", "morfx.bench.programs.model", str(port), str(thinking))
    running.await_port(name, port)
    os.environ["ANTHROPIC_BASE_URL"] = f"http://127.0.0.1:{port}"
    from agents.llm import clients

    clients.claude.cache_clear()
    bare, customer = Bare(running, shop), Customer(running, shop, f"{thinking:g}")
    ours, others, one_call = [], [], []
    for number in range(WARM_UP + turns):
        times = customer.turn(number), *bare.turn()
        if number >= WARM_UP:
            ours.append(times[0] - thinking)
            others.append(times[1] - 2 * thinking)
            one_call.append(times[2] - thinking)
    ratios = [one / other for one, other in zip(ours, others, strict=True)]
    p50, limits = statistics.median, (min(ours), max(ours))
    report.add(f"{name}: turn without the model", p50(ours), "ms", most=20.0, spread=limits)
    report.add(f"{name}: two bare calls, a commit", p50(others), "ms")
    report.add(f"{name}: one bare call", p50(one_call), "ms")
    report.add(f"{name}: times the bare ones", p50(ratios))
    report.add(f"{name}: model calls", customer.calls() / (WARM_UP + turns), "per turn")


class Customer:
    """Somebody whose messages come in and are answered, in this process."""

    def __init__(self, running: Installation, shop: dict[str, Any], kind: str) -> None:
        self._running, self._shop, self._kind = running, shop, kind
        self._link = superuser(running)
        self._calls = self._count()

    def turn(self, number: int) -> float:
        """Return for how many milliseconds one answer took, from lease to commit."""
        from agents.engine import turn
        from morfx.tenancy import within

        with within(UUID(self._shop["workspace"])):
            conversation = self._receive(number)
            began = time.perf_counter()
            turn.answer(conversation)
            took = time.perf_counter() - began
        # Delivered: or the next message would find bubbles that it interrupts.
        self._link.execute("UPDATE inbox_send SET state = 'accepted', settled_at = now()")
        self._link.execute("DELETE FROM jobs_job")
        return took * 1000

    def calls(self) -> int:
        """Return how many calls of a model were written down since."""
        return self._count() - self._calls

    def _count(self) -> int:
        return int(self._link.execute("SELECT count(*) FROM agents_modelcall").fetchone()[0])

    def _receive(self, number: int) -> UUID:
        from django.db import transaction
        from django.utils import timezone

        from inbox.models import Channel
        from inbox.operations import receiving
        from inbox.providers.payload import open_payload
        from morfx.operations.actor import Actor

        with transaction.atomic():
            channel = Channel.objects.get()
        inbound = next(iter(open_payload(self._payload(number)).inbound()))
        actor = Actor.system(channel.workspace_id, "inbox", via="webhook")
        message = receiving.receive(
            actor, channel=channel, inbound=inbound, received_at=timezone.now()
        )
        assert message is not None
        return message.conversation_id

    def _payload(self, number: int) -> bytes:
        from .programs.customers import delivery

        phone = f"57302{number // MESSAGES_OF_A_CUSTOMER:07d}"
        text = QUESTIONS[number % len(QUESTIONS)][0]
        message = {"from": phone, "id": f"wamid.{self._kind}.{number}", "type": "text"}
        message |= {"timestamp": str(int(time.time())), "text": {"body": text}}  # type: ignore[dict-item]
        contact = {"profile": {"name": f"Cliente {phone}"}, "wa_id": phone}
        value = {"contacts": [contact], "messages": [message]}
        whole = delivery({"web": 0}, self._shop, value)
        return whole.partition(b"\r\n\r\n")[2]


class Bare:
    """What nobody can do without: the calls, and a commit."""

    def __init__(self, running: Installation, shop: dict[str, Any]) -> None:
        import anthropic

        from agents.catalogue.somnio.definition import SOMNIO
        from agents.llm.anthropic import RULES

        self._sdk = anthropic.Anthropic(max_retries=0)
        self._prompt = RULES + SOMNIO.prompt
        self._link, self._shop = superuser(running), shop

    def turn(self) -> tuple[float, float]:
        """Return for how many milliseconds two calls and a commit took, and the first call."""
        began = time.perf_counter()
        self._call()
        one = time.perf_counter() - began
        self._call()
        self._link.execute(
            "INSERT INTO inbox_loosestatus (id, workspace_id, created_at, channel_id, provider_id,"
            " status, occurred_at, error)"
            " VALUES (gen_random_uuid(), %s, now(), %s, '', '', now(), '{}')",
            [self._shop["workspace"], self._shop["channel"]],
        )
        return (time.perf_counter() - began) * 1000, one * 1000

    def _call(self) -> None:
        content = json.dumps({"message": QUESTIONS[0][0], "history": []})
        self._sdk.messages.create(
            model="claude-haiku-4-5",
            max_tokens=1024,
            system=self._prompt,
            messages=[{"role": "user", "content": content}],
        )
