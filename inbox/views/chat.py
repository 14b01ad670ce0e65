"""A message as the customer's phone shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ..simulator.answers import Bubble


def bubble(shown: Bubble) -> dict[str, Any]:
    """Return a simulator's bubble as the phone's screen draws it."""
    mine = shown["direction"] == "in"
    body: Any = shown["body"]
    offered = shown["type"] == "interactive" and not mine
    return {
        "pk": shown["wamid"],
        "mine": mine,
        "type": "text" if offered else shown["type"],
        "text": shown["text"],
        "status": shown["status"],
        "created_at": datetime.fromtimestamp(shown["at"], UTC),
        "buttons": _buttons(body) if offered else [],
        "media": None,
        "template_name": _template(body),
    }


def _buttons(body: Any) -> list[str]:
    """Return the titles of reply buttons, in the shape Meta gives them."""
    interactive = body.get("interactive") if isinstance(body, dict) else None
    action = interactive.get("action") if isinstance(interactive, dict) else None
    buttons = action.get("buttons") if isinstance(action, dict) else None
    replies = [each.get("reply") for each in buttons or [] if isinstance(each, dict)]
    return [str(reply["title"]) for reply in replies if isinstance(reply, dict)]


def _template(body: Any) -> str:
    template = body.get("template") if isinstance(body, dict) else None
    return str(template.get("name", "")) if isinstance(template, dict) else ""
