"""The default brain of the local Messages API: simple rules, enough to drive the product by hand.

It knows no agent: intents and fields are taken from the schema it is given, and matched by words.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from agents.tests.messages_answers import Answer, says

SIGNS: tuple[tuple[str, str], ...] = (
    ("resumen_3x", r"\b3x\b|\btres\b|de tres"),
    ("resumen_2x", r"\b2x\b|\bdos\b|el doble"),
    ("resumen_1x", r"\b1x\b|solo uno|\buno\b|\buna\b|individual"),
    ("no_interesa", r"no me interesa|no gracias|ya no"),
    ("compra_confirmada", r"confirmo|confirmad|si,? confirm|perfecto"),
    ("info_promociones", r"promo|descuento|paquete|oferta"),
    ("captura_datos_si_compra", r"quiero comprar|lo quiero|deseo (comprar|adquirir)|me interesa"),
    ("precio", r"cuanto (vale|cuesta|sale)|precio|valor"),
    ("envio", r"env[ií]|domicilio|llega|despach"),
    ("como_se_toma", r"como se (toma|usa)|dosis|tomar"),
    ("contenido_envase", r"contenido|cuantas (tabletas|pastillas)|trae"),
    ("metodos_de_pago", r"nequi|tarjeta|transfer|medios de pago|metodos de pago"),
    ("modopago2", r"contra ?entrega"),
    ("modopago", r"como (se )?pag|pago"),
    ("ubicacion", r"ubica|donde (estan|quedan)|tienda"),
    ("contraindicaciones", r"contraindic|efectos|embaraz"),
    ("sisirve", r"sirve|funciona"),
    ("invima", r"invima|registro sanitario"),
    ("hola", r"\b(hola|buen[oa]s|buen dia)\b"),
)
FIELDS: tuple[tuple[str, str], ...] = (
    ("correo", r"[\w.+-]+@[\w-]+\.[\w.]+"),
    ("telefono", r"\b3\d{9}\b"),
    ("nombre", r"(?:me llamo|mi nombre es|soy)\s+([A-ZÁÉÍÓÚÑ]\w+)"),
    ("apellido", r"(?:me llamo|mi nombre es|soy)\s+[A-ZÁÉÍÓÚÑ]\w+\s+([A-ZÁÉÍÓÚÑ]\w+)"),
    ("direccion", r"((?:calle|carrera|cra|cll|kr|diagonal|transversal|avenida)\.? ?\d[^,\n]*)"),
    ("barrio", r"barrio\s+([^,\n]+)"),
    ("ciudad", r"\b(bogot[aá]|medell[ií]n|cali|barranquilla|bucaramanga|palmira|pereira)\b"),
)


def brain(body: dict[str, Any]) -> Answer:
    """Answer a request: structured if a schema is given, else one plain sentence."""
    schema = body.get("output_config", {}).get("format", {}).get("schema")
    if not schema:
        return says("Claro.", model=body["model"])
    usage = {
        "input_tokens": 1 + len(json.dumps(body["messages"])) // 4,
        "cache_read_input_tokens": len(json.dumps(body.get("system", ""))) // 4,
    }
    return says(understanding(_message(body), schema), model=body["model"], usage=usage)


def understanding(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Fill the schema by rules."""
    properties = schema["properties"]
    intents = _enum(properties["intent"], schema)
    names = []
    if "fields" in properties:
        names = _enum(properties["fields"]["items"]["properties"]["name"], schema)
    fields = _fields(text, names)
    intent, confidence = _intent(_plain(text), intents)
    kind = "datos" if fields else "pregunta"
    if fields and confidence > 50:
        kind = "mixto"
    answer = {
        "class": kind,
        "intent": intent,
        "confidence": 90 if fields else confidence,
        "alternatives": [],
        "fields": [{"name": name, "value": value} for name, value in fields.items()],
        "reasoning": "A rule of the local server.",
    }
    return {name: answer[name] for name in properties if name in answer}


def _intent(text: str, intents: list[str]) -> tuple[str, int]:
    """Name the first intent whose sign is in the text; the greeting joins if that exists."""
    found = [name for name, sign in SIGNS if re.search(sign, text)]
    first = next((name for name in found if name in intents), None)
    if first is None:
        return ("fallback" if "fallback" in intents else intents[-1]), 35
    joined = f"hola+{first}"
    if "hola" in found and joined in intents:
        return joined, 93
    return first, 93


def _fields(text: str, names: list[str]) -> dict[str, str]:
    """Find what the text says of the wanted fields."""
    found: dict[str, str] = {}
    for name, pattern in FIELDS:
        if name in names and (match := re.search(pattern, text, re.IGNORECASE)):
            found[name] = (match[1] if match.groups() else match[0]).strip()
    return found


def _message(body: dict[str, Any]) -> str:
    """Return what the customer wrote."""
    content = body["messages"][-1]["content"]
    if isinstance(content, list):
        content = "".join(block.get("text", "") for block in content)
    try:
        question = json.loads(content)
    except ValueError:
        return content
    return str(question.get("message", content)) if isinstance(question, dict) else content


def _enum(property_: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """Return the words a property may hold, through a `$ref` if there is one."""
    if reference := property_.get("$ref"):
        property_ = schema["$defs"][reference.rsplit("/", 1)[1]]
    return list(property_["enum"])


def _plain(text: str) -> str:
    """Lower the case and drop the accents."""
    parts = unicodedata.normalize("NFD", text.lower())
    return "".join(part for part in parts if unicodedata.category(part) != "Mn")
