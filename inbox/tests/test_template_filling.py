"""Filling templates in: whatever is typed, no customer reads a placeholder or half a text."""

from __future__ import annotations

from typing import Any

from django.test import SimpleTestCase
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inbox.providers.template_filling import UNFILLED, Filled, Unfilled, fill, preview
from inbox.providers.templates import (
    BODY_LIMIT,
    HEADER_LIMIT,
    Shape,
    read_definition,
    read_shape,
)


def shape(*components: dict[str, Any], category: str = "UTILITY", named: bool = False) -> Shape:
    """Return a template's shape from its components."""
    kind = "NAMED" if named else "POSITIONAL"
    return read_shape(components, category=category, parameter_format=kind)


def body(text: str) -> dict[str, Any]:
    return {"type": "BODY", "text": text}


def buttons(*listed: dict[str, Any]) -> dict[str, Any]:
    return {"type": "BUTTONS", "buttons": list(listed)}


ORDER = shape(
    {"type": "HEADER", "format": "TEXT", "text": "Pedido {{1}}"},
    body("Hola {{1}}, tu pedido de {{2}} va en camino, {{1}}."),
    {"type": "FOOTER", "text": "Café Lucía"},
    buttons(
        {"type": "QUICK_REPLY", "text": "Gracias"},
        {"type": "URL", "text": "Seguirlo", "url": "https://cafe.co/p/{{1}}"},
        {"type": "URL", "text": "La tienda", "url": "https://cafe.co"},
        {"type": "PHONE_NUMBER", "text": "Llamar", "phone_number": "+57311"},
    ),
)
GIVEN = {"header.1": "A-7", "1": "Marta", "2": "2 libras", "button.1": "a7"}


