"""A wish: what a member wants, with the words they said for each part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One thing to do or to tell. `kind` names it; `said` are its parts, as they were written."""

    kind: str
    said: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Return what was said for a part; empty when nothing was."""
        return self.said.get(name, "").strip()
