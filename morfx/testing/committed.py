"""Tests of what happens between transactions: everything here is really committed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connection, transaction
from django.test import TransactionTestCase

from morfx.tenancy import current, within

from .cast import Shop, open_shop

R = TypeVar("R")


class CommittedTest(TransactionTestCase):
    """Café Lucía and the other shop again, where threads and other processes can see them.

    The test's own connection sees every row outside of transactions, so that a test can look
    at what was committed; managers still show the current workspace's.
    """

    def setUp(self) -> None:
        self._see(str(current.EVERYWHERE))
        self.addCleanup(self._see, "")
        with transaction.atomic():
            self.shop: Shop = open_shop("lucia", "ana", "beto")
            self.other_shop: Shop = open_shop("elsewhere", "zoe", "yuri")
        self.ana, self.beto = self.shop.owner, self.shop.agent
        inside = within(self.shop.workspace.pk)
        inside.__enter__()
        self.addCleanup(inside.__exit__, None, None, None)

    def _see(self, setting: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [current.NAME, setting])


def at_once(calls: int, do: Callable[[int], R]) -> list[R | Exception]:
    """Call `do(number)` in as many threads, all let go together; return results or exceptions.

    Each thread has a connection of its own and, as a new thread, no current workspace.
    """
    barrier = threading.Barrier(calls)
    answers: list[R | Exception] = [TimeoutError("did not end")] * calls

    def run(number: int) -> None:
        barrier.wait(timeout=30)
        try:
            answers[number] = do(number)
        except Exception as error:
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number], daemon=True) for number in range(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers
