"""What people change of a content, put into its stored shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from .documents import Document, TextRow


class Line(BaseModel):
    """One message of an answer, as people write it; its place among the others is its order.

    `key` keeps a message the one it was (what was said once is not said twice); none: a new one.
    """

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=10_000)]
    visit: Literal["first", "next"] = "first"
    kind: Literal["text", "image"] = "text"
    delay: float = 0.0
    key: Annotated[str, Field(max_length=80)] = ""


def rows_of(intent: str, lines: Sequence[Line], before: Sequence[TextRow]) -> list[TextRow]:
    """Return the lines of one intent as they are stored, in order, each under its key."""
    taken = {row["key"] for row in before}
    mine = {row["key"] for row in before if row["intent"] == intent}
    rows: list[TextRow] = []
    for visit in ("first", "next"):
        for order, line in enumerate((one for one in lines if one.visit == visit), start=1):
            key = line.key if line.key in mine else _new_key(f"{intent}.{visit}", taken)
            taken.add(key)
            rows.append(
                TextRow(
                    key=key,
                    intent=intent,
                    visit=line.visit,
                    order=order,
                    kind=line.kind,
                    delay=line.delay,
                    text=line.text.replace("\r\n", "\n").strip(),
                )
            )
    return rows


def _new_key(start: str, taken: set[str]) -> str:
    number = 1
    while f"{start}.{number}" in taken:
        number += 1
    return f"{start}.{number}"


def with_texts(content: Document, intent: str, rows: Sequence[TextRow]) -> list[TextRow]:
    """Return all texts with those of one intent replaced, where they stood."""
    place = next(
        (at for at, row in enumerate(content["texts"]) if row["intent"] == intent),
        len(content["texts"]),
    )
    others = [row for row in content["texts"] if row["intent"] != intent]
    return [*others[:place], *rows, *others[place:]]


def examples_in(texts: Sequence[str]) -> list[str]:
    """Return examples as they are stored: trimmed, once each, blank ones left out."""
    return list(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))
