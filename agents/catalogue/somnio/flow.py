"""The mind of the Somnio sales agent: what to do with what was understood.

Pure: the same state, message and world give the same decision. `hear` routes a message, `wake` a
timer; the steps of the sale are in `selling`, what silence leads to in `waking`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from agents.catalogue.somnio import selling, timers
from agents.catalogue.somnio.draft import Draft
from agents.catalogue.somnio.filling import alternatives
from agents.catalogue.somnio.intents import ESCAPE, GREETING, INFORMATIVE, MEANINGS, PACKS, parts
from agents.catalogue.somnio.learning import learn, opens_the_sale
from agents.catalogue.somnio.prefill import prefill
from agents.catalogue.somnio.resuming import resume, unsay_held
from agents.catalogue.somnio.texts import PROMOS, TEMPLATES, Template
from agents.catalogue.somnio.transitions import (
    COLLECTING,
    HANDED_OVER,
    NO_PACK,
    OFFERING,
    PENDING,
    SUMMARY,
    TALKING,
)
from agents.catalogue.somnio.waking import INTENTS, WAKES
from agents.catalogue.somnio.wordless import meet, says_nothing
from agents.engine.values import Comprehension, Decision, State, World

PLAIN_WORDS = frozenset({ESCAPE, "no_interesa", "no_confirmado", *PACKS})
"""Intents that count even when the message was classed as small talk while data are collected."""

SECOND_STEPS = frozenset({"captura_datos_si_compra", *PACKS})
"""Steps of the sale that count beside a question; a confirmation is asked for again instead."""

STEPS: Mapping[str, Callable[[Draft], None]] = {
    "captura_datos_si_compra": selling.start,
    "ofrecer_promos": selling.show_packs,
    "compra_confirmada": selling.confirm,
    "no_confirmado": selling.hesitate,
    "no_interesa": selling.goodbye,
    **{intent: partial(selling.pick, code=code) for intent, code in PACKS.items()},
}


class Somnio:
    """Carolina, who sells the sleep elixir. `templates` are the workspace's own texts."""

    initial_mode = TALKING

    def __init__(self, templates: Sequence[Template] = TEMPLATES) -> None:
        self.templates = tuple(templates)

    def hear(self, state: State, text: str, heard: Comprehension, world: World) -> Decision:
        """Decide on a customer message."""
        if state.mode == HANDED_OVER:
            return _nothing(state, "People have this conversation.")
        before = unsay_held(state, world)
        draft = Draft(before=before, world=world, templates=self.templates)
        prefill(draft)
        learned = learn(draft, heard)
        answered: Sequence[str] = ()
        if says_nothing(draft, text, heard):
            meet(draft, text)
        elif _gives_only_data(draft, text, heard):
            _take_data(draft, learned=learned)
        elif _shrugs(draft, text, heard):
            _shrug(draft)
        else:
            answered = _asked(draft, heard)
            _answer(draft, heard, learned=learned)
        resume(draft, answered)
        return draft.decide()

    def wake(self, state: State, timer: str, level: int, world: World) -> Decision:
        """Decide on a timer that has come due; evaluated on fresh state."""
        current = timers.level_of(state)
        if timer != timers.TIMER or current is None:
            return _nothing(state, "Nothing is being waited for.")
        if current != level:
            start = timers.due_in(state, current, world)
            why = f"The conversation waits at level {current}, not {level}."
            return Decision(state=state, effects=(start,) if start else (), silent_because=why)
        draft = Draft(before=state, world=world, templates=self.templates)
        draft.why.append(f"The timer of level {level} has run out.")
        draft.intent = INTENTS[level]
        WAKES[level](draft)
        return draft.decide()


def _nothing(state: State, why: str) -> Decision:
    return Decision(state=state, effects=(), silent_because=why)


def _gives_only_data(draft: Draft, text: str, heard: Comprehension) -> bool:
    asks = "?" in text
    if heard.kind == "mixto":
        return bool(heard.fields) and heard.confidence < draft.limit("clarify") and not asks
    if heard.fields:
        return heard.kind in ("datos", "irrelevante")
    return heard.kind == "datos" and draft.state.mode == COLLECTING and not asks


def _take_data(draft: Draft, *, learned: bool) -> None:
    mode = draft.state.mode
    if mode == TALKING:
        selling.open_by_data(draft)
    elif mode == COLLECTING:
        if not selling.offer_if_complete(draft):
            draft.quiet = "The customer is giving data; the answer comes when they are complete."
            selling.ask_which_place(draft)
    elif learned:
        selling.acknowledge_data(draft)
    else:
        draft.quiet = "The customer repeated what is known."


