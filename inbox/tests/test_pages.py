"""The inbox's pages: who sees what, and what each piece answers."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox.models import Conversation, Message
from inbox.operations import conversations, messages
from inbox.testing import NUMBER
from inbox.tests.desk import DeskTest
from inbox.views import listing


def asked(captured: CaptureQueriesContext) -> list[str]:
    """Return the questions asked of the database, without the transactions around them."""
    frame = ("SAVEPOINT", "RELEASE", "SELECT set_config")
    queries = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in queries if not sql.startswith(frame)]


class ListTest(DeskTest):
    def test_it_lists_and_counts(self):
        page = self.browser.get(self.url("list"))
        self.assertContains(page, "Marta")
        self.assertContains(page, "Hola, ¿cuánto vale?")
        self.assertContains(page, "1 unread message")
        self.assertContains(page, f'href="{self.its("conversation")}"')
        self.assertEqual(page.context["nav_counts"]["inbox"], 1)

    def test_pieces_are_answered_alone(self):
        for target, inside in {
            "conversations": 'id="conversations"',
            "list-pane": 'id="list-pane"',
            "more": 'id="conversations"',
        }.items():
            with self.subTest(target):
                headers = {"HX-Request": "true", "HX-Target": target}
                page = self.browser.get(self.url("list"), headers=headers)
                self.assertContains(page, inside)
                self.assertNotContains(page, "<html")
                self.assertIn("HX-Target", page.headers["Vary"])

    def test_filters(self):
        def shown(key: str) -> bool:
            page = self.browser.get(self.url("list"), {"filter": key})
            return b"Marta" in page.content

        self.assertEqual([shown(key) for key in ("unread", "mine", "unassigned")], [1, 0, 1])
        conversations.assign(self.ana, conversation=self.marta, user=self.ana.user_id)
        self.browser.get(self.its("conversation"))
        self.assertEqual([shown(key) for key in ("unread", "mine", "unassigned")], [0, 1, 0])
        conversations.close(self.ana, conversation=self.fresh())
        self.assertEqual([shown(key) for key in ("all", "mine", "archived")], [0, 0, 1])
        self.assertEqual(
            self.browser.get(self.url("list"), {"filter": "nonsense"}).status_code, 404
        )
        self.assertEqual(self.browser.get(self.url("list"), {"cursor": "?"}).status_code, 404)

    def test_search_takes_names_numbers_and_words(self):
        digits = self.sender[2:]
        spaced = f"{digits[:3]} {digits[3:6]}-{digits[6:]}"
        for text in ("marta", "MÁRTA", "cuánto", digits[-4:], digits, spaced, f"+57 ({spaced})"):
            with self.subTest(text):
                self.assertContains(self.browser.get(self.url("list"), {"q": text}), 'class="conv"')
        for text in ("pedro", f"{digits}9", "100%", "\x00x", "'; --", "_"):
            with self.subTest(text):
                page = self.browser.get(self.url("list"), {"q": text})
                self.assertContains(page, "No conversation found")

    def test_a_second_page_follows_the_first(self):
        self.many_write(listing.PAGE + 10)
        first = self.browser.get(self.url("list"))
        second = self.browser.get(first.context["next_url"])
        seen = [row["pk"] for page in (first, second) for row in page.context["conversations"]]
        self.assertEqual((len(seen), len(set(seen))), (listing.PAGE + 11, listing.PAGE + 11))
        self.assertIsNone(second.context["next_url"])
        with CaptureQueriesContext(connection) as captured:
            self.browser.get(self.url("list"))
        self.assertLessEqual(len(asked(captured)), 12, "\n".join(asked(captured)))

    def test_agents_see_their_own_and_the_unassigned(self):
        self.assertContains(self.betos.get(self.url("list")), 'class="conv"')
        conversations.assign(self.ana, conversation=self.marta, user=self.ana.user_id)
        page = self.betos.get(self.url("list"))
        self.assertNotContains(page, 'class="conv"')
        self.assertEqual(page.context["nav_counts"]["inbox"], 0)
        conversations.assign(self.ana, conversation=self.fresh(), user=self.beto.user_id)
        self.assertContains(self.betos.get(self.url("list")), 'class="conv"')

    def test_who_needs_a_person_is_marked(self):
        Conversation.objects.filter(pk=self.marta.pk).update(handed_over_at="2026-01-01T00:00Z")
        self.assertContains(self.browser.get(self.url("list")), "Needs a person")
        conversations.take_over(self.ana, conversation=self.fresh())
        self.assertNotContains(self.browser.get(self.url("list")), "Needs a person")

    def test_availability(self):
        page = self.browser.get(self.url("list"))
        self.assertContains(page, "Away")
        page = self.browser.post(self.url("availability"), {"online": "1"})
        self.assertContains(page, "Online")
        self.assertNotContains(page, "<html")
        self.assertHappened("availability.changed", by=self.ana, online=True)
        self.assertContains(self.browser.post(self.url("availability"), {"online": "0"}), "Away")


class ConversationTest(DeskTest):
    def test_it_shows_everything(self):
        messages.send(self.beto, conversation=self.marta, text="Hola Marta, soy Beto")
        page = self.browser.get(self.its("conversation"))
        for words in (
            "Hola, ¿cuánto vale?",
            "Hola Marta, soy Beto",
            "took over",
            f"+{self.sender}",
        ):
            self.assertContains(page, words)
        self.assertContains(page, 'data-screen="thread"')
        self.assertContains(page, f'name="key" value="{page.context["composer_key"]}"')
        panel = self.browser.get(self.its("conversation"), {"screen": "panel"})
        self.assertContains(panel, 'data-screen="panel"')

    def test_htmx_gets_the_conversation_alone(self):
        headers = {"HX-Request": "true", "HX-Target": "conversation"}
        page = self.browser.get(self.its("conversation"), headers=headers)
        self.assertContains(page, 'id="conversation"')
        self.assertNotContains(page, 'id="list-pane"')

    def test_opening_marks_it_read_here_and_at_whatsapp(self):
        self.assertEqual(self.fresh().unread_count, 1)
        self.browser.get(self.its("conversation"))
        self.assertEqual(self.fresh().unread_count, 0)
        self.assertIn("inbox.tell_read", self.run_jobs())
        chat = self.whatsapp.chat(NUMBER, self.sender)
        self.assertEqual(
            [b["status"] for b in chat["messages"] if b["direction"] == "in"][-1], "read"
        )
        self.browser.post(self.its("unread"))
        self.assertEqual(self.fresh().unread_count, 1)

    def test_pieces(self):
        for name, inside in {
            "thread": 'id="bubbles"',
            "header": 'id="thread-head"',
            "panel": 'id="panel"',
        }.items():
            with self.subTest(name):
                page = self.browser.get(self.its(name))
                self.assertContains(page, inside)
                self.assertNotContains(page, "<html")

    def test_strangers_and_others_see_nothing(self):
        conversations.assign(self.ana, conversation=self.marta, user=self.ana.user_id)
        message = Message.objects.get()
        for name, method in (
            ("conversation", "get"),
            ("thread", "get"),
            ("header", "get"),
            ("panel", "get"),
            ("send", "post"),
            ("typing", "post"),
            ("take_over", "post"),
            ("give_back", "post"),
            ("bot", "post"),
            ("assign", "post"),
            ("archive", "post"),
            ("unread", "post"),
            ("retry", "post"),
        ):
            extra = (message.pk,) if name == "retry" else ()
            address = self.its(name, *extra)
            foreign = address.replace(
                f"/{self.shop.workspace.slug}/", f"/{self.other_shop.workspace.slug}/"
            )
            with self.subTest(name):
                self.assertEqual(getattr(self.strangers, method)(address).status_code, 404)
                self.assertEqual(getattr(self.strangers, method)(foreign).status_code, 404)
                self.assertEqual(getattr(self.betos, method)(address).status_code, 404)
                self.assertEqual(getattr(self.client, method)(address).status_code, 302)
        self.assertEqual(self.fresh().epoch, 1)

    def test_it_speaks_spanish(self):
        self.browser.cookies["django_language"] = "es"
        for address in (self.url("list"), self.its("conversation"), self.its("thread")):
            self.assertEqual(self.browser.get(address).status_code, 200)

    def test_what_a_thread_costs(self):
        for number in range(30):
            messages.send(self.beto, conversation=self.marta, text=f"Bubble {number}")
        self.browser.get(self.its("thread"))
        with CaptureQueriesContext(connection) as captured:
            page = self.browser.get(self.its("thread"))
        self.assertEqual(page.content.count(b"bubble-text"), 31)
        self.assertLessEqual(len(asked(captured)), 12, "\n".join(asked(captured)))
