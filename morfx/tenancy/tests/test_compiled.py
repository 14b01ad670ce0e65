"""Compiled queries give what their queryset gives, in the current workspace, however often."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from crm.models import Contact, ContactIdentity
from crm.operations import contacts
from crm.operations.identities import identify
from morfx.operations.actor import Actor
from morfx.tenancy import everywhere, within
from morfx.tenancy.compiled import compiled
from morfx.testing.case import CafeTest
from morfx.testing.committed import CommittedTest


@compiled
def named(name: str, but: UUID) -> QuerySet[Contact]:
    return Contact.objects.filter(name=name).exclude(pk=but).order_by("-id")


@compiled
def identity(contact: UUID) -> QuerySet[ContactIdentity]:
    return ContactIdentity.objects.select_related("contact").filter(contact_id=contact)


@compiled
def locked(key: UUID) -> QuerySet[Contact]:
    return Contact.objects.select_for_update().filter(pk=key)


@compiled
def forgetful(name: str, forgotten: UUID) -> QuerySet[Contact]:
    return Contact.objects.filter(name=name)


@compiled
def short(name: str) -> QuerySet[Contact]:
    return Contact.objects.filter(name=name).only("phone")


class CompiledTest(CafeTest):
    def setUp(self) -> None:
        super().setUp()
        self.marta = contacts.create(self.ana, name="Marta", phone="+573001112233")
        self.other = contacts.create(self.ana, name="Marta")

    def test_the_rows_of_the_queryset_with_new_values_each_time(self):
        self.assertEqual(named("Marta", uuid4()), [self.other, self.marta])
        self.assertEqual(named("Marta", self.other.pk), [self.marta])
        self.assertEqual(named("Nobody", self.other.pk), [])
        self.assertEqual(named.first("Marta", uuid4()), self.other)
        self.assertIsNone(named.first("Nobody", uuid4()))
        found = named("Marta", self.other.pk)[0]
        self.assertEqual(found.custom_fields, self.marta.custom_fields)
        self.assertEqual(found.created_at, self.marta.created_at)

    def test_values_are_values_never_sql(self):
        for name in ("'; DROP TABLE crm_contact; --", "%s", "100 %", "ñandú 🛵", "\\"):
            row = contacts.create(self.ana, name=name)
            self.assertEqual([found.pk for found in named(name, uuid4())], [row.pk])

    def test_related_rows_come_along(self):
        actor = Actor.system(self.ana.workspace_id, "tests")
        known = identify(actor, phone="+573009998877", profile_name="Rosa")
        with CaptureQueriesContext(connection) as queries:
            rows = identity(known.contact.pk)
            self.assertEqual([row.contact.name for row in rows], ["Rosa"])
        self.assertEqual(len(queries), 1)

    def test_deferred_columns_are_fetched_when_asked_for(self):
        row = short("Marta")[0]
        self.assertIn("email", row.get_deferred_fields())
        self.assertEqual(row.email, "")

    def test_each_workspace_its_own_rows(self):
        def theirs(*values: Any) -> list[Contact]:
            with within(self.other_shop.workspace.pk):
                return named(*values)

        self.assertEqual(theirs("Marta", uuid4()), [])
        with within(self.other_shop.workspace.pk):
            row = contacts.create(self.other_shop.owner, name="Marta")
        self.assertEqual(theirs("Marta", uuid4()), [row])
        self.assertEqual(len(named("Marta", uuid4())), 2)
        with everywhere("test"):
            self.assertEqual(len(named("Marta", uuid4())), 3)

    def test_one_or_none(self):
        self.assertEqual(locked.one(self.marta.pk), self.marta)
        self.assertRaises(Contact.DoesNotExist, locked.one, uuid4())

    def test_an_argument_that_is_not_in_the_sql_is_refused(self):
        with self.assertRaisesMessage(TypeError, "argument 2"):
            forgetful("Marta", uuid4())

    def test_what_depends_on_its_values_is_refused_instead_of_tried_for_ever(self):
        @compiled
        def newest(how_many: int) -> QuerySet[Contact]:
            return Contact.objects.order_by("-id")[:how_many]

        with self.assertRaisesMessage(TypeError, "its SQL changes"):
            newest(3)

    def test_only_plain_values_are_taken(self):
        for value in (None, Contact):
            with self.subTest(value), self.assertRaisesMessage(TypeError, "plain value"):
                short(value)


class LockTest(CommittedTest):
    def test_rows_are_locked_inside_a_transaction_only(self):
        with within(self.shop.workspace.pk):
            self.assertRaises(transaction.TransactionManagementError, locked, uuid4())
            with transaction.atomic():
                self.assertEqual(locked(uuid4()), [])
