"""Waiting for a model has an end, whatever the model does."""

import threading
import time

import pytest

from agents.engine import leases, perceive
from agents.errors import ClaudeApiError
from agents.llm.anthropic import TIMEOUT, AnthropicClient
from agents.llm.breaker import Breaker
from agents.llm.calls import LOST_AFTER
from agents.llm.chain import MAX_RETRIES, Chain, Link
from agents.llm.failures import Failure
from agents.llm.protocol import Outcome
from agents.llm.transport import CONNECT, timeouts
from agents.tests import messages_answers as answers
from agents.tests.messages_api import messages_api
from agents.tests.test_llm_chain import REQUEST, Clock, Fallback


@pytest.fixture
def api():
    with messages_api() as running:
        yield running


def client_at(url, timeout):
    return AnthropicClient(
        fast="claude-haiku-4-5", strong="s", api_key="k", base_url=url, timeout=timeout
    )


def test_an_answer_that_drips_ends_with_the_time_for_the_whole_call(api):
    client = client_at(api.url, timeout=0.4)
    api.then(answers.dripping(0.02))
    started = time.monotonic()
    with pytest.raises(ClaudeApiError) as caught:
        client.comprehend(REQUEST)
    assert caught.value.failure is Failure.TIMED_OUT
    assert caught.value.usage.outcome is Outcome.UNKNOWN
    assert time.monotonic() - started < 2 * 0.4 + 0.3


def test_a_model_that_is_slow_is_asked_once_and_given_up_in_time(api):
    chain = Chain([Link(client_at(api.url, timeout=0.3)), Link(Fallback())])
    api.then(answers.says("{}", late=1.0))
    started = time.monotonic()
    answer = chain.comprehend(REQUEST)
    assert time.monotonic() - started < 0.8
    assert answer.value.source == "fallback"
    assert len(api.calls) == 1


def test_no_call_takes_longer_than_what_is_left(api):
    chain = Chain([Link(client_at(api.url, timeout=30)), Link(Fallback())])
    api.then(answers.says("{}", late=2.5))
    started = time.monotonic()
    answer = chain.comprehend(REQUEST, until=started + 1.2)
    assert time.monotonic() - started < 2.0
    assert answer.value.source == "fallback"
    assert answer.tries[0].outcome is Outcome.UNKNOWN


def test_when_no_time_is_left_only_the_model_in_this_process_is_asked(api):
    clock = Clock()
    chain = Chain(
        [Link(client_at(api.url, timeout=1)), Link(Fallback())], clock=clock, sleep=clock.sleep
    )
    answer = chain.comprehend(REQUEST, until=clock.now + 0.5)
    assert answer.value.source == "fallback"
    assert [failed.failure for failed in answer.failures] == ["no_time"]
    assert api.calls == []


def test_there_is_no_second_try_that_would_come_too_late(api):
    clock = Clock()
    chain = Chain(
        [Link(client_at(api.url, timeout=1)), Link(Fallback())], clock=clock, sleep=clock.sleep
    )
    api.then(answers.rate_limited(2))
    answer = chain.comprehend(REQUEST, until=clock.now + 2.5)
    assert answer.value.source == "fallback"
    assert (len(api.calls), clock.slept) == (1, [])


def test_the_probe_is_one_call_however_many_wait(api):
    clock = Clock()
    breaker = Breaker(clock=clock)
    chain = Chain([Link(client_at(api.url, timeout=5), breaker), Link(Fallback())])
    breaker.failed(rest=1)
    clock.now += 31
    api.then(answers.understood("precio", late=0.5))
    barrier, sources = threading.Barrier(20), []

    def ask():
        barrier.wait()
        sources.append(chain.comprehend(REQUEST).value.source)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(api.calls) == 1
    assert sorted(sources)[:1] == ["anthropic:claude-haiku-4-5-20251001"]
    assert sources.count("fallback") == 19
    assert breaker.state == "closed"


def test_connections_are_kept_open_between_calls(api):
    client = client_at(api.url, timeout=5)
    for _ in range(5):
        client.comprehend(REQUEST)
    assert len({call.peer for call in api.calls}) == 1


def test_the_limits_fit_into_each_other():
    assert timeouts(30).connect == CONNECT
    assert timeouts(1).connect == 1
    assert 30 <= TIMEOUT <= 60
    assert TIMEOUT < perceive.MOST_SECONDS < LOST_AFTER.total_seconds() / 5
    assert leases.LEASE.total_seconds() / 2 > leases.RENEW_EVERY
    assert MAX_RETRIES == 1
