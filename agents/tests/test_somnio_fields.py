"""Reading a customer's data out of what a customer writes."""

from __future__ import annotations

import pytest

from agents.catalogue.somnio.addresses import normalise_address
from agents.catalogue.somnio.contacts import normalise_phone
from agents.catalogue.somnio.fields import (
    ALL,
    CRITICAL,
    LABELS,
    MINIMUM,
    NOT_GIVEN,
    complete,
    extract,
    missing,
)
from agents.catalogue.somnio.names import normalise_name
from agents.catalogue.somnio.places import department_of, normalise_city

FULL = "Jose Romero 3001234567 cra 10 # 20-30 Bogota"


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("300 123 4567", "573001234567"),
        ("573001234567", "573001234567"),
        ("+57 (300) 123-4567", "573001234567"),
        ("57300123456", "57300123456"),
        ("6014567890", "6014567890"),
        ("2345678", "2345678"),
        ("+1 786 555 1234", "17865551234"),
        ("0034 612 345 678", "34612345678"),
        ("+352 271 2345", "+3522712345"),
        ("12345", "12345"),
    ],
)
def test_a_telephone_number_is_stored_in_digits(written: str, stored: str) -> None:
    assert normalise_phone(written) == stored


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("cra 10 # 20-30", "Carrera 10 Numero 20-30"),
        ("Calle 45 No. 12-34", "Calle 45 Numero 12-34"),
        ("cll 45 no 12 - 34 apto 301", "Calle 45 Numero 12-34 Apartamento 301"),
        ("KR 7 NRO 8-22 ED. GIRASOL OF 201", "Carrera 7 Numero 8-22 Edificio Girasol Oficina 201"),
        ("av 6n #23-50 loc 1", "Avenida 6N Numero 23-50 Local 1"),
        ("dg 5 bis num 7-21 sur", "Diagonal 5 Bis Numero 7-21 Sur"),
        ("tv. 93 # 34-99", "Transversal 93 Numero 34-99"),
        ("cra10 #20-30", "Carrera 10 Numero 20-30"),
        ("mz 5 cs 10 calle 8 norte", "Manzana 5 Casa 10 Calle 8 Norte"),
    ],
)
def test_an_address_is_written_one_way(written: str, stored: str) -> None:
    assert normalise_address(written) == stored


@pytest.mark.parametrize(
    ("written", "city", "department"),
    [
        ("bta", "Bogota", "Cundinamarca"),
        ("BTÁ", "Bogota", "Cundinamarca"),
        ("mdlln", "Medellin", "Antioquia"),
        ("b/quilla", "Barranquilla", "Atlantico"),
        ("ctg", "Cartagena", "Bolivar"),
        ("bmanga", "Bucaramanga", "Santander"),
        ("villavo", "Villavicencio", "Meta"),
        ("itagüí", "Itagui", "Antioquia"),
        ("medelin", "Medellin", "Antioquia"),
        ("armenia", "Armenia", "Quindio"),
        ("florencia", "Florencia", "Caqueta"),
        ("villa de leyva", "Villa de Leyva", "Boyaca"),
        ("san josé del guaviare", "San Jose del Guaviare", "Guaviare"),
        ("buenavista", "Buenavista", ""),
        ("pueblo desconocido de la sierra", "Pueblo Desconocido de la Sierra", ""),
    ],
)
def test_a_city_has_one_spelling_and_a_department(written: str, city: str, department: str) -> None:
    assert normalise_city(written) == city
    assert department_of(written) == department


def test_names_keep_their_particles_small() -> None:
    assert normalise_name("MARIA DE LOS ANGELES") == "Maria de los Angeles"
    assert normalise_name("DE LA CRUZ") == "de la Cruz"


@pytest.mark.parametrize("asked", [True, False])
def test_the_reference_message_gives_six_fields(asked: bool) -> None:
    assert extract(FULL, {}, asked) == {
        "nombre": "Jose",
        "apellido": "Romero",
        "telefono": "573001234567",
        "direccion": "Carrera 10 Numero 20-30",
        "ciudad": "Bogota",
        "departamento": "Cundinamarca",
    }


