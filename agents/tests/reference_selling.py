"""Reference conversations 1 to 9: from the first word to the order, asked, reminded, in time."""

from __future__ import annotations

from collections.abc import Mapping

from agents.tests.reference_steps import (
    ALL_AT_ONCE,
    CONFIRMS,
    NO_TIMER,
    OPEN,
    PACK_2X,
    PICKS_2,
    SIX,
    SOLD,
    TO_JOSE,
    WANTS,
    Case,
    Meant,
    Says,
    Waits,
)

SELLING: Mapping[str, Case] = {
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
}
