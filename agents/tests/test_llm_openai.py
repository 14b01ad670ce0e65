"""A model behind an OpenAI-compatible address, over real HTTP, against a local server."""

import json
from decimal import Decimal

import pytest

from agents.engine.values import Alternative, Question, State, Turn
from agents.llm.chain import Chain, Link
from agents.llm.openai_like import Address, OpenAICompatible
from agents.llm.protocol import (
    CompletionRequest,
    ComprehensionRequest,
    Outcome,
    Spoken,
    Tool,
    ToolResult,
)
from agents.tests import openai_answers as answers
from agents.tests.openai_api import openai_api

FAST, STRONG = "gpt-4.1-mini", "gpt-4.1"
CREATE = Tool(
    name="crm.contact.create",
    description="Create a contact.",
    schema={"properties": {"name": {"type": "string"}}, "required": ["name"]},
)
FIND = Tool(name="crm.contact.list", description="Find contacts.", schema={"properties": {}})
TALK = CompletionRequest(
    system="You keep the books.",
    said=(Spoken(role="user", text="Add Marta"),),
    tools=(CREATE, FIND),
)


@pytest.fixture
def api():
    with openai_api(key="k3y") as running:
        yield running


@pytest.fixture
def client(api):
    return client_at(api.url)


def client_at(url, fast=FAST, strong=STRONG, timeout=1.0):
    """Connect to a local address with a key of no worth."""
    address = Address(url=url, key="k3y", fast=fast, strong=strong)
    return OpenAICompatible(address, timeout=timeout)


def request(text="¿cuánto vale?", **more):
    """Ask as an agent of three intents and two fields."""
    state = State(mode="conversacion", data={"nombre": "Marta"})
    return ComprehensionRequest(
        question=Question(text=text, state=state, history=(Turn(role="customer", text="hola"),)),
        system="You are the shop of sleep.",
        intents=("hola", "precio", "fallback"),
        fields={"ciudad": "city", "telefono": "phone"},
        **more,
    )


class TestComprehension:
    def test_it_asks_for_a_strict_schema_with_the_question_last(self, api, client):
        client.comprehend(request())
        [call] = api.calls
        assert call.headers["authorization"] == "Bearer k3y"
        assert set(call.body) == {"model", "max_tokens", "messages", "response_format"}
        assert (call.body["model"], call.body["max_tokens"]) == (FAST, 1024)
        assert [said["role"] for said in call.body["messages"]] == ["system", "user"]
        assert call.body["messages"][0]["content"].endswith("You are the shop of sleep.")
        assert call.body["response_format"]["json_schema"]["strict"] is True
        assert call.question["message"] == "¿cuánto vale?"
        assert call.question["known"] == {"nombre": "Marta"}

    def test_an_understanding_is_read_and_metered(self, api, client):
        usage = {"prompt_tokens": 1300, "completion_tokens": 50,
                 "prompt_tokens_details": {"cached_tokens": 1000}}  # fmt: skip
        api.then(answers.understood(
            "precio", 88, kind="mixto", fields={"ciudad": " Cali ", "zapatos": "38"},
            alternatives=[{"intent": "hola", "confidence": 40}], usage=usage,
        ))  # fmt: skip
        answer = client.comprehend(request())
        heard, used = answer.value, answer.usage
        assert (heard.kind, heard.intent, heard.confidence) == ("mixto", "precio", 88)
        assert heard.alternatives == (Alternative(intent="hola", confidence=40),)
        assert heard.fields == {"ciudad": "Cali"}
        assert heard.source == f"openai:{answers.MODEL}"
        assert (used.asked_model, used.model) == (FAST, answers.MODEL)
        assert (used.input_tokens, used.cache_read_tokens, used.output_tokens) == (300, 1000, 50)
        assert used.cost == Decimal("0.0003")
        assert (used.outcome, used.estimated) == (Outcome.OK, False)
        assert used.request_id.startswith("req_")

    def test_the_second_look_asks_the_strong_model(self, api, client):
        client.comprehend(request(strong=True))
        assert api.calls[0].body["model"] == STRONG

    def test_a_server_without_schemas_is_asked_in_words_from_then_on(self, api):
        api.then(
            answers.no_schemas(), answers.understood("precio", wrapped="Sure!\n```json\n{}\n```")
        )
        chain = Chain([Link(client_at(api.url))], sleep=lambda seconds: None)
        answer = chain.comprehend(request())
        assert answer.value.intent == "precio"
        assert [failed.failure for failed in answer.failures] == ["not_taken"]
        assert [used.cost > 0 for used in answer.tries] == [False, True]
        chain.comprehend(request())
        assert len(api.calls) == 3
        assert "response_format" not in api.calls[2].body
        assert (
            '"enum": ["hola", "precio", "fallback"]' in api.calls[2].body["messages"][0]["content"]
        )

    @pytest.mark.parametrize(
        "wrapped",
        ["{}", "```json\n{}\n```", '<think>{hm} {"a": 1}</think>{}', "Here it is: {} Bye {x}"],
    )
    def test_the_object_is_found_in_what_surrounds_it(self, api, client, wrapped):
        said = json.dumps({"class": "pregunta", "intent": "precio", "confidence": 90})
        api.then(answers.replies(wrapped.replace("{}", said, 1)))
        assert client.comprehend(request()).value.intent == "precio"

    def test_a_thinking_model_gets_room_and_its_own_name_of_the_limit(self, api):
        client_at(api.url, fast="gpt-5-mini").comprehend(request())
        body = api.calls[0].body
        assert (body["max_completion_tokens"], body["reasoning_effort"]) == (4096, "low")
        assert "max_tokens" not in body

    def test_the_name_of_the_limit_is_learned_once(self, api):
        api.then(answers.error(
            400, "invalid_request_error", "'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead.", param="max_tokens",
        ))  # fmt: skip
        chain = Chain([Link(client_at(api.url))], sleep=lambda seconds: None)
        assert chain.comprehend(request()).value.intent == "precio"
        assert [sorted({"max_tokens", "max_completion_tokens"} & call.body.keys())
                for call in api.calls] == [["max_tokens"], ["max_completion_tokens"]]  # fmt: skip

    def test_a_server_that_counts_nothing_is_estimated(self, api, client):
        api.then(answers.understood("precio", usage=False))
        used = client.comprehend(request()).usage
        assert (used.estimated, used.outcome) == (True, Outcome.OK)
        assert used.input_tokens > 200
        assert used.output_tokens > 10

    def test_a_model_without_a_price_is_an_estimate_unless_its_price_is_said(
        self, api, client, monkeypatch
    ):
        api.then(*(answers.understood("precio", model="llama-of-ours") for _ in range(2)))
        used = client.comprehend(request()).usage
        assert used.estimated
        assert used.cost == Decimal("0.0042")
        monkeypatch.setenv("MORFX_MODEL_PRICE", "0/0")
        used = client.comprehend(request()).usage
        assert (used.estimated, used.cost) == (False, 0)

    def test_connections_are_kept_open_between_calls(self, api, client):
        for _ in range(4):
            client.comprehend(request())
        assert len({call.peer for call in api.calls}) == 1

    def test_a_server_of_one_s_own_needs_no_key(self):
        with openai_api() as api:
            OpenAICompatible(Address(url=api.url, fast="m", strong="m")).comprehend(request())
        assert "authorization" not in api.calls[0].headers


