"""Answers that come piece by piece: whole at the end, or a failure like any other."""

from decimal import Decimal
from typing import Any

import pytest

from agents.errors import ModelApiError
from agents.llm.anthropic import AnthropicClient
from agents.llm.breaker import Breaker
from agents.llm.chain import Chain, Link
from agents.llm.failures import Failure
from agents.llm.openai_like import Address, OpenAICompatible
from agents.llm.protocol import CompletionRequest, Outcome, Spoken
from agents.tests import messages_answers, messages_stream, openai_answers
from agents.tests.messages_api import messages_api
from agents.tests.messages_stream import events_of, stream
from agents.tests.openai_api import openai_api
from agents.tests.test_llm_chain import Clock, Fallback
from agents.tests.test_llm_openai import CREATE, FIND

TALK = CompletionRequest(
    system="You keep the books.",
    said=(Spoken(role="user", text="Add Marta"),),
    tools=(CREATE, FIND),
    strong=False,
)
WORDS = "Claro que sí: la anoto ahora mismo."


class Heard:
    """Who listens, and all that it was told."""

    def __init__(self):
        self.told = []

    def __call__(self, text):
        self.told.append(text)


@pytest.fixture
def heard():
    return Heard()


class TestClaude:
    @pytest.fixture
    def api(self):
        with messages_api() as running:
            yield running

    @pytest.fixture
    def client(self, api):
        return self._client(api.url)

    def _client(self, url, timeout=1.0):
        return AnthropicClient(
            fast="claude-haiku-4-5", strong="s", api_key="k", base_url=url, timeout=timeout
        )

    def _events(self, *wishes, text=WORDS, stop="end_turn", **usage):
        answer = messages_answers.calls(*wishes, text=text, stop=stop)
        assert isinstance(answer.body, dict)
        answer.body["usage"] |= usage
        return events_of(answer.body)

    def test_it_is_told_as_it_grows_and_is_the_same_at_the_end(self, api, client, heard):
        api.then(messages_answers.calls(("crm_contact_create", {"name": "Marta"}), text=WORDS))
        answer = client.complete(TALK, on_text=heard)
        assert answer.value.text == heard.told[-1] == WORDS
        assert len(heard.told) > 3
        assert all(WORDS.startswith(told) for told in heard.told)
        assert sorted(heard.told, key=len) == heard.told
        assert [(c.name, c.inputs) for c in answer.value.calls] == [
            ("crm.contact.create", {"name": "Marta"})
        ]
        assert answer.usage.request_id.startswith("req_")
        assert api.calls[0].body["stream"] is True

    def test_usage_counts_up_and_is_not_added(self, api, client, heard):
        api.then(stream(*self._events(
            output_tokens=60, input_tokens=100, cache_read_input_tokens=1000,
            cache_creation_input_tokens=200,
        )))  # fmt: skip
        used = client.complete(TALK, on_text=heard).usage
        assert (used.input_tokens, used.output_tokens) == (100, 60)
        assert (used.cache_read_tokens, used.cache_write_tokens) == (1000, 200)
        assert used.cost == Decimal("0.00075")
        assert not used.estimated

    def test_an_error_after_200_is_an_error_with_what_was_used(self, api, client, heard):
        events = self._events()[:6]
        api.then(stream(*events, messages_stream.error_event()))
        with pytest.raises(ModelApiError) as caught:
            client.complete(TALK, on_text=heard)
        assert (caught.value.failure, caught.value.status) == (Failure.OVERLOADED, 200)
        used = caught.value.usage
        assert (used.outcome, used.estimated, used.input_tokens) == (Outcome.UNKNOWN, True, 120)
        assert used.output_tokens == 2000
        assert heard.told

    @pytest.mark.parametrize("kept", range(0, 12, 2))
    def test_a_stream_that_ends_too_soon_is_cut_off(self, api, client, heard, kept):
        api.then(stream(*self._events()[:kept]))
        with pytest.raises(ModelApiError) as caught:
            client.complete(TALK, on_text=heard)
        assert caught.value.failure is Failure.CUT_OFF
        assert (caught.value.usage.outcome, caught.value.usage.estimated) == (
            Outcome.UNKNOWN, True,
        )  # fmt: skip
        assert caught.value.usage.cost > 0

    def test_a_stream_whose_connection_breaks_is_cut_off(self, api, client, heard):
        api.then(stream(*self._events()).half())
        with pytest.raises(ModelApiError) as caught:
            client.complete(TALK, on_text=heard)
        assert caught.value.failure is Failure.CUT_OFF

    def test_a_stream_that_drips_ends_with_the_time_for_the_whole_call(self, api, heard):
        api.then(stream(*self._events()).slowly())
        with pytest.raises(ModelApiError) as caught:
            self._client(api.url, timeout=0.4).complete(TALK, on_text=heard)
        assert caught.value.failure is Failure.TIMED_OUT

    def test_a_stream_that_is_no_stream_is_cut_off(self, api, client, heard):
        api.then(messages_answers.page(), messages_answers.Answer(body=b"data: {\n\n"))
        for _ in range(2):
            with pytest.raises(ModelApiError) as caught:
                client.complete(TALK, on_text=heard)
            assert caught.value.failure is Failure.CUT_OFF

    def test_a_tool_s_input_that_is_cut_in_its_middle_never_passes_for_a_short_one(
        self, api, client, heard
    ):
        wish = ("crm_contact_create", {"name": "Marta Pérez"})
        events = self._events(wish, stop="tool_use")
        parts = [n for n, event in enumerate(events)
                 if event.get("delta", {}).get("type") == "input_json_delta"]  # fmt: skip
        del events[parts[-1]]
        api.then(stream(*events))
        with pytest.raises(ModelApiError) as caught:
            client.complete(TALK, on_text=heard)
        assert caught.value.failure is Failure.WRONG_INPUT
        assert caught.value.again is not None
        assert "not a JSON object" in caught.value.again.said[-1].results[0].text

    def test_a_cut_at_the_token_limit_is_cut_short(self, api, client, heard):
        api.then(stream(*self._events(("crm_contact_list", {}), stop="max_tokens")))
        with pytest.raises(ModelApiError) as caught:
            client.complete(TALK, on_text=heard)
        assert caught.value.failure is Failure.CUT_SHORT

    def test_kinds_we_do_not_know_change_nothing(self, api, client, heard):
        events = self._events()
        thought = {"type": "thinking", "thinking": "", "signature": ""}
        events[2:2] = [
            {"type": "tea_time", "index": 9},
            {"type": "content_block_start", "index": 7, "content_block": thought},
            {"type": "content_block_delta", "index": 7,
             "delta": {"type": "thinking_delta", "thinking": "hm"}},
            {"type": "content_block_delta", "index": 8,
             "delta": {"type": "text_delta", "text": "of no block"}},
        ]  # fmt: skip
        api.then(stream(*events))
        assert client.complete(TALK, on_text=heard).value.text == WORDS

    def test_errors_before_the_stream_are_those_of_any_call(self, api, client, heard):
        api.then(messages_answers.spend_limit())
        with pytest.raises(ModelApiError) as caught:
            client.complete(TALK, on_text=heard)
        assert (caught.value.failure, caught.value.status) == (Failure.SPEND_LIMIT, 429)


