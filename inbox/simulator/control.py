"""The side where tests, benchmarks and the phone page play Meta, customers and bad weather."""

import secrets
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, JsonValue

from inbox.simulator import (
    chats,
    control_events,
    customers,
    deliveries,
    journal,
    media,
    numbers,
)
from inbox.simulator.control_routes import CUSTOMER, NUMBER, routes
from inbox.simulator.customers import Profile, Saying
from inbox.simulator.dialect_table import DIALECTS
from inbox.simulator.dialects import Signature, encode
from inbox.simulator.errors import Refusal
from inbox.simulator.faults import Faults
from inbox.simulator.numbers import Number
from inbox.simulator.post import Post
from inbox.simulator.routing import Answer, Request, Simulator, parsed, registered

ROOMS = (control_events,)
"""They fill the table of routes with the rest."""


class FaultsOf(Faults):
    """Faults, and the number that is to show them."""

    phone_number_id: str


class Raw(BaseModel):
    """A webhook body to deliver as it is."""

    model_config = ConfigDict(extra="forbid")

    phone_number_id: str
    body: JsonValue
    """An object is encoded as Meta does; a string travels as it is."""
    signature: Signature = "good"
    queued: bool = False
    """Deliver in the background with retries, rather than once and now."""


def answer(simulator: Simulator, request: Request) -> Answer:
    """Answer a control request; refusals come as `{"error": {"message"}}`."""
    found = routes.find(request.method, request.path)
    try:
        if found is None:
            raise Refusal(f"There is no {request.method} {request.path} here.", http=404)
        handler, arguments = found
        return handler(simulator, request, **arguments)
    except Refusal as refusal:
        return Answer({"error": {"message": refusal.sentence}}, refusal.http)


@routes.on("GET", "/simulator/health")
def health(simulator: Simulator, request: Request) -> Answer:
    """Say that it runs."""
    return Answer({"ok": True})


@routes.on("PUT", NUMBER)
def register(simulator: Simulator, request: Request, number: str) -> Answer:
    """Register a number or change it; what waits for its webhook is tried at once."""
    one = parsed(Number, request.json() | {"phone_number_id": number})
    with simulator.world.transaction() as tx:
        numbers.register(tx, one)
        simulator.sinks.load(tx)
    simulator.courier.hurry(number)
    return Answer(one.model_dump())


@routes.on("GET", "/simulator/numbers")
def everything(simulator: Simulator, request: Request) -> Answer:
    """List the registered numbers with their faults."""
    with simulator.world.transaction() as tx:
        found = numbers.everything(tx)
    listed: list[JsonValue] = [
        one.number.model_dump() | {"faults": one.faults.model_dump()} for one in found
    ]
    return Answer({"numbers": listed})


@routes.on("POST", NUMBER + "/handshake")
def handshake(simulator: Simulator, request: Request, number: str) -> Answer:
    """Verify the webhook as Meta does when it is configured: our challenge must come back."""
    with simulator.world.transaction() as tx:
        one = registered(tx, number).number
    challenge = str(secrets.randbelow(10**10))
    asked = {
        "hub.mode": "subscribe",
        "hub.challenge": challenge,
        "hub.verify_token": one.verify_token,
    }
    joint = "&" if "?" in one.webhook_url else "?"
    post = Post()
    outcome = post.send(one.webhook_url + joint + urlencode(asked), method="GET")
    post.close()
    verified = outcome.http == 200 and outcome.text == challenge
    with simulator.world.transaction() as tx:
        journal.note(tx, "handshake", number, verified=verified, http=outcome.http)
    return Answer({"verified": verified, "http": outcome.http, "answer": outcome.text[:300]})


@routes.on("GET", NUMBER + "/customers")
def people(simulator: Simulator, request: Request, number: str) -> Answer:
    """List the customers of a number."""
    with simulator.world.transaction() as tx:
        return Answer({"customers": chats.everyone(tx, registered(tx, number))})


@routes.on("PUT", CUSTOMER)
def change_customer(simulator: Simulator, request: Request, number: str, key: str) -> Answer:
    """Add or change a customer: ids, profile, and whether the phone is on."""
    profile = parsed(Profile, request.json())
    with simulator.world.transaction() as tx:
        row = customers.change(tx, registered(tx, number), key, profile)
        return Answer(chats.person(row))


