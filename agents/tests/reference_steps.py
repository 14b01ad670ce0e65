"""Appendix D of Somnio's specification as data: what is said, and what must come of it.

`meant` is what a scripted model answers for a message; without a key the embedded one reads the
words themselves. Both must lead to the same answers, in the sandbox and over WhatsApp.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EVERYTHING = (
    "Jose Romero 3001234567 cra 10 # 20-30 barrio Chapinero Bogota Cundinamarca jose@example.com"
)
SIX = {
    "nombre": "jose",
    "apellido": "romero",
    "telefono": "300 123 4567",
    "direccion": "cra 10 # 20-30",
    "ciudad": "bogota",
}
EIGHT = {
    **SIX,
    "departamento": "cundinamarca",
    "barrio": "chapinero",
    "correo": "jose@example.com",
}


@dataclass(frozen=True)
class Meant:
    """What a model understands of a message."""

    intent: str
    kind: str = "pregunta"
    confidence: int = 95
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What must hold after a step; None is not looked at."""

    keys: tuple[str, ...] | None = None
    shows: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    mode: str | None = None
    due: tuple[int, int] | None = None
    """The level that is waited at, and the seconds left; (-1, 0) for no timer."""
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Says(Expected):
    """The customer writes. `reads` bubbles of the answer arrive before what comes next."""

    text: str
    meant: Meant
    reads: int | None = None


@dataclass(frozen=True, kw_only=True)
class Waits(Expected):
    """Time passes."""

    seconds: float


@dataclass(frozen=True, kw_only=True)
class Person(Expected):
    """Somebody of the shop writes; the agent is silent until it is given the conversation back."""

    text: str


@dataclass(frozen=True, kw_only=True)
class GivesBack(Expected):
    """The person lets the agent answer again."""


Step = Says | Waits | Person | GivesBack
NO_TIMER = (-1, 0)
PACK_2X = {"total": "109900.00", "lines": [("Somnio 90 Caps x2", 1, "109900.00")]}
TO_JOSE = {
    "address": "Carrera 10 Numero 20-30, Barrio Chapinero, Bogota, Cundinamarca",
    "city": "Bogota",
    "department": "Cundinamarca",
    "phone": "+573001234567",
    "notes": "",
    "tags": {"WPP"},
    "source": "agent",
}
OPEN = {"confirmed": False, "stage": "POR CONFIRMAR"}
SOLD = {"confirmed": True, "stage": "NUEVO PEDIDO"}

WANTS = Says(
    text="quiero comprar",
    meant=Meant("captura_datos_si_compra"),
    keys=("captura_datos_si_compra.first.1", "captura_datos_si_compra.first.2"),
    mode="collecting_data",
    due=(0, 600),
)
ALL_AT_ONCE = Says(
    text=EVERYTHING,
    meant=Meant("datos", "datos", fields=EIGHT),
    keys=("ofrecer_promos.first.1", "ofrecer_promos.first.2"),
    shows=("$77,900", "$109,900", "$139,900"),
    mode="ofrecer_promos",
    due=(3, 600),
)
PICKS_2 = Says(
    text="el de 2",
    meant=Meant("resumen_2x"),
    keys=("resumen_2x.first.1", "resumen_2x.first.2"),
    shows=("2X", "$109,900"),
    mode="resumen",
    due=(4, 600),
)
CONFIRMS = Says(
    text="si, confirmo",
    meant=Meant("compra_confirmada"),
    keys=("compra_confirmada.first.1", "compra_confirmada.first.2"),
    mode="confirmado",
    due=NO_TIMER,
)


@dataclass(frozen=True)
class Case:
    """One reference conversation, and the orders it leaves (only what is named is compared)."""

    steps: tuple[Step, ...]
    orders: tuple[Mapping[str, Any], ...] = ()
