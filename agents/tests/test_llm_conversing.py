"""A conversation with tools, over real HTTP."""

import json

import pytest

from agents.engine.values import Question, State
from agents.errors import ClaudeApiError, ModelsUnavailableError
from agents.llm.anthropic import AnthropicClient
from agents.llm.chain import Chain, Link
from agents.llm.failures import Failure
from agents.llm.protocol import (
    CompletionRequest,
    ComprehensionRequest,
    Outcome,
    Spoken,
    Tool,
    ToolCall,
    ToolResult,
)
from agents.tests import messages_answers as answers
from agents.tests.messages_api import messages_api

CREATE = Tool(
    name="crm.contact.create",
    description="Create a contact.",
    schema={"properties": {"name": {"type": "string"}}, "required": ["name"]},
)
FIND = Tool(name="crm.contact.list", description="Find contacts.", schema={"properties": {}})
REQUEST = CompletionRequest(
    system="You keep the books.",
    said=(Spoken(role="user", text="Add Marta"),),
    tools=(CREATE, FIND),
)


@pytest.fixture
def api():
    with messages_api() as running:
        yield running


@pytest.fixture
def claude(api):
    return AnthropicClient(
        fast="claude-haiku-4-5", strong="claude-sonnet-4-6", api_key="k", base_url=api.url,
        timeout=2,
    )  # fmt: skip


def test_tools_travel_with_underscores_and_come_back_with_dots(api, claude):
    api.then(answers.calls(("crm_contact_create", {"name": "Marta"}), text="Adding her."))
    answer = claude.complete(REQUEST)
    [call] = answer.value.calls
    assert (call.name, call.inputs) == ("crm.contact.create", {"name": "Marta"})
    assert answer.value.text == "Adding her."
    assert (answer.usage.outcome, answer.usage.asked_model) == (Outcome.OK, "claude-sonnet-4-6")
    body = api.calls[0].body
    assert [tool["name"] for tool in body["tools"]] == ["crm_contact_create", "crm_contact_list"]
    assert body["tools"][0]["input_schema"]["type"] == "object"
    assert "cache_control" not in body["tools"][0]
    assert body["tools"][1]["cache_control"] == {"type": "ephemeral"}
    assert body["max_tokens"] == 2000
    assert "output_config" not in body


def test_every_call_is_answered_in_the_next_turn(api, claude):
    api.then(answers.calls(("crm_contact_create", {"name": "M"}), ("crm_contact_list", {})))
    first = claude.complete(REQUEST).value
    results = tuple(
        ToolResult(call_id=call.id, text="done", is_error=index == 0)
        for index, call in enumerate(first.calls)
    )
    said = (*REQUEST.said, first.spoken, Spoken(role="user", results=results, text="and now?"))
    api.then(answers.says("Both are done."))
    claude.complete(CompletionRequest(system=REQUEST.system, said=said, tools=REQUEST.tools))
    user, model, answered = api.calls[1].body["messages"]
    assert (user["role"], model["role"], answered["role"]) == ("user", "assistant", "user")
    assert [block["type"] for block in model["content"]] == ["tool_use", "tool_use"]
    assert [block["type"] for block in answered["content"]] == [
        "tool_result", "tool_result", "text",
    ]  # fmt: skip
    assert [block["tool_use_id"] for block in answered["content"][:2]] == [
        call.id for call in first.calls
    ]
    assert answered["content"][0]["is_error"] is True


def test_a_tool_nobody_has_keeps_its_name_for_the_correction(api, claude):
    api.then(answers.calls(("launch_rockets", {"at": "moon"})))
    with pytest.raises(ClaudeApiError) as caught:
        claude.complete(REQUEST)
    assert caught.value.failure is Failure.UNKNOWN_TOOL
    assert caught.value.again is not None
    assert caught.value.again.said[-2].calls[0].name == "launch_rockets"
    assert caught.value.again.said[-1].results[0].text == "There is no tool launch_rockets."


def test_turns_with_nothing_in_them_are_left_out(api, claude):
    said = (Spoken(role="user", text="a"), Spoken(role="model", text=" "), *REQUEST.said)
    claude.complete(CompletionRequest(system="s", said=said))
    assert [message["role"] for message in api.calls[0].body["messages"]] == ["user", "user"]
    assert "tools" not in api.calls[0].body


def test_names_that_would_be_taken_for_each_other_are_refused(claude):
    twin = Tool(name="crm.contact_create", description="", schema={})
    request = CompletionRequest(system="s", said=REQUEST.said, tools=(CREATE, twin))
    with pytest.raises(ValueError, match="same name"):
        claude.complete(request)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (answers.calls(("crm_contact_create", {"na": ""}), stop="max_tokens"), Failure.CUT_SHORT),
        (answers.says("I would rather", stop="refusal"), Failure.REFUSED),
        (answers.says("  "), Failure.BAD_OUTPUT),
        (answers.says("x", stop="model_context_window_exceeded"), Failure.TOO_LARGE),
    ],
)
def test_what_is_not_whole_is_never_passed_on(api, claude, answer, failure):
    api.then(answer)
    with pytest.raises(ClaudeApiError) as caught:
        claude.complete(REQUEST)
    assert (caught.value.failure, caught.value.status) == (failure, 200)
    assert caught.value.usage.cost > 0


def test_the_chain_asks_only_who_can_converse(api, claude):
    class Listener:
        name = "listener"

        def comprehend(self, request):
            raise AssertionError("not asked for that")

    chain = Chain([Link(Listener()), Link(claude)], sleep=lambda seconds: None)
    api.then(answers.overloaded())
    answer = chain.complete(REQUEST)
    assert answer.value.text == "Claro."
    assert [used.outcome for used in answer.tries] == [Outcome.FAILED, Outcome.OK]
    with pytest.raises(ModelsUnavailableError):
        Chain([Link(Listener())]).complete(REQUEST)


def test_no_model_is_called_inside_an_operation(api, claude):
    from django.apps import apps

    if not apps.ready:
        pytest.skip("without Django there are no operations")
    from types import SimpleNamespace
    from typing import cast

    from morfx.events.ledger import Recording, recording
    from morfx.operations.network import NetworkInsideOperation

    token = recording.set(cast(Recording, SimpleNamespace(operation="crm.contact.create")))
    request = ComprehensionRequest(
        question=Question(text="hola", state=State(mode="m")), system="s", intents=("hola",)
    )
    try:
        for ask in (lambda: Chain([Link(claude)]).comprehend(request),
                    lambda: claude.complete(REQUEST)):  # fmt: skip
            with pytest.raises(NetworkInsideOperation):
                ask()
    finally:
        recording.reset(token)
    assert api.calls == []


def test_the_next_step_of_a_loop_reads_what_was_said_before_from_the_cache(api, claude):
    claude.complete(REQUEST)
    call = ToolCall(id="t1", name="crm.contact.list", inputs={})
    said = (*REQUEST.said, Spoken(role="model", calls=(call,)),
            Spoken(role="user", results=(ToolResult(call_id="t1", text="none"),)))  # fmt: skip
    claude.complete(CompletionRequest(system=REQUEST.system, said=said, tools=REQUEST.tools))
    first, second = (call.body for call in api.calls)
    assert (first["tools"], first["system"]) == (second["tools"], second["system"])
    marks = [block.get("cache_control") for message in second["messages"]
             for block in message["content"]]  # fmt: skip
    assert marks == [None, None, {"type": "ephemeral"}]
    assert json.dumps(second).count("cache_control") <= 4
