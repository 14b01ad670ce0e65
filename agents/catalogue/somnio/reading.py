"""Read a message for everything it says of the customer. Nothing is invented."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agents.llm.embedded.language import Reading

from .answers import corrects, take_answer, take_word_after
from .contacts import take_email, take_phone
from .delivery import take_barrio, take_directions, take_unnamed_barrio
from .form import take_form
from .negations import NOT_GIVEN, take_negations
from .page import Page
from .people import take_name
from .places import department_of
from .residence import take_places
from .streets import take_address

LONGEST = 2000
"""Characters of a message that are read."""

_DATA = ("telefono", "direccion", "nombre", "correo", "barrio")
_LABELS_LEFT = re.compile(
    r"\b(?:mi )?(?:cel(?:ular)?|tel(?:efono)?|correo(?: electronico)?|direccion|barrio|ciudad"
    r"|municipio|departamento|dpto"
    r"|nombres?|apellidos?|numero)(?: es)?\b(?=\s*\|)"
)


def read(text: str, known: Mapping[str, str], asked: bool) -> Reading:
    """Return the fields a message gives, normalised, and the words that are left.

    `known` is what the conversation already holds; `asked` says that the agent has asked for
    data, so that a bare word may be an answer. Never raises.
    """
    page = Page(text[:LONGEST])
    changing = corrects(page)
    held = {} if changing else known
    fields: dict[str, str] = {}
    _merge(fields, take_email(page))
    _merge(fields, take_form(page))
    _merge(fields, take_negations(page, known, asked=asked))
    _merge(fields, take_phone(page, asked=asked))
    _merge(fields, take_directions(page, asked=asked, data=_tells(fields, page)))
    address_end = _take_address(page, fields, asked=asked)
    _merge(fields, take_barrio(page))
    if _lacks_barrio(fields, known):
        bare = asked and any(known.values()) and not changing
        _merge(fields, _take_bare(page, {**known, **fields}, address_end, bare=bare))
    afresh = changing or {"telefono", "direccion"} <= fields.keys()
    name = take_name(page, known, asked=asked, data=_tells(fields), held=held, afresh=afresh)
    _merge(fields, name)
    _merge(fields, take_places(page, asked=asked, data=_tells(fields), held=held))
    if address_end and _lacks_barrio(fields, known):
        _merge(fields, take_unnamed_barrio(page, address_end))
    for label in list(_LABELS_LEFT.finditer(page.plain)):
        page.take(*label.span())
    _infer_department(fields, known)
    return Reading(fields=fields, rest=page.rest())


def _lacks_barrio(fields: Mapping[str, str], known: Mapping[str, str]) -> bool:
    return "barrio" not in fields and not known.get("barrio")


def _take_bare(
    page: Page, known: Mapping[str, str], address_end: int, *, bare: bool
) -> dict[str, str]:
    """Take what has no label: after an address, or as the whole answer where it may be `bare`."""
    if address_end:
        return take_word_after(page, address_end, known)
    return take_answer(page, known) if bare else {}


def _take_address(page: Page, fields: dict[str, str], *, asked: bool) -> int:
    """Take the address; return where it ended, or 0."""
    before = page.plain
    _merge(fields, take_address(page, asked=asked))
    changed = [at for at, (a, b) in enumerate(zip(before, page.plain, strict=True)) if a != b]
    return changed[-1] + 1 if changed else 0


def _infer_department(fields: dict[str, str], known: Mapping[str, str]) -> None:
    city = fields.get("ciudad")
    if city and "departamento" not in fields and (department := department_of(city)):
        fields["departamento"] = department
    elif not city and fields.get("departamento") == known.get("departamento", ""):
        fields.pop("departamento", None)


def _tells(fields: Mapping[str, str], page: Page | None = None) -> bool:
    """Tell whether the message is giving personal data, or holds a street."""
    street = page is not None and re.search(
        r"\b(?:calle|cll|cra|carrera|kra|mz|manzana)\b", page.plain
    )
    return any(fields.get(name, NOT_GIVEN) != NOT_GIVEN for name in _DATA) or bool(street)


def _merge(fields: dict[str, str], found: Mapping[str, str]) -> None:
    """Add what was found; a value already there stays, unless it is a refusal."""
    for name, value in found.items():
        if value and fields.get(name, NOT_GIVEN) == NOT_GIVEN:
            fields[name] = value
