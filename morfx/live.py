"""The one websocket: a page subscribes to names, and is told when one of them changed.

    from the page   {"subscribe": [names]}   the complete set, again whenever the page changes
                    {"ping": 1}
    to the page     {"poke": name}           fetch it again
                    {"subscribed": [names]}  from here on nothing about them is missed
                    {"drop": name}           not, or no longer, allowed
                    {"pong": n}              in step; answers a ping, and comes every 20 s

Closes: 4403 when the membership ended, 4400 for what is not this protocol, 1009 for too much.
A stranger's handshake is refused.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable
from typing import Any

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import transaction

from morfx.events import topics
from morfx.events.poke import group
from morfx.tenancy import within
from morfx.workspaces.access import membership_of
from morfx.workspaces.models import Membership, User

PATH = re.compile(r"^/([-a-zA-Z0-9_]+)/live$")
NAME = re.compile(r"^[a-zA-Z0-9_.-]{1,60}$")
MOST_NAMES = 100
LONGEST_MESSAGE = 4096
HEARTBEAT = 20.0
ENDED, UNREADABLE, TOO_LONG = 4403, 4400, 1009

log = structlog.get_logger()


class Live(AsyncWebsocketConsumer):
    """One page's connection, for as long as its member is one."""

    member: Membership | None = None
    _heart: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Let members in; refuse the handshake to everybody else."""
        match = PATH.match(self.scope["path"])
        user = self.scope["user"]
        if match is None or not user.is_authenticated:
            await self.close()
            return
        self.slug, self.names, self.beats = match[1], set[str](), 0
        self.member = await _membership(user, self.slug)
        if self.member is None:
            await self.close()
            return
        await self._join(self._myself)
        await self.accept()
        self._heart = asyncio.create_task(self._beat())

    async def disconnect(self, code: int) -> None:
        """Leave every group."""
        if self._heart is not None:
            self._heart.cancel()
        if self.member is not None:
            for name in {*self.names, self._myself}:
                await self._leave(name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Answer a ping or change the subscriptions."""
        if len(text_data or bytes_data or "") > LONGEST_MESSAGE:
            await self.close(TOO_LONG)
            return
        match _parsed(text_data):
            case {"subscribe": [*names]} if _are_names(names):
                await self._subscribe(dict.fromkeys(names))
            case {"ping": _}:
                await self._pong()
            case _:
                await self.close(UNREADABLE)

    async def poke(self, event: dict[str, Any]) -> None:
        """Pass a poke on; one about the member's own place is first acted on."""
        name = event["name"]
        if name in ("everything", self._myself) and not await self._still_member():
            await self.close(ENDED)
            return
        for changed in sorted(self.names) if name == "everything" else [name]:
            if changed in self.names:
                await self._tell(poke=changed)

    @property
    def _myself(self) -> str:
        assert self.member is not None
        return f"member-{self.member.user_id}"

    async def _still_member(self) -> bool:
        """Look again who this is; forget what a new role may not listen to."""
        member = await _membership(self.scope["user"], self.slug)
        if member is None:
            return False
        self.member = member
        await self._subscribe(self.names)
        return True

    async def _subscribe(self, wanted: Iterable[str]) -> None:
        assert self.member is not None
        wanted = list(wanted)
        allowed = await _allowed(self.member, wanted)
        for name in self.names - allowed:
            if name != self._myself:
                await self._leave(name)
        for name in allowed - self.names:
            await self._join(name)
        self.names = allowed
        for name in wanted:
            if name not in allowed:
                await self._tell(drop=name)
        await self._tell(subscribed=sorted(allowed))

    async def _join(self, name: str) -> None:
        assert self.member is not None
        await self.channel_layer.group_add(group(self.member.workspace_id, name), self.channel_name)

    async def _leave(self, name: str) -> None:
        assert self.member is not None
        place = group(self.member.workspace_id, name)
        await self.channel_layer.group_discard(place, self.channel_name)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            try:
                await self._pong()
            except OSError:  # the page is gone; its disconnect is on its way
                return

    async def _pong(self) -> None:
        self.beats += 1
        await self._tell(pong=self.beats)

    async def _tell(self, **message: Any) -> None:
        await self.send(json.dumps(message))


@database_sync_to_async
def _membership(user: User, slug: str) -> Membership | None:
    found = membership_of(user, slug)
    return found if found is not None and found.user.is_active else None


@database_sync_to_async
def _allowed(member: Membership, names: list[str]) -> set[str]:
    with within(member.workspace_id), transaction.atomic():
        return {name for name in names if topics.allowed(member, name)}


def _parsed(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except (ValueError, RecursionError):
        return None


def _are_names(names: list[Any]) -> bool:
    known = all(isinstance(name, str) and NAME.match(name) for name in names)
    return known and len(names) <= MOST_NAMES
