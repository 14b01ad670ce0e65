"""How the rows stand that a change is about: a change that was proposed must still fit them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from inbox.models import Conversation
from morfx.operations import rows
from morfx.operations.answers import answer
from morfx.operations.catalogue import Operation

BESIDES = ("tags", "identities")
"""What hangs on a row and is changed by operations of its own."""


def rows_of(operation: Operation[Any, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rows an operation would change, as answers show them, each locked.

    A transaction must be open. Raises Invalid for inputs of the wrong shape, NotFound for a row
    that is gone.
    """
    values = operation.checked(inputs)
    locked = {name: wanted for name, wanted in operation.rows.items() if wanted.row.locked}
    return {
        name: _shown(rows.fetch(name, wanted, values[name], values))
        for name, wanted in locked.items()
        if values[name] is not None
    }


def digests(shown: Mapping[str, Any]) -> dict[str, str]:
    """Return a fingerprint of each row."""
    return {
        name: hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:16]
        for name, row in shown.items()
    }


def _shown(row: Any) -> dict[str, Any]:
    """Return a row without what changes by itself: a chat goes on while somebody decides."""
    if isinstance(row, Conversation):
        names = ("status", "assigned_to_id", "owner_who", "bot_enabled", "epoch")
        return {"id": str(row.pk), **{name: getattr(row, name) for name in names}}
    shown: dict[str, Any] = answer(row)
    return {name: value for name, value in shown.items() if name not in BESIDES}
