"""One client after another: who is asked, how often, and what is told about it."""

import pytest

from agents.engine.values import Comprehension, Question, State
from agents.errors import ClaudeApiError, ModelsUnavailableError
from agents.llm.anthropic import AnthropicClient
from agents.llm.breaker import Breaker
from agents.llm.chain import LONGEST_WAIT, Chain, Link
from agents.llm.failures import TABLE, Failure, Remedy
from agents.llm.protocol import Completion, ComprehensionRequest, ModelAnswer, Outcome, Usage
from agents.tests import messages_answers as answers
from agents.tests.messages_api import messages_api

REQUEST = ComprehensionRequest(
    question=Question(text="¿cuánto vale?", state=State(mode="conversacion")),
    system="Sell sleep.",
    intents=("precio", "fallback"),
)


class Clock:
    """Seconds that pass when told."""

    def __init__(self):
        self.now = 1000.0
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


class Fallback:
    """A second client that always answers, or raises what it is given."""

    name = "fallback"

    def __init__(self, error=None):
        self.error = error

    def comprehend(self, request):
        if self.error:
            raise self.error
        usage = Usage(client=self.name, asked_model="rules", model="rules")
        value = Comprehension(kind="pregunta", intent="precio", confidence=70, source=self.name)
        return ModelAnswer(value=value, usage=usage)

    def complete(self, request):
        return ModelAnswer(
            value=Completion(text="a person will look"),
            usage=Usage(client=self.name, asked_model="rules", model="rules"),
        )


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def api():
    with messages_api() as running:
        yield running


@pytest.fixture
def claude(api, clock):
    client = AnthropicClient(
        fast="claude-haiku-4-5", strong="claude-sonnet-5", api_key="k", base_url=api.url, timeout=1
    )
    return Link(client, Breaker(clock=clock))


@pytest.fixture
def chain(claude, clock):
    return Chain([claude, Link(Fallback(), Breaker(clock=clock))], sleep=clock.sleep)


def test_the_first_that_answers_is_the_last_that_is_asked(api, chain):
    answer = chain.comprehend(REQUEST)
    assert answer.value.source == "anthropic:claude-haiku-4-5"
    assert answer.tries == (answer.usage,)
    assert answer.failures == ()
    assert len(api.calls) == 1


FAILING = {
    Failure.RATE_LIMITED: answers.rate_limited,
    Failure.OVERLOADED: answers.overloaded,
    Failure.SERVER: lambda: answers.error(500, "api_error"),
    Failure.CUT_OFF: answers.silence,
    Failure.SPEND_LIMIT: answers.spend_limit,
    Failure.NOT_ALLOWED: lambda: answers.error(401, "authentication_error"),
    Failure.NO_SUCH_MODEL: lambda: answers.error(404, "not_found_error"),
    Failure.BAD_REQUEST: lambda: answers.error(400, "invalid_request_error"),
    Failure.TOO_LARGE: lambda: answers.error(413, "invalid_request_error"),
    Failure.REFUSED: answers.refusal,
    Failure.CUT_SHORT: answers.cut_short,
    Failure.BAD_OUTPUT: lambda: answers.says("no"),
    Failure.TIMED_OUT: lambda: answers.error(504, "timeout_error"),
}


@pytest.mark.parametrize("failure", FAILING)
def test_every_class_of_failure_falls_to_the_next_client(api, chain, failure):
    api.then(*(FAILING[failure]() for _ in range(5)))
    answer = chain.comprehend(REQUEST)
    row = TABLE[failure]
    times = 2 if row.remedy is Remedy.RETRY else 1
    assert answer.value.source == "fallback"
    assert len(api.calls) == times
    assert [used.client for used in answer.tries] == ["anthropic"] * times + ["fallback"]
    assert [failed.failure for failed in answer.failures] == [failure.value] * times
    assert all(used.outcome is row.outcome for used in answer.tries[:-1])
    assert bool(answer.alarms) == row.alarm


def test_one_passing_fault_is_retried_and_both_tries_are_told(api, chain, clock):
    api.then(answers.overloaded())
    answer = chain.comprehend(REQUEST)
    assert answer.value.source.startswith("anthropic")
    assert [used.outcome for used in answer.tries] == [Outcome.FAILED, Outcome.OK]
    assert clock.slept == [0.5]


def test_a_short_wish_to_wait_is_obeyed_and_a_long_one_means_the_next(api, chain, claude, clock):
    api.then(answers.rate_limited(1))
    assert chain.comprehend(REQUEST).value.source.startswith("anthropic")
    assert clock.slept == [1.0]
    api.then(answers.rate_limited(LONGEST_WAIT + 40))
    assert chain.comprehend(REQUEST).value.source == "fallback"
    assert clock.slept == [1.0]
    assert claude.breaker.state == "open"
    clock.now += 41
    assert claude.breaker.state == "open"
    clock.now += 2
    assert chain.comprehend(REQUEST).value.source.startswith("anthropic")
    assert claude.breaker.state == "closed"


def test_a_spending_limit_rests_the_client_at_once_and_for_long(api, chain, claude, clock):
    api.then(answers.spend_limit())
    chain.comprehend(REQUEST)
    assert claude.breaker.state == "open"
    answer = chain.comprehend(REQUEST)
    assert [failed.failure for failed in answer.failures] == ["resting"]
    assert len(api.calls) == 1
    clock.now += 3601
    assert chain.comprehend(REQUEST).value.source.startswith("anthropic")


def test_an_outage_opens_the_breaker_and_one_probe_closes_it(api, chain, claude, clock):
    api.then(*(answers.overloaded() for _ in range(4)))
    chain.comprehend(REQUEST)
    chain.comprehend(REQUEST)
    assert claude.breaker.state == "open"
    chain.comprehend(REQUEST)
    assert len(api.calls) == 4
    clock.now += 31
    assert chain.comprehend(REQUEST).value.source.startswith("anthropic")
    assert claude.breaker.state == "closed"


def test_a_refused_text_says_nothing_about_the_provider(api, chain, claude):
    for _ in range(5):
        api.then(answers.refusal())
        assert chain.comprehend(REQUEST).value.source == "fallback"
    assert claude.breaker.state == "closed"


def test_when_nobody_can_a_person_must_and_the_cost_is_told(api, claude, clock):
    broken = Link(Fallback(RuntimeError("bug")), Breaker(clock=clock))
    chain = Chain([claude, broken], sleep=clock.sleep)
    api.then(answers.cut_short())
    with pytest.raises(ModelsUnavailableError) as caught:
        chain.comprehend(REQUEST)
    assert caught.value.code == "MODELS_UNAVAILABLE"
    assert caught.value.failures == ("anthropic: cut_short", "fallback: broken_client")
    assert [used.outcome for used in caught.value.tries] == [Outcome.FAILED] * 2
    assert caught.value.tries[0].cost > 0


def test_an_empty_chain_needs_a_person():
    with pytest.raises(ModelsUnavailableError):
        Chain([]).comprehend(REQUEST)


def test_every_failure_has_a_row():
    assert set(TABLE) == set(Failure)
    for row in TABLE.values():
        assert row.remedy is not Remedy.RETRY or not row.rest


def test_errors_keep_what_the_next_client_must_not_lose():
    usage = Usage(client="c", asked_model="m", model="m")
    error = ClaudeApiError("x", Failure.SERVER, usage, status=500)
    assert (error.usage, error.failure, error.status) == (usage, Failure.SERVER, 500)
