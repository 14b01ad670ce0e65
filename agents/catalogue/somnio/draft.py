"""A decision while it is being made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from agents.catalogue.somnio import timers
from agents.catalogue.somnio.filling import fill, variables
from agents.catalogue.somnio.texts import PROMOS, Template, choose
from agents.catalogue.somnio.transitions import HANDED_OVER, allowed
from agents.engine.registry import THRESHOLDS
from agents.engine.values import Decision, Do, Effect, HandOver, Say, State, World

PACKS_SHOWN = "packs_shown"
SHOWS_PACKS = frozenset({PROMOS, "ofrecer_promos", "lista_promos", "elegir_pack"})


@dataclass
class Draft:
    """What one decision has gathered so far. It lives for one call of the flow."""

    before: State
    world: World
    templates: Sequence[Template]
    state: State = field(init=False)
    says: list[Say] = field(default_factory=list)
    does: list[Do] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    quiet: str = ""
    handover: HandOver | None = None
    unanswered: str = ""
    intent: str = ""
    """What a timer forced."""

    def __post_init__(self) -> None:
        self.state = self.before

    def limit(self, name: str) -> int:
        """Return a threshold of confidence: `proceed`, `reanalyse` or `clarify`."""
        return self.world.thresholds.get(name, THRESHOLDS[name])

    def move(self, mode: str) -> None:
        """Change the mode if it may follow the present one; otherwise stay, and say why."""
        if mode == self.state.mode:
            return
        if not allowed(self.state.mode, mode):
            self.why.append(f"{self.state.mode} cannot be followed by {mode}.")
            return
        self.why.append(f"{self.state.mode} → {mode}.")
        self.state = replace(self.state, mode=mode)

    def mark(self, name: str) -> None:
        """Remember that this happened now."""
        marks = {**self.state.marks, name: timers.moment(self.world.now)}
        self.state = replace(self.state, marks=marks)

    def unmark(self, *names: str) -> None:
        """Forget moments."""
        marks = {name: at for name, at in self.state.marks.items() if name not in names}
        self.state = replace(self.state, marks=marks)

    def select(self, code: str | None) -> None:
        """Remember the chosen pack."""
        self.state = replace(self.state, selection=code)

    def see(self, intents: Iterable[str]) -> None:
        """Record what the customer has asked, once each."""
        seen = dict.fromkeys((*self.state.intents_seen, *intents))
        self.state = replace(self.state, intents_seen=tuple(seen))

    def has_text(self, intent: str) -> bool:
        """Tell whether the workspace has a text for this; what only helps is left out without."""
        return any(row.intent == intent for row in self.templates)

    def say(self, intent: str, *, only_first: bool = False, **extra: str) -> None:
        """Add the bubbles that answer `intent`; `extra` are variables of the moment."""
        said = frozenset(self.state.said)
        seen = intent in self.before.intents_seen or any(
            key.startswith(f"{intent}.") for key in said
        )
        rows = choose(self.templates, intent, seen, said)
        values = {**variables(self.state, self.world), **extra}
        if not rows:
            self.unanswered = f"There is no text for {intent}."
        for position, row in enumerate(rows[:1] if only_first else rows):
            filled = fill(row.text, values)
            self.why.extend(filled.notes)
            bubble = bubble_of(row, filled.text)
            if bubble is None:
                self.unanswered = self.unanswered or (
                    f"The answer to {intent} has nothing to show."
                    if position == 0 and row.kind == "text"
                    else ""
                )
                continue
            self.add(bubble)
        if intent in SHOWS_PACKS:
            self.mark(PACKS_SHOWN)

    def add(self, bubble: Say) -> None:
        """Add one bubble, unless this decision says it already."""
        if any(bubble.key == said.key or same(bubble, said) for said in self.says):
            return
        self.says.append(bubble)
        said = tuple(dict.fromkeys((*self.state.said, bubble.key)))
        self.state = replace(self.state, said=said)

    def hand_over(self, reason: str) -> None:
        """Give the conversation to people; the customer hears one line."""
        self.move(HANDED_OVER)
        self.unmark(timers.WAITING)
        message = self.world.handover_message
        if not message:
            rows = choose(self.templates, "fallback", False, frozenset())
            message = fill(rows[0].text, variables(self.state, self.world)).text if rows else ""
        self.says.clear()
        self.state = replace(self.state, said=self.before.said)
        self.handover = HandOver(reason=reason, message=message)
        self.why.append(reason)

    def decide(self) -> Decision:
        """Put the effects in order: forget the timer, write, speak, set the timer."""
        self._never_nothing()
        cancel, start = timers.settle(self.before, self.state, self.world)
        effects: list[Effect | None] = [cancel, *self.does, *self.says, self.handover, start]
        spoken = bool(self.says or self.handover)
        return Decision(
            state=self.state,
            effects=tuple(effect for effect in effects if effect is not None),
            why=tuple(self.why),
            silent_because="" if spoken else self.quiet,
            intent=self.intent,
        )

    def _never_nothing(self) -> None:
        if self.handover:
            return
        if self.unanswered and not self.does:
            self.hand_over(self.unanswered)
        elif not self.says and not self.quiet:
            self.hand_over("There was nothing to say and no reason to be silent.")


def bubble_of(row: Template, text: str) -> Say | None:
    """Return a filled text as its bubble; None when nothing is left to show.

    An image's text is its address, with a caption after the first `|` if there is one.
    """
    media, caption = "", text
    if row.kind == "image":
        media, _, caption = (part.strip() for part in text.partition("|"))
    if not (media if row.kind == "image" else caption.strip()):
        return None
    kind, delay = row.kind, row.delay
    return Say(text=caption, key=row.key, intent=row.intent, delay=delay, kind=kind, media=media)


def same(one: Say, other: Say) -> bool:
    """Tell whether two bubbles show the same, whatever they are called."""
    return (one.text, one.media) == (other.text, other.media)