def _shrugs(draft: Draft, text: str, heard: Comprehension) -> bool:
    """Tell whether the message ("ok", an emoji) asks nothing of us in this mode."""
    if heard.kind != "irrelevante" or "?" in text:
        return False
    intents = set(parts(heard.intent))
    if draft.state.mode == COLLECTING:
        return not (intents & PLAIN_WORDS and heard.confidence >= draft.limit("proceed"))
    needed = draft.limit("proceed" if ESCAPE in intents else "reanalyse")
    return heard.confidence < needed or not intents <= set(MEANINGS) or not intents


def _shrug(draft: Draft) -> None:
    if draft.state.mode == SUMMARY and draft.state.selection in draft.world.products:
        draft.say("reconfirmar")
    else:
        draft.quiet = "An acknowledgement that asks for nothing."


def _answer(draft: Draft, heard: Comprehension, *, learned: bool) -> None:
    intents = parts(heard.intent)
    if ESCAPE in intents:
        draft.hand_over("The customer asks for a person, or for something Somnio does not do.")
    elif heard.confidence < draft.limit("clarify"):
        draft.hand_over(f"The message was not understood ({heard.confidence} of 100).")
    elif not _is_sure(draft, heard):
        _clarify(draft, heard)
    else:
        _proceed(draft, heard, learned=learned)


def _is_sure(draft: Draft, heard: Comprehension) -> bool:
    intents = parts(heard.intent)
    if not intents or not set(intents) <= set(MEANINGS):
        return False
    return heard.confidence >= draft.limit("reanalyse") or _changes_the_pack(draft, heard)


def _changes_the_pack(draft: Draft, heard: Comprehension) -> bool:
    """Tell whether another pack is chosen at its summary; the next summary asks back anyway."""
    codes = [PACKS[name] for name in parts(heard.intent) if name in PACKS]
    others = [other for other in heard.alternatives if other.intent in PACKS]
    return (
        draft.state.mode == SUMMARY
        and len(codes) == 1
        and codes[0] != draft.state.selection
        and not others
    )


def _asked(draft: Draft, heard: Comprehension) -> tuple[str, ...]:
    """Return all that a message means: what it means first, and what else it clearly says.

    A second meaning is an alternative as sure as what the flow acts on. Questions are answered
    before the sale moves on.
    """
    first = parts(heard.intent)
    also = [name for name in _sure_alternatives(draft, heard) if name in INFORMATIVE | SECOND_STEPS]
    if any(name not in INFORMATIVE for name in first):
        also = [name for name in also if name in INFORMATIVE]
    every = (*first, *also)
    asks = [name for name in every if name in INFORMATIVE]
    steps = [name for name in every if name not in INFORMATIVE]
    return tuple(dict.fromkeys((*asks, *(steps[:1] if also else steps))))


def _sure_alternatives(draft: Draft, heard: Comprehension) -> list[str]:
    sure = draft.limit("proceed")
    if heard.confidence < sure:
        return []
    others = [other for other in heard.alternatives if other.confidence >= sure]
    return [name for other in others for name in parts(other.intent) if name != GREETING]


def _clarify(draft: Draft, heard: Comprehension) -> None:
    """Ask which was meant, naming the likeliest; nothing else changes."""
    draft.why.append(f"Not sure enough to act ({heard.confidence} of 100).")
    guesses = _likeliest(heard)
    if draft.state.mode == OFFERING and set(guesses) & set(PACKS):
        guesses = [guess for guess in guesses if guess in PACKS]
    meanings = [MEANINGS[guess] for guess in guesses[:3]]
    if meanings:
        draft.say("aclarar", opciones=alternatives(meanings))
    else:
        draft.say("aclarar_abierto")


def _likeliest(heard: Comprehension) -> list[str]:
    others = sorted(heard.alternatives, key=lambda other: -other.confidence)
    names = [parts(intent)[-1:] for intent in (heard.intent, *(other.intent for other in others))]
    return list(dict.fromkeys(name for (*_, name) in filter(None, names) if name in MEANINGS))


def _proceed(draft: Draft, heard: Comprehension, *, learned: bool) -> None:
    intents = _asked(draft, heard)
    draft.see(intents)
    opens = draft.state.mode == TALKING and opens_the_sale(heard)
    for intent in intents:
        if intent == GREETING:
            _greet(draft, briefly=opens or len(intents) > 1)
        elif intent == PROMOS and draft.state.mode in (OFFERING, SUMMARY, NO_PACK, PENDING):
            selling.show_packs(draft)
        else:
            STEPS.get(intent, partial(Draft.say, intent=intent))(draft)
    if opens and draft.state.mode == TALKING and "no_interesa" not in intents:
        selling.open_by_data(draft)
    elif learned:
        selling.after_data(draft)
    if draft.state.mode == SUMMARY and "compra_confirmada" in _sure_alternatives(draft, heard):
        draft.say("reconfirmar")


def _greet(draft: Draft, *, briefly: bool) -> None:
    greeted = GREETING in draft.before.intents_seen
    if not (briefly and greeted):
        draft.say(GREETING, only_first=briefly or draft.state.mode != TALKING)
