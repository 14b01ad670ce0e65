"""Find what a message most resembles among labelled examples.

A message becomes a set of weighted features: its words, its pairs of words, the letter groups
inside its words, and the *concepts* its words stand for (an agent may say that `vale`, `cuesta`
and `sale` all speak of the price). Features are weighted by how few examples share them. An
intent's score mixes its nearest examples with its average example, both by cosine.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from agents.engine.values import Example

from .spelling import one_edit_apart, one_letter_off, plain

Vector = dict[str, float]

WORDS, PAIRS, LETTERS, CONCEPTS = 1.0, 0.6, 0.5, 1.3
"""How much each kind of feature counts."""

NEIGHBOURS = 4
NEAREST, AVERAGE = 0.7, 0.3
"""How an intent's score is mixed from its nearest examples and its average example."""


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """How alike a message and an intent are: `score` 0-1; `closest`, the best single example."""

    intent: str
    score: float
    closest: float


class Matcher:
    """Compare messages with examples. Everything is counted once, when the matcher is made."""

    def __init__(
        self,
        examples: Sequence[Example],
        concepts: Mapping[str, Sequence[str]],
        noise: frozenset[str],
        ordinary: frozenset[str] = frozenset(),
    ) -> None:
        """Count the examples. `concepts` maps a concept to words; `sal*` means any word so begun.

        `noise` are words that say nothing about the intent (articles, courtesies); `ordinary`
        are further real words, which must not be taken for misspellings.
        """
        self._labels = [example.intent for example in examples]
        self._exact = {plain(example.text): example.intent for example in reversed(examples)}
        self._whole, self._begun = _concept_tables(concepts)
        self._noise = noise
        self._ordinary = ordinary
        texts = [plain(example.text).split() for example in examples]
        self._known = Counter(word for text in texts for word in set(text))
        counted = [self._features(text) for text in texts]
        seen = Counter(feature for features in counted for feature in features)
        self._rarity = {f: math.log((1 + len(texts)) / (0.5 + n)) for f, n in seen.items()}
        self._unseen = math.log(1 + len(texts))
        self._index: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._centres: dict[str, list[tuple[str, float]]] = {}
        self._fill([self._weigh(features) for features in counted])

    def likenesses(self, text: str) -> list[Likeness]:
        """Rank all intents for a text, most alike first. An example's own text scores 1."""
        spelled = plain(text)
        vector = self._weigh(self._features(self._corrected(spelled.split())))
        near, average = self._cosines(vector)
        found = [
            Likeness(
                intent=intent,
                score=NEAREST * _top(near.get(intent, ())) + AVERAGE * min(1.0, average[intent]),
                closest=max(near.get(intent, ()), default=0.0),
            )
            for intent in self._intents
        ]
        if spelled in self._exact:
            found = [_certain(one) if one.intent == self._exact[spelled] else one for one in found]
        return sorted(found, key=lambda one: (-one.score, one.intent))

    def understood(self, text: str) -> float:
        """Return which share (0-1) of a text's meaningful words appear in examples or concepts."""
        content = [w for w in self._corrected(plain(text).split()) if w not in self._noise]
        if not content:
            return 0.0
        return sum(w in self._known or bool(self._concepts_of(w)) for w in content) / len(content)

    def speaks_of(self, text: str) -> frozenset[str]:
        """Return the concepts that a text mentions."""
        corrected = self._corrected(plain(text).split())
        return frozenset(c for word in corrected for c in self._concepts_of(word))

    @cached_property
    def _intents(self) -> tuple[str, ...]:
        return tuple(sorted(set(self._labels)))

    @cached_property
    def _misspelled(self) -> dict[str, str]:
        """Map each word with a letter left out to the word meant, the most frequent winning."""
        table: dict[str, str] = {}
        vocabulary = sorted(set(self._known) | set(self._whole))
        for word in sorted(vocabulary, key=lambda w: (-self._known[w], w)):
            if len(word) >= 5:
                for form in one_letter_off(word):
                    table.setdefault(form, word)
        return table

    def _corrected(self, spelled: Sequence[str]) -> list[str]:
        return [self._correct(word) for word in spelled]

    def _correct(self, word: str) -> str:
        if len(word) < 5 or word in self._known or word in self._ordinary or word.isdigit():
            return word
        if self._concepts_of(word):
            return word
        meant = [
            self._misspelled[form] for form in one_letter_off(word) if form in self._misspelled
        ]
        near = (w for w in meant if w[0] == word[0] and one_edit_apart(w, word))
        return next((w for w in near if len(word) > 5 or len(w) == len(word)), word)

    def _features(self, text: Sequence[str]) -> Vector:
        features: Vector = defaultdict(float)
        for word in text:
            damped = 0.35 if word in self._noise else 1.0
            features[f"w:{word}"] = WORDS * damped
            for concept in self._concepts_of(word):
                features[f"c:{concept}"] = CONCEPTS
            if damped == 1.0:
                for group in _letter_groups(word):
                    features[f"l:{group}"] = LETTERS
        for left, right in pairwise(text):
            features[f"p:{left} {right}"] = PAIRS
        return dict(features)

    def _concepts_of(self, word: str) -> tuple[str, ...]:
        found = self._whole.get(word, ())
        for length in range(3, len(word) + 1):
            found += self._begun.get(word[:length], ())
        return found

    def _weigh(self, features: Vector) -> Vector:
        weighted = {f: v * self._rarity.get(f, self._rarity_of_new(f)) for f, v in features.items()}
        size = math.sqrt(sum(v * v for v in weighted.values())) or 1.0
        return {f: v / size for f, v in weighted.items()}

    def _rarity_of_new(self, feature: str) -> float:
        """Let an unknown word weigh (it makes the text less alike), but not its unknown letters."""
        return self._unseen * 0.6 if feature[0] == "w" else 0.0

    def _fill(self, vectors: Sequence[Vector]) -> None:
        centres: dict[str, Vector] = defaultdict(lambda: defaultdict(float))
        for number, vector in enumerate(vectors):
            for feature, value in vector.items():
                self._index[feature].append((number, value))
                centres[self._labels[number]][feature] += value
        by_feature: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for intent, centre in centres.items():
            size = math.sqrt(sum(v * v for v in centre.values())) or 1.0
            for feature, value in centre.items():
                by_feature[feature].append((intent, value / size))
        self._centres = dict(by_feature)

    def _cosines(self, vector: Vector) -> tuple[dict[str, list[float]], dict[str, float]]:
        each: dict[int, float] = defaultdict(float)
        average: dict[str, float] = defaultdict(float)
        for feature, value in vector.items():
            for number, other in self._index.get(feature, ()):
                each[number] += value * other
            for intent, other in self._centres.get(feature, ()):
                average[intent] += value * other
        near: dict[str, list[float]] = defaultdict(list)
        for number, cosine in each.items():
            near[self._labels[number]].append(cosine)
        return near, average


def _concept_tables(
    concepts: Mapping[str, Sequence[str]],
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    whole: dict[str, tuple[str, ...]] = defaultdict(tuple)
    begun: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for concept, entries in concepts.items():
        for entry in entries:
            table = begun if entry.endswith("*") else whole
            table[entry.rstrip("*")] += (concept,)
    return dict(whole), dict(begun)


def _letter_groups(word: str) -> set[str]:
    framed = f"^{word}$"
    return {framed[at : at + size] for size in (3, 4) for at in range(len(framed) - size + 1)}


def _top(cosines: Sequence[float]) -> float:
    """Average the best few, the very best counting double."""
    best = sorted(cosines, reverse=True)[:NEIGHBOURS]
    return (best[0] + sum(best)) / (1 + NEIGHBOURS) if best else 0.0


def _certain(likeness: Likeness) -> Likeness:
    return Likeness(intent=likeness.intent, score=1.0, closest=1.0)