class TestConversation:
    def test_tools_travel_with_underscores_and_come_back_with_dots(self, api, client):
        api.then(answers.calls(("crm_contact_create", {"name": "Marta"}), text="Adding her."))
        answer = client.complete(TALK)
        [call] = answer.value.calls
        assert (call.name, call.inputs) == ("crm.contact.create", {"name": "Marta"})
        assert answer.value.text == "Adding her."
        body = api.calls[0].body
        assert [tool["function"]["name"] for tool in body["tools"]] == [
            "crm_contact_create", "crm_contact_list",
        ]  # fmt: skip
        assert body["tools"][0]["function"]["parameters"]["type"] == "object"

    def test_every_call_is_answered_by_a_message_of_its_own(self, api, client):
        api.then(answers.calls(("crm_contact_create", {"name": "M"}), ("crm_contact_list", {})))
        first = client.complete(TALK).value
        results = tuple(
            ToolResult(call_id=call.id, text="done", is_error=n == 0)
            for n, call in enumerate(first.calls)
        )
        said = (*TALK.said, first.spoken, Spoken(role="user", results=results, text="and now?"))
        answer = client.complete(CompletionRequest(system="s", said=said, tools=TALK.tools))
        assert answer.value.text == "Claro."
        sent = api.calls[1].body["messages"]
        assert [message["role"] for message in sent] == [
            "system", "user", "assistant", "tool", "tool", "user",
        ]  # fmt: skip
        assert [message["content"] for message in sent[3:]] == ["Error: done", "done", "and now?"]
        assert json.loads(sent[2]["tool_calls"][0]["function"]["arguments"]) == {"name": "M"}

    def test_calls_without_ids_get_some(self, api, client):
        answer = answers.calls(("crm_contact_list", {}), ("crm_contact_list", {}))
        assert isinstance(answer.body, dict)
        for call in answer.body["choices"][0]["message"]["tool_calls"]:
            del call["id"]
        api.then(answer)
        assert [call.id for call in client.complete(TALK).value.calls] == ["call_0", "call_1"]

    def test_inputs_may_come_as_an_object(self, api, client):
        answer = answers.calls(("crm_contact_create", {}))
        assert isinstance(answer.body, dict)
        wish = answer.body["choices"][0]["message"]["tool_calls"][0]
        wish["function"]["arguments"] = {"name": "Marta"}
        api.then(answer)
        assert client.complete(TALK).value.calls[0].inputs == {"name": "Marta"}


class TestTheAddress:
    def test_it_is_read_from_the_environment(self):
        told = {"MORFX_MODEL_URL": " http://x/v1/ ", "MORFX_MODEL_NAME": "a",
                "MORFX_MODEL_TRANSCRIBE": "w"}  # fmt: skip
        address = Address.told(told)
        assert address == Address(url="http://x/v1", fast="a", strong="a", speech="w")
        assert Address.told({"MORFX_MODEL_NAME": "a"}) is None

    def test_it_does_what_it_has_a_model_for(self):
        client = OpenAICompatible(Address(url="http://x/v1", speech="whisper-1"))
        assert (client.talks, client.sees, client.hears) == (False, False, True)
        assert Chain([Link(client)]).links
