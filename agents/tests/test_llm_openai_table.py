"""The table of failures, row by row, for the OpenAI dialect: each is reached over HTTP."""

import socket
from contextlib import contextmanager

import pytest

from agents.errors import IntentDetectionError, ModelApiError, ModelError
from agents.llm.breaker import Breaker
from agents.llm.chain import LONGEST_WAIT, Chain, Link
from agents.llm.failures import TABLE, Failure, Remedy
from agents.llm.openai_like import Address, OpenAICompatible
from agents.llm.protocol import Outcome
from agents.tests import openai_answers as answers
from agents.tests.messages_answers import Answer
from agents.tests.openai_api import openai_api
from agents.tests.test_llm_chain import REQUEST, Clock, Fallback
from agents.tests.test_llm_openai import TALK, client_at, request

REACHED = {
    Failure.TIMED_OUT: [lambda: answers.replies("{}", late=1.0), lambda: answers.error(504),
                        lambda: answers.error(408), lambda: answers.understood("precio").slowly()],
    Failure.CUT_OFF: [lambda: Answer(body=b"<html>Sign in</html>"),
                      lambda: Answer(body=b'{"id": "x", "choi'),
                      lambda: Answer(silent=True), lambda: Answer(body=b"[]"),
                      lambda: Answer(body={"choices": []}),
                      lambda: Answer(body={"choices": [{"message": None}]}),
                      lambda: Answer(body=b"[" * 100_000),
                      lambda: answers.replies("{}").half()],
    Failure.RATE_LIMITED: [lambda: answers.error(429, code="rate_limit_exceeded"),
                           lambda: answers.error(429, headers={"retry-after": "1"}),
                           lambda: answers.error_after_200(429)],
    Failure.OVERLOADED: [lambda: answers.error(529),
                         lambda: answers.replies("", stop="insufficient_system_resource")],
    Failure.SERVER: [lambda: answers.error(500, "server_error"), lambda: answers.error(503),
                     lambda: answers.error_after_200(502),
                     lambda: answers.replies("", stop="error"),
                     lambda: Answer(status=502, body=b"<html>Bad gateway</html>")],
    Failure.SPEND_LIMIT: [lambda: answers.error(429, "insufficient_quota"),
                          lambda: answers.error(429, code="insufficient_quota"),
                          lambda: answers.error(402, message="Insufficient Balance")],
    Failure.NOT_ALLOWED: [lambda: answers.error(401, code="invalid_api_key"),
                          lambda: answers.error(403)],
    Failure.NO_SUCH_MODEL: [lambda: answers.error(404, code="model_not_found"),
                            lambda: answers.error(400, code="model_not_found")],
    Failure.BAD_REQUEST: [lambda: answers.error(400, "invalid_request_error", "messages"),
                          lambda: answers.error(422),
                          lambda: Answer(status=302, headers={"Location": "/login"})],
    Failure.TOO_LARGE: [lambda: answers.error(413),
                        lambda: answers.error(400, code="context_length_exceeded"),
                        lambda: answers.error(
                            400, "BadRequestError",
                            "This model's maximum context length is 4096 tokens")],
    Failure.REFUSED: [lambda: answers.replies("", refusal="I cannot help with that."),
                      lambda: answers.replies("", stop="content_filter"),
                      lambda: answers.error(400, code="content_filter")],
    Failure.CUT_SHORT: [lambda: answers.replies('{"class": "preg', stop="length"),
                        lambda: answers.understood("precio", stop="length")],
    Failure.UNKNOWN_STOP: [lambda: answers.understood("precio", stop="tea_time"),
                           lambda: answers.understood("precio", stop=None)],
    Failure.BAD_OUTPUT: [lambda: answers.replies("no"), lambda: answers.replies(""),
                         lambda: answers.understood("buy_everything"),
                         lambda: answers.replies("{" * 50_000),
                         lambda: answers.replies('{"class": "pregunta", "intent": "prec')],
}  # fmt: skip
"""Every way in which a comprehension fails over HTTP."""

MISUSED = {
    Failure.UNKNOWN_TOOL: [lambda: answers.calls(("launch_rockets", {"at": "moon"}))],
    Failure.WRONG_INPUT: [lambda: answers.calls(("crm_contact_create", {})),
                          lambda: answers.calls(("crm_contact_create", {"name": 7})),
                          lambda: answers.calls(("crm_contact_create", '{"name": "Mar')),
                          lambda: answers.calls(("crm_contact_create", '["Marta"]'))],
}  # fmt: skip