@routes.on("POST", CUSTOMER + "/say")
def say(simulator: Simulator, request: Request, number: str, key: str) -> Answer:
    """Let a customer say something."""
    saying = parsed(Saying, request.json())
    with simulator.world.transaction() as tx:
        return Answer(customers.say(tx, registered(tx, number), key, saying))


@routes.on("GET", CUSTOMER + "/chat")
def chat(simulator: Simulator, request: Request, number: str, key: str) -> Answer:
    """Show a chat as the customer's phone does."""
    limit = request.whole("limit", 200, 2000)
    with simulator.world.transaction() as tx:
        return Answer(chats.show(tx, registered(tx, number), key, limit))


@routes.on("POST", CUSTOMER + "/read")
def mark_read(simulator: Simulator, request: Request, number: str, key: str) -> Answer:
    """Let the customer open the chat."""
    with simulator.world.transaction() as tx:
        return Answer({"read": chats.mark_read(tx, registered(tx, number), key)})


@routes.on("POST", NUMBER + "/media")
def add_media(simulator: Simulator, request: Request, number: str) -> Answer:
    """Keep a file that a customer will send; its Content-Type is the request's."""
    mime_type = request.headers.get("content-type") or "application/octet-stream"
    with simulator.world.transaction() as tx:
        registered(tx, number)
        return Answer({"id": media.keep(tx, number, mime_type, request.raw)})


@routes.on("PUT", "/simulator/faults")
def set_faults(simulator: Simulator, request: Request) -> Answer:
    """Replace the faults of a number; the dice start anew, and what was held is let go."""
    told = parsed(FaultsOf, request.json())
    faults = Faults.model_validate(told.model_dump(exclude={"phone_number_id"}))
    with simulator.world.transaction() as tx:
        before = registered(tx, told.phone_number_id)
        deliveries.release(tx, before)
        numbers.keep_faults(tx, before.id, faults)
        tx.run("UPDATE numbers SET asked = 0 WHERE phone_number_id = ?", before.id)
    return Answer(faults.model_dump())


@routes.on("GET", "/simulator/faults")
def show_faults(simulator: Simulator, request: Request) -> Answer:
    """Show the faults of a number, with what is left of each rule."""
    with simulator.world.transaction() as tx:
        one = registered(tx, request.query.get("phone_number_id", ""))
    return Answer(one.faults.model_dump())


@routes.on("POST", "/simulator/deliver")
def deliver(simulator: Simulator, request: Request) -> Answer:
    """Deliver a given body, signed well, wrongly or not at all.

    Once and now, answering with the webhook's HTTP status; or queued like any other webhook.
    """
    told = parsed(Raw, request.json())
    raw = told.body if isinstance(told.body, str) else encode(told.body)
    contents = deliveries.about(None if isinstance(told.body, str) else told.body)
    with simulator.world.transaction() as tx:
        one = registered(tx, told.phone_number_id)
        if told.queued:
            if told.signature != "good" or not raw.isascii():
                raise Refusal("Only a well signed ASCII body can be queued.")
            return Answer({"delivery": deliveries.put_raw(tx, one, f"{one.id}/raw", raw, contents)})
    data = raw.encode()
    post = Post()
    headers = DIALECTS[one.number.dialect].signed(one.number, data, told.signature)
    outcome = post.send(one.number.webhook_url, data, headers)
    post.close()
    with simulator.world.transaction() as tx:
        journal.note(tx, "raw_attempt", one.id, **outcome.noted(), about=contents)
    return Answer({"http": outcome.http, "answer": outcome.text[:1000]})


@routes.on("GET", "/simulator/journal")
def show_journal(simulator: Simulator, request: Request) -> Answer:
    """Show the journal after an id; may be narrowed to a kind and a number."""
    with simulator.world.transaction() as tx:
        page = journal.read(
            tx,
            after=request.whole("after", 0, 2**62),
            limit=max(1, request.whole("limit", 1000, 10_000)),
            kind=request.query.get("kind", ""),
            number=request.query.get("phone_number_id", ""),
        )
    return Answer(page)


@routes.on("GET", "/simulator/counters")
def counters(simulator: Simulator, request: Request) -> Answer:
    """Count what happened and what is still under way."""
    with simulator.world.transaction() as tx:
        return Answer(journal.counters(tx))