class FillingTest(SimpleTestCase):
    def refused(self, of: Shape, params: dict[str, str]) -> dict[str, str]:
        with self.assertRaises(Unfilled) as caught:
            fill(of, params)
        return caught.exception.problems

    def test_numbered_variables_go_where_they_belong(self):
        filled = fill(ORDER, GIVEN)
        self.assertEqual(
            filled.text,
            "Pedido A-7\n\nHola Marta, tu pedido de 2 libras va en camino, Marta.\n\nCafé Lucía",
        )
        text = {"type": "text"}
        self.assertEqual(
            filled.components,
            [
                {"type": "header", "parameters": [{**text, "text": "A-7"}]},
                {"type": "body", "parameters": [{**text, "text": "Marta"},
                                                {**text, "text": "2 libras"}]},
                {"type": "button", "sub_type": "url", "index": "1",
                 "parameters": [{**text, "text": "a7"}]},
            ],
        )  # fmt: skip
        self.assertEqual(filled.buttons[1]["url"], "https://cafe.co/p/a7")

    def test_ten_variables_keep_their_order(self):
        words = " ".join(f"{{{{{n}}}}}" for n in (10, 2, 1, 3, 4, 5, 6, 7, 8, 9))
        filled = fill(shape(body(words)), {str(n): f"v{n}" for n in range(1, 11)})
        sent = [parameter["text"] for parameter in filled.components[0]["parameters"]]
        self.assertEqual(sent, [f"v{n}" for n in range(1, 11)])
        self.assertTrue(filled.body.startswith("v10 v2 v1"))

    def test_named_variables_carry_their_names(self):
        of = shape(
            {"type": "HEADER", "format": "TEXT", "text": "Hola {{nombre}}"},
            body("{{nombre}}, son {{total}}."),
            named=True,
        )
        self.assertEqual([variable.key for variable in of.variables], ["nombre", "total"])
        filled = fill(of, {"nombre": "Marta", "total": "$20.000"})
        self.assertEqual(filled.text, "Hola Marta\n\nMarta, son $20.000.")
        names = [p["parameter_name"] for c in filled.components for p in c["parameters"]]
        self.assertEqual(names, ["nombre", "nombre", "total"])

    def test_media_headers_need_an_address(self):
        for kind in ("image", "video", "document"):
            with self.subTest(kind):
                of = shape({"type": "HEADER", "format": kind.upper()}, body("Mira."))
                self.assertIn(f"header.{kind}", self.refused(of, {}))
                self.assertIn("web address", self.refused(of, {f"header.{kind}": "foto"})[
                    f"header.{kind}"])  # fmt: skip
                link = f"https://cafe.co/lista.{kind}"
                parameter = fill(of, {f"header.{kind}": link}).components[0]["parameters"][0]
                self.assertEqual((parameter["type"], parameter[kind]["link"]), (kind, link))

    def test_a_place_is_four_values(self):
        of = shape({"type": "HEADER", "format": "LOCATION"}, body("Aquí."))
        place = {"header.latitude": "4.6", "header.longitude": "-74.1",
                 "header.name": "Café Lucía", "header.address": "Cra 10"}  # fmt: skip
        sent = fill(of, place).components[0]["parameters"][0]
        self.assertEqual(sent["location"]["longitude"], "-74.1")
        for wrong in ("norte", "91", "nan"):
            self.assertIn("header.latitude", self.refused(of, {**place, "header.latitude": wrong}))

    def test_a_code_is_repeated_on_its_button(self):
        otp = {"type": "URL", "text": "Copiar", "url": "https://w.co/otp?code=otp{{1}}"}
        of = shape(body("*{{1}}* es tu código."), buttons(otp), category="AUTHENTICATION")
        self.assertEqual([variable.key for variable in of.variables], ["1"])
        filled = fill(of, {"1": "4711"})
        self.assertEqual([c["parameters"][0]["text"] for c in filled.components], ["4711", "4711"])
        self.assertIn("1", self.refused(of, {"1": "x" * 16}))

    def test_an_authentication_template_without_words_has_whatsapps(self):
        of = shape({"type": "BODY"}, buttons({"type": "OTP", "text": "Copy"}),
                   category="AUTHENTICATION")  # fmt: skip
        self.assertEqual(fill(of, {"1": "4711"}).text, "4711 is your verification code.")

    def test_a_code_to_copy(self):
        of = shape(body("Hoy."), buttons({"type": "COPY_CODE", "text": "Copiar"}))
        sent = fill(of, {"button.0": "VERANO25"}).components[0]
        self.assertEqual(sent["sub_type"], "copy_code")
        self.assertEqual(sent["parameters"], [{"type": "coupon_code", "coupon_code": "VERANO25"}])

    def test_what_is_missing_is_named(self):
        problems = self.refused(ORDER, {"1": "Marta", "2": "  "})
        self.assertEqual(set(problems), {"header.1", "2", "button.1"})
        self.assertIn("{{2}}", problems["2"])
        self.assertIn("Seguirlo", problems["button.1"])

    def test_what_whatsapp_refuses_in_a_value_is_refused_here(self):
        for wrong in ("uno\ndos", "uno\tdos", "uno     dos", "{{1}}", "{{ nombre }}", "x" * 1025):
            with self.subTest(wrong[:12]):
                self.assertEqual(list(self.refused(ORDER, {**GIVEN, "2": wrong})), ["2"])
        self.assertIn("button.1", self.refused(ORDER, {**GIVEN, "button.1": "a 7"}))
        self.assertIn("3", self.refused(ORDER, {**GIVEN, "3": "de más"}))

    def test_a_filled_text_that_is_too_long_blames_the_longest_value(self):
        problems = self.refused(ORDER, {**GIVEN, "2": "x" * 1000})
        self.assertIn("1024", problems["2"])
        self.assertIn("60", self.refused(ORDER, {**GIVEN, "header.1": "x" * 59})["header.1"])

    def test_braces_around_a_variable_cannot_make_a_placeholder(self):
        self.assertEqual(list(self.refused(shape(body("a {{{1}}} b {{2}}")),
                                           {"1": "{x}", "2": "y"})), ["1"])  # fmt: skip

    def test_parts_we_do_not_know_are_named_and_never_crash(self):
        strange: list[dict[str, Any]] = [
            {"type": "HOLOGRAM", "text": "3D"}, {"type": 7}, {}, {"type": "BUTTONS", "buttons": 3},
            {"type": "BODY", "text": None}, {"type": "HEADER", "format": "PRODUCT"},
            {"type": "CAROUSEL", "cards": [{"components": [body("{{1}}")]}]},
        ]  # fmt: skip
        of = shape(*strange)
        self.assertIn("HOLOGRAM", of.unknown)
        self.assertEqual(set(of.unsendable), {"HEADER PRODUCT", "CAROUSEL"})

    def test_a_preview_keeps_what_is_not_filled_in_yet(self):
        self.assertIn("Hola Marta, tu pedido de {{2}}", preview(ORDER, {"1": "Marta"}).text)


