"""Customers in a closed loop, and the provider that accepts what is sent to them.

Reads its plan as JSON from standard input; writes `ready`, `measuring`, and the result as JSON.
A customer writes, waits until an answer for them was accepted, and writes the next; after some
messages another customer takes the place.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from .http11 import Answer, Client, post, serve
from .talk import QUESTIONS

FIRST_ANSWER = 40.0
"""Seconds until something is wrong when nobody has been answered."""
STATUSES = ("sent", "delivered", "read")


@dataclass
class World:
    """Who waits for an answer since when, and what came."""

    plan: dict[str, Any]
    waiting: dict[str, asyncio.Future[float]] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    accepted: int = 0
    silent: int = 0
    refused: int = 0
    measuring: bool = False
    ended: bool = False
    numbers: itertools.count[int] = field(init=False)
    later: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        """Begin with the customer the plan names."""
        self.numbers = itertools.count(self.plan["first"])


def main() -> None:
    """Run the plan that comes on standard input."""
    asyncio.run(_run(World(json.loads(sys.stdin.readline()))))


async def _run(world: World) -> None:
    plan = world.plan
    server = await serve(_provider(world), plan["port"])
    _say("ready")
    slots = [asyncio.create_task(_slot(world, n)) for n in range(plan["slots"])]
    couriers = [asyncio.create_task(_courier(world)) for _ in range(2 if plan["statuses"] else 0)]
    await _first_answer(world)
    await asyncio.sleep(plan["warmup"])
    world.measuring, used, began = True, time.process_time(), time.perf_counter()
    before = world.accepted
    _say("measuring")
    await asyncio.sleep(plan["seconds"])
    seconds, world.measuring = time.perf_counter() - began, False
    result = {
        "seconds": seconds,
        "answered": len(world.latencies),
        "bubbles": world.accepted - before,
        "silent": world.silent,
        "refused": world.refused,
        "cpu": time.process_time() - used,
        "latencies": world.latencies,
    }
    _say(json.dumps(result))
    world.ended = True
    for task in [*slots, *couriers]:
        task.cancel()
    await asyncio.gather(*slots, *couriers, return_exceptions=True)
    await server.serve_forever()  # what is still under way is accepted until we are killed


async def _first_answer(world: World) -> None:
    """Wait until somebody was answered: job clusters take a while to start."""
    deadline = time.monotonic() + FIRST_ANSWER
    while not world.accepted:
        if time.monotonic() > deadline:
            raise TimeoutError("Nobody was answered.")
        await asyncio.sleep(0.1)


async def _slot(world: World, number: int) -> None:
    """Be one customer after another."""
    plan = world.plan
    client = Client("127.0.0.1", plan["web"])
    while not world.ended:
        person = next(world.numbers)
        channel = plan["channels"][person % len(plan["channels"])]
        phone = f"57300{person % 10**7:07d}"
        for turn in range(plan["messages"]):
            await _say_and_wait(world, client, channel, phone, turn)


async def _say_and_wait(
    world: World, client: Client, channel: dict[str, str], phone: str, turn: int
) -> None:
    text = QUESTIONS[turn % len(QUESTIONS)][0]
    message = {"type": "text", "text": {"body": text}, "from": phone}
    message |= {"id": f"wamid.{channel['number']}.{phone}.{turn}", "timestamp": _now()}
    contact = {"profile": {"name": f"Cliente {phone[-4:]}"}, "wa_id": phone}
    request = delivery(world.plan, channel, {"contacts": [contact], "messages": [message]})
    key = f"{channel['number']}:{phone}"
    answered = world.waiting[key] = asyncio.get_running_loop().create_future()
    wrote = time.perf_counter()
    if await client.ask(request) != 200:
        world.refused += 1
        await asyncio.sleep(0.1)
        return
    try:
        at = await asyncio.wait_for(answered, world.plan["patience"])
    except TimeoutError:
        world.silent += 1
        return
    if world.measuring:
        world.latencies.append(at - wrote)


def _provider(world: World) -> Any:
    """Return the provider's side: accept at once, and wake the customer."""
    accepted = itertools.count(world.plan["first"])

    async def answer(path: str, body: bytes) -> Answer:
        if not body:  # a list of templates, say
            return 200, b'{"data":[]}'
        sent = json.loads(body)
        if sent.get("status") == "read":
            return 200, b'{"success":true}'
        number = path.split("/")[-2]
        identity = f"wamid.{number}.out.{next(accepted)}"
        world.accepted += 1
        waiting = world.waiting.pop(f"{number}:{sent['to'].lstrip('+')}", None)
        if waiting is not None and not waiting.done():
            waiting.set_result(time.perf_counter())
        for status in STATUSES if world.plan["statuses"] else ():
            world.later.put_nowait(_status(world.plan, number, identity, status, sent))
        return 200, json.dumps({"messages": [{"id": identity}]}).encode()

    return answer


def _status(
    plan: dict[str, Any], number: str, identity: str, status: str, sent: dict[str, Any]
) -> bytes:
    channel = next(one for one in plan["channels"] if one["number"] == number)
    told = {"id": identity, "status": status, "timestamp": _now(), "recipient_id": sent["to"]}
    told["biz_opaque_callback_data"] = sent.get("biz_opaque_callback_data", "")
    return delivery(plan, channel, {"statuses": [told]})


async def _courier(world: World) -> None:
    """Deliver statuses, one after another."""
    client = Client("127.0.0.1", world.plan["web"])
    while True:
        await client.ask(await world.later.get())


def delivery(plan: dict[str, Any], channel: dict[str, str], value: dict[str, Any]) -> bytes:
    """Return a signed webhook request as Meta writes it."""
    number = {"display_phone_number": channel["display"], "phone_number_id": channel["number"]}
    whole = {"messaging_product": "whatsapp", "metadata": number, **value}
    change = {"field": "messages", "value": whole}
    entry = {"id": channel["account"], "changes": [change]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    digest = hmac.new(channel["secret"].encode(), body, hashlib.sha256).hexdigest()
    signature = f"X-Hub-Signature-256: sha256={digest}\r\n"
    return post(f"127.0.0.1:{plan['web']}", channel["path"], body, signature)


def _now() -> str:
    return str(int(time.time()))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
