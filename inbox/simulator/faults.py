"""What the simulator can be told to do wrong: bounded, and the same again under the same seed."""

import random
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal[
    "refuse",  # answer with an error; nothing is accepted
    "lose_request",  # hang up before accepting: no answer, and nothing happened
    "drop_answer",  # accept, then hang up without an answer
    "failed",  # `sent`, then `failed` with the code instead of `delivered`
    "skip_delivered",  # the phone has it, but only `read` will say so
    "status_first",  # the first status reaches the webhook before the send is answered
]


class Rule(BaseModel):
    """One fault of sends, until it has struck `next` times (or for ever when that is None)."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    code: int | None = None
    """Graph error of `refuse`, or error of the `failed` status."""
    http: Annotated[int, Field(ge=400, le=599)] | None = None
    """HTTP status of `refuse`; alone, without a code, the answer is a bare gateway page.

    429 alone is the seller's own limit (Kapso has one), not Meta's.
    """
    retry_after: Annotated[int, Field(ge=0, le=3600)] | None = None
    """Seconds that `refuse` names in Retry-After."""
    next: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    probability: Annotated[float, Field(ge=0, le=1)] = 1.0
    recipient: str | None = None
    """Strike only sends to this wa_id or BSUID."""
    hold: Annotated[float, Field(ge=0, le=120)] = 0.0
    """Seconds to keep the connection open and silent before hanging up."""

    @model_validator(mode="after")
    def _needs_a_code(self) -> Self:
        if self.kind == "failed" and self.code is None:
            raise ValueError("A `failed` rule needs the code that the status carries.")
        if self.kind == "refuse" and self.code is None and self.http is None:
            raise ValueError("A `refuse` rule needs a code, an HTTP status, or both.")
        return self


class Faults(BaseModel):
    """Everything one number is told to do wrong; the default is to do nothing wrong."""

    model_config = ConfigDict(extra="forbid")

    seed: int = 0
    duplicate: Annotated[int, Field(ge=0, le=20)] = 0
    """Extra, identical copies of every webhook."""
    reorder: Annotated[int, Field(ge=0, le=100)] = 0
    """Hold this many webhooks, then deliver them in another order (2 or more to take effect)."""
    reorder_wait: Annotated[float, Field(gt=0, le=60)] = 1.0
    """Seconds after which an unfilled window is let go anyway."""
    delay: Annotated[float, Field(ge=0, le=3600)] = 0.0
    """Seconds every webhook waits before its first attempt."""
    throughput: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """Messages per second, in and out together; sends beyond that are refused with 130429."""
    pair_interval: Annotated[float, Field(gt=0, le=600)] | None = None
    """Seconds between two sends to one customer; sooner is refused with 131056."""
    media_failures: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """So many requests about files, from now on, are answered with HTTP 500."""
    media_corrupt: bool = False
    """Hand out files other than those that were sent."""
    rules: list[Rule] = []

    def strike(self, ordinal: int, recipients: set[str]) -> tuple["Verdict", bool]:
        """Decide what befalls the send with this ordinal; count down the rules that struck.

        Each rule casts its own die, seeded with `seed`, its place in the list and the ordinal, so
        that threads cannot change the outcome. Give also whether a countdown moved.
        """
        verdict = Verdict()
        moved = False
        for place, rule in enumerate(self.rules):
            if rule.next == 0 or (rule.recipient and rule.recipient not in recipients):
                continue
            if _die(self.seed, place, ordinal) >= rule.probability:
                continue
            verdict.add(rule)
            if rule.next is not None:
                rule.next -= 1
                moved = True
            if verdict.refusal:
                break
        return verdict, moved

    def shuffled(self, ids: list[int]) -> list[int]:
        """Give the ids in another order, never the same one (unless there is only one)."""
        order = ids.copy()
        random.Random(f"{self.seed}:{len(ids)}").shuffle(order)  # noqa: S311 - a die, not a secret
        return order if order != ids else ids[1:] + ids[:1]


def _die(seed: int, place: int, ordinal: int) -> float:
    return random.Random(f"{seed}:{place}:{ordinal}").random()  # noqa: S311 - a die, not a secret


@dataclass
class Verdict:
    """What befalls one send; the first refusal or loss wins, the rest add up."""

    refusal: Rule | None = None
    drop_answer: Rule | None = None
    failed: int | None = None
    skip_delivered: bool = False
    status_first: bool = False

    def add(self, rule: Rule) -> None:
        """Let one more rule strike."""
        match rule.kind:
            case "refuse" | "lose_request":
                self.refusal = rule
            case "drop_answer":
                self.drop_answer = rule
            case "failed":
                self.failed = rule.code
            case "skip_delivered":
                self.skip_delivered = True
            case "status_first":
                self.status_first = True
