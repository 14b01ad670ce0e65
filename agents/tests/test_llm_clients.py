"""The chain a process builds for itself."""

import pytest

from agents.catalogue.somnio.language import LANGUAGE
from agents.engine.values import Question, State
from agents.llm.clients import EmbeddedClient, chain_for, claude
from agents.llm.protocol import ComprehensionRequest, Outcome
from agents.tests import messages_answers as answers
from agents.tests.messages_api import messages_api

REQUEST = ComprehensionRequest(
    question=Question(text="¿cuánto vale?", state=State(mode="conversacion")),
    system="Sell sleep.",
    intents=("precio", "fallback"),
)


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh():
    claude.cache_clear()
    yield
    claude.cache_clear()


def chain():
    """Build the chain as the engine does."""
    return chain_for(LANGUAGE, fast="claude-haiku-4-5", strong="claude-sonnet-5")


def test_without_a_key_the_embedded_model_answers_for_nothing(monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    answer = chain().comprehend(REQUEST)
    assert answer.value.intent == "precio"
    assert (answer.usage.client, answer.usage.cost) == (EmbeddedClient.name, 0)
    assert answer.usage.outcome is Outcome.OK


def test_with_a_key_claude_is_asked_first_and_the_embedded_model_steps_in(monkeypatch):
    with messages_api() as api:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
        assert chain().comprehend(REQUEST).usage.client == "anthropic"
        api.then(answers.spend_limit())
        answer = chain().comprehend(REQUEST)
        assert (answer.value.source, answer.value.intent) == ("embedded", "precio")
        assert len(answer.alarms) == 1
        assert len(answer.tries) == 2


def test_the_breaker_is_shared_by_all_chains_of_a_process(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    assert chain().links[0] is chain().links[0]
