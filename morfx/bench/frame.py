"""What a benchmark hands back: figures with their targets, and notes."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured number. `least` or `most` is its target, where it has one."""

    name: str
    value: float
    unit: str = ""
    least: float | None = None
    most: float | None = None
    spread: tuple[float, float] | None = None
    """The lowest and the highest of several rounds; `value` is their median."""

    @property
    def met(self) -> bool | None:
        """Tell whether the target is reached; None without one."""
        if self.least is not None:
            return self.value >= self.least
        if self.most is not None:
            return self.value < self.most
        return None

    @property
    def target(self) -> str:
        """Return the target in words; empty without one."""
        if self.least is not None:
            return f">= {self.least:g}"
        return f"< {self.most:g}" if self.most is not None else ""

    def as_json(self) -> dict[str, Any]:
        """Return the figure as `--json` writes it."""
        return {
            "name": self.name,
            "value": None if math.isnan(self.value) else round(self.value, 4),
            "unit": self.unit,
            "target": self.target,
            "met": self.met,
            "spread": [round(end, 4) for end in self.spread] if self.spread else None,
        }


@dataclass
class Report:
    """What one benchmark found."""

    name: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str = "", **more: Any) -> None:
        """Add a figure."""
        self.figures.append(Figure(name=name, value=value, unit=unit, **more))

    def rounds(self, name: str, values: Sequence[float], unit: str = "", **more: Any) -> None:
        """Add a figure measured several times: its median, and how far the rounds lie apart."""
        spread = (min(values), max(values))
        self.add(name, statistics.median(values), unit, spread=spread, **more)

    def times(
        self,
        name: str,
        seconds: Sequence[float],
        *,
        most: float | None = None,
        most_p50: float | None = None,
    ) -> None:
        """Add p50 and p99 of durations, in ms; `most` is the target of p99."""
        self.add(f"{name} p50", percentile(seconds, 50) * 1000, "ms", most=most_p50)
        self.add(f"{name} p99", percentile(seconds, 99) * 1000, "ms", most=most)

    def note(self, sentence: str) -> None:
        """Add a sentence below the table."""
        self.notes.append(sentence)

    def as_json(self) -> dict[str, Any]:
        """Return the report as `--json` writes it."""
        figures = [figure.as_json() for figure in self.figures]
        return {"benchmark": self.name, "figures": figures, "notes": self.notes}


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value below which `percent` of the values lie; nan when there are none."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
