"""What an agent's names are called on pages, in words for the people of the shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

Word = str | Promise


@dataclass(frozen=True, kw_only=True)
class Words:
    """Names by key. A key without a name is shown as it is, its underscores as spaces."""

    modes: Mapping[str, Word] = field(default_factory=dict)
    intents: Mapping[str, Word] = field(default_factory=dict)
    fields: Mapping[str, Word] = field(default_factory=dict)
    levels: Mapping[int, Word] = field(default_factory=dict)
    """What happens when a timer of this level runs out."""
    wanted: Sequence[str] = ()
    """The fields the agent asks for, in order; others are taken when they come."""

    def mode(self, key: str) -> str:
        """Name a mode of the flow."""
        return str(self.modes.get(key) or plain(key))

    def intent(self, key: str) -> str:
        """Name what a customer meant; combined meanings are named one after the other."""
        parts = [part.strip() for part in key.split("+") if part.strip()]
        return " + ".join(str(self.intents.get(part) or plain(part)) for part in parts)

    def field(self, key: str) -> str:
        """Name one of the data."""
        return str(self.fields.get(key) or plain(key).capitalize())

    def level(self, number: int) -> str:
        """Say what a timer leads to."""
        return str(self.levels.get(number) or number)


def plain(key: str) -> str:
    """Return a key as words."""
    return key.replace("_", " ").strip()
