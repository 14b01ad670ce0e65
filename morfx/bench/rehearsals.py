"""Scripts of rehearsals, and what it takes to play them: the same ones for the same number."""

from __future__ import annotations

import random
from typing import Any

SAYINGS = (
    "hola",
    "Hola, cuanto vale?",
    "buenas, hacen envios a Cali?",
    "como se toma?",
    "quiero comprar",
    "Hola, soy Maria",
    "Jose Romero 3001234567 cra 10 # 20-30 Bogota",
    "Ana Diaz, 3109876543, calle 5 # 6-70 barrio Centro, Medellin Antioquia, ana@example.com",
    "barrio Chapinero, correo jose@example.com",
    "no tengo correo",
    "muestrame las promos",
    "el de 2",
    "mejor el de 3",
    "si, confirmo",
    "si",
    "no",
    "ok gracias 👍",
    "me interesa, pero es muy caro",
    "donde estan ubicados y como puedo pagar?",
    "asdf qwer",
    "quiero hablar con un asesor",
)
WAITS = (0.5, 3.0, 45.0, 130.0, 400.0, 700.0, 90_000.0)
KINDS = ("image", "sticker", "audio")


def scripts(how_many: int, *, longest: int = 7) -> list[list[dict[str, Any]]]:
    """Return scripts, each a list of what a tester does; always the same ones."""
    chance = random.Random(20_260_105)  # noqa: S311
    return [[_step(chance) for _ in range(chance.randint(3, longest))] for _ in range(how_many)]


def _step(chance: random.Random) -> dict[str, Any]:
    what = chance.random()
    if what < 0.68:
        return {"do": "say", "text": chance.choice(SAYINGS)}
    if what < 0.93:
        return {"do": "advance", "seconds": chance.choice(WAITS)}
    if what < 0.98:
        return {"do": "say", "text": "", "kind": chance.choice(KINDS)}
    return {"do": "set", "timers": {"0": chance.choice((5.0, 60.0))}}
