"""A customer's talk with Somnio: a clock, a timer and a memory around the pure flow."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from agents.catalogue.somnio.flow import Somnio
from agents.catalogue.somnio.transitions import NEXT
from agents.engine.values import (
    Alternative,
    CancelTimer,
    Comprehension,
    Decision,
    Do,
    HandOver,
    Product,
    Say,
    SetTimer,
    State,
    World,
)

REAL = {0: 600.0, 1: 360.0, 2: 120.0, 3: 600.0, 4: 600.0}
PRICES = {"1x": "77900", "2x": "109900", "3x": "139900"}
TITLES = {"1x": "Somnio 90 Caps", "2x": "Somnio 90 Caps x2", "3x": "Somnio 90 Caps x3"}

JOSE = {
    "nombre": "Jose",
    "apellido": "Romero",
    "telefono": "573001234567",
    "direccion": "Carrera 10 Numero 20-30",
    "ciudad": "Bogota",
    "departamento": "Cundinamarca",
}
EVERYTHING = {**JOSE, "barrio": "Chapinero", "correo": "jose@example.com"}


def products(prices: dict[str, str] | None = None) -> dict[str, Product]:
    """Build the catalogue: packs by code, each at its whole price."""
    return {
        code: Product(
            code=code,
            sku=TITLES[code].upper().replace(" ", "-"),
            title=TITLES[code],
            price=Decimal(price),
        )
        for code, price in (prices or PRICES).items()
    }


class Talk:
    """One conversation. `hear` and `wait` return what the flow decided last."""

    def __init__(self, state: State | None = None, flow: Somnio | None = None) -> None:
        self.flow = flow or Somnio()
        self.state = state or State(mode=self.flow.initial_mode)
        self.now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
        self.catalogue = products()
        self.levels = dict(REAL)
        self.timer: tuple[int, datetime] | None = None
        self.pending: tuple[Say, ...] = ()
        self.contact: dict[str, str] = {}
        self.decisions: list[Decision] = []
        self.timers_set = 0

    def world(self) -> World:
        return World(
            now=self.now,
            first_turn=not self.decisions,
            products=self.catalogue,
            contact_id="contact-1",
            contact_phone="+573009998877",
            contact=self.contact,
            timers=self.levels,
            handover_message="Regalame 1 min, ya te comunico con un asesor",
            pending=self.pending,
        )

    def hear(
        self,
        intent: str,
        kind: Any = "pregunta",
        confidence: int = 95,
        text: str = "palabras",
        or_else: tuple[str, ...] = (),
        sure: int = 30,
        **fields: str,
    ) -> Decision:
        """Let the flow hear one message that was understood like this."""
        heard = Comprehension(
            kind=kind,
            intent=intent,
            confidence=confidence,
            fields=fields,
            alternatives=tuple(Alternative(intent=other, confidence=sure) for other in or_else),
        )
        world = self.world()
        self.pending = ()
        return self._take(self.flow.hear(self.state, text, heard, world))

    def tell(self, intent: str = "", **fields: str) -> Decision:
        """Give data and nothing else."""
        return self.hear(intent, "datos", 95, "palabras", (), 30, **fields)

    def wait(self, seconds: float) -> Decision:
        """Let time pass; every timer that falls due on the way wakes the flow."""
        until = self.now + timedelta(seconds=seconds)
        last = Decision(state=self.state, effects=(), silent_because="Nothing fell due.")
        while self.timer and self.timer[1] <= until:
            level, self.now = self.timer
            self.timer = None
            last = self._take(self.flow.wake(self.state, "somnio", level, self.world()))
        self.now = until
        return last

    def hold_back(self, decision: Decision, after: int) -> None:
        """Pretend that only the first `after` bubbles went out before the customer wrote again."""
        self.pending = tuple(says(decision)[after:])

    def _take(self, decision: Decision) -> Decision:
        check(self.state, decision)
        for effect in decision.effects:
            if isinstance(effect, CancelTimer):
                self.timer = None
            if isinstance(effect, SetTimer):
                self.timer = (effect.level, self.now + timedelta(seconds=effect.seconds))
                self.timers_set += 1
        self.decisions.append(decision)
        self.state = revive(decision.state)
        return decision

    @property
    def due(self) -> tuple[int, float] | None:
        """The level that is being waited at, and the seconds left."""
        return self.timer and (self.timer[0], (self.timer[1] - self.now).total_seconds())

    def done(self, operation: str) -> list[Do]:
        """List every run of an operation in the whole talk."""
        return [do for decision in self.decisions for do in does(decision, operation)]


def at(mode: str, selection: str | None = None) -> Talk:
    """Bring a customer who has given everything to `mode`."""
    talk = Talk()
    talk.tell(**EVERYTHING)
    if mode == "pedido_sinpack":
        talk.wait(600)
    if mode in ("resumen", "confirmado", "pedido_pendiente"):
        talk.hear(f"resumen_{selection or '2x'}")
    if mode == "confirmado":
        talk.hear("compra_confirmada")
    if mode == "pedido_pendiente":
        talk.wait(600)
    assert talk.state.mode == mode
    return talk


def check(before: State, decision: Decision) -> None:
    """Hold what every decision must hold."""
    keys = [say.key for say in says(decision)]
    assert len(keys) == len(set(keys)), keys
    assert len({say.text for say in says(decision)}) == len(keys)
    assert all(say.text.strip() and "{{" not in say.text for say in says(decision))
    handovers = [effect for effect in decision.effects if isinstance(effect, HandOver)]
    assert bool(keys or handovers) != bool(decision.silent_because), decision
    assert len(handovers) <= 1
    assert not (handovers and keys), "one line only when people take over"
    assert len(does(decision, "crm.order.create")) <= 1
    purposes = [effect.purpose for effect in decision.effects if isinstance(effect, Do)]
    assert len(purposes) == len(set(purposes))
    assert decision.state.mode in NEXT
    assert before.mode != "handoff" or decision.state.mode == "handoff"
    assert revive(decision.state) == replace(
        decision.state, data=dict(decision.state.data), marks=dict(decision.state.marks)
    )


def revive(state: State) -> State:
    """Write a state as JSON and read it back, as its storage does."""
    raw = json.loads(json.dumps(asdict(state)))
    return State(**{**raw, "intents_seen": tuple(raw["intents_seen"]), "said": tuple(raw["said"])})


def says(decision: Decision) -> list[Say]:
    return [effect for effect in decision.effects if isinstance(effect, Say)]


def keys(decision: Decision) -> list[str]:
    return [say.key for say in says(decision)]


def words(decision: Decision) -> str:
    return "\n".join(say.text for say in says(decision))


def does(decision: Decision, operation: str) -> list[Do]:
    return [
        effect
        for effect in decision.effects
        if isinstance(effect, Do) and effect.operation == operation
    ]
