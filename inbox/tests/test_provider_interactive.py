"""Buttons and lists within WhatsApp's limits."""

import pytest

from inbox.providers.interactive import Row, Section, TooMuch, buttons, rows


def test_buttons_in_metas_shape():
    assert buttons("¿Cuál?", [("1x", "1 frasco"), ("2x", "2 frascos")], footer="envío gratis") == {
        "type": "button",
        "body": {"text": "¿Cuál?"},
        "footer": {"text": "envío gratis"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "1x", "title": "1 frasco"}},
                {"type": "reply", "reply": {"id": "2x", "title": "2 frascos"}},
            ]
        },
    }


def test_a_list_in_metas_shape():
    built = rows(
        "¿A dónde?", "Ciudades", [Section(rows=[Row(id="c", title="Cali", description="Valle")])]
    )
    assert built["action"] == {
        "button": "Ciudades",
        "sections": [{"rows": [{"id": "c", "title": "Cali", "description": "Valle"}]}],
    }


@pytest.mark.parametrize(
    ("build", "part"),
    [
        (lambda: buttons("x", [(str(n), "t") for n in range(4)]), "buttons"),
        (lambda: buttons("x", []), "buttons"),
        (lambda: buttons("x", [("1", "t" * 21)]), "button title"),
        (lambda: buttons("x" * 1025, [("1", "t")]), "body"),
        (lambda: buttons("x", [("1", "t")], header="h" * 61), "header"),
        (lambda: rows("x", "b", [Section(rows=[Row(id="1", title="t")] * 11)]), "rows"),
        (lambda: rows("x", "b", [Section(rows=[Row(id="1", title="t")])] * 2), "section title"),
        (lambda: rows("x", "b", [Section(rows=[Row(id="1", title="t" * 25)])]), "row title"),
        (
            lambda: rows("x", "b", [Section(rows=[Row(id="1", title="t", description="d" * 73)])]),
            "row description",
        ),
    ],
)
def test_past_a_limit_it_says_which(build, part):
    with pytest.raises(TooMuch) as caught:
        build()
    assert caught.value.part == part
