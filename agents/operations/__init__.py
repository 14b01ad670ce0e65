"""Everything that changes agents, their sessions and turns."""

from . import (
    alarms,
    assistant,
    comprehension,
    content,
    order_manager,
    proposals,
    sandbox,
    sandbox_keeping,
    sessions,
    settings,
    silence,
    turns,
    waking,
)

__all__ = [
    "alarms",
    "assistant",
    "comprehension",
    "content",
    "order_manager",
    "proposals",
    "sandbox",
    "sandbox_keeping",
    "sessions",
    "settings",
    "silence",
    "turns",
    "waking",
]
