"""Somnio, as the engine knows it: language, flow, prompt, timers, and what it may do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agents.engine.registry import AgentDefinition, register

from .addresses import normalise_address
from .contacts import normalise_email, normalise_phone
from .editing import EDITING
from .fields import FIELDS, NOT_GIVEN
from .flow import Somnio
from .intents import MEANINGS
from .language import COMBINABLE, LANGUAGE
from .names import normalise_name
from .places import department_of, normalise_city, normalise_department
from .shop import furnish
from .texts import TEMPLATES, Template
from .words import WORDS

AGENT_ID = "somnio-sales-v1"

PRESETS: Mapping[str, Mapping[int, float]] = {
    "real": {0: 600, 1: 360, 2: 120, 3: 600, 4: 600},
    "rapido": {0: 60, 1: 30, 2: 10, 3: 60, 4: 60},
    "instantaneo": {0: 2, 1: 2, 2: 1, 3: 2, 4: 2},
}
"""Seconds per level: no data, part of them, enough of them, no pack chosen, not confirmed."""

FIELD_NOTES = {
    "nombre": "first name",
    "apellido": "surname",
    "telefono": "phone number",
    "direccion": "street address, without city",
    "barrio": "neighbourhood",
    "ciudad": "city or municipality",
    "departamento": "Colombian department",
    "correo": "e-mail address",
    "indicaciones_extra": "delivery instructions",
}

NEUTRAL = ("datos", "irrelevante")
"""What a message means that only gives data, or asks nothing."""

PROMPT = """The shop sells ELIXIR DEL SUEÑO by Somnio in Colombia: natural melatonin with \
magnesium, 90 tablets, in packs of one (1x), two (2x) and three (3x), paid on delivery. Customers \
write colloquial Spanish with typos and abbreviations.

The intents and what each means:
{intents}
- hola+X: a greeting together with X in one message.
- datos: gives only personal data. Giving data is never an intent of its own besides this.
- irrelevante: a thank-you, a laugh, an emoji, an acknowledgement that asks nothing.

"el de 2", "2x", "el doble" choose the pack of two. In mode `resumen` a plain yes is \
compra_confirmada and a plain no is no_confirmado; in `ofrecer_promos` a bare number chooses a \
pack; after an offer to buy a plain yes is captura_datos_si_compra. fallback is for who asks for \
a person, for nonsense and for what has nothing to do with the shop, and only when nothing else \
fits. A city inside a question ("do you ship to Cali?") is no personal data. A field the customer \
says they do not have or will not give (e-mail, phone, neighbourhood) has the value N/A.

A message that clearly says two things ("how much is it and how do I take it?") has the second one \
as its first alternative, with a confidence of its own from 85; any other alternative is a reading \
that you rejected, below 60."""

CLEAN: Mapping[str, Callable[[str], str]] = {
    "nombre": normalise_name,
    "apellido": normalise_name,
    "telefono": normalise_phone,
    "direccion": normalise_address,
    "barrio": normalise_name,
    "ciudad": normalise_city,
    "departamento": normalise_department,
    "correo": normalise_email,
    "indicaciones_extra": str.strip,
}


def normalise(fields: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """Bring what a model read into Somnio's spelling, and infer the department from the city."""
    clean = {
        name: value if value == NOT_GIVEN else CLEAN[name](value)
        for name, value in fields.items()
        if name in CLEAN and value.strip()
    }
    clean = {name: value for name, value in clean.items() if value}
    if clean.get("ciudad") and not clean.get("departamento") and not known.get("departamento"):
        department = department_of(clean["ciudad"])
        if department:
            clean["departamento"] = department
    return clean


def _flow(texts: Sequence[Any]) -> Somnio:
    templates = [text for text in texts if isinstance(text, Template)]
    return Somnio(templates or TEMPLATES)


SOMNIO = register(
    AgentDefinition(
        id=AGENT_ID,
        name="Carolina",
        language=LANGUAGE,
        flow=_flow,
        prompt=PROMPT.format(
            intents="\n".join(f"- {intent}: {meaning}" for intent, meaning in MEANINGS.items())
        ),
        intents=(*MEANINGS, *sorted(f"hola+{intent}" for intent in COMBINABLE), *NEUTRAL),
        fields={name: FIELD_NOTES[name] for name in FIELDS},
        normalise=normalise,
        furnish=furnish,
        presets=PRESETS,
        handover_message="Regálame 1 minuto, ya te comunico con un asesor 🙌",
        unreadable=(
            "Disculpa, por aquí solo puedo leer mensajes de texto 🙏 ¿Me lo puedes escribir?"
        ),
        texts=TEMPLATES,
        editing=EDITING,
        words=WORDS,
        operations=frozenset(
            {
                "crm.contact.update",
                "crm.order.create",
                "crm.order.update",
                "crm.order.updateStatus",
                "crm.tag.add",
            }
        ),
        permissions=frozenset(
            {
                "contacts.view",
                "contacts.edit",
                "orders.view",
                "orders.create",
                "orders.edit",
                "whatsapp.view",
                "whatsapp.send",
            }
        ),
    )
)
