"""What the assistant's parts hand each other: calls, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

MOST_KEPT = 8000
"""Characters of a result that a trace keeps."""

Came = Literal["read", "done", "proposed", "shown", "nothing", "refused"]
"""What came of a call: `shown` is a dry talk's proposal, `nothing` what is so already."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """An operation or a lookup of the catalogue, by name, with raw inputs."""

    name: str
    inputs: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as rows keep it."""
        return {"operation": self.name, "inputs": dict(self.inputs)}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One call and what came of it, as the trace keeps it."""

    call: Call
    came: Came
    data: Any = None
    """What a lookup read, or a change answered."""
    events: tuple[Mapping[str, Any], ...] = ()
    """The facts it recorded, or would record: `{name, facts}`."""
    refusal: Mapping[str, Any] | None = None
    proposal: UUID | None = None
    why_ask: str = ""
    tries: int = 1
    """How often it was called, for the same idempotency key."""

    def as_json(self) -> dict[str, Any]:
        """Return it as traces and answers show it."""
        shown: dict[str, Any] = {
            "name": self.call.name,
            "inputs": dict(self.call.inputs),
            "came": self.came,
            "tries": self.tries,
        }
        if self.refusal:
            shown["error"] = dict(self.refusal)
        if self.proposal:
            shown |= {"proposal": str(self.proposal), "why_ask": self.why_ask}
        if self.came == "read":
            shown["result"] = _clipped(self.data)
        if self.events:
            shown["events"] = [dict(event) for event in self.events]
        return shown


def _clipped(data: Any) -> Any:
    """Return a result as it is; the beginning of its text when it is too long to be kept."""
    text = json.dumps(data, ensure_ascii=False)
    return data if len(text) <= MOST_KEPT else {"cut": text[:MOST_KEPT]}
