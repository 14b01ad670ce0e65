"""The nine things Somnio needs to know of a customer, and how a message is read for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from .addresses import normalise_address
from .contacts import normalise_email, normalise_phone
from .delivery import sentence
from .names import normalise_name
from .negations import NOT_GIVEN
from .page import titled, trimmed
from .places import department_of, normalise_city, normalise_department
from .reading import read

__all__ = [
    "ADDITIONAL", "ALL", "CRITICAL", "FIELDS", "LABELS", "MINIMUM", "NOT_GIVEN", "complete",
    "department_of", "extract", "given", "missing", "normalise",
]  # fmt: skip

CRITICAL = ("nombre", "telefono", "direccion", "ciudad", "departamento")
"""Without these five, given and not "N/A", no order can be made."""

ADDITIONAL = ("apellido", "barrio", "correo", "indicaciones_extra")
"""Wished for; "N/A" counts as an answer."""

MINIMUM = ("nombre", "apellido", "telefono", "direccion", "ciudad", "departamento")
"""The six after which two quiet minutes lead to the promotions."""

ALL = (*MINIMUM, "barrio", "correo")
"""The eight that a reminder lists, in the order in which it lists them."""

FIELDS = (*ALL, "indicaciones_extra")

LABELS: Mapping[str, str] = {
    "nombre": "Nombre completo",
    "apellido": "Apellido",
    "telefono": "Numero de telefono",
    "direccion": "Direccion completa",
    "ciudad": "Ciudad o municipio",
    "departamento": "Departamento",
    "barrio": "Barrio",
    "correo": "Correo electronico",
    "indicaciones_extra": "Indicaciones de entrega",
}


def extract(text: str, known: Mapping[str, str], asked: bool) -> dict[str, str]:
    """Return the fields that a message newly says, normalised; nothing else, nothing invented.

    `known` is what is already held, `asked` whether the agent has asked for data. The department
    is inferred from the city where that is certain. A refusal is "N/A", for correo, telefono and
    barrio only. Never raises.
    """
    return dict(read(text, known, asked).fields)


def normalise(name: str, value: str) -> str:
    """Write one field's value the one way it is stored. Doing it twice changes nothing."""
    written = _NORMALISERS[name](value)
    return NOT_GIVEN if NOT_GIVEN in (value.strip().upper(), written.upper()) else written


def missing(data: Mapping[str, str], wanted: Iterable[str] = ALL) -> tuple[str, ...]:
    """Return which of `wanted` are still empty. A declined critical field is still missing."""
    return tuple(name for name in wanted if not given(data, name))


def complete(data: Mapping[str, str]) -> bool:
    """Tell whether the packs can be offered: five critical fields and three additional ones."""
    extras = sum(given(data, name) for name in ADDITIONAL)
    return not missing(data, CRITICAL) and extras >= 3


def given(data: Mapping[str, str], name: str) -> bool:
    """Tell whether a field was answered. "N/A" answers an additional one only."""
    value = data.get(name, "")
    return bool(value) and not (name in CRITICAL and value == NOT_GIVEN)


_NORMALISERS: Mapping[str, Callable[[str], str]] = {
    "nombre": normalise_name,
    "apellido": normalise_name,
    "telefono": normalise_phone,
    "direccion": normalise_address,
    "ciudad": normalise_city,
    "departamento": normalise_department,
    "barrio": lambda value: titled(trimmed(value)),
    "correo": normalise_email,
    "indicaciones_extra": lambda value: sentence(trimmed(value)),
}
