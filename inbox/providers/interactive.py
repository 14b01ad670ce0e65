"""Reply buttons and lists in Meta's shape, checked against its limits before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BODY_LIMIT = 1024
HEADER_LIMIT = FOOTER_LIMIT = 60
BUTTONS_LIMIT, BUTTON_TITLE_LIMIT, BUTTON_ID_LIMIT = 3, 20, 256
ROWS_LIMIT, SECTIONS_LIMIT = 10, 10
ROW_TITLE_LIMIT, ROW_DESCRIPTION_LIMIT, ROW_ID_LIMIT = 24, 72, 200


class TooMuch(ValueError):
    """A part is empty or longer than WhatsApp takes. `part` names it, `limit` is the limit."""

    def __init__(self, part: str, limit: int) -> None:
        super().__init__(f"{part}: 1 to {limit}")
        self.part = part
        self.limit = limit


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a list."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """Some lines of a list under a title; the title may be empty in a list of one section."""

    title: str = ""
    rows: Sequence[Row] = ()


def buttons(
    body: str, choices: Sequence[tuple[str, str]], *, header: str = "", footer: str = ""
) -> dict[str, object]:
    """Build up to three reply buttons of (id, title). Raise `TooMuch` past a limit."""
    _fits("buttons", len(choices), BUTTONS_LIMIT)
    for key, title in choices:
        _fits("button id", len(key), BUTTON_ID_LIMIT)
        _fits("button title", len(title), BUTTON_TITLE_LIMIT)
    replies = [{"type": "reply", "reply": {"id": key, "title": title}} for key, title in choices]
    return {"type": "button", **_frame(body, header, footer), "action": {"buttons": replies}}


def rows(
    body: str, button: str, sections: Sequence[Section], *, header: str = "", footer: str = ""
) -> dict[str, object]:
    """Build a list behind a button: at most ten rows in all. Raise `TooMuch` past a limit."""
    _fits("list button", len(button), BUTTON_TITLE_LIMIT)
    _fits("sections", len(sections), SECTIONS_LIMIT)
    _fits("rows", sum(len(section.rows) for section in sections), ROWS_LIMIT)
    shown = [_section(section, titled=len(sections) > 1) for section in sections]
    action = {"button": button, "sections": shown}
    return {"type": "list", **_frame(body, header, footer), "action": action}


def _section(section: Section, *, titled: bool) -> dict[str, object]:
    """Build one section; several sections need a title each."""
    if titled or section.title:
        _fits("section title", len(section.title), ROW_TITLE_LIMIT)
    _fits("rows of a section", len(section.rows), ROWS_LIMIT)
    shown = []
    for row in section.rows:
        _fits("row id", len(row.id), ROW_ID_LIMIT)
        _fits("row title", len(row.title), ROW_TITLE_LIMIT)
        line = {"id": row.id, "title": row.title}
        if row.description:
            _fits("row description", len(row.description), ROW_DESCRIPTION_LIMIT)
            line["description"] = row.description
        shown.append(line)
    return {"title": section.title, "rows": shown} if section.title else {"rows": shown}


def _frame(body: str, header: str, footer: str) -> dict[str, object]:
    """Build what stands around the choices."""
    _fits("body", len(body), BODY_LIMIT)
    frame: dict[str, object] = {"body": {"text": body}}
    if header:
        _fits("header", len(header), HEADER_LIMIT)
        frame["header"] = {"type": "text", "text": header}
    if footer:
        _fits("footer", len(footer), FOOTER_LIMIT)
        frame["footer"] = {"text": footer}
    return frame


def _fits(part: str, length: int, limit: int) -> None:
    if not 1 <= length <= limit:
        raise TooMuch(part, limit)
