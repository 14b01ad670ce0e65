"""The channel layer between two processes' listeners, here two event loop tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connection
from django.test import TransactionTestCase

from morfx.events.layer import PostgresLayer

POKE = {"type": "poke", "name": "board"}
EVERYTHING = {"type": "poke", "name": "everything"}


class LayerTest(TransactionTestCase):
    def _run(self, story: Callable[[PostgresLayer, PostgresLayer], Awaitable[None]]) -> None:
        async def told() -> None:
            one, two = PostgresLayer(), PostgresLayer(capacity=3)
            try:
                await asyncio.wait_for(story(one, two), timeout=20)
            finally:
                for layer in (one, two):
                    if layer._listener is not None:
                        layer._listener.cancel()
                await asyncio.sleep(0)

        asyncio.run(told())

    @staticmethod
    async def _subscribed(layer: PostgresLayer, group: str) -> str:
        """Subscribe a channel and wait until it hears."""
        channel = await layer.new_channel()
        await layer.group_add(group, channel)
        for _ in range(50):
            await layer.group_send(group, {"type": "poke", "name": "ready"})
            await asyncio.sleep(0.05)
            if layer.queues[channel].qsize():
                break
        await asyncio.sleep(0.2)
        while layer.queues[channel].qsize():
            await layer.receive(channel)
        return channel

    def test_a_message_reaches_every_process_once(self) -> None:
        async def story(one: PostgresLayer, two: PostgresLayer) -> None:
            here, there = await self._subscribed(one, "g"), await self._subscribed(two, "g")
            elsewhere = await self._subscribed(two, "other")
            for layer, channel in ((one, here), (two, there)):
                while layer.queues[channel].qsize():
                    await layer.receive(channel)
            await one.group_send("g", POKE)
            self.assertEqual(await one.receive(here), POKE)
            self.assertEqual(await two.receive(there), POKE)
            await asyncio.sleep(0.2)
            sizes = [one.queues[here].qsize(), two.queues[there].qsize()]
            self.assertEqual([*sizes, two.queues[elsewhere].qsize()], [0, 0, 0])

        self._run(story)

    def test_who_left_hears_nothing(self) -> None:
        async def story(one: PostgresLayer, _: PostgresLayer) -> None:
            channel = await self._subscribed(one, "g")
            await one.group_discard("g", channel)
            await one.group_send("g", POKE)
            await asyncio.sleep(0.2)
            self.assertEqual(one.queues[channel].qsize(), 0)
            self.assertEqual(one.groups, {})

        self._run(story)

    def test_too_slow_a_reader_is_told_to_fetch_everything(self) -> None:
        async def story(_: PostgresLayer, two: PostgresLayer) -> None:
            channel = await self._subscribed(two, "g")
            for _again in range(4):
                await two.send(channel, POKE)
            self.assertEqual(await two.receive(channel), EVERYTHING)

        self._run(story)

    def test_after_a_gap_everybody_is_told_to_fetch_everything(self) -> None:
        def cut() -> Any:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND query LIKE 'LISTEN morfx_live%%'"
                )
                found = cursor.fetchone()
            connection.close()
            return found

        async def story(one: PostgresLayer, _: PostgresLayer) -> None:
            channel = await self._subscribed(one, "g")
            self.assertEqual(await sync_to_async(cut)(), (1,))
            self.assertEqual(await one.receive(channel), EVERYTHING)
            await one.group_send("g", POKE)
            self.assertEqual(await one.receive(channel), POKE)

        self._run(story)

    def test_a_reader_that_is_cancelled_is_forgotten(self) -> None:
        async def story(one: PostgresLayer, _: PostgresLayer) -> None:
            channel = await self._subscribed(one, "g")
            reading = asyncio.create_task(one.receive(channel))
            await asyncio.sleep(0.05)
            reading.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await reading
            self.assertNotIn(channel, one.queues)
            self.assertNotIn(channel, one.groups["g"])

        self._run(story)
