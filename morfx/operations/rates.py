"""How often a module may be called by name: a sliding minute per workspace, in PostgreSQL."""

from __future__ import annotations

import math
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from morfx.tenancy import current_id
from morfx.tenancy.rows import new_id

from .errors import RateLimited
from .models import CallWindow

PER_MINUTE = {"crm": 120, "whatsapp": 30, "system": 60, "agents": 600}
"""Calls that change something, per workspace and minute; other modules count as `system`."""

MINUTE = timedelta(seconds=60)
MAKE = """
INSERT INTO operations_callwindow (id, workspace_id, created_at, module, calls)
VALUES (%s, %s, now(), %s, '{}') ON CONFLICT (workspace_id, module) DO NOTHING
"""


def count(name: str) -> None:
    """Count one call of an operation; raise RateLimited when its module's minute is full."""
    prefix = name.partition(".")[0]
    module = prefix if prefix in PER_MINUTE else "system"
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(MAKE, [new_id(), current_id(), module])
        window = CallWindow.objects.select_for_update().get(module=module)
        now = timezone.now()
        recent = [call for call in window.calls if now - call < MINUTE]
        if len(recent) >= PER_MINUTE[module]:
            wait = (recent[-PER_MINUTE[module]] + MINUTE - now).total_seconds()
            raise RateLimited(max(1, math.ceil(wait)))
        window.calls = [*recent, now]
        window.save(update_fields=["calls"])