class TestTheOthers:
    @pytest.fixture
    def api(self):
        with openai_api() as running:
            yield running

    @pytest.fixture
    def client(self, api):
        address = Address(url=api.url, fast="gpt-4.1-mini", strong="gpt-4.1")
        return OpenAICompatible(address, timeout=1)

    def test_it_is_told_as_it_grows_and_is_the_same_at_the_end(self, api, client, heard):
        wishes: Any = (("crm_contact_create", {"name": "Marta"}), ("crm_contact_list", {}))
        api.then(openai_answers.calls(*wishes, text=WORDS))
        answer = client.complete(TALK, on_text=heard)
        assert answer.value.text == heard.told[-1] == WORDS
        assert [(c.name, c.inputs) for c in answer.value.calls] == [
            ("crm.contact.create", {"name": "Marta"}), ("crm.contact.list", {}),
        ]  # fmt: skip
        assert (answer.usage.input_tokens, answer.usage.output_tokens) == (120, 60)
        assert (answer.usage.outcome, answer.usage.estimated) == (Outcome.OK, False)

    def test_a_server_that_does_not_count_streams_is_estimated_from_then_on(self, api, heard):
        refusal = openai_answers.error(400, "x", "unknown field: stream_options")
        api.then(refusal)
        address = Address(url=api.url, fast="gpt-4.1-mini", strong="m")
        chain = Chain([Link(OpenAICompatible(address))], sleep=lambda seconds: None)
        answer = chain.complete(TALK, on_text=heard)
        assert [failed.failure for failed in answer.failures] == ["not_taken"]
        assert answer.usage.estimated
        assert answer.usage.output_tokens > 0
        assert "stream_options" not in api.calls[1].body

    @pytest.mark.parametrize(
        ("events", "failure"),
        [
            ([openai_answers.piece("Cla")], Failure.CUT_OFF),
            (["{not json"], Failure.CUT_OFF),
            ([], Failure.CUT_OFF),
            (
                [openai_answers.piece("Cl"), {"error": {"code": 502, "message": "x"}}],
                Failure.SERVER,
            ),
            ([{"error": {"type": "rate_limit_error"}}], Failure.RATE_LIMITED),
            (["[" * 50_000], Failure.CUT_OFF),
        ],
    )
    def test_what_breaks_off_is_a_failure_that_may_be_billed(
        self, api, client, heard, events, failure
    ):
        api.then(openai_answers.stream(*events))
        with pytest.raises(ModelApiError) as caught:
            client.complete(TALK, on_text=heard)
        used = caught.value.usage
        assert (caught.value.failure, used.failure) == (failure, failure.value)
        assert (used.outcome, used.estimated) == (Outcome.UNKNOWN, True)
        assert used.cost > 0

    def test_a_broken_connection_is_cut_off(self, api, client, heard):
        api.then(openai_answers.stream(*(openai_answers.piece("word ") for _ in range(9))).half())
        with pytest.raises(ModelApiError) as caught:
            client.complete(TALK, on_text=heard)
        assert caught.value.failure is Failure.CUT_OFF
        assert heard.told

    def test_a_tool_s_input_that_is_cut_is_wrong(self, api, client, heard):
        api.then(openai_answers.stream(
            openai_answers.wish(0, "crm_contact_create", '{"name": "Mar', "call_1"),
            openai_answers.piece(stop="tool_calls"),
        ))  # fmt: skip
        with pytest.raises(ModelApiError) as caught:
            client.complete(TALK, on_text=heard)
        assert caught.value.failure is Failure.WRONG_INPUT

    def test_without_its_last_line_it_is_whole_when_it_said_why_it_stopped(
        self, api, client, heard
    ):
        events = [openai_answers.piece("Claro."), openai_answers.piece(stop="stop")]
        api.then(openai_answers.stream(*events, openai_answers.counted(), done=False))
        assert client.complete(TALK, on_text=heard).value.text == "Claro."


