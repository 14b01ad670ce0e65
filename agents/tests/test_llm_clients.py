"""The chain a process builds for itself."""

import pytest

from agents.catalogue.somnio.language import LANGUAGE
from agents.engine.values import Question, State
from agents.errors import ModelsUnavailableError
from agents.llm.clients import (
    EmbeddedClient,
    can_talk,
    chain_elsewhere,
    chain_for,
    claude,
    first_model,
    host,
    names,
    uses,
)
from agents.llm.protocol import CompletionRequest, ComprehensionRequest, Outcome, Spoken
from agents.tests import messages_answers as answers
from agents.tests import openai_answers
from agents.tests.messages_api import messages_api
from agents.tests.openai_api import openai_api

REQUEST = ComprehensionRequest(
    question=Question(text="¿cuánto vale?", state=State(mode="conversacion")),
    system="Sell sleep.",
    intents=("precio", "fallback"),
)


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    for name in ("URL", "NAME", "NAME_STRONG", "KEY", "VISION", "TRANSCRIBE"):
        monkeypatch.delenv(f"MORFX_MODEL_{name}", raising=False)
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


def test_a_server_is_asked_after_claude_and_before_the_embedded_model(monkeypatch):
    with messages_api() as api, openai_api() as other:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
        monkeypatch.setenv("MORFX_MODEL_URL", other.url)
        monkeypatch.setenv("MORFX_MODEL_NAME", "gpt-4.1-mini")
        assert names() == ["anthropic", "openai", "embedded"]
        assert first_model("f") == "f"
        api.then(answers.refusal(), answers.refusal())
        assert chain().comprehend(REQUEST).usage.client == "openai"
        other.then(openai_answers.error(401, code="invalid_api_key"))
        answer = chain().comprehend(REQUEST)
        assert [used.client for used in answer.tries] == ["anthropic", "openai", "embedded"]
        assert answer.value.source == "embedded"
        assert chain().links[1] is chain().links[1]


def test_a_server_alone_understands_and_talks(monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    talk = CompletionRequest(system="s", said=(Spoken(role="user", text="hola"),))
    assert not can_talk()
    with openai_api() as other:
        monkeypatch.setenv("MORFX_MODEL_URL", other.url)
        monkeypatch.setenv("MORFX_MODEL_NAME", "gpt-4.1-mini")
        assert can_talk()
        assert first_model("f") == "gpt-4.1-mini"
        assert chain().comprehend(REQUEST).usage.model == "gpt-4.1-mini"
        assert chain_elsewhere(fast="f", strong="s").complete(talk).value.text == "Claro."
        other.then(openai_answers.error(500), openai_answers.error(500))
        with pytest.raises(ModelsUnavailableError):
            chain_elsewhere(fast="f", strong="s").complete(talk)


def test_a_server_for_sounds_alone_is_asked_for_no_words(monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    talk = CompletionRequest(system="s", said=(Spoken(role="user", text="hola"),))
    with openai_api() as other:
        monkeypatch.setenv("MORFX_MODEL_URL", other.url)
        monkeypatch.setenv("MORFX_MODEL_TRANSCRIBE", "whisper-1")
        assert chain().comprehend(REQUEST).usage.client == "embedded"
        with pytest.raises(ModelsUnavailableError):
            chain_elsewhere(fast="f", strong="s").complete(talk)
    assert other.calls == []
    assert not can_talk()
    assert first_model("f") == ""
    assert uses(fast="f", strong="s")["openai"] == [("whisper-1", "voice")]


@pytest.mark.parametrize(
    ("url", "shown"),
    [("http://user:pass@models.lan:8000/v1", "models.lan:8000"), ("http://[::1/v1", ""), ("", "")],
)
def test_the_host_is_shown_without_what_is_secret(monkeypatch, url, shown):
    monkeypatch.setenv("MORFX_MODEL_URL", url)
    assert host() == shown
