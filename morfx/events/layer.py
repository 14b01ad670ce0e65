"""A channel layer over LISTEN/NOTIFY that carries names only.

Small on purpose: a message is a poke, so a lost one costs a screen nothing that its next refetch
does not repair; after any gap in listening every subscriber is poked with `everything`.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from contextlib import suppress
from typing import Any

import psycopg
import structlog
from channels.layers import BaseChannelLayer
from django.db import connection

log = structlog.get_logger()
Message = dict[str, Any]
LONGEST_WAIT = 5.0
"""Seconds a subscription waits for the listener; after a gap everybody is poked anyway."""


class PostgresLayer(BaseChannelLayer):
    """Groups are kept per process; PostgreSQL carries messages between processes."""

    CHANNEL = "morfx_live"
    extensions = ["groups"]

    def __init__(self, capacity: int = 200, **_: Any) -> None:
        super().__init__(capacity=capacity)
        self.queues: dict[str, asyncio.Queue[Message]] = {}
        self.groups: dict[str, set[str]] = {}
        self._listener: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listens = asyncio.Event()

    async def new_channel(self, prefix: str = "specific") -> str:
        """Make a channel of this process."""
        self._listen()
        name = f"{prefix}.{uuid.uuid4().hex}"
        self.queues[name] = asyncio.Queue(maxsize=self.capacity)
        return name

    async def receive(self, channel: str) -> Message:
        """Wait for a channel's next message; forget the channel when its owner goes."""
        try:
            return await self.queues.setdefault(channel, asyncio.Queue(self.capacity)).get()
        except (asyncio.CancelledError, GeneratorExit):
            self.queues.pop(channel, None)
            for members in self.groups.values():
                members.discard(channel)
            raise

    async def send(self, channel: str, message: Message) -> None:
        """Deliver to a channel of this process; a full queue is told to refetch everything."""
        queue = self.queues.get(channel)
        if queue is None:
            return
        if queue.full():
            while not queue.empty():
                queue.get_nowait()
            message = {"type": "poke", "name": "everything"}
        queue.put_nowait(message)

    async def group_add(self, group: str, channel: str) -> None:
        """Subscribe a channel; on return nothing sent from now on is missed."""
        self._listen()
        self.groups.setdefault(group, set()).add(channel)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._listens.wait(), LONGEST_WAIT)

    async def group_discard(self, group: str, channel: str) -> None:
        """Unsubscribe a channel."""
        members = self.groups.get(group, set())
        members.discard(channel)
        if not members:
            self.groups.pop(group, None)

    async def group_send(self, group: str, message: Message) -> None:
        """Send to a group in every process."""
        link = await self._connect()
        async with link:
            payload = json.dumps([group, message])
            await link.execute("SELECT pg_notify(%s, %s)", [self.CHANNEL, payload])

    async def _deliver(self, group: str, message: Message) -> None:
        for channel in list(self.groups.get(group, ())):
            await self.send(channel, dict(message))

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        if self._listener is None or self._listener.done() or self._loop is not loop:
            self._loop = loop
            self._listens = asyncio.Event()
            self._listener = loop.create_task(self._listening())

    async def _listening(self) -> None:
        gap = False
        while True:
            try:
                async with await self._connect() as link:
                    await link.execute(f"LISTEN {self.CHANNEL}")
                    self._listens.set()
                    if gap:
                        await self._poke_everyone()
                    async for notice in link.notifies():
                        await self._deliver(*json.loads(notice.payload))
            except Exception as error:  # whatever it was, listening goes on
                log.warning("realtime listener lost its connection", error=repr(error))
            gap = True
            self._listens.clear()
            await asyncio.sleep(1.0)

    async def _poke_everyone(self) -> None:
        for channel in list(self.queues):
            await self.send(channel, {"type": "poke", "name": "everything"})

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        parameters = connection.get_connection_params()
        parameters.pop("context", None)
        parameters.pop("cursor_factory", None)
        return await psycopg.AsyncConnection.connect(**parameters, autocommit=True)
