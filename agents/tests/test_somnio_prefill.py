"""A customer who comes back: what the CRM knows is taken over, shown once, and can be corrected."""

from __future__ import annotations

from agents.catalogue.somnio.prefill import of_contact
from agents.tests.somnio_talk import EVERYTHING, Talk, keys, words

JOSE = {
    "name": "Jose Romero",
    "phone": "+573009998877",
    "email": "jose@example.com",
    "address": "Carrera 10 Numero 20-30, Barrio Chapinero",
    "city": "Bogota",
    "department": "Cundinamarca",
}


class KnownTalk(Talk):
    """A talk with somebody of whom the CRM knows this."""

    def __init__(self, **contact: str) -> None:
        super().__init__()
        self.contact = contact


def test_what_an_order_wrote_comes_back_as_the_same_fields():
    assert of_contact(JOSE) == {**EVERYTHING, "telefono": "573009998877"}


def test_15_all_known_the_packs_are_offered_beside_the_data_they_will_go_to():
    talk = KnownTalk(**JOSE)
    assert keys(talk.hear("hola")) == ["hola.first.1", "hola.first.2"]
    assert talk.state.mode == "conversacion"
    answer = talk.hear("captura_datos_si_compra")
    assert talk.state.mode == "ofrecer_promos"
    assert keys(answer)[0] == "datos_conocidos.first.1"
    assert "- Direccion completa: Carrera 10 Numero 20-30" in words(answer)
    assert "ofrecer_promos.first.2" in keys(answer)
    assert "datos_conocidos.first.1" not in keys(talk.hear("ofrecer_promos"))
    talk.hear("resumen_1x")
    talk.hear("compra_confirmada")
    (order,) = talk.done("crm.order.create")
    assert order.inputs["shippingPhone"] == "+573009998877"


def test_part_known_only_the_rest_is_asked_for():
    talk = KnownTalk(**{**JOSE, "email": "", "address": "Calle 1 Numero 2-3"})
    answer = talk.hear("captura_datos_si_compra")
    assert keys(answer) == [
        "datos_conocidos.first.1",
        "captura_datos_si_compra.first.1",
        "captura_parcial.first.1",
    ]
    assert words(answer).endswith("- Barrio\n- Correo electronico")
    assert talk.due == (2, 120)


def test_what_the_customer_says_wins_over_what_was_known():
    talk = KnownTalk(**JOSE)
    talk.tell(direccion="Calle 1 Numero 2-3")
    assert talk.state.data["direccion"] == "Calle 1 Numero 2-3"
    assert talk.state.data["nombre"] == "Jose"


def test_a_name_and_a_number_are_what_whatsapp_says_of_everybody():
    talk = KnownTalk(name="Marta", phone="+573009998877")
    talk.hear("captura_datos_si_compra")
    assert talk.state.data == {}
    assert talk.due == (0, 600)


def test_nicknames_are_no_names_and_the_department_is_inferred():
    contact = {"name": "💤 Martica 99", "city": "medellin", "email": "no es un correo"}
    known = of_contact(contact)
    assert "nombre" not in known
    assert (known["ciudad"], known["departamento"]) == ("Medellin", "Antioquia")


def test_data_of_the_session_are_never_overwritten():
    talk = KnownTalk()
    talk.tell(nombre="Ana")
    talk.contact = JOSE
    talk.hear("precio")
    assert talk.state.data == {"nombre": "Ana"}
