"""Poke, don't push: after the commit, name what changed; whoever shows it fetches it again."""

from __future__ import annotations

import json
from functools import partial
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from morfx.tenancy.database import notices

from .layer import PostgresLayer


def poke(workspace_id: UUID, *names: str) -> None:
    """Tell every screen of a workspace that shows one of `names`, once this transaction commits."""
    layer = get_channel_layer()
    for name in dict.fromkeys(names):
        to, message = group(workspace_id, name), {"type": "poke", "name": name}
        if isinstance(layer, PostgresLayer):
            notices.after_commit(PostgresLayer.CHANNEL, json.dumps([to, message]))
        elif layer is not None:
            send = partial(async_to_sync(layer.group_send), to, message)
            transaction.on_commit(send, robust=True)


def group(workspace_id: UUID, name: str) -> str:
    """Return the channel layer's group for a name in a workspace."""
    return f"w.{workspace_id.hex}.{name}"
