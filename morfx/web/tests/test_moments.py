"""Moments in lists: an hour today, a date before, the whole of it when pointed at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # noon in Bogotá


@pytest.mark.parametrize(
    ("ago", "shown"),
    [
        (timedelta(hours=2), "10:00"),
        (timedelta(hours=13), "19 Nov"),  # yesterday in Bogotá, today in Greenwich
        (timedelta(days=400), "10/16/2025"),
    ],
)
def test_it_shows_what_is_short_and_tells_the_whole(
    monkeypatch: pytest.MonkeyPatch, ago: timedelta, shown: str
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    with timezone.override("America/Bogota"), translation.override("en-us"):
        template = Template("{% load moments %}{{ at|moment }}")
        html = template.render(Context({"at": NOON - ago}))
        local = timezone.localtime(NOON - ago)
    assert f">{shown}</time>" in html
    assert f'datetime="{local.isoformat()}"' in html
    assert str(local.year) in html.partition("title=")[2]


def test_nothing_is_shown_for_no_moment() -> None:
    assert Template("{% load moments %}{{ at|moment }}").render(Context({"at": None})) == ""