def test_a_form_is_read_line_by_line() -> None:
    text = (
        "Nombre: Luz\nApellido: Hoyos\nTeléfono:\n312 888 9999\nDirección completa: Cl 11 # 4-56\n"
        "Barrio: La Floresta\nDepartamento: Cauca\nCiudad: Popayán\nCorreo electrónico: no tengo\n"
        "Indicaciones: dejar en portería"
    )
    assert extract(text, {}, True) == {
        "nombre": "Luz",
        "apellido": "Hoyos",
        "telefono": "573128889999",
        "direccion": "Calle 11 Numero 4-56",
        "barrio": "La Floresta",
        "departamento": "Cauca",
        "ciudad": "Popayan",
        "correo": NOT_GIVEN,
        "indicaciones_extra": "Dejar en portería",
    }


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("no tengo correo", {"correo": NOT_GIVEN}),
        ("sin correo", {"correo": NOT_GIVEN}),
        ("no uso email", {"correo": NOT_GIVEN}),
        ("no se el barrio", {"barrio": NOT_GIVEN}),
        ("no recuerdo el barrio", {"barrio": NOT_GIVEN}),
        ("prefiero no dar mi telefono", {"telefono": NOT_GIVEN}),
        ("no tengo correo ni barrio", {"correo": NOT_GIVEN, "barrio": NOT_GIVEN}),
        ("no tengo dudas", {}),
        ("no tengo direccion exacta", {}),
    ],
)
def test_a_refusal_is_an_answer(text: str, fields: dict[str, str]) -> None:
    assert extract(text, {}, True) == fields


def test_a_bare_refusal_belongs_to_the_one_field_still_open() -> None:
    assert extract("no recuerdo", {"correo": "a@b.co"}, True) == {"barrio": NOT_GIVEN}
    assert extract("no recuerdo", {}, True) == {}
    assert extract("no recuerdo", {"correo": "a@b.co"}, False) == {}


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "¿hacen envios a Cali?",
        "hacen envíos a Cali",
        "cuanto se demora a Pasto",
        "tienen tienda en Bucaramanga?",
        "quiero comprar",
        "si confirmo",
        "buenas tardes",
        "Hola Carolina",
        "ok gracias 👍",
        "soy diabetica puedo tomarlo?",
        "mi hijo Juan lo puede tomar?",
        "quiero dos frascos",
        "en mi casa",
    ],
)
def test_what_is_no_datum_gives_no_field(text: str, asked: bool) -> None:
    assert extract(text, {}, asked) == {}


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("mi nombre es Ana María de la Cruz Pérez", "Ana María", "de la Cruz Pérez"),
        ("me llamo yurleidis pushaina", "Yurleidis", "Pushaina"),
        ("a nombre de PEDRO PABLO GOMEZ LOPEZ", "Pedro Pablo", "Gomez Lopez"),
        ("soy Maria del Carmen Lopez", "Maria del Carmen", "Lopez"),
        ("jose romero", "Jose", "Romero"),
    ],
)
def test_a_name_is_parted(text: str, first: str, last: str) -> None:
    assert extract(text, {}, True) == {"nombre": first, "apellido": last}


def test_a_surname_completes_a_known_name() -> None:
    assert extract("Romero", {"nombre": "Jose"}, True) == {"apellido": "Romero"}


def test_a_given_department_outweighs_the_inferred_one() -> None:
    fields = extract("vivo en Rionegro Santander", {}, True)
    assert (fields["ciudad"], fields["departamento"]) == ("Rionegro", "Santander")


def test_what_is_missing_is_told_in_order() -> None:
    data = {"nombre": "Jose", "telefono": NOT_GIVEN, "ciudad": "Cali", "correo": NOT_GIVEN}
    assert missing(data) == ("apellido", "telefono", "direccion", "departamento", "barrio")
    assert missing(data, CRITICAL) == ("telefono", "direccion", "departamento")
    assert set(MINIMUM) < set(ALL) <= set(LABELS)


def test_complete_takes_five_critical_and_three_more() -> None:
    data = dict.fromkeys(CRITICAL, "x") | {"apellido": "x", "barrio": NOT_GIVEN}
    assert not complete(data)
    assert complete(data | {"correo": NOT_GIVEN})
    assert not complete(data | {"correo": "x", "telefono": NOT_GIVEN})
