"""The templates of the demo's simulated business account: one of each kind people meet."""

from __future__ import annotations

from typing import Any

Component = dict[str, Any]


def _template(name: str, category: str, *components: Component, **more: Any) -> dict[str, Any]:
    return {"name": name, "language": "es", "category": category, "status": "APPROVED",
            "parameter_format": "POSITIONAL", "components": list(components), **more}  # fmt: skip


def _body(words: str, *examples: str) -> Component:
    return {"type": "BODY", "text": words, "example": {"body_text": [list(examples)]}}


TEMPLATES = (
    _template(
        "retomar_conversacion",
        "MARKETING",
        _body("Hola {{1}}, quedamos hablando de Somnio. ¿Seguimos donde íbamos?", "Marta"),
        {"type": "FOOTER", "text": "Responde BAJA para no recibir más mensajes"},
        {"type": "BUTTONS", "buttons": [
            {"type": "QUICK_REPLY", "text": "Sí, sigamos"},
            {"type": "QUICK_REPLY", "text": "Ahora no"}]},
    ),
    _template(
        "pedido_en_camino",
        "UTILITY",
        {"type": "HEADER", "format": "TEXT", "text": "Pedido {{1}}",
         "example": {"header_text": ["1042"]}},
        _body("Hola {{1}}, tu pedido va en camino y llega {{2}}.", "Marta", "el martes"),
        {"type": "BUTTONS", "buttons": [
            {"type": "URL", "text": "Seguir el pedido", "url": "https://example.com/p/{{1}}"}]},
    ),
    _template(
        "confirmar_direccion",
        "UTILITY",
        _body("{{nombre}}, ¿enviamos tu pedido a {{direccion}}?"),
        parameter_format="NAMED",
    ),
    _template("promocion_del_mes", "MARKETING", _body("Dos por uno, solo hoy."),
              status="REJECTED", rejected_reason="PROMOTIONAL"),
)  # fmt: skip
