"""The shape an understanding comes back in, as asked of the model and as checked by us.

Small on purpose: no optional field, no nullable, no bounds. (A schema of many nullable unions was
refused when a provider was under pressure, and providers differ in which bounds they take.)
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, ValidationError

from agents.engine.values import Alternative, Comprehension, MessageClass

from .protocol import ComprehensionRequest

CLASSES: tuple[MessageClass, ...] = ("datos", "pregunta", "mixto", "irrelevante")


class NotUnderstood(ValueError):
    """What the model said is not an understanding of this agent's world."""


def schema_for(request: ComprehensionRequest) -> dict[str, object]:
    """Build the JSON schema of an answer to `request`."""
    intent = {"type": "string", "enum": list(request.intents)}
    alternative = _object({"intent": intent, "confidence": {"type": "integer"}})
    properties: dict[str, object] = {
        "class": {"type": "string", "enum": list(CLASSES)},
        "intent": intent,
        "confidence": {"type": "integer", "description": "0 to 100"},
        "alternatives": {"type": "array", "items": alternative},
    }
    if request.fields:
        name = {"type": "string", "enum": list(request.fields)}
        field = _object({"name": name, "value": {"type": "string"}})
        properties["fields"] = {"type": "array", "items": field}
    properties["reasoning"] = {"type": "string", "description": "One short sentence."}
    return _object(properties)


def _object(properties: dict[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


class _Alternative(BaseModel):
    intent: str
    confidence: float


class _Field(BaseModel):
    name: str
    value: str


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    kind: MessageClass
    intent: str
    confidence: float
    alternatives: list[_Alternative] = []
    fields: list[_Field] = []
    reasoning: str = ""


def read_answer(data: object, request: ComprehensionRequest, source: str) -> Comprehension:
    """Check an answer against the agent's world; raise `NotUnderstood` if it does not belong.

    An unknown intent is an error; an unknown alternative or field is left out.
    """
    if not isinstance(data, dict):
        raise NotUnderstood("not an object")
    try:
        answer = _Answer.model_validate({**_plain(data), "kind": _class_of(data)})
    except ValidationError as error:
        places = ", ".join(".".join(map(str, problem["loc"])) for problem in error.errors()[:5])
        raise NotUnderstood(f"not of the schema: {places}") from None
    if answer.intent not in request.intents:
        raise NotUnderstood(f"unknown intent {answer.intent[:60]!r}")
    return Comprehension(
        kind=answer.kind,
        intent=answer.intent,
        confidence=_percent(answer.confidence),
        alternatives=tuple(_alternatives(answer.alternatives, answer.intent, request.intents)),
        fields={
            found.name: found.value.strip()
            for found in answer.fields
            if found.name in request.fields and found.value.strip()
        },
        reasoning=answer.reasoning[:500],
        source=source,
    )


def _plain(data: dict[str, object]) -> dict[str, object]:
    """Bring the spellings that models fall into to the one asked for.

    Fields may come as an object of names and values, alternatives as bare intents.
    """
    fields, others = data.get("fields"), data.get("alternatives")
    plain = dict(data)
    if isinstance(fields, dict):
        plain["fields"] = [
            {"name": str(name), "value": str(value)} for name, value in fields.items() if value
        ]
    if isinstance(others, list):
        plain["alternatives"] = [
            {"intent": other, "confidence": 0} if isinstance(other, str) else other
            for other in others
        ]
    return plain


def _class_of(data: dict[str, object]) -> object:
    """Return the class; one that was left out follows from whether there are data."""
    if data.get("class") is not None:
        return data["class"]
    if data.get("intent") in ("datos", "irrelevante"):
        return data["intent"]
    return "mixto" if data.get("fields") else "pregunta"


def _alternatives(
    given: Iterable[_Alternative], chosen: str, intents: tuple[str, ...]
) -> Iterable[Alternative]:
    """Keep the other intents we know, each once."""
    seen = {chosen}
    for other in given:
        if other.intent in intents and other.intent not in seen:
            seen.add(other.intent)
            yield Alternative(intent=other.intent, confidence=_percent(other.confidence))


def _percent(value: float) -> int:
    """Bring a confidence into 0 to 100."""
    return round(min(max(value, 0.0), 100.0)) if value == value else 0
