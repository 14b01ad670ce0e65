"""The table of failures, row by row: each is reached over HTTP, and what it says is done."""

import socket
from contextlib import contextmanager

import pytest

from agents.errors import ModelError
from agents.llm.anthropic import AnthropicClient
from agents.llm.breaker import Breaker
from agents.llm.chain import LONGEST_WAIT, Chain, Link
from agents.llm.failures import TABLE, Failure, Remedy
from agents.llm.protocol import CompletionRequest, Outcome, Spoken, Tool
from agents.llm.telling import REASONS, WHAT_TO_DO
from agents.tests import messages_answers as answers
from agents.tests.messages_api import messages_api
from agents.tests.test_llm_chain import REQUEST, Clock, Fallback

CREATE = Tool(
    name="crm.contact.create",
    description="Create a contact.",
    schema={"properties": {"name": {"type": "string"}}, "required": ["name"]},
)
TALK = CompletionRequest(system="s", said=(Spoken(role="user", text="hola"),), tools=(CREATE,))

REACHED = {
    Failure.TIMED_OUT: [lambda: answers.says("{}", late=1.0),
                        lambda: answers.error(504, "timeout_error"),
                        lambda: answers.error(408, "timeout_error"),
                        lambda: answers.dripping(0.05)],
    Failure.CUT_OFF: [answers.cut_off, answers.truncated, answers.silence, answers.page,
                      answers.event_stream, lambda: answers.Answer(body=b"[]"),
                      lambda: answers.Answer(body={"type": "message"})],
    Failure.RATE_LIMITED: [answers.rate_limited, lambda: answers.rate_limited(1),
                           lambda: answers.error_after_200("rate_limit_error")],
    Failure.OVERLOADED: [answers.overloaded, answers.error_after_200],
    Failure.SERVER: [lambda: answers.error(500, "api_error"), lambda: answers.error(502, "x"),
                     lambda: answers.error(409, "conflict_error"),
                     lambda: answers.error_after_200("api_error")],
    Failure.SPEND_LIMIT: [answers.spend_limit, answers.no_credit,
                          lambda: answers.error(402, "billing_error")],
    Failure.NOT_ALLOWED: [lambda: answers.error(401, "authentication_error"),
                          lambda: answers.error(403, "permission_error")],
    Failure.NO_SUCH_MODEL: [lambda: answers.error(404, "not_found_error")],
    Failure.BAD_REQUEST: [lambda: answers.error(400, "invalid_request_error", "schema"),
                          lambda: answers.error(422, "invalid_request_error")],
    Failure.TOO_LARGE: [lambda: answers.error(413, "request_too_large"),
                        lambda: answers.error(400, "invalid_request_error",
                                              "prompt is too long: 210000 tokens > 200000"),
                        lambda: answers.says("{}", stop="model_context_window_exceeded")],
    Failure.REFUSED: [answers.refusal],
    Failure.CUT_SHORT: [answers.cut_short],
    Failure.PAUSED: [lambda: answers.understood("precio", stop="pause_turn")],
    Failure.UNKNOWN_STOP: [lambda: answers.understood("precio", stop="tea_time")],
    Failure.BAD_OUTPUT: [lambda: answers.says("no"), answers.empty,
                         lambda: answers.understood("buy_everything"),
                         lambda: answers.says('{"class": "pregunta", "intent": "prec')],
}  # fmt: skip
"""Every way in which a comprehension fails over HTTP."""

MISUSED = {
    Failure.UNKNOWN_TOOL: [lambda: answers.calls(("launch_rockets", {"at": "moon"}))],
    Failure.WRONG_INPUT: [lambda: answers.calls(("crm_contact_create", {})),
                          lambda: answers.calls(("crm_contact_create", {"name": 7})),
                          lambda: answers.calls(("crm_contact_create", '{"name": "Mar'))],
}  # fmt: skip
"""And every way in which tools are used wrongly."""

WAYS = [(failure, way) for failure, ways in REACHED.items() for way in ways]
WRONG_WAYS = [(failure, way) for failure, ways in MISUSED.items() for way in ways]


@contextmanager
def chain(clock=None):
    """Build Claude in front of a client that always answers."""
    clock = clock or Clock()
    with messages_api() as api:
        claude = AnthropicClient(
            fast="claude-haiku-4-5", strong="claude-sonnet-4-6", api_key="k", base_url=api.url,
            timeout=0.5,
        )  # fmt: skip
        links = [Link(claude, Breaker(clock=clock)), Link(Fallback(), Breaker(clock=clock))]
        yield api, Chain(links, sleep=clock.sleep)


@pytest.mark.parametrize(("failure", "way"), WAYS)
def test_each_failure_over_http_has_the_remedy_of_its_row(failure, way):
    row, clock = TABLE[failure], Clock()
    with chain(clock) as (api, asked):
        api.then(way(), way(), way())
        answer = asked.comprehend(REQUEST)
    tries = 2 if row.remedy is Remedy.RETRY else 1
    assert answer.value.source == "fallback"
    assert len(api.calls) == tries
    assert [failed.failure for failed in answer.failures] == [failure.value] * tries
    assert bool(answer.alarms) is row.alarm
    assert (asked.links[0].breaker.state == "open") is (row.rest > 0)
    assert len(clock.slept) == tries - 1
    assert all(seconds <= LONGEST_WAIT for seconds in clock.slept)
    if row.outcome is Outcome.UNKNOWN:
        assert all(used.outcome is Outcome.UNKNOWN for used in answer.tries[:-1])
        assert all(used.estimated and used.cost > 0 for used in answer.tries[:-1])


