"""The model client that needs no model: perceive a message by rules, signs and similarity."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from agents.engine.values import Alternative, Comprehension, MessageClass, Question

from .language import DATA, NOTHING, AgentLanguage, Heard, Reading, Ruling
from .similarity import Likeness, Matcher
from .spelling import plain

SOURCE = "embedded"

LONGEST = 1500
"""Characters of a message that are read; what follows is left aside."""

PARTS = 12
"""Clauses of a message that are weighed apart."""

CERTAIN, CLEAR, DOUBTFUL, LOST = 96, 88, 55, 30
"""Confidence of an example's own words, of a clear sign, of a guess, and of not understanding."""

UNSURE = 40
"""Confidence under which a guess is no better than not understanding."""

ALIKE, REMOTE = 0.34, 0.2
"""Similarity from which an intent is clear without a sign, and below which it is only noise."""

SHORT = 4
"""Words up to which what is not understood while data are awaited may be an answer."""

_CLAUSE = re.compile(
    r"[.?!¿¡;,\n:]+|\s(?:y|pero|ademas|además|tambien|también|o sea)\s", re.IGNORECASE
)


@dataclass(frozen=True)
class _Guess:
    """An intent with its confidence, and whether a sign or mere likeness speaks for it."""

    intent: str
    confidence: int
    reason: str


class Embedded:
    """Understand by comparing. Deterministic; the same question has the same answer."""

    def comprehend(self, question: Question, agent: AgentLanguage) -> Comprehension:
        """Return what a customer message means to `agent`: class, intent, confidence, fields.

        Never raises on any text. What cannot be understood is the agent's unknown intent with a
        confidence under 40, which calls for a person.
        """
        text = question.text[:LONGEST]
        reading = agent.read(text, question.state.data, question.state.mode in agent.asking_modes)
        heard = _heard(question, text, reading, agent)
        ruling = _ruled(heard, agent)
        greeted = heard.core != heard.words
        if ruling is None:
            ruling = _weighed(heard, reading, greeted, agent)
        return _answer(heard, ruling, greeted, agent)


def _heard(question: Question, text: str, reading: Reading, agent: AgentLanguage) -> Heard:
    words = plain(reading.rest)
    core = agent.greeting.sub("", words, count=1).strip()
    return Heard(
        question=question,
        words=words,
        core=core,
        fields=reading.fields,
        emoji=not plain(text),
    )


def _ruled(heard: Heard, agent: AgentLanguage) -> Ruling | None:
    for rule in agent.rules:
        ruling = rule(heard)
        if ruling is not None:
            return ruling
    return None


def _weighed(heard: Heard, reading: Reading, greeted: bool, agent: AgentLanguage) -> Ruling:
    """Find the intent where no rule decides."""
    if not heard.core and greeted:
        return Ruling(intent=agent.greeting_intent, confidence=CERTAIN, reason="a greeting alone")
    if heard.fields and (not heard.core or agent.filler.fullmatch(heard.core)):
        return Ruling(intent=DATA, confidence=CERTAIN, reason="personal data alone")
    asks = "?" in reading.rest
    if not heard.core or (agent.acknowledgement.fullmatch(heard.core) and not asks):
        return Ruling(intent=NOTHING, confidence=90, reason="asks for nothing")
    guesses = _guesses(reading.rest, heard, agent)
    best = guesses[0]
    if heard.fields and (best.confidence < 60 or best.intent == agent.unknown_intent):
        return Ruling(intent=DATA, confidence=85, reason="personal data; the rest says little")
    mode = heard.question.state.mode
    if best.confidence < UNSURE and mode in agent.asking_modes and _is_short(heard.core):
        return Ruling(
            intent=DATA, confidence=DOUBTFUL, kind="pregunta", reason="an answer that fits nothing"
        )
    return Ruling(
        intent=best.intent,
        confidence=best.confidence,
        alternatives=tuple(
            Alternative(intent=g.intent, confidence=g.confidence) for g in guesses[1:3]
        ),
        reason=best.reason,
    )


def _is_short(core: str) -> bool:
    """Tell whether words are few enough to be an answer to a question, to be asked about again."""
    return len(core.split()) <= SHORT


