"""Which workspace is current, and that it never outlives its transaction."""

from __future__ import annotations

import copy
from uuid import UUID, uuid4

from django.db import DatabaseError, connection, transaction
from django.db.utils import ConnectionHandler
from django.test import TestCase, TransactionTestCase
from prometheus_client import REGISTRY

from morfx.tenancy import current_id, everywhere, within
from morfx.tenancy.database.base import DatabaseWrapper
from morfx.testing.case import CafeTest
from morfx.testing.committed import at_once
from morfx.workspaces.models import Workspace

SETTING = "SELECT nullif(current_setting('app.workspace_id', true), '')"
A, B = uuid4(), uuid4()


def told() -> str | None:
    """Return which workspace PostgreSQL believes is current."""
    with connection.cursor() as cursor:
        cursor.execute(SETTING)
        row = cursor.fetchone()
    return str(row[0]) if row and row[0] else None


class WithinTest(TestCase):
    def test_blocks_nest_and_give_back(self) -> None:
        self.assertIsNone(current_id())
        with within(A):
            self.assertEqual((current_id(), told()), (A, str(A)))
            with within(B):
                self.assertEqual((current_id(), told()), (B, str(B)))
            self.assertEqual((current_id(), told()), (A, str(A)))
        self.assertEqual((current_id(), told()), (None, None))

    def test_an_exception_gives_back(self) -> None:
        with within(A):
            with self.assertRaises(ZeroDivisionError), within(B):
                raise ZeroDivisionError
            self.assertEqual(told(), str(A))

    def test_a_database_error_gives_back(self) -> None:
        with within(A):
            with self.assertRaises(DatabaseError), transaction.atomic(), within(B):
                connection.cursor().execute("SELECT 1/0")
            self.assertEqual((current_id(), told()), (A, str(A)))


class EverywhereTest(CafeTest):
    def test_it_sees_all_and_is_counted(self) -> None:
        reason = {"reason": "a test of the door"}
        before = REGISTRY.get_sample_value("morfx_everywhere_total", reason) or 0
        self.assertEqual(Workspace.objects.count(), 1)
        with everywhere("a test of the door"):
            self.assertIsNone(current_id())
            self.assertEqual(Workspace.objects.count(), 2)
        self.assertEqual(Workspace.objects.count(), 1)
        after = REGISTRY.get_sample_value("morfx_everywhere_total", reason)
        self.assertEqual(after, before + 1)


class TransactionsTest(TransactionTestCase):
    def test_each_transaction_is_told_and_forgets(self) -> None:
        with within(A):
            self.assertIsNone(told())  # autocommit: no transaction, no workspace
            with transaction.atomic():
                self.assertEqual(told(), str(A))
            self.assertIsNone(told())
        with transaction.atomic():
            self.assertIsNone(told())

    def test_a_rollback_to_a_savepoint_leaves_the_right_one(self) -> None:
        with within(A), transaction.atomic():
            point = transaction.savepoint()
            with within(B):
                self.assertEqual(told(), str(B))
            transaction.savepoint_rollback(point)
            self.assertEqual(told(), str(A))

    def test_threads_do_not_share_it(self) -> None:
        def mine(number: int) -> tuple[UUID | None, str | None]:
            with within(UUID(int=number + 1)), transaction.atomic():
                return current_id(), told()

        with within(A):
            answers = at_once(8, mine)
        wanted = [(UUID(int=n + 1), str(UUID(int=n + 1))) for n in range(8)]
        self.assertEqual(answers, wanted)


class PoolTest(TransactionTestCase):
    """The same server connection serves one workspace after the other and carries nothing over."""

    def setUp(self) -> None:
        asked = copy.deepcopy(connection.settings_dict)
        asked["OPTIONS"] = {**asked["OPTIONS"], "pool": {"min_size": 1, "max_size": 1}}
        self.handler = ConnectionHandler({"default": asked})
        self.addCleanup(self._close)

    def _close(self) -> None:
        pooled = self._connect()
        pooled.close()
        pooled.close_pool()

    def _connect(self) -> DatabaseWrapper:
        found = self.handler["default"]
        assert isinstance(found, DatabaseWrapper)
        return found

    def _one_transaction(self, *, commit: bool) -> tuple[int, str | None]:
        pooled = self._connect()
        pooled.set_autocommit(False)
        with pooled.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
            cursor.execute(SETTING)
            setting = cursor.fetchone()[0]
        if commit:
            pooled.commit()
        else:
            pooled.rollback()
        pooled.set_autocommit(True)
        pooled.close()  # back to the pool
        return pid, setting

    def test_nothing_leaks(self) -> None:
        for commit in (True, False):
            with within(A):
                first = self._one_transaction(commit=commit)
            second = self._one_transaction(commit=commit)
            with within(B):
                third = self._one_transaction(commit=commit)
            self.assertEqual(len({first[0], second[0], third[0]}), 1, "one server connection")
            self.assertEqual((first[1], second[1], third[1]), (str(A), None, str(B)))
