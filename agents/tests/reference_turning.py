"""Reference conversations 10 to 16: minds that change, people, customers who return."""

from __future__ import annotations

from collections.abc import Mapping

from agents.tests.reference_steps import (
    ALL_AT_ONCE,
    CONFIRMS,
    NO_TIMER,
    PACK_2X,
    PICKS_2,
    SOLD,
    TO_JOSE,
    WANTS,
    Case,
    GivesBack,
    Meant,
    Person,
    Says,
    Waits,
)

TURNING: Mapping[str, Case] = {
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
