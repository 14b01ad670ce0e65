"""Bubbles that an interruption held back, and which of them still belong after the new answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agents.catalogue.somnio.draft import Draft, same
from agents.catalogue.somnio.intents import ESCAPE, GREETING, INFORMATIVE, PACKS
from agents.catalogue.somnio.transitions import CONFIRMED, STAGE, SUMMARY
from agents.engine.values import Say, State, World

CONFLICTING = frozenset({ESCAPE, "no_interesa", "no_confirmado"})


def unsay_held(state: State, world: World) -> State:
    """Take the held-back bubbles out of what was said: the customer never read them."""
    held = {bubble.key for bubble in world.pending}
    return replace(state, said=tuple(key for key in state.said if key not in held))


def resume(draft: Draft, intents: Sequence[str]) -> None:
    """Append to the new answer what the last one still owes."""
    for bubble in draft.world.pending:
        reason = _conflict(draft, bubble, intents)
        if reason:
            draft.why.append(f"{bubble.key} was held back and is dropped: {reason}.")
        else:
            draft.why.append(f"{bubble.key} was held back and follows.")
            draft.add(bubble)


def _conflict(draft: Draft, bubble: Say, intents: Sequence[str]) -> str:
    if draft.handover:
        return "people take over"
    if CONFLICTING & set(intents):
        return "the customer turned away"
    if bubble.intent in intents:
        return "the new answer is about the same"
    if bubble.key in draft.state.said or _shown(draft, bubble):
        return "it was said already"
    return _moved_past(draft, bubble)


def _shown(draft: Draft, bubble: Say) -> bool:
    """Tell whether the very same was said, now or before; what was before by its template."""
    if any(same(bubble, said) for said in draft.says):
        return True
    template = next((row.text for row in draft.templates if row.key == bubble.key), None)
    return template in {row.text for row in draft.templates if row.key in draft.state.said}


def _moved_past(draft: Draft, bubble: Say) -> str:
    mode, entered = draft.state.mode, draft.state.mode != draft.before.mode
    if bubble.intent in PACKS and PACKS[bubble.intent] != draft.state.selection:
        return "another pack was chosen"
    if bubble.intent in STAGE:
        return "" if STAGE[bubble.intent] == mode else "the sale has moved on"
    if bubble.intent in INFORMATIVE - {GREETING}:
        return "the sale has moved on" if entered and mode in (SUMMARY, CONFIRMED) else ""
    return "it belonged to that moment"