class DefinitionTest(SimpleTestCase):
    def test_the_dialects_read_alike(self):
        meta = {"id": "9", "name": "hola", "language": "es", "status": "APPROVED",
                "category": "MARKETING", "quality_score": {"score": "GREEN", "date": 1},
                "rejected_reason": "NONE", "parameter_format": "NAMED"}  # fmt: skip
        dialog = {"external_id": "9", "id": "x1", "name": "hola", "language": "es",
                  "status": "approved", "category": "marketing", "quality_score": "green",
                  "rejected_reason": "none", "parameter_format": "named"}  # fmt: skip
        self.assertEqual(read_definition(meta), read_definition(dialog))

    def test_statuses_we_do_not_know_are_kept(self):
        for status in ("IN_APPEAL", "LIMIT_EXCEEDED", "ARCHIVED", "SOMETHING_NEW"):
            raw = {"name": "hola", "language": "es", "status": status}
            self.assertEqual(read_definition(raw).status, status)

    def test_without_a_name_it_is_no_template(self):
        for raw in ({}, {"name": "hola"}, {"name": 3.5, "language": "es"}, {"name": "x" * 600}):
            with self.assertRaises(ValueError):
                read_definition(raw)


VALUES = st.one_of(
    st.text(max_size=1200),
    st.sampled_from(["{{1}}", "{{", "}}", "{1}", "1}}", "{{nombre", "\\1", "\\g<0>", "Marta", " "]),
    st.text(alphabet="{}12nombre ", max_size=20),
)
NUMBERS, NAMES = ("1", "2", "3", "header.1"), ("nombre", "total", "otra_1")
NUMBERED = "Hola {{1}}{{2}} {{{3}} y {{1}}}"
NAMED = "Hola {{nombre}}{{total}} {{{otra_1}} y {{nombre}}}"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "text", "format", "buttons", "url", "example", "body_text"]),
            inner | st.sampled_from(["BODY", "HEADER", "TEXT", "BUTTONS", "URL", "{{1}}", "{{a}}"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


class EveryTextTest(SimpleTestCase):
    """Properties: for any text, filled in whole or refused with the variable's name."""

    def outcome(self, of: Shape, params: dict[str, str]) -> tuple[Filled | None, dict[str, str]]:
        """Return the filled template, or what is wrong with the values."""
        try:
            return fill(of, params), {}
        except Unfilled as fault:
            return None, fault.problems

    def check(self, of: Shape, params: dict[str, str]) -> None:
        filled, problems = self.outcome(of, params)
        assert (filled is None) == bool(problems)
        assert set(problems) <= set(params) | {v.key for v in of.variables}
        assert all(problems.values())
        if filled is None:
            return
        assert not UNFILLED.search(filled.text)
        assert len(filled.body) <= BODY_LIMIT
        assert len(filled.header) <= HEADER_LIMIT
        for component in filled.components:
            for parameter in component["parameters"]:
                value = parameter["text"]
                assert value.strip() == value != ""
                assert value in {given.strip() for given in params.values()}

    @settings(max_examples=300, deadline=None)
    @example({"header.1": "{{", "1": "}}", "2": "0", "3": "0"})
    @example({"header.1": "7", "1": "{", "2": "{1}}", "3": "0"})
    @given(st.fixed_dictionaries({}, optional=dict.fromkeys(NUMBERS, VALUES)))
    def test_numbered(self, params: dict[str, str]) -> None:
        header = {"type": "HEADER", "format": "TEXT", "text": "Pedido {{1}}"}
        self.check(shape(header, body(NUMBERED)), params)

    @settings(max_examples=300, deadline=None)
    @given(st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, VALUES)))
    def test_named(self, params: dict[str, str]) -> None:
        header = {"type": "HEADER", "format": "TEXT", "text": "Para {{nombre}}"}
        self.check(shape(header, body(NAMED), named=True), params)

    @settings(max_examples=300, deadline=None)
    @given(st.lists(st.dictionaries(st.text(max_size=8), JSON, max_size=3) | JSON, max_size=5),
           st.sampled_from(["", "NAMED", "POSITIONAL", "NEW"]))  # fmt: skip
    def test_any_definition_is_read(self, components: list[Any], kind: str) -> None:
        raw = {"name": "a", "language": "es", "components": components, "parameter_format": kind}
        found = read_definition(raw)
        of = read_shape(found.components, category="UTILITY", parameter_format=kind)
        given_all = {variable.key: "1" for variable in of.variables}
        preview(of, {})
        filled, problems = self.outcome(of, given_all)
        assert problems or filled
