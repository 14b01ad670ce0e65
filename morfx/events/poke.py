"""Poke, don't push: after the commit, name what changed; whoever shows it fetches it again."""

from __future__ import annotations

import json
from uuid import UUID

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import connection, transaction

from .layer import PostgresLayer

log = structlog.get_logger()


def poke(workspace_id: UUID, *names: str) -> None:
    """Tell every screen of a workspace that shows one of `names`, once this transaction commits."""
    for name in dict.fromkeys(names):
        send = _Poke(group(workspace_id, name), name)
        if send not in [entry[1] for entry in connection.run_on_commit]:
            transaction.on_commit(send, robust=True)


def group(workspace_id: UUID, name: str) -> str:
    """Return the channel layer's group for a name in a workspace."""
    return f"w.{workspace_id.hex}.{name}"


class _Poke:
    def __init__(self, group: str, name: str) -> None:
        self.group, self.name = group, name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Poke) and other.group == self.group

    def __hash__(self) -> int:
        return hash(self.group)

    def __call__(self) -> None:
        message = {"type": "poke", "name": self.name}
        layer = get_channel_layer()
        if isinstance(layer, PostgresLayer):
            with connection.cursor() as cursor:
                payload = json.dumps([self.group, message])
                cursor.execute("SELECT pg_notify(%s, %s)", [PostgresLayer.CHANNEL, payload])
        elif layer is not None:
            async_to_sync(layer.group_send)(self.group, message)
