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


CASES: Mapping[str, Case] = {
    "01 happy path": Case(
        (
            Says(
                text="Hola, cuanto vale?",
                meant=Meant("hola+precio"),
                keys=("hola.first.1", "precio.first.1", "precio.first.2", "precio.first.3"),
                shows=("$77,900",),
                mode="conversacion",
                due=NO_TIMER,
            ),
            WANTS,
            Says(
                text="Jose Romero 3001234567 cra 10 # 20-30 Bogota",
                meant=Meant("datos", "datos", fields=SIX),
                keys=(),
                mode="collecting_data",
                due=(2, 120),
                data={
                    "nombre": "Jose",
                    "apellido": "Romero",
                    "telefono": "573001234567",
                    "direccion": "Carrera 10 Numero 20-30",
                    "ciudad": "Bogota",
                    "departamento": "Cundinamarca",
                },
            ),
            Waits(
                seconds=120,
                keys=("ofrecer_promos.first.1", "ofrecer_promos.first.2"),
                shows=("$109,900",),
                mode="ofrecer_promos",
                due=(3, 600),
            ),
            PICKS_2,
            CONFIRMS,
        ),
        (
            {
                **TO_JOSE,
                **PACK_2X,
                **SOLD,
                "address": "Carrera 10 Numero 20-30, Bogota, Cundinamarca",
            },
        ),
    ),
    "02 all data at once, without a yes": Case((ALL_AT_ONCE,)),
    "03 greeting and datum": Case(
        (
            Says(
                text="Hola, soy Maria",
                meant=Meant("hola", "mixto", fields={"nombre": "maria"}),
                keys=("hola.first.1", "captura_datos_si_compra.first.1", "captura_parcial.first.1"),
                mode="collecting_data",
                due=(1, 360),
                data={"nombre": "Maria"},
            ),
        )
    ),
    "04 question in the middle": Case(
        (
            WANTS,
            Says(
                text="Jose Romero 3001234567",
                meant=Meant(
                    "datos",
                    "datos",
                    fields={k: SIX[k] for k in ("nombre", "apellido", "telefono")},
                ),
                keys=(),
                due=(1, 360),
            ),
            Waits(seconds=60, keys=(), due=(1, 300)),
            Says(
                text="¿hacen envios a Cali?",
                meant=Meant("envio", fields={"ciudad": "cali"}),
                keys=("envio.first.1", "envio.first.2"),
                mode="collecting_data",
                due=(1, 300),
                data={"nombre": "Jose", "apellido": "Romero", "telefono": "573001234567"},
            ),
        )
    ),
    "05 data and a question": Case(
        (
            WANTS,
            Says(
                text="Jose Romero, cuanto cuesta?",
                meant=Meant("precio", "mixto", fields={"nombre": "jose", "apellido": "romero"}),
                keys=("precio.first.1", "precio.first.2", "precio.first.3"),
                mode="collecting_data",
                due=(1, 360),
                data={"nombre": "Jose", "apellido": "Romero"},
            ),
        )
    ),
    "06 acknowledgement": Case(
        (
            WANTS,
            Says(
                text="ok gracias 👍",
                meant=Meant("irrelevante", "irrelevante"),
                keys=(),
                mode="collecting_data",
                due=(0, 600),
                data={},
            ),
        )
    ),
    "07 negation": Case(
        (
            WANTS,
            Says(
                text="no tengo correo",
                meant=Meant("datos", "datos", fields={"correo": "N/A"}),
                keys=(),
                data={"correo": "N/A"},
                due=(1, 360),
            ),
        )
    ),
    "08 no data, then part of them": Case(
        (
            WANTS,
            Waits(seconds=590, keys=(), due=(0, 10)),
            Waits(seconds=10, keys=("recordar_datos.first.1",), due=NO_TIMER),
            Waits(seconds=1200, keys=(), due=NO_TIMER),
            Says(
                text="soy Jose Romero",
                meant=Meant("datos", "datos", fields={"nombre": "jose", "apellido": "romero"}),
                keys=(),
                due=(1, 360),
            ),
            Waits(seconds=300, keys=(), due=(1, 60)),
            Says(
                text="mi telefono es 3001234567",
                meant=Meant("datos", "datos", fields={"telefono": "3001234567"}),
                keys=(),
                due=(1, 60),
            ),
            Waits(
                seconds=60,
                keys=("pedir_faltantes.first.1",),
                shows=("- Direccion completa", "- Barrio", "- Correo electronico"),
                hides=("Apellido", "telefono"),
                due=NO_TIMER,
            ),
            Waits(seconds=1200, keys=(), due=NO_TIMER),
        )
    ),
    "09 packs unanswered": Case(
        (
            ALL_AT_ONCE,
            Waits(
                seconds=600,
                keys=("timer_sinpack.first.1",),
                mode="pedido_sinpack",
                due=NO_TIMER,
            ),
            Waits(seconds=1200, keys=()),
        ),
        ({**TO_JOSE, **OPEN, "total": "0.00", "lines": []},),
    ),
    "09 pack unconfirmed": Case(
        (
            ALL_AT_ONCE,
            PICKS_2,
            Waits(
                seconds=600,
                keys=("timer_pendiente.first.1",),
                mode="pedido_pendiente",
                due=NO_TIMER,
            ),
        ),
        ({**TO_JOSE, **OPEN, **PACK_2X},),
    ),
    "09 confirmed after all": Case(
        (
            ALL_AT_ONCE,
            PICKS_2,
            Waits(seconds=600, keys=("timer_pendiente.first.1",)),
            CONFIRMS,
        ),
        ({**TO_JOSE, **SOLD, **PACK_2X},),
    ),
    "10 change of mind": Case(
        (
            ALL_AT_ONCE,
            PICKS_2,
            Says(
                text="mejor el de 3",
                meant=Meant("resumen_3x"),
                keys=("resumen_3x.first.1", "resumen_3x.first.2"),
                shows=("3X", "$139,900"),
                mode="resumen",
                due=(4, 600),
            ),
            Says(
                text="muestrame las promos",
                meant=Meant("ofrecer_promos"),
                keys=("ofrecer_promos.next.1",),
                shows=("$109,900",),
                mode="ofrecer_promos",
                due=(3, 600),
            ),
        )
    ),
    "11 a pack before the promotions": Case(
        (
            Says(
                text="quiero el 2x",
                meant=Meant("resumen_2x"),
                keys=(
                    "antes_promos.first.1",
                    "lista_promos.first.1",
                    "captura_datos_si_compra.first.1",
                    "captura_datos_si_compra.first.2",
                ),
                shows=("$77,900", "$109,900", "$139,900"),
                mode="collecting_data",
            ),
        )
    ),
    "11 a yes without a summary": Case(
        (
            Says(
                text="confirmo",
                meant=Meant("compra_confirmada"),
                keys=("elegir_pack.first.1",),
                mode="conversacion",
            ),
            ALL_AT_ONCE,
            Says(
                text="confirmo",
                meant=Meant("compra_confirmada"),
                shows=("1X", "2X", "3X"),
                mode="ofrecer_promos",
            ),
        )
    ),
    "12 not understood": Case(
        (
            Says(
                text="asdf qwer zxcv",
                meant=Meant("precio", confidence=30),
                shows=("asesor",),
                mode="handoff",
                due=NO_TIMER,
            ),
            Says(text="hola?", meant=Meant("hola"), keys=()),
            GivesBack(),
            Says(text="cuanto vale?", meant=Meant("precio"), shows=("$77,900",)),
        )
    ),
    "12 a person is asked for": Case(
        (
            WANTS,
            Says(
                text="quiero hablar con un asesor",
                meant=Meant("fallback"),
                shows=("asesor",),
                mode="handoff",
                due=NO_TIMER,
            ),
            Says(text="cuanto vale?", meant=Meant("precio"), keys=()),
            Waits(seconds=1200, keys=()),
            GivesBack(),
            Says(text="cuanto vale?", meant=Meant("precio"), shows=("$77,900",)),
        )
    ),
    "13 interruption": Case(
        (
            Says(
                text="Hola, cuanto vale?",
                meant=Meant("hola+precio"),
                keys=("hola.first.1", "precio.first.1", "precio.first.2"),
                reads=3,
            ),
            Says(
                text="¿y hacen envios a Medellin?",
                meant=Meant("envio"),
                keys=("envio.first.1", "envio.first.2", "precio.first.3"),
            ),
            Says(
                text="tienen registro invima?",
                meant=Meant("invima"),
                keys=("invima.first.1",),
            ),
        )
    ),
    "14 second greeting": Case(
        (
            Says(text="hola", meant=Meant("hola"), keys=("hola.first.1", "hola.first.2")),
            Says(text="hola", meant=Meant("hola"), keys=("hola.next.1",)),
            Says(text="hola", meant=Meant("hola"), keys=("hola.next.1",)),
        )
    ),
    "15 returning customer": Case(
        (
            ALL_AT_ONCE,
            PICKS_2,
            CONFIRMS,
            Waits(seconds=3 * 86400, keys=()),
            Says(
                text="hola",
                meant=Meant("hola"),
                keys=("hola.first.1", "hola.first.2"),
                mode="conversacion",
                data={
                    "nombre": "Jose",
                    "apellido": "Romero",
                    "direccion": "Carrera 10 Numero 20-30",
                    "barrio": "Chapinero",
                    "ciudad": "Bogota",
                    "departamento": "Cundinamarca",
                    "correo": "jose@example.com",
                },
            ),
            Says(
                text="quiero comprar",
                meant=Meant("captura_datos_si_compra"),
                keys=(
                    "datos_conocidos.first.1",
                    "ofrecer_promos.first.1",
                    "ofrecer_promos.first.2",
                ),
                shows=("Carrera 10 Numero 20-30",),
                mode="ofrecer_promos",
            ),
        ),
        ({**TO_JOSE, **SOLD, **PACK_2X},),
    ),
    # Our epoch overrules the specification's "coexist": who writes to the customer has the word,
    # and the agent is silent until it is given back.
    "16 a person beside the bot": Case(
        (
            Says(
                text="Hola, cuanto vale?",
                meant=Meant("hola+precio"),
                keys=("hola.first.1",),
                reads=1,
            ),
            Person(text="Hola, soy Beto, yo te ayudo", keys=()),
            Says(text="y hacen envios?", meant=Meant("envio"), keys=()),
            GivesBack(),
            Says(
                text="como se toma?",
                meant=Meant("como_se_toma"),
                shows=("30 minutos antes de dormir",),
            ),
        )
    ),
}
"""By the number and the name it has there; 17 and 18 are about WhatsApp alone."""
