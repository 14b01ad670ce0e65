"""What was asked of a benchmark on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Options:
    """The same for all benchmarks; each takes what concerns it."""

    quick: bool = False
    """As small as possible: does it run at all?"""
    seconds: float = 15.0
    """How long one measurement lasts."""
    sizes: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    """Messages in the database, for `inbox`."""
    only: str = ""
    """The one variant to measure whose name contains this."""
    statuses: bool = False
    """`messages`: the provider sends three statuses for each bubble."""
    profile: Path | None = None
    """Folder in which every process leaves what its CPU time was spent on."""
    statements: Path | None = None
    """`messages`: folder for what is said to PostgreSQL, counted and in order."""
