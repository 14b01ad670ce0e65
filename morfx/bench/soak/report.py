"""The judgement: one line for each thing that was promised, and the figures."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass, field
from typing import Any

SHOWN = 5
"""Examples of what is wrong that a line tells."""


@dataclass
class Line:
    """One promise: whether it was kept, how that shows, and what speaks against it."""

    promise: str
    kept: bool
    detail: str = ""
    wrong: list[str] = field(default_factory=list)


def line(promise: str, wrong: list[str], detail: str = "") -> Line:
    """Return a line that is kept when nothing is wrong."""
    return Line(promise, not wrong, detail, wrong)


@dataclass
class Report:
    """All lines and figures of a soak."""

    lines: list[Line] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        """Tell whether every promise was."""
        return all(one.kept for one in self.lines)

    def as_json(self) -> dict[str, Any]:
        """Return it as `--json` writes it."""
        lines = [{**asdict(one), "wrong": one.wrong[:100]} for one in self.lines]
        return {"benchmark": "soak", "kept": self.kept, "lines": lines, "figures": self.figures}

    def print(self) -> None:
        """Print it for people."""
        say("\nFigures")
        for name, value in self.figures.items():
            say(f"  {name:<44} {shown(value)}")
        say("\nJudgement")
        for one in self.lines:
            say(f"  {'PASS' if one.kept else 'FAIL'}  {one.promise}")
            if one.detail:
                say(f"        {one.detail}")
            for what in one.wrong[:SHOWN]:
                say(f"        - {what}")
            if len(one.wrong) > SHOWN:
                say(f"        … and {len(one.wrong) - SHOWN} more")


def shown(value: Any) -> str:
    """Return a figure for people."""
    if isinstance(value, dict):
        ordered = sorted(value.items(), key=lambda item: -item[1])
        return ", ".join(f"{name} {shown(number)}" for name, number in ordered) or "none"
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def say(sentence: str) -> None:
    """Print a line at once."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()
