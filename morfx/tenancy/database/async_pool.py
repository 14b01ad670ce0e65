"""Connections for asynchronous code: one small pool per event loop, beside Django's own."""

from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings
from django.db import connection
from psycopg_pool import AsyncConnectionPool

_pools: dict[asyncio.AbstractEventLoop, AsyncConnectionPool[Any]] = {}


async def pool() -> AsyncConnectionPool[Any]:
    """Return this event loop's pool; made on first use.

    Its connections are in autocommit mode and know no workspace: whoever opens a transaction
    sets one, local to it.
    """
    loop = asyncio.get_running_loop()
    known = _pools.get(loop)
    if known is not None:
        return known
    parameters = connection.get_connection_params()
    for name in ("context", "cursor_factory", "prepare_threshold"):
        parameters.pop(name, None)
    fresh: AsyncConnectionPool[Any] = AsyncConnectionPool(
        kwargs={**parameters, "autocommit": True},
        min_size=0,
        max_size=settings.WEBHOOK_CONNECTIONS,
        timeout=5,
        open=False,
        check=AsyncConnectionPool.check_connection,
    )
    _pools[loop] = fresh
    await fresh.open()
    return fresh


async def close() -> None:
    """Close this event loop's pool, at shutdown."""
    if known := _pools.pop(asyncio.get_running_loop(), None):
        await known.close()
