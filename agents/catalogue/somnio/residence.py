"""Where a customer says to live, as against the places only asked about."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .page import GAP, Clause, Page
from .places import Place, find, given, is_major, is_well_known, is_wordlike, misspelled_city

_HOME = re.compile(
    r"(?:\b(?:yo )?(?:vivo|vivimos|resido|estoy|estamos|radico|ubicad[oa]|me encuentro"
    r"|nos encontramos)(?: aqui| aca)?"
    r"(?: yo)? en(?: la ciudad de| el municipio de)?|\b(?:soy|somos) de|\b(?:la )?ciudad(?: es"
    r"| de)?|\b(?:el )?municipio(?: es| de)?"
    r"|\bescribo desde|\bdepartamento(?: es| de| del)?|\bdpto(?: de)?|\bdepto(?: de)?)[\s:.]*$"
)
_LIVES = re.compile(
    r"\b(?:(?:vivo|vivimos|resido|residimos|radico|me encuentro|nos encontramos)(?: aqui| aca)? en"
    r"|soy de|somos de)\b[^|\n,;]*$"
)
"""What says, even within a question, where the customer lives."""

_FILLER = re.compile(
    r"\b(?:en|de|del|la|el|ciudad|municipio|colombia|departamento|dpto|depto|soy|somos|vivo"
    r"|estoy|para|desde|aqui|aca|y|yo"
    r"|dc|d|c|resido|es|a|por|favor|mi|si|residente|envien|enviar|centro|bueno|hola|ok|claro"
    r"|mas|exactamente)\b"
)


def take_places(page: Page, *, asked: bool, data: bool, held: Mapping[str, str]) -> dict[str, str]:
    """Take the city and department a customer gives, not those only asked about.

    `data` says that the message holds other personal data. A place that only stands there does
    not replace the city in `held`.
    """
    fields: dict[str, str] = {}
    for clause in page.clauses():
        if "ciudad" in fields and "departamento" in fields:
            break
        for name, value in _from_clause(page, clause, held, asked=asked, data=data).items():
            fields.setdefault(name, value)
    return fields


def _from_clause(
    page: Page, clause: Clause, held: Mapping[str, str], *, asked: bool, data: bool
) -> dict[str, str]:
    places = find(page.plain, clause.start, clause.end)
    if not places:
        return _nearly(page, clause) if asked and not held.get("ciudad") else {}
    home = any(_HOME.search(page.plain, clause.start, p.start) for p in places)
    whole = not _left_over(page, clause, places)
    told = [p for p in places if p.end <= clause.asks_from]
    lives = home and any(_LIVES.search(page.plain, clause.start, p.start) for p in places)
    if clause.asks_from < clause.end and not (lives or (home and (asked or data))):
        places = told if (asked or data) else []
    if not (home or whole):
        places = [p for p in places if (asked or data) and _believable(page, clause, p)]
    if not home and _replaces(page, places, held, data=data):
        return {}
    for place in places:
        page.take(place.start, place.end)
    return given(places)


def _replaces(page: Page, places: list[Place], held: Mapping[str, str], *, data: bool) -> bool:
    """Tell whether a lone name would replace the city held, with too little to go on."""
    told = given(places)
    city = held.get("ciudad")
    if not city or not told or told.get("ciudad") == city or len(told) > 1:
        return False
    if "ciudad" not in told:
        return bool(held.get("departamento")) and not data
    return not (data and any(is_major(page.plain[p.start : p.end]) for p in places))


def _believable(page: Page, clause: Clause, place: Place) -> bool:
    name = page.plain[place.start : place.end]
    if is_wordlike(name):
        return (
            not page.plain[place.end : clause.end].strip(" .-")
            and page.plain[clause.start - 1 : clause.start] == GAP
        )
    known = bool(place.department) or is_well_known(name)
    return known or not page.plain[place.end : clause.end].strip(" .-")


def _nearly(page: Page, clause: Clause) -> dict[str, str]:
    """Read a clause that is nothing but a misspelled city."""
    written = page.plain[clause.start : clause.end]
    if clause.asks_from < clause.end or len(written) > 40:
        return {}
    city = misspelled_city(written)
    if not city:
        return {}
    page.take(clause.start, clause.end)
    return {"ciudad": city}


def _left_over(page: Page, clause: Clause, places: list[Place]) -> str:
    left = page.plain[clause.start : clause.end]
    for place in places:
        left = left.replace(page.plain[place.start : place.end], " ", 1)
    return re.sub(r"[\W_]+", "", _FILLER.sub(" ", left))
