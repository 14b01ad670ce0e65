"""WhatsApp's message templates, read without trust: what they say, and what must be filled in.

A part we do not know is kept and named, never an error: Meta adds kinds of components and buttons
every few months. Sources: Meta, Cloud API, "Template components", "Message templates"; 360dialog,
"Create and manage template messages" (same definitions, statuses in lower case).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from .payload_fields import Raw, objects, required, text_at

PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")

SENDABLE = frozenset({"APPROVED", "REINSTATED", "FLAGGED", "UNARCHIVED"})
"""Statuses in which WhatsApp delivers a template; a flagged one is only in danger of a pause."""

BODY_LIMIT, HEADER_LIMIT, URL_LIMIT, CODE_LIMIT = 1024, 60, 2000, 15
"""Characters of a filled body, header, button address, and of a code to copy."""

NAME_LIMIT, LANGUAGE_LIMIT, SHORT_LIMIT = 512, 20, 64

MEDIA_FORMATS = ("IMAGE", "VIDEO", "GIF", "DOCUMENT")
BUTTONS_TO_FILL = frozenset({"MPM", "SPM"})
"""Buttons that carry products chosen at sending, which we cannot choose."""
STATIC_PARTS = frozenset({"HEADER", "BODY", "FOOTER", "BUTTONS", "CALL_PERMISSION_REQUEST"})
CODE_BODY = "{{1}} is your verification code."
"""What an authentication template says when its definition leaves the words to WhatsApp."""

Kind = Literal["text", "code", "link", "suffix", "number", "place"]


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A template as the provider lists it. `components` are as they came."""

    provider_id: str
    name: str
    language: str
    category: str
    status: str
    quality: str
    rejected_reason: str
    parameter_format: str
    components: list[Raw]


@dataclass(frozen=True, kw_only=True)
class Button:
    """A button; `variable` is the key of what completes it, empty when nothing does."""

    index: int
    type: str
    text: str
    url: str = ""
    variable: str = ""


@dataclass(frozen=True, kw_only=True)
class Variable:
    """Something to fill in. `key` is its name in `template_params`; `limit` is in characters."""

    key: str
    kind: Kind
    limit: int
    example: str = ""
    button: str = ""
    """The words on the button it completes."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a template consists of. `unsendable` names the parts we cannot fill."""

    category: str
    named: bool
    header_format: str
    header: str
    body: str
    footer: str
    buttons: tuple[Button, ...]
    unsendable: tuple[str, ...]
    unknown: tuple[str, ...]
    examples: Mapping[str, str] = field(default_factory=dict)
    """What was given as an example for a variable, by its key."""

    @property
    def variables(self) -> tuple[Variable, ...]:
        """Return what must be filled in, each once: header, body, then buttons."""
        found: dict[str, Variable] = {}
        for part in (self._header_variables(), self._body_variables(), self._button_variables()):
            for variable in part:
                found.setdefault(variable.key, variable)
        return tuple(found.values())

    def _header_variables(self) -> Iterator[Variable]:
        if self.header_format == "TEXT":
            for name in names_in(self.header):
                key = self.header_key(name)
                example = self.examples.get(key, "")
                yield Variable(key=key, kind="text", limit=HEADER_LIMIT, example=example)
        elif self.header_format in MEDIA_FORMATS:
            key = f"header.{self.header_format.lower()}"
            yield Variable(key=key, kind="link", limit=URL_LIMIT)
        elif self.header_format == "LOCATION":
            for name in ("latitude", "longitude"):
                yield Variable(key=f"header.{name}", kind="number", limit=20)
            for name in ("name", "address"):
                yield Variable(key=f"header.{name}", kind="place", limit=200)

    def _body_variables(self) -> Iterator[Variable]:
        kind: Kind = "code" if self.category == "AUTHENTICATION" else "text"
        limit = CODE_LIMIT if kind == "code" else BODY_LIMIT
        for name in self.body_names:
            yield Variable(key=name, kind=kind, limit=limit, example=self.examples.get(name, ""))

    def _button_variables(self) -> Iterator[Variable]:
        for button in self.buttons:
            if not button.variable.startswith("button."):
                continue
            copied = button.type == "COPY_CODE"
            yield Variable(
                key=button.variable,
                kind="code" if copied else "suffix",
                limit=CODE_LIMIT if copied else URL_LIMIT,
                button=button.text,
            )

    def header_key(self, name: str) -> str:
        """Return the key of a text header's variable: its name, or apart from the body's {{1}}."""
        return name if self.named else f"header.{name}"

    @property
    def body_names(self) -> list[str]:
        """Return the body's variables in the order in which they are sent."""
        names = names_in(self.body)
        return names if self.named else sorted(names, key=int)


