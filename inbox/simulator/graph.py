"""The side a business program talks to: a small part of Meta's Graph API, any version."""

import re
import time

from inbox.simulator import journal, media, numbers, sends
from inbox.simulator.dialects import DIALECTS, Json
from inbox.simulator.errors import GraphError, Refusal
from inbox.simulator.faults import Rule
from inbox.simulator.numbers import Registered
from inbox.simulator.routing import Answer, Request, Routes, Simulator
from inbox.simulator.world import Transaction

VERSION = re.compile(r"^/v\d+\.\d+(?=/)")
FIRST_STATUS_WAIT = 5.0
"""Seconds a send waits for its own status to arrive first, at most."""

routes = Routes()


def answer(simulator: Simulator, request: Request) -> Answer:
    """Answer a Graph request; refusals come as Graph errors."""
    found = routes.find(request.method, VERSION.sub("", request.path))
    try:
        if found is None:
            raise _no_such_object(request.path.strip("/"))
        handler, arguments = found
        return handler(simulator, request, **arguments)
    except Refusal as refusal:
        error = GraphError(100, refusal.sentence, http=refusal.http)
        return Answer(error.answer(), error.http)
    except GraphError as error:
        return Answer(error.answer(), error.http)


def _no_such_object(name: str) -> GraphError:
    return GraphError(
        100,
        f"Unsupported request. Object with ID '{name}' does not exist, cannot be loaded due to"
        " missing permissions, or does not support this operation.",
        subcode=33,
    )


def _mine(tx: Transaction, request: Request) -> list[Registered]:
    """Give the numbers that the key of a request opens, or refuse with 190."""
    found = [
        one
        for one in numbers.everything(tx)
        if DIALECTS[one.number.dialect].key(request.headers) == one.number.token
    ]
    if not found:
        raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
    return found


def _one_of_mine(tx: Transaction, request: Request, phone_number_id: str) -> Registered:
    one = numbers.find(tx, phone_number_id)
    if one and DIALECTS[one.number.dialect].key(request.headers) == one.number.token:
        return one
    _mine(tx, request)
    raise _no_such_object(phone_number_id)


@routes.on("POST", "/{phone_number_id}/messages")
def messages(simulator: Simulator, request: Request, phone_number_id: str) -> Answer:
    """Take a message, or a read receipt with or without a typing indicator."""
    body = request.json()
    try:
        with simulator.world.transaction() as tx:
            one = _one_of_mine(tx, request, phone_number_id)
            if body.get("status") == "read":
                return Answer(sends.receipt(tx, one, body))
            tx.unanswered = True  # the statuses travel once the send is answered
            outcome = sends.accept(tx, one, body)
        if isinstance(outcome, Rule):
            return _refused(simulator, phone_number_id, outcome)
    except GraphError as error:
        _note_refusal(simulator, phone_number_id, error.http, error.code)
        raise
    return _accepted(simulator, phone_number_id, tx, outcome)


def _accepted(
    simulator: Simulator, phone_number_id: str, tx: Transaction, outcome: sends.Accepted
) -> Answer:
    verdict = outcome.verdict
    if not (verdict.status_first or verdict.drop_answer):
        return Answer(outcome.answer, then=lambda: simulator.courier.answered(tx))
    simulator.courier.answered(tx)
    if verdict.status_first:
        simulator.courier.await_delivery(outcome.first_status, FIRST_STATUS_WAIT)
    drop = verdict.drop_answer
    if drop:
        with simulator.world.transaction() as noting:
            journal.note(noting, "answer_dropped", phone_number_id, wamid=outcome.wamid)
    return Answer(outcome.answer, hang_up_after=drop.hold if drop else None)


def _note_refusal(
    simulator: Simulator, phone_number_id: str, http: int | None, code: int | None
) -> None:
    with simulator.world.transaction() as tx:
        journal.note(tx, "send_refused", phone_number_id, http=http, code=code)


def _refused(simulator: Simulator, phone_number_id: str, rule: Rule) -> Answer:
    if rule.kind == "lose_request":
        _note_refusal(simulator, phone_number_id, None, None)
        return Answer(hang_up_after=rule.hold)
    if rule.code is None:
        _note_refusal(simulator, phone_number_id, rule.http, None)
        page = b"<html><body><h1>Sorry, something went wrong.</h1></body></html>"
        return Answer(page, rule.http or 502, "text/html")
    raise GraphError(rule.code, http=rule.http)


@routes.on("POST", "/{phone_number_id}/media")
def upload(simulator: Simulator, request: Request, phone_number_id: str) -> Answer:
    """Keep an uploaded file."""
    mime_type, content = media.uploaded(request.headers.get("Content-Type") or "", request.raw)
    with simulator.world.transaction() as tx:
        one = _one_of_mine(tx, request, phone_number_id)
        return Answer({"id": media.keep(tx, one.id, mime_type, content)})


@routes.on("GET", "/media-file/{media_id}")
def download(simulator: Simulator, request: Request, media_id: str) -> Answer:
    """Hand out a file under its five-minute address, to its own number only."""
    with simulator.world.transaction() as tx:
        mine = _mine(tx, request)
        row = media.find(tx, media_id, [one.id for one in mine])
        if row is None or not media.still_good(media_id, request.query, time.time()):
            return Answer(b"Not found", 404, "text/plain")
        return Answer(row["content"], content_type=row["mime_type"])


@routes.on("POST", "/{waba_id}/subscribed_apps")
def subscribe(simulator: Simulator, request: Request, waba_id: str) -> Answer:
    """Subscribe to an account's webhooks (they are always delivered here)."""
    with simulator.world.transaction() as tx:
        if waba_id not in {one.number.waba_id for one in _mine(tx, request)}:
            raise _no_such_object(waba_id)
    return Answer({"success": True})


@routes.on("GET", "/{waba_id}/subscribed_apps")
def subscriptions(simulator: Simulator, request: Request, waba_id: str) -> Answer:
    """List who is subscribed to an account."""
    subscribe(simulator, request, waba_id)
    app: Json = {"id": "67084719", "name": "Simulated app", "link": "https://example.com/"}
    return Answer({"data": [{"whatsapp_business_api_data": app}]})


@routes.on("GET", "/{object_id}")
def show(simulator: Simulator, request: Request, object_id: str) -> Answer:
    """Describe a number (the `fields` asked for), or give a file's five-minute address."""
    with simulator.world.transaction() as tx:
        mine = _mine(tx, request)
        row = media.find(tx, object_id, [one.id for one in mine])
    if row is not None:
        return Answer(media.described(row, f"http://{request.host}", time.time()))
    for one in mine:
        if one.id == object_id:
            return Answer(_described(one, request.query.get("fields", "")))
    raise _no_such_object(object_id)


def _described(one: Registered, fields: str) -> Json:
    everything: Json = {
        "id": one.id,
        "display_phone_number": one.number.display_phone_number,
        "verified_name": one.number.verified_name,
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
        "webhook_configuration": {"application": one.number.webhook_url},
    }
    asked = {name.strip() for name in fields.split(",") if name.strip()}
    shown = asked or {"display_phone_number", "verified_name", "quality_rating"}
    return {name: value for name, value in everything.items() if name in shown | {"id"}}
