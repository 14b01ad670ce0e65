"""Telephone numbers and e-mail addresses in what customers write."""

from __future__ import annotations

import re

from .page import Page

_EMAIL = re.compile(
    r"(?:\b(?:mi )?(?:correo(?: electronico)?|e-?mail|mail|gmail)\b(?: es)?[\s:=-]*)?"
    r"(?<![\w.+-])([a-z0-9][a-z0-9._%+-]{0,63})\s?@\s?((?:[a-z0-9-]{1,63}\.\s?)+[a-z]{2,10})\b"
)
_HALF_EMAIL = re.compile(r"\S{1,64}@\S{0,64}")
_LABEL = (
    r"(?:\b(?:mi |el |al |numero de |num de |nro de |no\. de |no de )*"
    r"(?:tel(?:efono|efonos|s|f)?|cel(?:ular|u|us|ulares)?|movil|whats?app|wsp|wpp|wasap|numero"
    r"|num|contacto|fijo"
    r"|nro|llamar|fono)\b(?: (?:es|de contacto|celular|cel|whatsapp))*[\s.:=#-]*)"
)
_FOREIGN = re.compile(
    rf"{_LABEL}?(?:\+|\b00)\s?([1-9]\d{{0,3}}(?:[\s().-]{{0,2}}\d){{6,13}})(?!\d)"
)
_SOLID = re.compile(rf"{_LABEL}?(?<![\d#-])((?:57)?3\d{{9}})(?![\d-])")
_GROUPED = re.compile(
    rf"{_LABEL}?(?<![\d#-])((?:57[\s.-]{{1,2}})?\(?3\d{{1,4}}\)?(?:[\s.-]{{1,3}}\d{{2,7}}){{1,4}})(?![\d-])"
)
_LABELLED = re.compile(rf"{_LABEL}\(?(\d(?:[\s().-]{{0,2}}\d){{6,11}})(?!\d)")
_IDENTITY = re.compile(
    r"\b(?:cc|c\.c|cedula|nit|documento|identificacion)\b[\s.:#a-z]{0,15}\d[\d.]{4,14}"
)
_MOBILE, _WITH_COUNTRY = 10, 12


def normalise_phone(text: str) -> str:
    """Return a number as Somnio stores it: digits, Colombian mobiles with 57 in front.

    Ten digits beginning with 3 get 57; `57…` of 11 or 12 digits and any other 7-12 digits stay.
    A foreign number, written with `+` or `00`, keeps its own country code, and the `+` too where
    its digits alone would be taken for Colombian. Anything else comes back as it was.
    """
    stripped = text.strip()
    digits = "".join(c for c in stripped if c in "0123456789")
    abroad = stripped.startswith("+") or (digits.startswith("00") and len(digits) > 10)
    digits = digits.removeprefix("00") if abroad else digits
    if abroad and 7 <= len(digits) <= 15:
        return (
            digits if len(digits) <= _WITH_COUNTRY and _national(digits) == digits else f"+{digits}"
        )
    if 7 <= len(digits) <= _WITH_COUNTRY:
        return _national(digits)
    return stripped


def _national(digits: str) -> str:
    return f"57{digits}" if len(digits) == _MOBILE and digits[0] == "3" else digits


def normalise_email(text: str) -> str:
    """Lower-case an address and take out the spaces that slipped in."""
    return "".join(text.split()).lower().strip(".,;:<>()")


def take_email(page: Page) -> dict[str, str]:
    """Take the first e-mail address; half an address is taken out and not believed."""
    found = _EMAIL.search(page.plain)
    if found is None:
        half = _HALF_EMAIL.search(page.plain)
        if half is not None:
            page.take(*half.span())
        return {}
    address = f"{page.text[slice(*found.span(1))]}@{page.text[slice(*found.span(2))]}"
    page.take(*found.span())
    return {"correo": normalise_email(address)}


def take_phone(page: Page, *, asked: bool) -> dict[str, str]:
    """Take telephone numbers; the first is the customer's. Identity numbers are taken out first."""
    for identity in list(_IDENTITY.finditer(page.plain)):
        page.take(*identity.span())
    numbers = [
        n for pattern in (_FOREIGN, _SOLID, _GROUPED, _LABELLED) for n in _taken(page, pattern)
    ]
    if not numbers and asked:
        numbers = _alone(page)
    return {"telefono": numbers[0]} if numbers else {}


def _taken(page: Page, pattern: re.Pattern[str]) -> list[str]:
    numbers = []
    for match in list(pattern.finditer(page.plain)):
        written = page.plain[slice(*match.span(1))]
        count = sum(c.isdigit() for c in written)
        if pattern is _GROUPED and count not in (_MOBILE, _WITH_COUNTRY):
            continue
        page.take(*match.span())
        numbers.append(normalise_phone(f"+{written}" if pattern is _FOREIGN else written))
    return numbers


def _alone(page: Page) -> list[str]:
    """Read a clause of seven to ten digits alone, when data have been asked for."""
    for clause in page.clauses():
        written = page.plain[clause.start : clause.end].strip()
        if re.fullmatch(r"\d{7,10}", written):
            page.take(clause.start, clause.end)
            return [normalise_phone(written)]
    return []
