"""A template filled in: what is sent, in Meta's shape, and the very words the customer will read.

Everything is checked before it is sent: nothing stays unfilled, no filled part is longer than
WhatsApp takes, and no customer ever reads a `{{1}}`. Sources: Meta, Cloud API, "Template
messages", "Message templates" (limits), "Authentication templates"; errors 132000, 132005, 132012
and 132018 are what these checks spare us.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from .templates import (
    BODY_LIMIT,
    HEADER_LIMIT,
    MEDIA_FORMATS,
    PLACEHOLDER,
    URL_LIMIT,
    Button,
    Shape,
    Variable,
    names_in,
)

Params = Mapping[str, str]
Component = dict[str, Any]

UNFILLED = re.compile(r"\{\{[^{}\n]*\}\}")
"""What must never reach a customer, in whatever spelling."""
BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]| {5}")
"""What WhatsApp refuses in a value: line breaks, tabs, five blanks in a row."""
BOUNDS = {"header.latitude": 90.0, "header.longitude": 180.0}


class Unfilled(ValueError):
    """The template cannot be sent so; `problems` has a sentence for each variable's key."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = dict(problems)


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A template ready to go: its `components`, and what the customer sees."""

    components: list[Component]
    header: str
    link: str
    """The address of the header's picture, film or document."""
    body: str
    footer: str
    buttons: list[dict[str, str]]

    @property
    def text(self) -> str:
        """Return all its words, as the thread shows them."""
        return "\n\n".join(part for part in (self.header, self.body, self.footer) if part)


def fill(shape: Shape, params: Params) -> Filled:
    """Fill a template in; raise `Unfilled` for what is missing, wrong or too long."""
    variables = shape.variables
    values = {variable.key: params.get(variable.key, "").strip() for variable in variables}
    problems = {
        variable.key: problem
        for variable in variables
        if (problem := problem_of(variable, values[variable.key]))
    }
    unknown = [key for key in params if key not in values]
    problems |= {key: _("The template has no variable “%(name)s”.") % {"name": key[:40]}
                 for key in unknown}  # fmt: skip
    if not problems:
        filled = _filled(shape, values)
        problems = _too_much(shape, values, filled)
    if problems:
        raise Unfilled(problems)
    return filled


def preview(shape: Shape, params: Params) -> Filled:
    """Return what the template would say; what is not filled in yet stays as it stands."""
    known = {key: value.strip() for key, value in params.items() if value.strip()}
    return _filled(shape, known)


def name_of(variable: Variable) -> str:
    """Return how people know a variable."""
    words = {
        "header.image": _("Address of the picture"),
        "header.video": _("Address of the video"),
        "header.gif": _("Address of the animation"),
        "header.document": _("Address of the document"),
        "header.latitude": _("Latitude"),
        "header.longitude": _("Longitude"),
        "header.name": _("Name of the place"),
        "header.address": _("Address of the place"),
    }
    if variable.key in words:
        return words[variable.key]
    if variable.kind == "suffix":
        return _("End of the address of “%(button)s”") % {"button": variable.button}
    if variable.key.startswith("button."):
        return _("Code of “%(button)s”") % {"button": variable.button or _("Copy code")}
    if variable.key.startswith("header."):
        return _("Title {{%(name)s}}") % {"name": variable.key.removeprefix("header.")}
    return "{{" + variable.key + "}}"


def problem_of(variable: Variable, value: str) -> str:
    """Return what is wrong with one value, as a sentence; empty when nothing is."""
    name = {"name": name_of(variable)}
    if not value:
        return _("%(name)s is empty.") % name
    if UNFILLED.search(value):
        return _("%(name)s still contains a placeholder.") % name
    if BREAKS.search(value):
        return _("%(name)s may have no line breaks, tabs or many spaces in a row.") % name
    if len(value) > variable.limit:
        return _("%(name)s may have %(limit)s characters.") % {**name, "limit": variable.limit}
    if variable.kind in ("suffix", "code") and re.search(r"\s", value):
        return _("%(name)s may have no spaces.") % name
    if variable.kind == "link" and not _is_address(value):
        return _("%(name)s is not a web address.") % name
    if variable.kind == "number" and not _is_degrees(value, BOUNDS[variable.key]):
        return _("%(name)s is not a number of degrees.") % name
    return ""


