"""Everything that changes agents, their sessions and turns."""

from . import comprehension, sessions, settings, turns, waking

__all__ = ["comprehension", "sessions", "settings", "turns", "waking"]
