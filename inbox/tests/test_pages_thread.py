"""The thread: every kind of message, quotes, reactions, system lines, earlier pages."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from inbox import bot
from inbox.bot import BotState
from inbox.models import Message, Send
from inbox.operations import conversations, messages
from inbox.testing import NUMBER, inbound_payload
from inbox.tests.desk import DeskTest


class ThreadTest(DeskTest):
    def page(self, **query: str) -> Any:
        return self.browser.get(self.its("thread"), query)

    def lines(self, **query: str) -> list[dict[str, Any]]:
        return self.page(**query).context["bubbles"]

    def comes(self, **message: Any) -> Message:
        """Let a message of any type come in from the customer."""
        wamid = f"wamid.{uuid.uuid4().hex}"
        self.store(inbound_payload("", sender=self.sender, wamid=wamid, message=message))
        self.run_jobs(only="inbox.open_envelope")
        return Message.objects.get(provider_id=wamid)

    def test_each_type_has_a_shape(self):
        place = {"latitude": 4.65, "longitude": -74.06, "name": "Parque 93"}
        card = {"name": {"formatted_name": "Don Julio"}, "phones": [{"phone": "+57 300"}]}
        reply = {"type": "button_reply", "button_reply": {"id": "1", "title": "El de dos"}}
        kinds: list[tuple[dict[str, Any], str]] = [
            (
                {"type": "location", "location": place},
                "google.com/maps/search/?api=1&amp;query=4.65",
            ),
            ({"type": "contacts", "contacts": [card]}, "Don Julio"),
            ({"type": "interactive", "interactive": reply}, "El de dos"),
            ({"type": "button", "button": {"text": "Sí, quiero", "payload": "y"}}, "Sí, quiero"),
            ({"type": "image", "image": {"id": "1", "caption": "Mira"}}, "Mira"),
            ({"type": "sticker", "sticker": {"id": "2"}}, "is-sticker"),
            ({"type": "order", "order": {"product_items": [{}, {}]}}, "A cart with 2 products."),
            ({"type": "system", "system": {"body": "Marta changed her number"}}, "line-system"),
            ({"type": "unsupported"}, "cannot be shown here"),
            ({"type": "hologram", "hologram": {}}, "cannot be shown here"),
        ]
        for message, shown in kinds:
            with self.subTest(message["type"]):
                self.comes(**message)
                self.assertContains(self.page(), shown)

    def test_files_are_fetched_when_somebody_looks(self):
        content = b"\x89PNG not really"
        for mime, shown in (("image/png", True), ("text/html", False), ("image/svg+xml", False)):
            with self.subTest(mime):
                media_id = self.whatsapp.add_media(NUMBER, content, mime)
                row = self.comes(type="image", image={"id": media_id, "mime_type": mime})
                address = self.its("media", row.pk)
                self.assertContains(self.page(), "The file is on its way…")
                self.run_jobs(only="inbox.keep_file")
                self.assertContains(self.page(), f'src="{address}"')
                answer = self.browser.get(address)
                self.assertEqual(answer.content, content)
                self.assertEqual(answer["Content-Type"] == mime, shown)
                self.assertEqual(answer["Content-Disposition"].startswith("inline"), shown)
                self.assertIn("sandbox", answer["Content-Security-Policy"])
                self.assertEqual(self.strangers.get(address).status_code, 404)
        text = Message.objects.filter(type="text").get()
        self.assertEqual(self.browser.get(self.its("media", text.pk)).status_code, 404)
        gone = self.comes(type="image", image={"id": "404404", "mime_type": "image/png"})
        self.assertEqual(self.browser.get(self.its("media", gone.pk)).status_code, 404)
        conversations.assign(self.ana, conversation=self.marta, user=self.ana.user_id)
        self.assertEqual(self.betos.get(self.its("media", row.pk)).status_code, 404)
        Message.objects.update(created_at=timezone.now() - timedelta(days=8))
        self.assertContains(self.page(), "could not be fetched")

    def test_words_are_escaped(self):
        self.customer_writes("<script>alert(1)</script> https://x.test/?a=1&b=<i>")
        page = self.page()
        self.assertNotContains(page, "<script>alert")
        self.assertNotContains(page, "<i>")

    def test_quotes_and_reactions(self):
        first = Message.objects.get()
        sent = messages.send(
            self.ana, conversation=self.marta, text="77.900", reply_to=str(first.pk)
        )
        self.run_jobs()
        sent.refresh_from_db()
        emoji = {"message_id": sent.provider_id, "emoji": "👍"}
        self.comes(type="reaction", reaction=emoji)
        line = next(line for line in self.lines() if line["pk"] == sent.pk)
        self.assertEqual(line["quoted"]["text"], first.text)
        self.assertEqual(line["reactions"], "👍")
        self.assertNotIn("reaction", [line["type"] for line in self.lines()])
        self.comes(type="reaction", reaction={**emoji, "emoji": ""})
        line = next(line for line in self.lines() if line["pk"] == sent.pk)
        self.assertEqual(line["reactions"], "")

    def test_ticks_follow_the_statuses(self):
        sent = messages.send(self.ana, conversation=self.marta, text="Hola")
        shown = {
            "queued": "Waiting to be sent",
            "sending": "Waiting to be sent",
            "sent": "Sent",
            "delivered": "Delivered",
            "read": "Read",
            "played": "Read",
            "failed": "Not sent",
            "unknown": "Not confirmed",
        }
        for status, title in shown.items():
            with self.subTest(status):
                Message.objects.filter(pk=sent.pk).update(status=status)
                self.assertContains(self.page(), f'title="{title}"')

    def test_earlier_pages_leave_no_hole(self):
        for number in range(119):
            Message.objects.create(
                conversation=self.marta,
                direction="outbound",
                sender="system",
                status="sent",
                text=f"No. {number}.",
            )
        page = self.page()
        shown = [line["pk"] for line in page.context["bubbles"]]
        self.assertEqual(len(shown), 50)
        while page.context["older_url"]:
            page = self.browser.get(page.context["older_url"])
            shown = [line["pk"] for line in page.context["bubbles"]] + shown
        written = list(Message.objects.order_by("pk").values_list("pk", flat=True))
        self.assertEqual(sorted(shown), written)
        again = self.browser.get(page.context["thread_url"]).context
        self.assertEqual(len(again["bubbles"]), 120)
        self.assertIsNone(again["older_url"])
        middle = self.lines(**{"from": str(written[100])})
        self.assertEqual(sorted(line["pk"] for line in middle), written[100:])
        for nonsense in ({"from": "x"}, {"before": "1' OR 1"}):
            self.assertEqual(self.page(**nonsense).status_code, 404)

    def test_what_happened_stands_between(self):
        conversations.take_over(self.ana, conversation=self.marta)
        messages.send(self.ana, conversation=self.fresh(), text="Aquí estoy")
        conversations.give_back(self.ana, conversation=self.fresh())
        conversations.take_over(self.beto, conversation=self.fresh())
        self.assertEqual(
            [line["text"] for line in self.lines()],
            [
                "Hola, ¿cuánto vale?",
                "ana took over",
                "Aquí estoy",
                "ana gave the conversation back to the agent",
                "beto took over",
            ],
        )

    def test_looking_at_news_is_seeing_them(self):
        self.browser.get(self.its("conversation"))
        self.customer_writes("¿Sigues ahí?")
        self.assertEqual(self.fresh().unread_count, 1)
        self.page()
        self.assertEqual(self.fresh().unread_count, 1)
        self.page(seen="1")
        self.assertEqual(self.fresh().unread_count, 0)


class AgentTest(DeskTest):
    """An agent that a higher floor has told us of."""

    def setUp(self) -> None:
        super().setUp()
        state = BotState(agent="sara", name="Sara", available=True, enabled=True)
        before = bot.describe[:]
        bot.describe[:] = [lambda conversation: state]
        self.addCleanup(bot.describe.__setitem__, slice(None), before)

    def test_it_is_said_to_answer(self):
        Message.objects.update(heard_at=timezone.now())
        self.assertContains(self.browser.get(self.its("header")), "Sara is answering")
        self.assertContains(self.browser.get(self.url("list")), "avatar-mark")
        page = self.browser.get(self.its("conversation"))
        self.assertContains(page, "Write, and Sara steps aside")

    def test_it_is_writing_while_an_answer_comes(self):
        self.assertContains(self.browser.get(self.its("header")), "Sara is writing…")
        Message.objects.update(heard_at=timezone.now())
        self.assertNotContains(self.browser.get(self.its("header")), "is writing…")
        bubble = Send.objects.create(
            conversation=self.marta, sender="agent", epoch=1, body={"text": "Hola"}
        )
        self.assertContains(self.browser.get(self.its("header")), "Sara is writing…")
        Send.objects.filter(pk=bubble.pk).update(state="withdrawn")
        self.assertNotContains(self.browser.get(self.its("header")), "is writing…")

    def test_a_person_who_has_it_is_alone(self):
        conversations.take_over(self.beto, conversation=self.marta)
        page = self.browser.get(self.its("header"))
        self.assertContains(page, "beto is answering")
        self.assertNotContains(page, "is writing…")
        self.assertNotContains(self.browser.get(self.url("list")), "avatar-mark")
