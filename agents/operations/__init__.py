"""Everything that changes agents, their sessions and turns."""

from . import alarms, comprehension, sandbox, sessions, settings, silence, turns, waking

__all__ = [
    "alarms",
    "comprehension",
    "sandbox",
    "sessions",
    "settings",
    "silence",
    "turns",
    "waking",
]
