"""The test case everything stands on: the cast, its workspace current, and a few questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.test import Client, TestCase

from morfx.events.models import Event
from morfx.jobs.testing import run_jobs
from morfx.operations.actor import Actor
from morfx.operations.errors import Refused
from morfx.tenancy import within

from .cast import Shop, open_shop


class CafeTest(TestCase):
    """Café Lucía is open and current; the other shop stands beside it."""

    shop: ClassVar[Shop]
    other_shop: ClassVar[Shop]
    ana: ClassVar[Actor]
    beto: ClassVar[Actor]
    nobody: ClassVar[Actor]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.shop = open_shop("lucia", "ana", "beto")
        cls.other_shop = open_shop("elsewhere", "zoe", "yuri")
        cls.ana, cls.beto = cls.shop.owner, cls.shop.agent
        cls.nobody = Actor(workspace_id=cls.shop.workspace.pk, who="user:0", via="page")
        with within(cls.shop.workspace.pk):
            cls.furnish()

    @classmethod
    def furnish(cls) -> None:
        """Add what a test class needs; the café's workspace is current."""

    def setUp(self) -> None:
        self._within = within(self.shop.workspace.pk)
        self._within.__enter__()
        self.addCleanup(self._within.__exit__, None, None, None)

    def signed_in(self, shop: Shop | None = None, *, owner: bool = True) -> Client:
        """Return a browser where the shop's owner (or agent) is signed in."""
        shop = shop or self.shop
        client = Client()
        client.force_login(shop.owner_user if owner else shop.agent_user)
        return client

    def assertHappened(self, name: str, *, by: Actor | None = None, **facts: Any) -> Event:
        """Assert that an event of this name was recorded with these facts; return the newest."""
        events = Event.objects.filter(name=name).order_by("-id")
        if by is not None:
            events = events.filter(who=by.who)
        for event in events:
            if all(event.facts.get(key) == _plain(value) for key, value in facts.items()):
                return event
        raise AssertionError(
            f"{name} did not happen with {facts}; there was "
            f"{[(e.name, e.facts) for e in Event.objects.order_by('-id')[:8]]}"
        )

    def assertNothingHappened(self, name: str) -> None:
        """Assert that no event of this name was recorded."""
        self.assertFalse(Event.objects.filter(name=name).exists(), f"{name} happened")

    @contextmanager
    def assertRefused(self, *, code: str = "", field: str = "") -> Iterator[None]:
        """Assert that the block is refused with a sentence, and with this code and field."""
        with self.assertRaises(Refused) as caught:
            yield
        self.assertTrue(caught.exception.message)
        if code:
            self.assertEqual(caught.exception.code, code)
        if field:
            self.assertEqual(caught.exception.field, field)

    run_jobs = staticmethod(run_jobs)


def _plain(value: Any) -> Any:
    from pydantic_core import to_jsonable_python

    return to_jsonable_python(value)
