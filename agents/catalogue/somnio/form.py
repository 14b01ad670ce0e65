"""Answers in the shape of a form: `Nombre: Jose`, one label and its value after another."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.llm.embedded.spelling import fold

from .contacts import normalise_phone
from .negations import DECLINABLE, NOT_GIVEN, refuses
from .page import GAP, Page, titled, trimmed
from .people import take_labelled
from .places import find, given, is_major, normalise_city, normalise_department
from .streets import take_address

_WORDS = {
    "both": (
        r"nombres? (?:y|e|/|,)? ?apellidos?|nombres?\s?[/,]\s?apellidos?"
        r"|nombre completo y apellidos?|nombres? completos?|nombre del cliente"
    ),
    "nombre": r"(?:primer )?nombres?|name|destinatari[oa]|cliente|quien recibe|recibe",
    "apellido": r"(?:primer )?apellidos?",
    "telefono": (
        r"(?:numero|num|nro|no|#)\.? (?:de )?(?:telefono|celular|cel|contacto|whatsapp|tel)"
        r"|telefonos?(?: de contacto)?|celular(?:es)?"
        r"|tel(?:f|s)?|cel|movil|whats?app|wsp|wpp|contacto|numero"
    ),
    "direccion": (
        r"direcc?ion(?: completa| exacta| de (?:entrega|envio|residencia|domicilio))*|direc"
        r"|dir|domicilio"
    ),
    "barrio": r"barrio|brr|bario|barrio o vereda|barrio/vereda|sector",
    "place": (
        r"(?:ciudad|municipio|departamento|dpto|depto)(?: ?(?:y|o|/|-|,) ?(?:ciudad|municipio"
        r"|departamento|dpto|depto))+"
    ),
    "ciudad": r"ciudad|cuidad|ciuda|municipio|mpio|pueblo",
    "departamento": r"departamento|departamen?to|dpto|depto|dep|depart",
    "correo": r"correo(?: electronico)?|e-?mail|mail",
    "indicaciones_extra": (
        r"indicaci(?:on|ones)(?: extras?| adicionales?| de entrega| para (?:llegar"
        r"|la entrega))*|observaci(?:on|ones)|nota|notas|referencias?"
        r"|punto de referencia|instrucci(?:on|ones)|comentarios?|informacion adicional|adicional"
        r"|detalles?"
    ),
}
_LABEL = re.compile(
    r"(?<![\w@/])(?:mi |el |la |su )?(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _WORDS.items())
    + r")\s?\.?\s*(?:[:=]|-(?=\s)|\.{2,}|_{2,})+[ \t.:_]*"
)
_ALONE = re.compile(
    r"(?m)^[ \t]*(?:"
    + "|".join(f"(?P<{n}>{p})" for n, p in _WORDS.items())
    + r")[ \t.:]*$\n(?=[ \t]*\S)"
)


@dataclass(frozen=True)
class _Labelled:
    name: str
    begin: int
    start: int
    end: int


def take_form(page: Page) -> dict[str, str]:
    """Take every labelled value. The first value of a field counts."""
    fields: dict[str, str] = {}
    labelled = _labelled(page)
    apart = any(one.name == "apellido" for one in labelled)
    for one in reversed(labelled):
        page.take(one.begin, one.start)
        found = _value(page, one, apart=apart)
        fields = {**fields, **found}
    return fields


def _labelled(page: Page) -> list[_Labelled]:
    marks = list(_LABEL.finditer(page.plain))
    covered = {m.start() for m in marks}
    marks += [m for m in _ALONE.finditer(page.plain) if m.start() not in covered]
    marks.sort(key=lambda m: m.start())
    marks = [m for at, m in enumerate(marks) if not at or m.start() >= marks[at - 1].end()]
    found = []
    for at, mark in enumerate(marks):
        start = mark.end()
        limit = marks[at + 1].start() if at + 1 < len(marks) else len(page.plain)
        if not page.plain[start : min(limit, page.line_end(start))].strip(" |"):
            start = min(page.line_end(start) + 1, limit)
        found.append(
            _Labelled(mark.lastgroup or "", mark.start(), start, min(limit, page.line_end(start)))
        )
    return found


def _value(page: Page, one: _Labelled, *, apart: bool) -> dict[str, str]:
    """Read one value. `apart` says that the surname has a label of its own."""
    value = page.plain[one.start : one.end]
    if refuses(value.replace(GAP, " ")):
        page.take(one.start, one.end)
        return {one.name: NOT_GIVEN} if one.name in DECLINABLE else {}
    if not value.strip(" |.,;-"):
        return {}
    if one.name in ("both", "nombre", "apellido"):
        return take_labelled(page, one.start, one.end, one.name, apart=apart)
    if one.name == "direccion":
        return take_address(page, asked=True, labelled=(one.start, one.end))
    if one.name in ("place", "ciudad", "departamento"):
        return _place(page, one)
    if one.name == "telefono":
        return _phone(page, one, value)
    if one.name in ("barrio", "indicaciones_extra"):
        return _text(page, one)
    return {}


def _place(page: Page, one: _Labelled) -> dict[str, str]:
    places = find(page.plain, one.start, one.end)
    if places:
        found = given(places)
        if one.name == "ciudad" and places[0].either and "ciudad" not in found:
            found = {"ciudad": places[0].city}
        if one.name == "departamento" and places[0].department and not found.get("departamento"):
            found["departamento"] = places[0].department
        if one.name == "departamento" and found.get("ciudad") and not found.get("departamento"):
            found = {}
        for place in places:
            page.take(place.start, place.end)
        return found
    if one.name == "place":
        return {}
    end = _until_comma(page, one)
    value = trimmed(page.take(one.start, end))
    if not re.search(r"[^\W\d_]{2}", value) or len(value.split()) > 5:
        return {}
    written = normalise_city(value) if one.name == "ciudad" else normalise_department(value)
    return {one.name: written}


def _phone(page: Page, one: _Labelled, value: str) -> dict[str, str]:
    number = re.match(r"\s*\+?\(?\d(?:[\s().-]{0,2}\d){6,14}", value)
    if number is None:
        return {}
    page.take(one.start, one.start + number.end())
    return {"telefono": normalise_phone(number[0])}


def _text(page: Page, one: _Labelled) -> dict[str, str]:
    end = _until_comma(page, one) if one.name == "barrio" else one.end
    if one.name == "barrio":
        places = find(page.plain, one.start, end)
        last = places[-1] if places else None
        named = page.plain[last.start : last.end] if last else ""
        if last and is_major(named) and last.start > one.start + 2:
            end = last.start
    value = trimmed(page.take(one.start, end))
    if not re.search(r"\w", value):
        return {}
    if one.name in DECLINABLE and refuses(fold(value)):
        return {one.name: NOT_GIVEN}
    return {one.name: titled(value) if one.name == "barrio" else _sentence(value)}


def _sentence(value: str) -> str:
    return value[:1].upper() + value[1:] if len(value[:1].upper()) == 1 else value


def _until_comma(page: Page, one: _Labelled) -> int:
    stop: re.Match[str] | None = re.search(r"[,;|]|\.(?=\s)", page.plain[one.start : one.end])
    return (
        one.start + stop.start()
        if stop and page.plain[one.start : one.start + stop.start()].strip()
        else one.end
    )
