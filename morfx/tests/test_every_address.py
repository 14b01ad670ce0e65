"""Every address of the application, tried by strangers and with another shop's ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from agents.models import AgentTurn, Session
from agents.operations import settings
from crm.models import Contact, Order, Task
from crm.operations import orders, tasks
from inbox.models import Conversation, Message
from inbox.testing import InboxTest
from morfx.tenancy import within
from morfx.workspaces.models import ApiKey, Invitation, Membership
from morfx.workspaces.operations import keys
from morfx.workspaces.roles import Role

ANSWERS_TO_STRANGERS = {404, 405}
"""Nothing is there; or an address that only takes POST was asked with GET, whoever asks."""


def addresses() -> Iterator[tuple[str, dict[str, Any]]]:
    """Return every named address below a workspace: its full name and its parameters' types."""
    for prefix, pattern in _walk(get_resolver().url_patterns, "", ""):
        namespace, route = prefix
        if "<slug:slug>" in route and pattern.name:
            name = f"{namespace}:{pattern.name}" if namespace else pattern.name
            yield name, dict(pattern.pattern.converters)


def _walk(
    patterns: list[Any], namespace: str, route: str
) -> Iterator[tuple[tuple[str, str], URLPattern]]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, pattern.namespace or namespace, here)
        elif not here.startswith("accounts/"):
            yield (namespace, here), pattern


class EveryAddressTest(InboxTest):
    """The café has rows of every kind; Zoe of the other shop tries to reach them."""

    @classmethod
    def furnish(cls) -> None:
        super().furnish()
        settings.set_agent(cls.ana, agent="somnio-sales-v1", on=True, speed=0, quiet_seconds=0)
        keys.create(cls.ana, name="cash desk", role=Role.AGENT)

    def setUp(self) -> None:
        super().setUp()
        self.customer_writes("hola, cuanto vale?")
        self.run_jobs(ahead=1)
        self.chat = self.conversation()
        assert self.chat.contact is not None
        self.order = orders.create(
            self.ana, contact=self.chat.contact, confirmed=False, products=[]
        )
        self.task = tasks.create(self.ana, title="call", contact=self.chat.contact)
        self.secrets = [str(self.chat.contact.name), "cash desk", "$77,900"]

    def ids(self) -> list[Any]:
        """Return the café's ids, of every kind of row an address may name."""
        models = (Contact, Order, Task, Conversation, Message, Session, AgentTurn)
        found = [m.objects.values_list("pk", flat=True).first() for m in models]
        people = (Membership, ApiKey, Invitation)
        return [*found, *[m.objects.values_list("pk", flat=True).first() for m in people]]

    def urls(self, slug: str) -> Iterator[str]:
        """Return every address of a workspace, filled with each of the café's ids."""
        ids = [pk for pk in self.ids() if pk]
        for name, converters in addresses():
            others = [key for key in converters if key != "slug"]
            if not others:
                yield reverse(name, kwargs={"slug": slug})
                continue
            for pk in ids:
                values = {key: self._value(converters[key], pk) for key in others}
                yield reverse(name, kwargs={"slug": slug, **values})

    @staticmethod
    def _value(converter: Any, pk: Any) -> Any:
        kind = type(converter).__name__
        if kind == "IntConverter":
            return 1
        return str(pk)

    def test_there_are_addresses_to_try(self):
        self.assertGreater(len(list(addresses())), 40)

    def test_a_stranger_is_told_that_nothing_is_there(self):
        zoe = self.signed_in(self.other_shop)
        slug = self.shop.workspace.slug
        for url in self.urls(slug):
            for method in (zoe.get, zoe.post):
                self.assertIn(method(url).status_code, ANSWERS_TO_STRANGERS, url)

    def test_nobody_signed_in_is_sent_to_sign_in(self):
        from django.test import Client

        for url in self.urls(self.shop.workspace.slug):
            answer = Client().get(url)
            if answer.status_code == 405:
                answer = Client().post(url)
            self.assertEqual(answer.status_code, 302, url)
            self.assertIn("/accounts/login/", answer["Location"])

    def test_another_shops_ids_do_not_exist_under_ones_own_address(self):
        zoe = self.signed_in(self.other_shop)
        before = self._cafe()
        for url in self.urls(self.other_shop.workspace.slug):
            for method in (zoe.get, zoe.post):
                answer = method(url)
                self.assertLess(answer.status_code, 500, url)
                body = answer.content.decode(errors="replace")
                for secret in self.secrets:
                    self.assertNotIn(secret, body, url)
        self.assertEqual(self._cafe(), before)

    def _cafe(self) -> list[Any]:
        """Return what must not have changed."""
        with within(self.shop.workspace.pk):
            return [
                list(model.objects.order_by("pk").values())
                for model in (Contact, Order, Task, Conversation, Message, Membership, ApiKey)
            ]
