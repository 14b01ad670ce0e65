"""The texts of one intent while somebody edits them: as sent, moved about, and as a phone shows
them. Nothing here is saved."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from django.http import QueryDict

from agents.content.changing import Line
from agents.content.checking import is_address
from agents.content.documents import Document
from agents.engine.registry import AgentDefinition
from agents.engine.values import Product

VISITS = ("first", "next")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One text as a form shows it; `delay` is what was typed, also when it is no number."""

    key: str = ""
    visit: str = "first"
    kind: str = "text"
    delay: str = "0"
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Lines:
    """What the form holds."""

    rows: tuple[Row, ...]
    examples: str = ""
    revision: int | None = None

    @classmethod
    def sent(cls, post: QueryDict) -> Lines:
        """Read a form; what does not fit together is left out."""
        columns = [post.getlist(name) for name in ("key", "visit", "kind", "delay", "text")]
        rows = tuple(
            Row(key=key, visit=visit, kind=kind, delay=delay, text=text)
            for key, visit, kind, delay, text in zip(*columns, strict=False)
            if visit in VISITS
        )
        revision = post.get("revision", "")
        return cls(
            rows=rows,
            examples=post.get("examples", ""),
            revision=int(revision) if revision.isdecimal() and len(revision) < 10 else None,
        )

    @property
    def sections(self) -> list[dict[str, Any]]:
        """Return the rows of each visit with their places in the form."""
        numbered = list(enumerate(self.rows))
        return [
            {"visit": visit, "rows": [(at, row) for at, row in numbered if row.visit == visit]}
            for visit in VISITS
        ]

    def of(self, revision: int) -> Lines:
        """Return the same on top of what is there now."""
        return replace(self, revision=revision)

    def done(self, wish: str) -> Lines:
        """Return the form after a button: `add:first`, `remove:2`, `up:2` or `down:2`."""
        verb, _colon, what = wish.partition(":")
        if verb == "add" and what in VISITS:
            return replace(self, rows=(*self.rows, Row(visit=what)))
        at = int(what) if what.isdecimal() else len(self.rows)
        if at >= len(self.rows):
            return self
        if verb == "remove":
            return replace(self, rows=(*self.rows[:at], *self.rows[at + 1 :]))
        return self._moved(at, -1 if verb == "up" else 1)

    def _moved(self, at: int, step: int) -> Lines:
        """Let a row change places with its neighbour of the same visit."""
        mine = [place for place, row in enumerate(self.rows) if row.visit == self.rows[at].visit]
        other = mine.index(at) + step
        if not 0 <= other < len(mine):
            return self
        rows = list(self.rows)
        rows[at], rows[mine[other]] = rows[mine[other]], rows[at]
        return replace(self, rows=tuple(rows))

    def wanted(self) -> list[Line]:
        """Return the rows for the operation; a row without words is one that was taken away."""
        return [
            Line(
                key=row.key,
                visit=cast(Literal["first", "next"], row.visit),
                kind="image" if row.kind == "image" else "text",
                delay=_number(row.delay),
                text=row.text,
            )
            for row in self.rows
            if row.text.strip()
        ]


def lines_of(mine: Document, intent: str, revision: int) -> Lines:
    """Return an intent's texts and examples as the form shows them."""
    rows = tuple(
        Row(
            key=row["key"],
            visit=row["visit"],
            kind=row["kind"],
            delay=f"{row['delay']:g}",
            text=row["text"],
        )
        for row in mine["texts"]
        if row["intent"] == intent
    )
    examples = "\n".join(mine["examples"].get(intent, []))
    return Lines(rows=rows, examples=examples, revision=revision)


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """One message as the phone shows it. `picture` is an address the preview may name."""

    text: str
    delay: float
    picture: str = ""


def preview(
    agent: AgentDefinition, rows: Sequence[Row], products: Mapping[str, Product]
) -> list[dict[str, Any]]:
    """Return both visits as a customer would read them."""
    return [
        {"visit": visit, "bubbles": bubbles}
        for visit in VISITS
        if (bubbles := [_bubble(agent, row, products) for row in rows
                        if row.visit == visit and row.text.strip()])
    ]  # fmt: skip


def _bubble(agent: AgentDefinition, row: Row, products: Mapping[str, Product]) -> Bubble:
    text, picture = row.text, ""
    if row.kind == "image":
        picture, _bar, text = row.text.partition("|")
        picture = picture.strip() if is_address(picture.strip()) else ""
    delay = _number(row.delay)
    return Bubble(
        text=agent.editing.sample(text.strip(), products),
        delay=delay if math.isfinite(delay) else 0,
        picture=picture,
    )


def _number(typed: str) -> float:
    """Return what was typed as seconds; not a number when it is none, which is refused later."""
    try:
        return float(typed.strip().replace(",", ".") or 0)
    except ValueError:
        return math.nan
