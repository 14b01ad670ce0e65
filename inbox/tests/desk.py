"""A desk for page tests: Marta has written to the café, and somebody looks at the inbox."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from crm.models import Contact, ContactIdentity, ContactTag, Order, Pipeline, Stage, Tag
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

    def many_write(self, count: int) -> None:
        """Let other customers have conversations too, each with a tag and an open order."""
        pipeline = Pipeline.objects.create(name="Ventas")
        stage = Stage.objects.create(pipeline=pipeline, name="Despachado", position=1)
        tag = Tag.objects.create(name="VIP")
        for number in range(count):
            phone = f"+5731000000{number:02}"
            contact = Contact.objects.create(name=f"N {number}", phone=phone)
            ContactTag.objects.create(contact=contact, tag=tag)
            Order.objects.create(contact=contact, pipeline=pipeline, stage=stage)
            Conversation.objects.create(
                channel=self.channel,
                contact=contact,
                identity=ContactIdentity.objects.create(contact=contact, kind="phone", value=phone),
                address=phone.lstrip("+"),
                last_message_at=self.marta.last_message_at,
            )

    def url(self, name: str, *args: Any) -> str:
        """Return a page's address in the café."""
        return reverse(f"inbox:{name}", args=[self.shop.workspace.slug, *args])

    def its(self, name: str, *args: Any) -> str:
        """Return a page's address of Marta's conversation."""
        return self.url(name, self.marta.pk, *args)

    def fresh(self) -> Conversation:
        """Return Marta's conversation as it is now."""
        return Conversation.objects.get(pk=self.marta.pk)
