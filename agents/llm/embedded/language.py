"""What the embedded engine must be told about one agent's customers to understand them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from agents.engine.values import Alternative, Example, MessageClass, Question

from .similarity import Matcher

DATA = "datos"
"""The intent of a message that only gives personal data."""

NOTHING = "irrelevante"
"""The intent of a message that asks for nothing: a thank-you, a laugh, an emoji."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a message says about the customer, and `rest`, the words left when that is taken out."""

    fields: Mapping[str, str]
    rest: str


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What a rule found. A `kind` of None leaves the class to be derived from the rest."""

    intent: str
    confidence: int
    kind: MessageClass | None = None
    alternatives: tuple[Alternative, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Cue:
    """A sign of an intent: concepts that all must be spoken of, others that must not, and words.

    `words` is searched in the plain text. `strength` (0-100) is the confidence it gives alone.
    """

    intent: str
    concepts: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    words: re.Pattern[str] | None = None
    strength: int = 88


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A question as rules see it: as asked, in plain words, and without its greeting."""

    question: Question
    words: str
    core: str
    fields: Mapping[str, str]
    emoji: bool
    """True when the message holds nothing but signs and emoji."""


Reader = Callable[[str, Mapping[str, str], bool], Reading]
Rule = Callable[[Heard], Ruling | None]


@dataclass(frozen=True, kw_only=True)
class AgentLanguage:
    """The words of one agent's customers. The engine itself knows no agent."""

    examples: Sequence[Example]
    read: Reader
    """Takes the text, what is known, and whether data have been asked for."""

    rules: Sequence[Rule]
    """Tried in order before similarity; the first answer counts."""

    greeting: re.Pattern[str]
    """Matches a greeting at the start of plain words; the rest is the message's core."""

    acknowledgement: re.Pattern[str]
    """Matches plain words that answer nothing and ask nothing."""

    filler: re.Pattern[str]
    """Matches plain words that only carry data (`mi nombre es`), left when the data are out."""

    greeting_intent: str
    unknown_intent: str
    """What a message means when nothing fits: somebody should look at it."""

    combinable: frozenset[str]
    """Intents that join with a greeting into `greeting+intent`."""

    asking_modes: frozenset[str]
    """Modes in which the customer has been asked for data."""

    concepts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    implied: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(mode, intent) → the intent meant in that mode."""

    noise: frozenset[str] = frozenset()
    """Words that say nothing about the intent."""

    ordinary: frozenset[str] = frozenset()
    """Further real words: they are not misspellings of others."""

    cues: Sequence[Cue] = ()
    """In order of precedence: the first that fits is believed, later ones are alternatives."""

    @cached_property
    def matcher(self) -> Matcher:
        """The examples, counted at first use and kept."""
        return Matcher(self.examples, self.concepts, self.noise, self.ordinary)