@pytest.mark.parametrize(("failure", "way"), [w for w in WAYS if TABLE[w[0]].remedy == "retry"])
def test_a_passing_fault_is_over_with_the_second_try(failure, way):
    with chain() as (api, asked):
        api.then(way())
        answer = asked.comprehend(REQUEST)
    assert answer.value.source.startswith("anthropic")
    assert len(answer.tries) == 2


@pytest.mark.parametrize(("failure", "way"), WRONG_WAYS)
def test_a_wrong_use_of_a_tool_is_told_to_the_model_once(failure, way):
    assert TABLE[failure].remedy is Remedy.TELL
    with chain() as (api, asked):
        api.then(way(), answers.calls(("crm_contact_create", {"name": "Marta"})))
        answer = asked.complete(TALK)
    assert answer.value.calls[0].inputs == {"name": "Marta"}
    told = api.calls[1].body["messages"][-1]["content"]
    assert [block["is_error"] for block in told] == [True]
    used = api.calls[1].body["messages"][-2]["content"]
    assert told[0]["tool_use_id"] == used[0]["id"]


@pytest.mark.parametrize(("failure", "way"), WRONG_WAYS)
def test_who_uses_tools_wrongly_twice_gives_way_to_the_next(failure, way):
    with chain() as (api, asked):
        api.then(way(), way())
        answer = asked.complete(TALK)
    assert answer.value.text == "a person will look"
    assert [failed.failure for failed in answer.failures] == [failure.value] * 2
    assert all(used.cost > 0 for used in answer.tries[:2])
    assert asked.links[0].breaker.state == "closed"


def test_a_good_call_beside_a_wrong_one_is_asked_for_again():
    with chain() as (api, asked):
        good = ("crm_contact_create", {"name": "Marta"})
        api.then(answers.calls(good, ("crm_contact_create", {})), answers.says("Done."))
        asked.complete(TALK)
    told = api.calls[1].body["messages"][-1]["content"]
    assert [block["content"].partition(":")[0] for block in told] == ["Not run", "Wrong input"]


def test_nobody_there_is_retried_and_then_the_next():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    assert TABLE[Failure.UNREACHABLE].remedy is Remedy.RETRY
    assert _tries_at(url, 0.5) == [("unreachable", Outcome.FAILED)] * 2


def test_a_connection_that_is_never_accepted_was_never_asked():
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        found = _tries_at(f"http://127.0.0.1:{full.getsockname()[1]}", 0.2)
        for one in waiting:
            one.close()
    assert found == [("unreachable", Outcome.FAILED)] * 2


def _tries_at(url, timeout):
    claude = AnthropicClient(
        fast="claude-haiku-4-5", strong="s", api_key="k", base_url=url, timeout=timeout
    )
    answer = Chain([Link(claude), Link(Fallback())], sleep=lambda seconds: None).comprehend(REQUEST)
    return [(used.failure, used.outcome) for used in answer.tries[:-1]]


def test_a_fault_of_our_own_after_the_call_may_have_been_billed(monkeypatch):
    monkeypatch.setattr("agents.llm.anthropic.meter", lambda message, asked: 1 / 0)
    with chain() as (_, asked):
        answer = asked.comprehend(REQUEST)
    [broken, _used] = answer.tries
    assert (broken.failure, broken.outcome) == ("broken_client", Outcome.UNKNOWN)
    assert broken.cost > 0
    assert answer.alarms
    assert "division" not in str(answer.value)


def test_every_failure_has_a_row_a_test_that_reaches_it_and_words_for_people():
    elsewhere = {Failure.UNREACHABLE, Failure.BROKEN_CLIENT, Failure.BAD_FILE, Failure.NOT_TAKEN}
    assert set(TABLE) == set(Failure)
    assert set(REACHED) | set(MISUSED) | elsewhere == set(Failure)
    assert set(Failure) <= {Failure(name) for name in REASONS if name != "lost"}
    alarming = {failure for failure, row in TABLE.items() if row.alarm}
    assert set(WHAT_TO_DO) == alarming


def test_a_date_to_wait_for_is_a_wish_to_wait():
    with chain() as (api, asked):
        later = answers.rate_limited()
        later.headers["retry-after"] = "Wed, 21 Oct 2126 07:28:00 GMT"
        api.then(later)
        assert asked.comprehend(REQUEST).value.source == "fallback"
        assert len(api.calls) == 1
        assert asked.links[0].breaker.state == "open"


def test_nothing_asks_for_a_stream_unless_somebody_listens():
    with chain() as (api, asked):
        asked.comprehend(REQUEST)
        asked.complete(TALK)
        asked.complete(TALK, on_text=lambda text: None)
    assert ["stream" in call.body for call in api.calls] == [False, False, True]


def test_another_model_than_asked_is_what_the_ledger_gets():
    with chain() as (api, asked):
        api.then(answers.understood("precio", model="claude-sonnet-4-6-20260101"))
        used = asked.comprehend(REQUEST).usage
    assert (used.asked_model, used.model) == ("claude-haiku-4-5", "claude-sonnet-4-6-20260101")


def test_errors_of_models_never_carry_what_the_customer_wrote():
    for way in (ways[0] for ways in REACHED.values()):
        with chain() as (api, asked):
            api.then(way())
            client = asked.links[0].client
            with pytest.raises(ModelError) as caught:
                client.comprehend(REQUEST)
            assert REQUEST.question.text not in str(caught.value)
