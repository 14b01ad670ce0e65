"""Initials of names as people really write them."""

from __future__ import annotations

import pytest

from morfx.web.initials import HUES, graphemes, hue, initials

NAMES = {
    "Marta Gómez": "MG",
    "marta": "MA",
    "José María de la Cruz": "JM",
    "Jose\u0301": "JO",
    "e\u0301lodie": "ÉL",
    "Ana-Lucía": "AL",
    "🌸 Marta": "MA",
    "🌸Marta Ruiz🌸": "MR",
    "🌸": "🌸",
    "👩🏽‍🚀 ✨": "👩🏽‍🚀",
    "👨‍👩‍👧‍👦": "👨‍👩‍👧‍👦",
    "🇨🇴 🇲🇽": "🇨🇴",
    "❤️": "❤️",
    "\u200bMarta\u200b \u2060Ruiz": "MR",
    "\u202eMarta": "MA",
    "محمد علي": "مع",
    "דוד": "דו",
    "李小龙": "李小",
    "कि रण": "किर",
    "ßen": "SE",
    "7-Eleven": "7E",
    "+57 300 123 4567": "",
    "573001234567": "",
    "": "",
    "   ": "",
    "...": "",
    "\u200d\u200d": "",
    "\u0301": "",
}


@pytest.mark.parametrize(("name", "shown"), NAMES.items())
def test_names(name: str, shown: str) -> None:
    assert initials(name) == shown


def test_an_endless_pile_of_accents_is_cut() -> None:
    assert len(initials("Z" + "\u0301" * 500)) < 20


def test_nothing_visible_is_lost_between_clusters() -> None:
    assert list(graphemes("a🇨🇴b🇨🇴🇲🇽")) == ["a", "🇨🇴", "b", "🇨🇴", "🇲🇽"]


def test_a_colour_stays_and_is_one_of_ours() -> None:
    assert hue("019a") == hue("019a")
    assert {hue(number) for number in range(200)} == set(range(HUES))
