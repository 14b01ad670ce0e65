"""JSON from strangers, opened safely: shallow, finite, and storable in PostgreSQL.

PostgreSQL refuses the character U+0000 and lone surrogates in text and in jsonb, and JSON has no
NaN or infinity; Python's reader lets all of them through, so that one emoji cut in half would
make a whole delivery unstorable. They are repaired here, once.
"""

from __future__ import annotations

import json
import math
import re

MAX_DEPTH = 40
"""WhatsApp's deepest known payload (a flow's answer inside an order) nests about 12."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def open_json(raw: bytes | str) -> object:
    """Read JSON; raise `ValueError` if it is none, or nests deeper than `MAX_DEPTH`."""
    try:
        value = json.loads(raw, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return _clean(value, MAX_DEPTH)


def _refuse(constant: str) -> object:
    """NaN and infinity are Python's, not JSON's."""
    raise ValueError(f"{constant} is not JSON")


def _clean(value: object, depth: int) -> object:
    """Repair text and numbers, all the way down."""
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, dict | list):
        if depth == 0:
            raise ValueError("nested too deeply")
        if isinstance(value, list):
            return [_clean(item, depth - 1) for item in value]
        return {_storable(key): _clean(item, depth - 1) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _storable(text: str) -> str:
    """Drop U+0000 and replace halves of surrogate pairs."""
    if text.isascii():
        return text.replace("\x00", "") if "\x00" in text else text
    return _LONE_SURROGATE.sub("\ufffd", text).replace("\x00", "")


def is_object(raw: bytes) -> bool:
    """Say whether a body is a JSON object; what in it may not be stored is found on opening."""
    try:
        return isinstance(json.loads(raw, parse_constant=_refuse), dict)
    except (ValueError, RecursionError):
        return False