def _filled(shape: Shape, values: Params) -> Filled:
    header = _substitute(shape.header, {n: values[shape.header_key(n)] for n in names_in(
        shape.header) if shape.header_key(n) in values})  # fmt: skip
    place = [values.get(f"header.{part}", "") for part in ("name", "address")]
    if shape.header_format == "LOCATION":
        header = ", ".join(part for part in place if part)
    buttons = [_shown(button, values) for button in shape.buttons]
    components = [*_header(shape, values), *_body(shape, values)]
    components += [part for button in shape.buttons for part in _completed(button, values)]
    return Filled(
        components=components,
        header=header,
        link=values.get(f"header.{shape.header_format.lower()}", ""),
        body=_substitute(shape.body, values),
        footer=shape.footer,
        buttons=buttons,
    )


def _substitute(text: str, values: Params) -> str:
    """Put values in place of a text's variables; those without one stay."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def _header(shape: Shape, values: Params) -> list[Component]:
    kind = shape.header_format.lower()
    parameters: list[Component] = []
    if shape.header_format == "TEXT":
        keys = {name: shape.header_key(name) for name in names_in(shape.header)}
        parameters = [_text(shape, n, values[k]) for n, k in keys.items() if k in values]
    elif shape.header_format in MEDIA_FORMATS and (link := values.get(f"header.{kind}")):
        media = {"link": link}
        if kind == "document" and (filename := urlsplit(link).path.rpartition("/")[2]):
            media["filename"] = filename[:240]
        parameters = [{"type": kind, kind: media}]
    elif shape.header_format == "LOCATION":
        names = ("latitude", "longitude", "name", "address")
        place = {name: values.get(f"header.{name}", "") for name in names}
        parameters = [{"type": "location", "location": place}]
    return [{"type": "header", "parameters": parameters}] if parameters else []


def _body(shape: Shape, values: Params) -> list[Component]:
    given = [_text(shape, name, values[name]) for name in shape.body_names if name in values]
    return [{"type": "body", "parameters": given}] if given else []


def _text(shape: Shape, name: str, value: str) -> Component:
    parameter = {"type": "text", "text": value}
    return {**parameter, "parameter_name": name} if shape.named else parameter


def _completed(button: Button, values: Params) -> list[Component]:
    """Return what completes a button; those that need nothing are not sent."""
    value = values.get(button.variable, "")
    if not button.variable or not value:
        return []
    copied = button.type == "COPY_CODE"
    parameter = (
        {"type": "coupon_code", "coupon_code": value} if copied else {"type": "text", "text": value}
    )
    return [
        {
            "type": "button",
            "sub_type": "copy_code" if copied else "url",
            "index": str(button.index),
            "parameters": [parameter],
        }
    ]


def _shown(button: Button, values: Params) -> dict[str, str]:
    value = values.get(button.variable, "")
    url = PLACEHOLDER.sub(lambda match: value or match[0], button.url)
    return {"type": button.type, "text": button.text or button.type, "url": url}


def _too_much(shape: Shape, values: Params, filled: Filled) -> dict[str, str]:
    """Blame the longest value of a part that became too long, or that reads like a placeholder."""
    header = [shape.header_key(name) for name in names_in(shape.header)]
    parts = [(header, filled.header, HEADER_LIMIT), (shape.body_names, filled.body, BODY_LIMIT)]
    shown = zip(shape.buttons, filled.buttons, strict=True)
    parts += [([b.variable], s["url"], URL_LIMIT) for b, s in shown if b.variable and s["url"]]
    problems = {}
    for keys, text, limit in parts:
        if not keys:
            continue
        longest = max(keys, key=lambda key: len(values[key]))
        words = {"name": longest, "length": len(text), "limit": limit}
        if len(text) > limit:
            problems[longest] = (
                _("With this, the text has %(length)s characters; WhatsApp allows %(limit)s.")
                % words
            )
        elif UNFILLED.search(text):
            problems[longest] = _("With %(name)s, the text still contains a placeholder.") % words
    return problems


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    whole = parts.scheme in ("http", "https") and parts.hostname
    return bool(whole) and not re.search(r"\s", value)


def _is_degrees(value: str, bound: float) -> bool:
    try:
        degrees = float(value)
    except ValueError:
        return False
    return math.isfinite(degrees) and abs(degrees) <= bound
