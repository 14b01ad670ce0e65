"""Writing from the page: once per key, refused with a sentence, taken over and given back."""

from __future__ import annotations

import json
from datetime import timedelta

from django.utils import timezone

from inbox.models import Conversation, Message, Send, Typing
from inbox.operations import conversations, messages
from inbox.tests.desk import DeskTest

HTMX = {"HX-Request": "true"}


class ComposerTest(DeskTest):
    def send(self, text: str, key: str = "k1", browser=None, **headers: str):
        return (browser or self.browser).post(
            self.its("send"), {"text": text, "key": key}, headers={**HTMX, **headers}
        )

    def test_it_sends_and_takes_over(self):
        answer = self.send("Hola Marta")
        self.assertEqual(answer.status_code, 200)
        self.assertIn(f"conversation-{self.marta.pk}", json.loads(answer.headers["HX-Trigger"]))
        self.assertContains(answer, 'id="composer-outcome"')
        self.assertNotContains(answer, 'value="k1"')
        self.run_jobs()
        self.assertEqual(self.phone_shows(), ["Hola Marta"])
        self.assertEqual(self.fresh().owner_who, self.ana.who)
        self.assertHappened("conversation.taken", by=self.ana)

    def test_the_same_key_is_one_message(self):
        self.send("Hola Marta")
        self.assertEqual(self.send("Hola Marta").status_code, 200)
        self.assertEqual(Message.objects.filter(direction="outbound").count(), 1)
        self.assertEqual(Send.objects.count(), 1)
        self.send("Hola Marta", key="k2")
        self.send("Hola Marta", key="k1", browser=self.betos)
        self.assertEqual(Message.objects.filter(direction="outbound").count(), 3)

    def test_a_key_of_another_text_is_refused(self):
        self.send("Hola Marta")
        self.assertContains(self.send("Adiós"), "different call", status_code=422)

    def test_nothing_is_refused_and_the_key_stays_free(self):
        answer = self.send("   \n ")
        self.assertContains(answer, "Write something first.", status_code=422)
        self.assertContains(answer, 'value="k1"', status_code=422)
        self.assertEqual(self.send("Ahora sí").status_code, 200)

    def test_a_closed_window_is_refused(self):
        Conversation.objects.filter(pk=self.marta.pk).update(
            last_customer_message_at=timezone.now() - timedelta(hours=25)
        )
        self.assertContains(self.send("Hola"), "24-hour window is closed", status_code=422)
        page = self.browser.post(self.its("send"), {"text": "Hola <b>", "key": "k"})
        self.assertContains(page, "24-hour window is closed", status_code=422)
        self.assertFalse(Message.objects.filter(direction="outbound").exists())
        self.assertContains(self.browser.get(self.its("conversation")), 'class="composer closed"')

    def test_without_javascript_the_words_come_back(self):
        page = self.browser.post(self.its("send"), {"text": "x" * 5000, "key": "k"})
        self.assertContains(page, "x" * 5000, status_code=422)
        page = self.browser.post(self.its("send"), {"text": "Hola", "key": "k"})
        self.assertRedirects(page, self.its("conversation"))

    def test_a_failed_message_says_why_and_is_sent_again_on_request(self):
        sent = messages.send(self.ana, conversation=self.marta, text="Hola")
        self.whatsapp.set_faults(
            "1055500001", rules=[{"kind": "refuse", "code": 131026, "next": 1}]
        )
        self.addCleanup(self.whatsapp.set_faults, "1055500001")
        self.run_jobs(ahead=60)
        page = self.browser.get(self.its("thread"))
        self.assertContains(page, "line-note alert")
        self.assertContains(page, self.its("retry", sent.pk))
        answer = self.browser.post(self.its("retry", sent.pk), headers=HTMX)
        self.assertEqual(answer.status_code, 204)
        self.run_jobs(ahead=60)
        self.assertEqual(self.phone_shows(), ["Hola"])
        again = self.browser.post(self.its("retry", sent.pk), headers=HTMX)
        self.assertIn("toast", again.headers["HX-Trigger"])
        theirs = Message.objects.filter(direction="inbound").get()
        self.browser.post(self.its("retry", theirs.pk))
        self.assertEqual(Message.objects.count(), 2)

    def test_who_may_only_look_cannot_write(self):
        self.shop.agent_user.memberships.update(permissions={"whatsapp.send": False})
        for name in ("send", "take_over", "give_back", "bot", "assign", "archive", "typing"):
            with self.subTest(name):
                self.assertEqual(self.betos.post(self.its(name)).status_code, 403)
        self.assertEqual(self.betos.get(self.its("conversation")).status_code, 200)
        self.shop.agent_user.memberships.update(permissions={"whatsapp.view": False})
        self.assertEqual(self.betos.get(self.its("conversation")).status_code, 403)
        self.assertEqual(self.betos.get(self.url("list")).status_code, 403)