WAYS = [(failure, way) for failure, ways in REACHED.items() for way in ways]
WRONG_WAYS = [(failure, way) for failure, ways in MISUSED.items() for way in ways]


@contextmanager
def chain(clock=None):
    """Build the client in front of one that always answers."""
    clock = clock or Clock()
    with openai_api(key="k3y") as api:
        first = Link(client_at(api.url, timeout=0.5), Breaker(clock=clock))
        yield api, Chain([first, Link(Fallback(), Breaker(clock=clock))], sleep=clock.sleep)


class TestTheOneTable:
    @pytest.mark.parametrize(("failure", "way"), WAYS)
    def test_each_failure_over_http_has_the_remedy_of_its_row(self, failure, way):
        row, clock = TABLE[failure], Clock()
        with chain(clock) as (api, asked):
            api.then(way(), way(), way())
            answer = asked.comprehend(REQUEST)
        tries = 2 if row.remedy is Remedy.RETRY else 1
        assert answer.value.source == "fallback"
        assert [failed.failure for failed in answer.failures] == [failure.value] * tries
        assert len(api.calls) == tries
        assert bool(answer.alarms) is row.alarm
        assert (asked.links[0].breaker.state == "open") is (row.rest > 0)
        assert all(seconds <= LONGEST_WAIT for seconds in clock.slept)
        if row.outcome is Outcome.UNKNOWN:
            assert all(used.outcome is Outcome.UNKNOWN for used in answer.tries[:-1])
            assert all(used.estimated and used.cost > 0 for used in answer.tries[:-1])

    @pytest.mark.parametrize(("failure", "way"), WRONG_WAYS)
    def test_a_wrong_use_of_a_tool_is_told_to_the_model_once(self, failure, way):
        with chain() as (api, asked):
            api.then(way(), answers.calls(("crm_contact_create", {"name": "Marta"})))
            answer = asked.complete(TALK)
        assert answer.value.calls[0].inputs == {"name": "Marta"}
        assert [failed.failure for failed in answer.failures] == [failure.value]
        *_, used, told = api.calls[1].body["messages"]
        assert told["role"] == "tool"
        assert told["content"].startswith("Error: ")
        assert told["tool_call_id"] == used["tool_calls"][0]["id"]

    def test_every_failure_is_reached(self):
        elsewhere = {
            Failure.UNREACHABLE,
            Failure.BROKEN_CLIENT,
            Failure.BAD_FILE,
            Failure.NOT_TAKEN,
            Failure.PAUSED,
        }
        assert set(REACHED) | set(MISUSED) | elsewhere == set(Failure)

    def test_nobody_there_is_retried_and_then_the_next(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{probe.getsockname()[1]}/v1"
        links = [Link(client_at(url)), Link(Fallback())]
        answer = Chain(links, sleep=lambda seconds: None).comprehend(REQUEST)
        assert [failed.failure for failed in answer.failures] == ["unreachable"] * 2
        assert [used.cost for used in answer.tries] == [0, 0, 0]

    @pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1/v1", "http://[::1/v1", ""])
    def test_an_address_that_is_none_is_an_alarm_and_no_crash(self, url):
        links = [Link(client_at(url)), Link(Fallback())]
        answer = Chain(links, sleep=lambda seconds: None).comprehend(REQUEST)
        assert answer.value.source == "fallback"
        assert answer.alarms

    def test_a_key_that_is_no_key_does_not_leave_the_process(self):
        address = Address(url="http://127.0.0.1:9/v1", key="k3y\nHost: x", fast="m", strong="m")
        with pytest.raises(ModelError) as caught:
            OpenAICompatible(address).comprehend(REQUEST)
        assert "k3y" not in str(caught.value)

    def test_errors_never_carry_what_the_customer_wrote_or_the_key(self):
        for way in (ways[0] for ways in REACHED.values()):
            with chain() as (api, asked):
                api.then(way())
                with pytest.raises(ModelError) as caught:
                    asked.links[0].client.comprehend(REQUEST)
                assert REQUEST.question.text not in str(caught.value)
                assert "k3y" not in str(caught.value)

    def test_an_answer_of_no_use_keeps_the_words_and_the_cost(self):
        with chain() as (api, asked):
            client = asked.links[0].client
            api.then(answers.replies("I think it is precio."), answers.error(500))
            with pytest.raises(IntentDetectionError) as caught:
                client.comprehend(request())
            with pytest.raises(ModelApiError) as failed:
                client.comprehend(request())
        assert caught.value.raw == "I think it is precio."
        assert caught.value.usage.cost > 0
        assert (failed.value.code, failed.value.status) == ("MODEL_API_ERROR", 500)
