"""How somebody has arranged the sandbox: kept in their own sign-in, the same on every rehearsal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

PANELS = {
    "tools": _("Tools"),
    "state": _("State"),
    "intent": _("Intent"),
    "tokens": _("Tokens"),
    "ingest": _("Ingest"),
    "timers": _("Timers"),
    "trace": _("Trace"),
    "config": _("Config"),
}
MOST = 3
"""Panels that are open at once."""
SPLITS = range(35, 75, 5)
"""Percent of the width that the chat may take."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Which panels are open, from first to last, and how wide the chat is."""

    panels: tuple[str, ...] = ("tools", "state")
    split: int = 55


def layout_of(request: HttpRequest) -> Layout:
    """Return how this person left the sandbox."""
    kept = request.session.get("sandbox")
    if not isinstance(kept, dict):
        return Layout()
    panels = kept.get("panels")
    known = [name for name in panels if name in PANELS] if isinstance(panels, list) else []
    return Layout(panels=tuple(known[:MOST]), split=_step(kept.get("split")))


def keep(request: HttpRequest, layout: Layout) -> None:
    """Remember an arrangement in the sign-in."""
    request.session["sandbox"] = {"panels": list(layout.panels), "split": layout.split}


def arranged(layout: Layout, asked: Mapping[str, str]) -> Layout:
    """Return the layout after what was asked: toggle, close, up, down, order or split."""
    panels = [*layout.panels]
    for act in ("toggle", "close", "up", "down"):
        name = asked.get(act, "")
        if name in PANELS:
            panels = _changed(panels, act, name)
    if "order" in asked:
        wanted = dict.fromkeys(name for name in asked["order"].split(",") if name in PANELS)
        panels = [*wanted]
    split = _step(asked["split"]) if "split" in asked else layout.split
    return Layout(panels=tuple(panels[:MOST]), split=split)


def _changed(panels: list[str], act: str, name: str) -> list[str]:
    if name not in panels:
        return [*panels[: MOST - 1], name] if act == "toggle" else panels
    place = panels.index(name)
    panels.remove(name)
    if act in ("up", "down"):
        panels.insert(max(0, place + (1 if act == "down" else -1)), name)
    return panels


def _step(split: object) -> int:
    """Return the nearest width there is a rule for."""
    try:
        wanted = round(float(str(split)) / 5) * 5
    except (ValueError, OverflowError):
        return Layout.split
    return min(max(wanted, SPLITS[0]), SPLITS[-1])
