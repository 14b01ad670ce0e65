"""The side a business program talks to: a small part of Meta's Graph API, as each seller has it."""

from inbox.simulator import accounts, files, journal, sends
from inbox.simulator.access import no_such_object, one_of_mine, routes
from inbox.simulator.dialect_table import DIALECTS, spoken
from inbox.simulator.errors import GraphError, Refusal
from inbox.simulator.faults import Rule
from inbox.simulator.routing import Answer, Request, Simulator
from inbox.simulator.world import Transaction

FIRST_STATUS_WAIT = 5.0
"""Seconds a send waits for its own status to arrive first, at most."""

ROOMS = (accounts, files)
"""They fill the table of routes with the rest."""


def answer(simulator: Simulator, request: Request) -> Answer:
    """Answer a Graph request; refusals come as Graph errors."""
    inner = DIALECTS[spoken(request.path, request.headers)].inside(request.path)
    found = None if inner is None else routes.find(request.method, inner)
    try:
        if found is None:
            raise no_such_object(request.path.strip("/"))
        handler, arguments = found
        return handler(simulator, request, **arguments)
    except Refusal as refusal:
        error = GraphError(100, refusal.sentence, http=refusal.http)
        return Answer(error.answer(), error.http)
    except GraphError as error:
        return Answer(error.answer(), error.http)


@routes.on("POST", "/messages")
@routes.on("POST", "/{phone_number_id}/messages")
def messages(simulator: Simulator, request: Request, phone_number_id: str = "") -> Answer:
    """Take a message, or a read receipt with or without a typing indicator."""
    if taken := simulator.sinks.take(request):
        return taken
    body = request.json()
    try:
        with simulator.world.transaction() as tx:
            one = one_of_mine(tx, request, phone_number_id)
            phone_number_id = one.id
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
    headers = {} if rule.retry_after is None else {"Retry-After": str(rule.retry_after)}
    if rule.code is not None:
        error = GraphError(rule.code, http=rule.http)
        _note_refusal(simulator, phone_number_id, error.http, error.code)
        return Answer(error.answer(), error.http, headers=headers)
    _note_refusal(simulator, phone_number_id, rule.http, None)
    if rule.http == 429:  # the seller's own limit, not Meta's
        return Answer({"error": "Rate limit exceeded. Try again later."}, 429, headers=headers)
    page = b"<html><body><h1>Sorry, something went wrong.</h1></body></html>"
    return Answer(page, rule.http or 502, "text/html", headers=headers)
