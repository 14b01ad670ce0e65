"""Reads gettext's .po files, so that tests need no package for it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

_LINE = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d+)\])? )?(".*")')


@dataclass
class Entry:
    """One message. `strings` are its translations by plural form; a single one is form 0."""

    context: str | None = None
    msgid: str = ""
    plural: str | None = None
    strings: dict[int, str] = field(default_factory=dict)
    fuzzy: bool = False

    @property
    def key(self) -> tuple[str | None, str]:
        """Return what gettext looks the message up by."""
        return self.context, self.msgid


def read(path: Path) -> list[Entry]:
    """Return a file's messages without its header. Obsolete ones (`#~`) do not count."""
    blocks = re.split(r"\n{2,}", path.read_text(encoding="utf-8"))
    entries = [_entry(block) for block in blocks if re.search("^msgid ", block, re.MULTILINE)]
    return [entry for entry in entries if entry.msgid]


def _entry(block: str) -> Entry:
    entry, keyword, form = Entry(), "", 0
    for line in block.splitlines():
        if line.startswith("#"):
            entry.fuzzy |= line.startswith("#,") and "fuzzy" in line
            continue
        if found := _LINE.fullmatch(line):
            keyword, form = found[1] or keyword, int(found[2] or (0 if found[1] else form))
            _append(entry, keyword, form, ast.literal_eval(found[3]))
    return entry


def _append(entry: Entry, keyword: str, form: int, text: str) -> None:
    if keyword == "msgctxt":
        entry.context = (entry.context or "") + text
    elif keyword == "msgid":
        entry.msgid += text
    elif keyword == "msgid_plural":
        entry.plural = (entry.plural or "") + text
    else:
        entry.strings[form] = entry.strings.get(form, "") + text
