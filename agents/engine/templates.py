"""A text an agent may say, as a row of data: the shape agents, versions and the editor share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Visit = Literal["first", "next"]
TextKind = Literal["text", "image"]


@dataclass(frozen=True, kw_only=True)
class Template:
    """One bubble of an answer. `delay` is seconds to wait before it at speed 1.

    With kind `image`, `text` is an address, optionally followed by `|` and a caption. `name` is
    the row's own key where it was moved or written in the editor; empty: its place names it.
    """

    intent: str
    visit: Visit
    order: int
    delay: float
    text: str
    kind: TextKind = "text"
    name: str = ""

    @property
    def key(self) -> str:
        """Name the row for good, as in `precio.first.1`."""
        return self.name or f"{self.intent}.{self.visit}.{self.order}"