class TestTheChain:
    def test_a_second_try_begins_anew_for_who_listens(self, heard):
        clock = Clock()
        with messages_api() as api:
            half: Any = messages_answers.says("Half of it").body
            broken = events_of(half)[:5]
            api.then(stream(*broken), messages_answers.says("All of it."))
            client = AnthropicClient(fast="claude-haiku-4-5", strong="s", api_key="k",
                                     base_url=api.url, timeout=1)  # fmt: skip
            chain = Chain([Link(client, Breaker(clock=clock))], sleep=clock.sleep)
            answer = chain.complete(TALK, on_text=heard)
        assert answer.value.text == heard.told[-1] == "All of it."
        assert "Half o" in heard.told
        assert [used.outcome for used in answer.tries] == [Outcome.UNKNOWN, Outcome.OK]
        assert {used.purpose for used in answer.tries} == {"complete"}

    def test_who_fails_to_listen_costs_nothing(self):
        def deaf(text):
            raise RuntimeError("gone")

        with messages_api() as api:
            client = AnthropicClient(fast="f", strong="s", api_key="k", base_url=api.url)
            assert Chain([Link(client)]).complete(TALK, on_text=deaf).value.text == "Claro."

    def test_who_does_not_listen_is_not_asked_to(self):
        assert Chain([Link(Fallback())]).complete(TALK).value.text == "a person will look"