def _guesses(rest: str, heard: Heard, agent: AgentLanguage) -> list[_Guess]:
    """Weigh the whole message and its clauses; the whole wins where it is as sure as a part."""
    found: dict[str, _Guess] = {}
    parts = [agent.greeting.sub("", plain(p), count=1).strip() for p in _CLAUSE.split(rest)]
    clauses = [part for part in dict.fromkeys(parts) if part.count(" ") or len(part) > 4]
    for number, part in enumerate([heard.core, *clauses[:PARTS]]):
        if number and agent.filler.fullmatch(part):
            continue
        for guess in _guess_part(part, agent):
            sure = replace(guess, confidence=guess.confidence - (2 if number else 0))
            if sure.confidence > found.get(guess.intent, _NO_GUESS).confidence:
                found[guess.intent] = sure
    ranked = sorted(found.values(), key=lambda guess: -guess.confidence)
    return _without_unknown(ranked, agent) or [
        _Guess(agent.unknown_intent, LOST, "nothing known resembles it")
    ]


def _without_unknown(ranked: list[_Guess], agent: AgentLanguage) -> list[_Guess]:
    """Put not understanding a clause last when another clause is understood."""
    lost = [g for g in ranked if g.intent == agent.unknown_intent and g.confidence < 60]
    clear = [g for g in ranked if g not in lost and g.confidence >= UNSURE]
    return clear + lost


def _guess_part(part: str, agent: AgentLanguage) -> list[_Guess]:
    matcher = agent.matcher
    likely = matcher.likenesses(part)
    best = likely[0]
    if best.score >= 1.0:
        return [_Guess(best.intent, CERTAIN, "an example's own words")]
    alike = {one.intent: one for one in likely}
    signs = _signs(part, matcher, agent)
    if not signs:
        return _by_likeness(part, likely, matcher, agent)
    first, strength = signs[0]
    agreed = alike.get(first, best)
    bonus = 6 if agreed.intent == best.intent or agreed.closest >= 0.6 else 0
    guesses = [_Guess(first, min(97, strength + bonus), "its signs are there")]
    if best.intent != first and best.closest >= 0.8:
        guesses.append(_Guess(best.intent, min(84, strength), "close to an example"))
    guesses += [_Guess(i, min(60, s - 25), "some signs") for i, s in signs[1:] if i != first]
    return guesses


def _signs(part: str, matcher: Matcher, agent: AgentLanguage) -> list[tuple[str, int]]:
    spoken = matcher.speaks_of(part)
    return [
        (cue.intent, cue.strength)
        for cue in agent.cues
        if cue.concepts <= spoken
        and not cue.absent & spoken
        and (cue.words is None or cue.words.search(part))
    ]


def _by_likeness(
    part: str, likely: list[Likeness], matcher: Matcher, agent: AgentLanguage
) -> list[_Guess]:
    """Judge by similarity alone: strong likeness is clear, a weak one asks, none is lost."""
    best, second = likely[0], likely[1]
    known = matcher.understood(part)
    if best.score < REMOTE or (known < 0.5 and best.closest < 0.5):
        return [_Guess(agent.unknown_intent, LOST, "hardly a word of it is known")]
    gap = best.score - second.score
    if best.closest >= 0.7 and gap > 0.05:
        confidence = 90
    elif best.score >= ALIKE and gap > 0.08:
        confidence = 86
    else:
        confidence = min(84, round(DOUBTFUL - 12 + 60 * (best.score - REMOTE) + 60 * gap))
    if confidence < UNSURE:
        return [_Guess(agent.unknown_intent, LOST, "resembles nothing enough")]
    return [
        _Guess(best.intent, confidence, "resembles examples"),
        _Guess(second.intent, max(20, confidence - round(100 * gap) - 8), "resembles examples"),
    ]


def _answer(heard: Heard, ruling: Ruling, greeted: bool, agent: AgentLanguage) -> Comprehension:
    mode = heard.question.state.mode
    intent = agent.implied.get((mode, ruling.intent), ruling.intent)
    if intent in (DATA, NOTHING) and greeted:
        intent = agent.greeting_intent
    if greeted and intent in agent.combinable:
        intent = f"{agent.greeting_intent}+{intent}"
    kind = ruling.kind or _kind(intent, bool(heard.fields), mode, agent)
    return Comprehension(
        kind=kind,
        intent=intent,
        confidence=ruling.confidence,
        alternatives=ruling.alternatives,
        fields=dict(heard.fields),
        reasoning=ruling.reason,
        source=SOURCE,
    )


def _kind(intent: str, fields: bool, mode: str, agent: AgentLanguage) -> MessageClass:
    """Class a message: data and something to answer is mixed; a bare greeting while data are
    awaited is nothing to answer."""
    if fields:
        return "datos" if intent in (DATA, NOTHING) else "mixto"
    if intent == NOTHING or (intent == agent.greeting_intent and mode in agent.asking_modes):
        return "irrelevante"
    return "pregunta"


_NO_GUESS = _Guess("", -1, "")
