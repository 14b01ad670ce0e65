"""What a message teaches about the customer, and what it only mentions in passing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agents.catalogue.somnio import timers
from agents.catalogue.somnio.draft import Draft
from agents.catalogue.somnio.fields import CRITICAL, FIELDS, NOT_GIVEN
from agents.catalogue.somnio.intents import (
    ASKED_OF_A_PLACE,
    GREETING,
    INFORMATIVE,
    LOCATION,
    parts,
)
from agents.catalogue.somnio.selling import FIRST_DATA
from agents.catalogue.somnio.transitions import COLLECTING
from agents.engine.values import Comprehension

LONG = 80
LONGEST: Mapping[str, int] = {"direccion": 200, "correo": 254, "indicaciones_extra": 500}
"""Characters a field may have; what is longer is no name and no place, and is cut."""


def learn(draft: Draft, heard: Comprehension) -> bool:
    """Merge what is new into the data, never deleting; tell whether anything was."""
    known = draft.state.data
    new = {name: value for name, value in _told(draft, heard).items() if known.get(name) != value}
    if not new:
        return False
    first = not timers.has_data(draft.state)
    draft.state = replace(draft.state, data={**known, **new})
    draft.why.append(f"Learned {', '.join(new)}.")
    if FIRST_DATA not in draft.state.marks:
        draft.mark(FIRST_DATA)
    if draft.state.mode == COLLECTING and (first or timers.WAITING not in draft.state.marks):
        draft.mark(timers.WAITING)
    return True


def opens_the_sale(heard: Comprehension) -> bool:
    """Tell whether giving these data is an implicit yes; a place named in passing is not."""
    given = {name for name, value in heard.fields.items() if name in FIELDS and value.strip()}
    if heard.kind == "mixto":
        return bool(given - LOCATION)
    return heard.kind in ("datos", "irrelevante") and bool(given)


def harmless(name: str, value: str) -> str:
    """Return what was said of a field as one short line without the signs of a variable.

    A model may have been talked into anything: what it read is a customer's words, never markup.
    """
    line = " ".join(value.replace("{", " ").replace("}", " ").split())
    return line[: LONGEST.get(name, LONG)].rstrip()


def _told(draft: Draft, heard: Comprehension) -> Mapping[str, str]:
    known = draft.state.data
    told = {name: harmless(name, value) for name, value in heard.fields.items() if name in FIELDS}
    told = {name: value for name, value in told.items() if value}
    asks = set(parts(heard.intent)) & (INFORMATIVE - {GREETING})
    if set(told) <= LOCATION and heard.kind in ("pregunta", "mixto"):
        if heard.kind == "pregunta" or asks & ASKED_OF_A_PLACE:
            return {}
        if asks:
            told = {name: value for name, value in told.items() if not known.get(name)}
    phone = "".join(filter(str.isdigit, draft.world.contact_phone))
    if told.get("telefono") == NOT_GIVEN and phone:
        told["telefono"] = known.get("telefono") or phone
    return {
        name: value
        for name, value in told.items()
        if not (value == NOT_GIVEN and name in CRITICAL and known.get(name))
    }
