"""Sentences that rows keep in English, read in the language of whoever opens the page.

A job or an agent has no reader yet when it says why, so the English sentence is kept with its
values in place. Its template is declared here once; a page reads the sentence through it.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext

_PLACE = re.compile(r"%\((\w+)\)s")
_known: dict[str, re.Pattern[str]] = {}


def keep(*templates: str) -> None:
    """Declare templates, marked with gettext_noop; `%(name)s` stands for a value."""
    for template in templates:
        literal, *rest = _PLACE.split(template)
        pattern = re.escape(literal)
        for name, text in zip(rest[::2], rest[1::2], strict=True):
            pattern += f"(?P<{name}>.+?){re.escape(text)}"
        _known[template] = re.compile(pattern, re.DOTALL)


def template_of(sentence: str) -> str:
    """Return the template a sentence was made from; empty when none is declared."""
    return next((each for each, made in _known.items() if made.fullmatch(sentence)), "")


def read(sentence: str) -> str:
    """Return a kept sentence in the present language; as it is when nobody declared it."""
    template = template_of(sentence)
    if not template:
        return sentence
    found = _known[template].fullmatch(sentence)
    values = {name: read(value) for name, value in (found.groupdict() if found else {}).items()}
    return gettext(template) % values if values else gettext(template)