def read_definition(raw: Raw) -> Definition:
    """Read one template of a provider's list; raise `ValueError` without name or language."""
    name, language = required(raw, "name"), required(raw, "language")
    if len(name) > NAME_LIMIT or len(language) > LANGUAGE_LIMIT:
        raise ValueError("name or language too long")
    reason = (text_at(raw, "rejected_reason") or "").upper()
    return Definition(
        provider_id=(text_at(raw, "external_id") or text_at(raw, "id") or "")[:SHORT_LIMIT],
        name=name,
        language=language,
        category=_word(text_at(raw, "category")),
        status=_word(text_at(raw, "status")),
        quality=_word(_quality(raw)),
        rejected_reason="" if reason == "NONE" else reason[:200],
        parameter_format=_word(text_at(raw, "parameter_format")),
        components=list(objects(raw.get("components"))),
    )


def read_shape(components: Sequence[Raw], *, category: str, parameter_format: str) -> Shape:
    """Read what a template's components say, and which of them we cannot fill."""
    parts = {_type(part): part for part in reversed(components)}
    header, body = parts.get("HEADER", {}), parts.get("BODY", {})
    header_format = (_format(header) if "HEADER" in parts else "").upper()
    words = text_at(body, "text") or (CODE_BODY if category == "AUTHENTICATION" else "")
    heading = text_at(header, "text") or "" if header_format == "TEXT" else ""
    found = names_in(heading + words)
    named = parameter_format == "NAMED" or any(not name.isdigit() for name in found)
    code = next(iter(names_in(words)), "") if category == "AUTHENTICATION" else ""
    listed = parts.get("BUTTONS", {}).get("buttons")
    buttons = tuple(_button(index, raw, code) for index, raw in enumerate(objects(listed)))
    strange = [part for part in components if _type(part) not in STATIC_PARTS]
    return Shape(
        category=category,
        named=named,
        header_format=header_format,
        header=heading,
        body=words,
        footer=text_at(parts.get("FOOTER", {}), "text") or "",
        buttons=buttons,
        unsendable=tuple(_unsendable(header_format, buttons, strange)),
        unknown=tuple(_type(part) for part in strange),
        examples=_examples(body, "body_text", names_in(words), named=named)
        | _examples(header, "header_text", names_in(heading), named=named),
    )


def names_in(text: str) -> list[str]:
    """Return the names (or numbers) of a text's variables, each once, as they appear."""
    return list(dict.fromkeys(PLACEHOLDER.findall(text)))


def _button(index: int, raw: Raw, code: str) -> Button:
    """Read a button. One of an authentication template repeats its `code`."""
    kind, url = _type(raw), text_at(raw, "url") or ""
    variable = ""
    if kind == "OTP" or (kind == "URL" and code and PLACEHOLDER.search(url)):
        variable = code
    elif kind == "COPY_CODE" or (kind == "URL" and PLACEHOLDER.search(url)):
        variable = f"button.{index}"
    text = text_at(raw, "text") or ""
    return Button(index=index, type=kind, text=text, url=url, variable=variable)


def _examples(part: Raw, key: str, names: Sequence[str], *, named: bool) -> dict[str, str]:
    """Read the examples given with a text: a list of lists, a list, or objects for names."""
    given = part.get("example")
    if not isinstance(given, dict):
        return {}
    if named:
        told = objects(given.get(f"{key}_named_params"))
        return {text_at(row, "param_name") or "": text_at(row, "example") or "" for row in told}
    values = given.get(key)
    if isinstance(values, list) and values and isinstance(values[0], list):
        values = values[0]
    listed = [str(value)[:100] for value in values] if isinstance(values, list) else []
    prefix = "header." if key == "header_text" else ""
    numbers = sorted((name for name in names if name.isdigit()), key=int)
    return dict(zip((prefix + name for name in numbers), listed, strict=False))


def _unsendable(
    header_format: str, buttons: Sequence[Button], strange: Sequence[Raw]
) -> Iterator[str]:
    known = ("", "TEXT", "LOCATION", *MEDIA_FORMATS)
    if header_format not in known:
        yield f"HEADER {header_format}"
    yield from (button.type for button in buttons if button.type in BUTTONS_TO_FILL)
    for part in strange:
        kind = _type(part)
        if kind in ("CAROUSEL", "LIMITED_TIME_OFFER") or PLACEHOLDER.search(repr(part)):
            yield kind


def _type(part: Raw) -> str:
    return _word(text_at(part, "type"))


def _format(header: Raw) -> str:
    return text_at(header, "format") or "TEXT"


def _quality(raw: Raw) -> str | None:
    score = raw.get("quality_score")
    return text_at(score, "score") if isinstance(score, dict) else text_at(raw, "quality_score")


def _word(value: str | None) -> str:
    """Return one of WhatsApp's words as it is compared: upper case, and not endless."""
    return (value or "").upper()[:SHORT_LIMIT]
