"""The tool loop: a model and the catalogue's operations, a few steps, each result told to it.

The chain has checked every call against the schema it was given (`agents.llm.conversing`): a tool
that does not exist, or inputs of the wrong type, were told to the model once and are an error the
second time. The loop itself ends with words, with too many steps, or with no model left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from agents.engine import budgets
from agents.errors import ModelsUnavailableError
from agents.llm.chain import Chain
from agents.llm.protocol import CompletionRequest, Spoken, ToolCall, ToolResult, Usage

MOST_STEPS = 8
"""Times a model is asked in one answer."""

MOST_CALLS = 6
"""Calls of one step that are carried out; the model is told of the others."""

PLACE = "assistant"
"""What the ledger calls these calls: no customer was served by them."""

End = Literal["said", "steps", "models"]


@dataclass(kw_only=True)
class Ended:
    """How a loop ended: the last words, why, and every call of a model it took."""

    why: End = "said"
    text: str = ""
    asked: int = 0
    """How often a model was asked."""
    usages: list[Usage] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """Each as `client: failure`."""


def converse(
    chain: Chain,
    request: CompletionRequest,
    carry_out: Callable[[ToolCall], ToolResult],
    *,
    until: float = float("inf"),
) -> Ended:
    """Let a model speak and call tools until it has said what it has to say.

    Every call of a model is settled in the ledger, and counted in the workspace's budget, as soon
    as it is over; what was carried out stays, whatever happens afterwards. `until` is on the
    chain's clock.
    """
    ended = Ended()
    said: Sequence[Spoken] = request.said
    for _step in range(MOST_STEPS):
        try:
            answer = chain.complete(replace(request, said=tuple(said)), until=until)
        except ModelsUnavailableError as nobody:
            budgets.settle(nobody.tries, PLACE)
            ended.usages += nobody.tries
            ended.failures += nobody.failures
            ended.why = "models"
            return ended
        ended.asked += 1
        budgets.settle(answer.tries, PLACE)
        ended.usages += answer.tries
        ended.failures += [f"{failed.client}: {failed.failure}" for failed in answer.failures]
        ended.text = answer.value.text
        if not answer.value.calls:
            return ended
        results = _results(answer.value.calls, carry_out)
        said = (*said, answer.value.spoken, Spoken(role="user", results=results))
    ended.why = "steps"
    return ended


def _results(
    wishes: Sequence[ToolCall], carry_out: Callable[[ToolCall], ToolResult]
) -> tuple[ToolResult, ...]:
    """Carry calls out in order; every one of them gets a result, as models want it."""
    done = [carry_out(wish) for wish in wishes[:MOST_CALLS]]
    left = [
        ToolResult(call_id=wish.id, text="Not run: too many calls at once.", is_error=True)
        for wish in wishes[MOST_CALLS:]
    ]
    return (*done, *left)
