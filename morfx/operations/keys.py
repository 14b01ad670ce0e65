"""Idempotency: a call under a key happens once; a repeat returns the first answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from pydantic_core import to_jsonable_python

from morfx.tenancy import current_id
from morfx.tenancy.rows import new_id

from .answers import without_secrets
from .errors import Conflict
from .models import RememberedAnswer

CLAIM = """
INSERT INTO operations_rememberedanswer (id, workspace_id, created_at, operation, key,
                                         inputs_digest, answer)
VALUES (%s, %s, now(), %s, %s, %s, '{}'::jsonb)
ON CONFLICT (workspace_id, key) DO NOTHING
"""


def digest(operation: str, inputs: Mapping[str, Any]) -> str:
    """Return a fingerprint of a call."""
    text = json.dumps([operation, to_jsonable_python(dict(inputs))], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def first_answer(operation: str, key: str, inputs: Mapping[str, Any]) -> dict[str, Any] | None:
    """Claim a key in this transaction; return the first answer when it was used before.

    A second call at the same time waits here until the first commits or rolls back. Raises
    Conflict when the key was used for another call.
    """
    fingerprint = digest(operation, inputs)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [new_id(), current_id(), operation, key, fingerprint])
        if cursor.rowcount:
            return None
    remembered = RememberedAnswer.objects.get(key=key)
    if remembered.inputs_digest != fingerprint:
        raise Conflict(_("This idempotency key was used for a different call."))
    return dict(remembered.answer)


def is_answered(key: str) -> bool:
    """Tell whether a call under this key has been answered: a repeat does nothing, and is free."""
    with transaction.atomic():
        return RememberedAnswer.objects.filter(key=key).exists()


def remember(key: str, answer: Mapping[str, Any]) -> None:
    """Keep the answer of a claimed key, but no secret it showed."""
    kept = to_jsonable_python(without_secrets(dict(answer)))
    RememberedAnswer.objects.filter(key=key).update(answer=kept)
