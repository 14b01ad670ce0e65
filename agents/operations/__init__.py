"""Everything that changes agents, their sessions and turns."""

from . import comprehension, sandbox, sessions, settings, silence, turns, waking

__all__ = ["comprehension", "sandbox", "sessions", "settings", "silence", "turns", "waking"]
