"""A desk for page tests: Marta has written to the café, and somebody looks at the inbox."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from inbox.models import Conversation
from inbox.testing import InboxTest


class DeskTest(InboxTest):
    """Ana's browser, Beto's, and one of the other shop's; Marta said hello."""

    def setUp(self) -> None:
        super().setUp()
        self.customer_writes("Hola, ¿cuánto vale?")
        self.marta: Conversation = self.conversation()
        self.browser = self.signed_in()
        self.betos = self.signed_in(owner=False)
        self.strangers = self.signed_in(self.other_shop)

    def url(self, name: str, *args: Any) -> str:
        """Return a page's address in the café."""
        return reverse(f"inbox:{name}", args=[self.shop.workspace.slug, *args])

    def its(self, name: str, *args: Any) -> str:
        """Return a page's address of Marta's conversation."""
        return self.url(name, self.marta.pk, *args)

    def fresh(self) -> Conversation:
        """Return Marta's conversation as it is now."""
        return Conversation.objects.get(pk=self.marta.pk)