class ActsTest(DeskTest):
    def act(self, name: str, browser=None, **data: str):
        return (browser or self.browser).post(self.its(name), data, headers=HTMX)

    def test_take_over_and_give_back(self):
        self.assertContains(self.act("take_over"), "You are answering")
        self.assertContains(self.betos.get(self.its("header")), "ana is answering")
        self.assertEqual(self.act("give_back").status_code, 200)
        self.assertEqual(self.fresh().owner_who, "")
        self.assertRedirects(self.browser.post(self.its("take_over")), self.its("conversation"))
        self.assertContains(self.browser.get(self.its("thread")), "ana took over")

    def test_assign(self):
        user = str(self.beto.user_id)
        self.assertContains(self.act("assign", user=user), "Assigned to beto")
        self.assertContains(self.browser.get(self.its("thread")), "ana gave this to beto")
        away = self.act("assign", self.betos, user=str(self.ana.user_id))
        self.assertEqual(away.headers["HX-Redirect"], self.url("list"))
        self.assertNotContains(self.act("assign", user=""), "Assigned to")
        for nonsense in ("999999", "x", str(self.other_shop.owner.user_id)):
            with self.subTest(nonsense):
                self.assertIn("toast", self.act("assign", user=nonsense).headers["HX-Trigger"])
                self.assertIsNone(self.fresh().assigned_to_id)

    def test_archive_and_bring_back(self):
        self.assertContains(self.act("archive", archived="1"), "Bring back")
        self.assertIn("toast", self.act("archive", archived="1").headers["HX-Trigger"])
        self.act("archive", archived="0")
        self.assertEqual(self.fresh().status, "active")

    def test_switching_the_bot_raises_the_epoch(self):
        self.act("bot", enabled="0")
        self.assertIs(self.fresh().bot_enabled, False)
        self.assertEqual(self.fresh().epoch, 2)
        self.act("bot", enabled="1")
        self.assertIs(self.fresh().bot_enabled, True)
        self.assertContains(self.browser.get(self.its("thread")), "ana switched the agent off")

    def test_only_posts_change_things(self):
        for name in ("take_over", "give_back", "bot", "assign", "archive", "unread", "send"):
            self.assertEqual(self.browser.get(self.its(name)).status_code, 405)


class TypingTest(DeskTest):
    def test_others_see_it_for_a_while(self):
        self.assertEqual(self.browser.post(self.its("typing")).status_code, 204)
        self.assertContains(self.betos.get(self.its("header")), "ana is writing…")
        self.assertContains(self.betos.get(self.its("header")), "load delay:5s")
        self.assertNotContains(self.browser.get(self.its("header")), "is writing…")
        Typing.objects.update(until=timezone.now())
        self.assertNotContains(self.betos.get(self.its("header")), "is writing…")
        self.browser.post(self.its("typing"))
        self.assertEqual(Typing.objects.count(), 1)

    def test_it_ends_with_the_message(self):
        self.browser.post(self.its("typing"))
        self.browser.post(self.its("send"), {"text": "Hola", "key": "k"})
        self.assertNotContains(self.betos.get(self.its("header")), "is writing…")


class TopicTest(DeskTest):
    def test_only_who_may_see_it_hears_of_it(self):
        from morfx.events.topics import allowed
        from morfx.workspaces.models import Membership

        ana = Membership.objects.get(user=self.shop.owner_user)
        beto = Membership.objects.get(user=self.shop.agent_user)
        names = [f"conversation-{self.marta.pk}", f"typing-{self.marta.pk}"]
        for name in names:
            self.assertTrue(allowed(ana, name))
            self.assertTrue(allowed(beto, name))
        conversations.assign(self.ana, conversation=self.marta, user=self.ana.user_id)
        for name in [*names, "conversation-nonsense", "conversation-"]:
            self.assertFalse(allowed(beto, name), name)
        self.assertTrue(allowed(beto, "inbox"))
