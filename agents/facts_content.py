"""What happened to the words agents go by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from morfx.events.ledger import Fact


@dataclass(frozen=True, kw_only=True)
class ContentEdited(Fact):
    """The draft of an agent's content was changed; `parts` names what: `texts:precio`…"""

    name = "content.edited"
    agent: str
    version: int
    parts: list[str]

    def describe(self) -> str:
        return _("The draft of the agent's content was changed.")

    def pokes(self) -> Iterable[str]:
        return ("agents",)


@dataclass(frozen=True, kw_only=True)
class ContentPublished(Fact):
    """An agent goes by a new version of its content."""

    name = "content.published"
    agent: str
    version: int
    before: int
    note: str

    def describe(self) -> str:
        return _("Version %(version)s of the agent's content was published.") % {
            "version": self.version
        }

    def pokes(self) -> Iterable[str]:
        return ("agents",)


@dataclass(frozen=True, kw_only=True)
class ContentRolledBack(Fact):
    """An agent goes by an earlier version of its content again; 0 is its own."""

    name = "content.rolledBack"
    agent: str
    version: int
    before: int

    def describe(self) -> str:
        return _("The agent went back to version %(version)s of its content.") % {
            "version": self.version
        }

    def pokes(self) -> Iterable[str]:
        return ("agents",)


@dataclass(frozen=True, kw_only=True)
class ContentDiscarded(Fact):
    """What the draft of an agent's content changed was given up."""

    name = "content.discarded"
    agent: str
    version: int

    def describe(self) -> str:
        return _("The changes to the agent's content were given up.")

    def pokes(self) -> Iterable[str]:
        return ("agents",)
