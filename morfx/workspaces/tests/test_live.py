"""The websocket: who may listen, what arrives and when, and what ends it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from unittest import mock

from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import transaction
from django.test import Client, TransactionTestCase

from morfx import asgi, live
from morfx.events import topics
from morfx.events.poke import poke
from morfx.tenancy import within
from morfx.testing.cast import open_shop
from morfx.workspaces.models import Membership, User
from morfx.workspaces.operations import members

from .page_socket import PageSocket


class LiveTest(TransactionTestCase):
    """Real commits: a poke is sent by one, and by nothing else."""

    def setUp(self) -> None:
        with transaction.atomic():
            self.shop = open_shop("lucia", "ana", "beto")
            self.other = open_shop("elsewhere", "zoe", "yuri")

    def socket(self, user: User | None, slug: str = "lucia", **options: Any) -> PageSocket:
        """Return a page's socket, with the user signed in."""
        client = Client()
        if user is not None:
            client.force_login(user)
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        return PageSocket(f"/{slug}/live", cookies=cookies, **options)

    @asynccontextmanager
    async def connected(self, user: User, *names: str) -> AsyncIterator[PageSocket]:
        """Be a page that shows these names."""
        socket = await sync_to_async(self.socket)(user)
        self.assertTrue(await socket.connect())
        if names:
            await socket.tell({"subscribe": list(names)})
            self.assertEqual(await socket.hear("subscribed"), sorted(names))
        yield socket
        await socket.disconnect()

    async def test_strangers_are_refused(self) -> None:
        for user, slug in (
            (None, "lucia"),
            (self.other.owner_user, "lucia"),
            (self.shop.owner_user, "nowhere"),
            (self.shop.owner_user, "a/b"),
        ):
            with self.subTest(user=user, slug=slug):
                socket = await sync_to_async(self.socket)(user, slug)
                self.assertFalse(await socket.connect())

    async def test_another_sites_page_is_refused(self) -> None:
        with mock.patch.object(asgi._sockets, "allowed_origins", ["testserver"]):
            evil = {"origin": "http://evil.test"}
            socket = await sync_to_async(self.socket)(self.shop.owner_user, **evil)
            self.assertFalse(await socket.connect())

    async def test_a_poke_arrives_after_the_commit(self) -> None:
        async with self.connected(self.shop.agent_user, "inbox", "orders") as socket:

            def change() -> None:
                with transaction.atomic():
                    poke(self.shop.workspace.pk, "inbox", "contacts")

            await sync_to_async(change)()
            self.assertEqual(await socket.hear("poke"), "inbox")
            self.assertTrue(await socket.quiet())

    async def test_nothing_arrives_before_the_commit_or_after_a_rollback(self) -> None:
        async with self.connected(self.shop.agent_user, "inbox") as socket:

            def change_mind() -> None:
                with transaction.atomic():
                    poke(self.shop.workspace.pk, "inbox")
                    transaction.set_rollback(True)

            await sync_to_async(change_mind)()
            self.assertTrue(await socket.quiet())

    async def test_other_shops_pokes_never_arrive(self) -> None:
        async with self.connected(self.shop.agent_user, "inbox") as socket:
            await sync_to_async(poke)(self.other.workspace.pk, "inbox")
            self.assertTrue(await socket.quiet())

    async def test_a_new_set_replaces_the_old_one(self) -> None:
        async with self.connected(self.shop.agent_user, "inbox") as socket:
            await socket.tell({"subscribe": ["orders"]})
            self.assertEqual(await socket.hear("subscribed"), ["orders"])
            await sync_to_async(poke)(self.shop.workspace.pk, "inbox", "orders")
            self.assertEqual(await socket.hear("poke"), "orders")
            self.assertTrue(await socket.quiet())

    async def test_removal_drops_the_connection(self) -> None:
        async with self.connected(self.shop.agent_user, "inbox") as socket:

            def remove() -> None:
                with within(self.shop.workspace.pk), transaction.atomic():
                    member = Membership.objects.get(user=self.shop.agent_user)
                    members.remove(self.shop.owner, member=member)

            await sync_to_async(remove)()
            self.assertEqual(await socket.closing(), live.ENDED)

    async def test_removal_of_somebody_else_does_not(self) -> None:
        async with self.connected(self.shop.owner_user, "inbox") as socket:
            await sync_to_async(poke)(
                self.shop.workspace.pk, f"member-{self.shop.agent_user.pk}", "inbox"
            )
            self.assertEqual(await socket.hear("poke"), "inbox")

    async def test_names_are_authorised(self) -> None:
        mine, theirs = f"member-{self.shop.agent_user.pk}", f"member-{self.shop.owner_user.pk}"
        with mock.patch.dict(topics.authorisers, {"vault-": lambda member, rest: rest == "1"}):
            socket = await sync_to_async(self.socket)(self.shop.agent_user)
            await socket.connect()
            wanted = [mine, theirs, "vault-1", "vault-2", "inbox"]
            await socket.tell({"subscribe": wanted})
            refused = {await socket.hear("drop"), await socket.hear("drop")}
            self.assertEqual(refused, {theirs, "vault-2"})
            self.assertEqual(await socket.hear("subscribed"), sorted([mine, "vault-1", "inbox"]))
            await socket.disconnect()

    async def test_a_gap_pokes_all_it_shows(self) -> None:
        async with self.connected(self.shop.agent_user, "inbox", "orders") as socket:
            await get_channel_layer()._poke_everyone()
            self.assertEqual(await socket.hear("poke"), "inbox")
            self.assertEqual(await socket.hear("poke"), "orders")

    async def test_it_says_that_it_is_in_step(self) -> None:
        with mock.patch.object(live, "HEARTBEAT", 0.05):
            async with self.connected(self.shop.agent_user) as socket:
                self.assertEqual([await socket.hear("pong") for _ in range(3)], [1, 2, 3])
        async with self.connected(self.shop.agent_user) as socket:
            await socket.tell({"ping": 1})
            self.assertEqual(await socket.hear("pong"), 1)

    async def test_what_is_not_the_protocol_ends_it(self) -> None:
        for text, code in (
            ("not json", live.UNREADABLE),
            ("[" * 4000, live.UNREADABLE),
            ('{"subscribe": "inbox"}', live.UNREADABLE),
            ('{"subscribe": ["in box"]}', live.UNREADABLE),
            (json.dumps({"subscribe": [f"a{n}" for n in range(101)]}), live.UNREADABLE),
            (json.dumps({"subscribe": ["x" * 5000]}), live.TOO_LONG),
        ):
            with self.subTest(text=text[:40]):
                async with self.connected(self.shop.agent_user) as socket:
                    await socket.tell(text)
                    self.assertEqual(await socket.closing(), code)

    async def test_a_hundred_names_are_welcome(self) -> None:
        async with self.connected(self.shop.agent_user, *[f"a{n}" for n in range(100)]) as socket:
            await sync_to_async(poke)(self.shop.workspace.pk, "a99")
            self.assertEqual(await socket.hear("poke"), "a99")
