"""Sentences kept in English are read in the reader's language."""

from __future__ import annotations

from django.utils.translation import override

from morfx.web import sentences


def test_values_stay_and_the_rest_is_translated() -> None:
    kept = "The timer of level 3 has run out."
    with override("es"):
        assert sentences.read(kept) == "Se cumplió el tiempo del nivel 3."
    with override("en"):
        assert sentences.read(kept) == kept


def test_a_reason_inside_a_reason() -> None:
    with override("es"):
        assert sentences.read("precio.1 was held back and is dropped: people take over.") == (
            "precio.1 estaba en espera y se descarta: sigue una persona."
        )


def test_what_nobody_declared_stays() -> None:
    with override("es"):
        for text in ("", "Call me at 3 (100 %).", "Saved.", "The timer of level"):
            assert sentences.read(text) == text
