"""Cities and departments of Colombia: how they are written, and where their names stand in a text.

The table (`municipalities.txt`) and all names that come out of it are without accents, so that
one city is always written one way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from agents.llm.embedded.spelling import fold, one_letter_off

from .page import titled, trimmed

_DEPARTMENT_NAMES: Mapping[str, str] = {
    "valle": "Valle del Cauca", "el valle": "Valle del Cauca", "valle del cauca": "Valle del Cauca",
    "valle cauca": "Valle del Cauca", "n de santander": "Norte de Santander",
    "norte santander": "Norte de Santander", "nte de santander": "Norte de Santander",
    "guajira": "La Guajira", "cundi": "Cundinamarca", "cund": "Cundinamarca",
    "ant": "Antioquia", "atl": "Atlantico", "san andres y providencia": "San Andres y Providencia",
    "archipielago de san andres": "San Andres y Providencia",
    "cundinamarca bogota": "Cundinamarca",
}  # fmt: skip
_TOKEN = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Place:
    """A place's name found on a page."""

    start: int
    end: int
    city: str
    department: str

    @property
    def either(self) -> bool:
        """Tell whether the name is a city's and a department's."""
        return bool(self.city and self.department)


def normalise_city(text: str) -> str:
    """Return a city as it is always written; an unknown one in title case."""
    clean = trimmed(text.replace("|", " "))
    key = _key(clean)
    return (
        _spellings().get(key)
        or _cities().get(key)
        or _misspelled().get(_near(key), "")
        or titled(clean)
    )


def normalise_department(text: str) -> str:
    """Return a department as it is always written; an unknown one in title case."""
    clean = trimmed(text.replace("|", " "))
    return _departments().get(_key(clean), "") or titled(clean)


def department_of(city: str) -> str:
    """Return a city's department, or "" when unknown or when several have such a city."""
    return _homes().get(_key(normalise_city(city)), "")


def departments_of(city: str) -> tuple[str, ...]:
    """Return the departments that have a city of this name, in order; none when it is unknown."""
    key = _key(normalise_city(city))
    return tuple(sorted({row.department for row in _table() if _key(row.city) == key}))


def is_major(name: str) -> bool:
    """Tell whether folded text is a well-known city that is hardly ever a person's name."""
    return (_key(name) in _marked("+") or name in _spellings()) and not is_wordlike(name)


def is_well_known(name: str) -> bool:
    """Tell whether folded text names a city so well known that it is believed in a sentence."""
    return _key(name) in _marked("+") or _key(name) in _spellings()


def is_wordlike(name: str) -> bool:
    """Tell whether folded text names a city and is also a common word or a person's name."""
    return _key(name) in _marked("~")


def misspelled_city(text: str) -> str:
    """Return the well-known city that a text misspells by one letter, or ""."""
    return _misspelled().get(_near(_key(text)), "")


def find(plain: str, start: int, end: int) -> list[Place]:
    """Find the names of places in a stretch of folded text, the longest first at each word."""
    tokens = list(_TOKEN.finditer(plain, start, end))
    found, at = [], 0
    while at < len(tokens):
        place, width = _at(plain, tokens[at : at + 6])
        if place is not None:
            found.append(place)
        at += width
    return found


def given(places: list[Place]) -> dict[str, str]:
    """Tell city from department among the names found together."""
    sure = [p for p in places if not p.either]
    city = next((p for p in sure if p.city), None)
    department = next((p for p in sure if p.department), None)
    for place in (p for p in places if p.either):
        if city is None and (department is not None or place.city == "Arauca"):
            city = place
        elif department is None:
            department = place
    found = {
        "ciudad": city.city if city else "",
        "departamento": department.department if department else "",
    }
    return {name: value for name, value in found.items() if value}


def _at(plain: str, tokens: list[re.Match[str]]) -> tuple[Place | None, int]:
    for width in range(len(tokens), 0, -1):
        start, end = tokens[0].start(), tokens[width - 1].end()
        if re.search(r"[\n|;?!]", plain[start:end]):
            continue
        key = _key(plain[start:end])
        city = _spellings().get(key) or _cities().get(key, "")
        department = _departments().get(key, "")
        if key != "colombia" and (city or department):
            return Place(start, end, city, department), width
    return None, 1


def _key(text: str) -> str:
    return " ".join(_TOKEN.findall(fold(text)))


def _near(key: str) -> str:
    """Return the misspelling under which a well-known city can be found, or ""."""
    if len(key) < 6:
        return ""
    return next((form for form in one_letter_off(key) if form in _misspelled()), "")


@dataclass(frozen=True)
class _Row:
    city: str
    department: str
    marks: str


@lru_cache(maxsize=1)
def _table() -> tuple[_Row, ...]:
    rows = []
    for department, cities in _lists("municipalities.txt"):
        for written in cities:
            city = written.rstrip("*+~")
            rows.append(_Row(city, department, written[len(city) :]))
    return tuple(rows)


@lru_cache(maxsize=4)
def _marked(mark: str) -> frozenset[str]:
    return frozenset(_key(row.city) for row in _table() if mark in row.marks)


@lru_cache(maxsize=1)
def _cities() -> dict[str, str]:
    return {_key(row.city): row.city for row in _table()}


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    return {_key(form): city for city, forms in _lists("city_spellings.txt") for form in forms}


@lru_cache(maxsize=1)
def _departments() -> dict[str, str]:
    return {_key(row.department): row.department for row in _table()} | dict(_DEPARTMENT_NAMES)


@lru_cache(maxsize=1)
def _homes() -> dict[str, str]:
    """Map each city to its department: a capital's, the one usually meant, the only one, or ""."""
    homes: dict[str, str] = {}
    for row in _table():
        homes[_key(row.city)] = "" if _key(row.city) in homes else row.department
    homes.update((_key(row.city), row.department) for row in _table() if "*" in row.marks)
    capitals: dict[str, _Row] = {}
    for row in _table():
        capitals.setdefault(row.department, row)
    return homes | {_key(row.city): row.department for row in capitals.values()}


@lru_cache(maxsize=1)
def _misspelled() -> dict[str, str]:
    table: dict[str, str] = {}
    for key in sorted(_marked("+") - _marked("~")):
        if len(key) >= 6:
            for form in one_letter_off(key):
                table.setdefault(form, _cities()[key])
    return table


def _lists(file: str) -> list[tuple[str, list[str]]]:
    """Read a file of `head: item, item` lines; # begins a comment."""
    lines = (Path(__file__).parent / file).read_text("utf-8").splitlines()
    pairs = [line.split(":", 1) for line in lines if line and not line.startswith("#")]
    return [(head, [item.strip() for item in items.split(",")]) for head, items in pairs]
