"""Names of people: which words they are, how they are written, and which part is what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from agents.llm.embedded.spelling import fold, words

from .concepts import CONCEPTS, NOISE
from .examples import EXAMPLES
from .page import titled, trimmed

PARTICLES = frozenset(
    ["de", "del", "la", "las", "los", "y", "da", "dos", "san", "santa", "von", "van"]
)
"""Words that belong to the name they come before."""


@lru_cache(maxsize=1)
def given_names() -> frozenset[str]:
    """Return the folded given names that are known."""
    return _listed("given_names.txt")


@lru_cache(maxsize=1)
def surnames() -> frozenset[str]:
    """Return the folded surnames that are known."""
    return _listed("surnames.txt")


def normalise_name(text: str) -> str:
    """Return a name in title case, with de, del, la, las, los small: `Maria de los Angeles`."""
    name = titled(trimmed(text.replace("|", " ")))
    first = name.split(" ", 1)[0]
    return (
        f"{first.lower()}{name[len(first) :]}"
        if fold(first) in PARTICLES - {"san", "santa"} and " " in name
        else name
    )


def split_name(written: str) -> dict[str, str]:
    """Part a full name into nombre and apellido, by what is usually a given name here."""
    units = _units(written.split())
    count = _given_count([fold(unit[-1]) for unit in units])
    first = " ".join(word for unit in units[:count] for word in unit)
    last = " ".join(word for unit in units[count:] for word in unit)
    found = {"nombre": normalise_name(first), "apellido": normalise_name(last)}
    return {name: value for name, value in found.items() if value}


def is_listed(written: str) -> bool:
    """Tell whether a word is a name for sure: `con receta?` holds none."""
    return any(word in given_names() or word in surnames() for word in words(written))


@lru_cache(maxsize=1)
def never_names() -> frozenset[str]:
    """Return words, folded, that begin no name, though some are in the lists of names."""
    return _listed("never_names.txt")


@lru_cache(maxsize=1)
def spoken_words() -> frozenset[str]:
    """Return the words that customers use for other things than names."""
    spoken = {word for example in EXAMPLES for word in words(example.text)}
    meant = {entry for entries in CONCEPTS.values() for entry in entries if not entry.endswith("*")}
    return frozenset(spoken | meant | NOISE | never_names() | ordinary_words())


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[str]:
    """Return common words, folded, that are neither names nor misspellings."""
    return _listed("ordinary_words.txt")


def contradicts(parts: Mapping[str, str], held: Mapping[str, str]) -> bool:
    """Tell whether a name says another person's than the one held; a longer form does not."""
    first, known = fold(parts.get("nombre", "")).split(), fold(held.get("nombre", "")).split()
    if first and known:
        return first[0] != known[0]
    last, held_last = fold(parts.get("apellido", "")), fold(held.get("apellido", ""))
    return bool(last and held_last and not last.startswith(held_last))


def _units(written: Sequence[str]) -> list[list[str]]:
    """Bind particles to the name they introduce: `de la Cruz` is one unit."""
    units: list[list[str]] = []
    waiting: list[str] = []
    for word in written:
        waiting.append(word)
        if fold(word) not in PARTICLES:
            units.append(waiting)
            waiting = []
    if waiting:
        units.append(waiting)
    return units


def _given_count(cores: Sequence[str]) -> int:
    """Return how many of the units are given names."""
    total = len(cores)
    if total == 1:
        return 1
    if total == 2:
        return 2 if cores[1] in given_names() and cores[1] not in surnames() else 1
    if total == 3:
        return (
            2
            if cores[1] in given_names() and (cores[1] not in surnames() or cores[2] in surnames())
            else 1
        )
    if cores[1] in surnames() and cores[1] not in given_names():
        return 1
    return 3 if total > 4 and cores[2] in given_names() and cores[2] not in surnames() else 2


def _listed(file: str) -> frozenset[str]:
    return frozenset(fold((Path(__file__).parent / file).read_text("utf-8")).split())
