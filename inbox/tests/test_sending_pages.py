"""What people see of sending: a number that stopped, attempts, and what nobody confirmed."""

from __future__ import annotations

from typing import Any

from inbox.models import Channel, Message
from inbox.operations import messages, stopping
from inbox.tests.desk import DeskTest
from morfx.operations.actor import Actor


class StoppedPagesTest(DeskTest):
    def stop(self) -> Channel:
        system = Actor.system(self.shop.workspace.pk, "delivery")
        return stopping.stop(system, channel=self.channel, code=190, reason="Token expired")

    def test_nothing_is_said_while_all_numbers_send(self):
        self.assertEqual(self.browser.get(self.url("stopped")).content.strip(), b"")

    def test_an_admin_reads_what_happened_and_what_to_do(self):
        self.stop()
        page = self.browser.get(self.url("stopped"))
        self.assertContains(page, "The access token is not valid")
        self.assertContains(page, "Connect the number again")
        self.assertContains(page, self.url("channels"))

    def test_others_read_that_it_waits(self):
        self.stop()
        page = self.betos.get(self.url("stopped"))
        self.assertContains(page, "nothing is lost")
        self.assertNotContains(page, "Connect the number again")

    def test_the_inbox_asks_for_it_and_costs_no_query_more(self):
        self.assertContains(self.browser.get(self.url("list")), self.url("stopped"))

    def test_the_numbers_page_lets_it_go_on(self):
        self.stop()
        page = self.browser.get(self.url("channels"))
        self.assertContains(page, "Token expired")
        self.browser.post(self.url("channel_resume", self.channel.pk))
        self.assertHappened("channel.resumed", by=self.ana)
        self.assertNotContains(self.browser.get(self.url("channels")), "Token expired")

    def test_strangers_and_agents_cannot(self):
        self.stop()
        address = self.url("channel_resume", self.channel.pk)
        self.assertEqual(self.betos.post(address).status_code, 403)
        self.assertEqual(self.strangers.post(address).status_code, 404)
        self.assertNothingHappened("channel.resumed")


class AttemptsPagesTest(DeskTest):
    def line(self, message: Message) -> Any:
        page = self.browser.get(self.its("conversation"))
        self.page = page
        return next(line for line in page.context["bubbles"] if line["pk"] == message.pk)

    def test_a_message_that_was_tried_twice_tells_both_attempts(self):
        sent = messages.send(self.ana, conversation=self.marta, text="Hola")
        self.assertIsNone(self.line(sent)["attempts"])
        sent.sends.update(state="rejected", error={"code": 131016, "title": "x"})
        Message.objects.filter(pk=sent.pk).update(status="failed")
        messages.retry(self.ana, message=sent)
        told = [(each["number"], each["what"]) for each in self.line(sent)["attempts"]]
        expected = [(1, "failed: WhatsApp has a passing problem."), (2, "waits")]
        self.assertEqual(told, expected)
        self.assertContains(self.page, "2 attempts")

    def test_what_is_not_confirmed_offers_a_second_try_only_after_a_while(self):
        sent = messages.send(self.ana, conversation=self.marta, text="Hola")
        Message.objects.filter(pk=sent.pk).update(status="unknown")
        self.assertIsNone(self.line(sent)["retry_url"])
        self.assertContains(self.page, "Not confirmed yet")
        error = {"code": None, "title": "ReadTimeout"}
        Message.objects.filter(pk=sent.pk).update(error=error)
        self.assertIsNotNone(self.line(sent)["retry_url"])
        self.assertContains(self.page, "Send again")
