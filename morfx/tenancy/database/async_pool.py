"""Connections for the webhook: one small pool per event loop, beside Django's own."""

from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings
from django.db import connection
from psycopg_pool import AsyncConnectionPool

from .. import current, passages

EVERYWHERE = f"-c {current.NAME}={current.EVERYWHERE}"

_pools: dict[asyncio.AbstractEventLoop, AsyncConnectionPool[Any]] = {}


async def pool() -> AsyncConnectionPool[Any]:
    """Return this event loop's pool; made on first use.

    Its connections are in autocommit mode and open to every workspace: what comes in says only
    which channel it is for. They are not checked when they are handed out: who finds one lost
    takes another.
    """
    loop = asyncio.get_running_loop()
    known = _pools.get(loop)
    if known is not None:
        return known
    passages.labels(reason="take webhooks in").inc()
    parameters = connection.get_connection_params()
    for name in ("context", "cursor_factory", "prepare_threshold"):
        parameters.pop(name, None)
    fresh: AsyncConnectionPool[Any] = AsyncConnectionPool(
        kwargs={**parameters, "autocommit": True, "options": EVERYWHERE},
        min_size=0,
        max_size=settings.WEBHOOK_CONNECTIONS,
        timeout=5,
        reconnect_timeout=2,
        open=False,
    )
    _pools[loop] = fresh
    await fresh.open()
    return fresh


async def close() -> None:
    """Close this event loop's pool, at shutdown."""
    if known := _pools.pop(asyncio.get_running_loop(), None):
        await known.close()
