"""An approved template goes to a customer: filled in, once, inside the window or outside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest import mock

from django.utils import timezone

from crm.models import Contact, ContactIdentity
from inbox.models import Conversation, Message, Send, Template
from inbox.operations import channels, conversations, messages, templates
from inbox.testing import NUMBER
from inbox.tests.sending_desk import report
from inbox.tests.templated import ON_ITS_WAY, PLAIN, TemplatedTest, raw_template
from morfx.jobs.models import Job
from morfx.operations.actor import Actor
from morfx.operations.catalogue import find, lookups

GIVEN = {"1": "Marta", "2": "A-7"}
WORDS = "Hola Marta, tu pedido A-7 va en camino."
FETCH = "inbox.fetch_templates"


class SendTest(TemplatedTest):
    def setUp(self) -> None:
        super().setUp()
        silenced: Any = mock.patch("inbox.outgoing.objections", [])
        silenced.start()
        self.addCleanup(silenced.stop)
        self.listed(ON_ITS_WAY, PLAIN)
        self.customer_writes("hola")
        self.chat = self.conversation()

    def send(self, by: Actor | None = None, **given: Any) -> Message:
        given.setdefault("template_name", "pedido_en_camino")
        given.setdefault("template_params", GIVEN)
        if not {"conversation", "contact"} & set(given):
            given["conversation"] = self.chat
        return templates.send(by or self.beto, **given)

    def deliver(self) -> None:
        self.run_jobs(only="inbox.deliver")

    def last_accepted(self) -> dict[str, Any]:
        *_, entry = self.whatsapp.entries("send_accepted")
        return entry["data"]

    def close_window(self) -> None:
        late = timezone.now() - timedelta(hours=25)
        Conversation.objects.update(last_customer_message_at=late)

    def test_it_goes_out_in_metas_shape_and_shows_its_words(self):
        message = self.send()
        self.assertEqual(
            (message.type, message.text, message.status), ("template", WORDS, "queued")
        )
        self.deliver()
        message.refresh_from_db()
        self.assertEqual(message.status, "sent")
        send = Send.objects.get()
        self.assertEqual(send.body["components"], [{"type": "body", "parameters": [
            {"type": "text", "text": "Marta"}, {"type": "text", "text": "A-7"}]}])  # fmt: skip
        self.assertEqual(self.last_accepted()["biz_opaque_callback_data"], str(send.pk))
        self.assertEqual(message.content["template_name"], "pedido_en_camino")
        self.assertEqual(message.content["template_params"], GIVEN)
        self.assertHappened("message.queued", by=self.beto, text=WORDS)

    def test_it_goes_out_when_the_window_is_closed(self):
        self.close_window()
        with self.assertRefused(code="WINDOW_CLOSED"):
            messages.send(self.beto, conversation=self.chat, text="hola")
        message = self.send()
        self.deliver()
        message.refresh_from_db()
        self.assertEqual(message.status, "sent")
        self.assertEqual(self.conversation().window_state(), "closed")

    def test_doors_know_the_inherited_spellings(self):
        operation = find("whatsapp.template.send")
        assert operation is not None
        raw = {"contactId": str(self.chat.contact_id), "templateName": "pedido_en_camino",
               "templateParams": {"1": "Marta", "2": 7}, "language": "es"}  # fmt: skip
        outcome = operation.submit(self.beto, raw)
        self.assertEqual(outcome.data["text"], "Hola Marta, tu pedido 7 va en camino.")
        once = [operation.submit(self.beto, raw, key="k").data["id"] for _ in range(2)]
        self.assertEqual(once[0], once[1])

    def test_a_persons_template_takes_the_conversation_over(self):
        self.send()
        self.chat.refresh_from_db()
        self.assertEqual(self.chat.owner_who, self.beto.who)
        self.assertHappened("conversation.taken", by=self.beto)

    def test_an_automations_template_leaves_the_word_to_the_bot(self):
        robot = Actor(workspace_id=self.shop.workspace.pk, who="automation:1", via="automation")
        with mock.patch.object(Actor, "may", return_value=True):
            message = self.send(robot)
        self.chat.refresh_from_db()
        self.assertEqual((message.sender, self.chat.owner_who), ("automation", ""))

    def test_nothing_goes_out_unfilled(self):
        for params in ({}, {"1": "Marta"}, {"1": "Marta", "2": " "}, {**GIVEN, "2": "{{2}}"}):
            with self.subTest(params), self.assertRaises(Exception) as caught:
                self.send(template_params=params)
            self.assertIn("{{2}}", str(caught.exception))
            with self.assertRefused(code="REFUSED", field="template_params"):
                self.send(template_params=params)
        self.assertFalse(Send.objects.exists())
        self.assertNothingHappened("message.queued")
        self.chat.refresh_from_db()
        self.assertEqual(self.chat.owner_who, "")

    def test_what_is_not_there_is_not_found(self):
        with self.assertRefused(code="TEMPLATE_NOT_FOUND", field="template_name"):
            self.send(template_name="otro")
        with self.assertRefused(code="TEMPLATE_NOT_FOUND", field="language"):
            self.send(language="en_US")
        self.listed(PLAIN)
        with self.assertRefused(code="TEMPLATE_NOT_FOUND"):
            self.send()

    def test_only_what_is_approved_goes_out(self):
        for status in ("PENDING", "REJECTED", "PAUSED", "DISABLED", "ARCHIVED", "NEW_WORD", ""):
            Template.objects.filter(name="gracias").update(status=status)
            with self.subTest(status), self.assertRefused(code="TEMPLATE_NOT_APPROVED"):
                self.send(template_name="gracias", template_params={})

    def test_a_language_finds_its_only_variety(self):
        mexican = raw_template("mx", "Hola.", language="es_MX")
        self.listed(mexican, ON_ITS_WAY, {**ON_ITS_WAY, "language": "es_CO"})
        self.assertEqual(self.send(template_name="mx", template_params={})
                         .content["template_language"], "es_MX")  # fmt: skip
        self.assertEqual(self.send().content["template_language"], "es")

    def test_parts_we_cannot_fill_are_refused_by_name(self):
        self.listed(raw_template("carrusel", "Mira.", parts=[{"type": "CAROUSEL", "cards": []}]))
        with self.assertRefused(code="TEMPLATE_SEND_FAILED"):
            self.send(template_name="carrusel", template_params={})

    def test_a_picture_and_a_button_travel_along(self):
        parts = [
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "BUTTONS", "buttons": [
                {"type": "URL", "text": "Seguirlo", "url": "https://cafe.co/{{1}}"}]},
        ]  # fmt: skip
        self.listed(raw_template("foto", "Mira.", parts=parts))
        link = "https://cafe.co/foto.jpg"
        given = {"header.image": link, "button.0": "a7"}
        message = self.send(template_name="foto", template_params=given)
        self.deliver()
        message.refresh_from_db()
        self.assertEqual(message.status, "sent")
        header, button = Send.objects.get().body["components"]
        self.assertEqual(header["parameters"][0]["image"], {"link": link})
        self.assertEqual((button["sub_type"], button["index"]), ("url", "0"))
        self.assertEqual(message.content["buttons"], ["Seguirlo"])

    def test_a_code_cannot_go_to_who_has_no_number(self):
        """Meta refuses authentication templates to business-scoped ids (131062)."""
        otp = raw_template("codigo", "{{1}} es tu código.", category="AUTHENTICATION")
        self.listed(otp, PLAIN)
        Conversation.objects.update(address="CO.13491208655302741918")
        self.chat.refresh_from_db()
        with self.assertRefused(code="PHONE_REQUIRED"):
            self.send(template_name="codigo", template_params={"1": "4711"})
        self.assertFalse(Send.objects.exists())
        self.send(template_name="gracias", template_params={})

    def test_a_contact_nobody_wrote_with_gets_a_conversation_with_a_closed_window(self):
        phone = f"+57301{self.sender[-7:]}"
        self.whatsapp.customer(NUMBER, phone.lstrip("+"))
        contact = Contact.objects.create(name="Sofía", phone=phone)
        message = self.send(contact=contact)
        begun = Conversation.objects.get(contact=contact)
        self.assertEqual((message.conversation_id, begun.address), (begun.pk, phone.lstrip("+")))
        self.assertEqual(begun.window_state(), "closed")
        self.assertFalse(ContactIdentity.objects.get(contact=contact).verified)
        self.assertHappened("conversation.opened", contact=contact.pk)
        self.deliver()
        message.refresh_from_db()
        self.assertEqual(message.status, "sent")
        self.assertEqual(self.send(contact=contact).conversation_id, begun.pk)
        self.customer_writes("gracias", sender=phone.lstrip("+"))
        self.assertEqual(Conversation.objects.filter(contact=contact).count(), 1)

    def test_who_cannot_be_reached_is_refused(self):
        nobody = Contact.objects.create(name="Sin número")
        with self.assertRefused(code="PHONE_REQUIRED", field="contact"):
            self.send(contact=nobody)
        with self.assertRefused(field="conversation"):
            templates.send(self.beto, template_name="gracias")
        with self.assertRefused(code="PERMISSION_DENIED"):
            self.send(self.nobody)
        operation = find("whatsapp.template.send")
        assert operation is not None
        raw = {"conversation": str(self.chat.pk), "template_name": "gracias"}
        with self.assertRefused(code="CONVERSATION_NOT_FOUND"):
            operation.submit(self.other_shop.owner, raw)

    def test_it_begins_on_the_number_that_has_the_template(self):
        other = channels.connect(
            self.ana, provider="cloud", phone_number_id="77", token="t", waba_id="55"
        )  # fmt: skip
        Template.objects.create(channel=other, account="55", name="solo_aqui", language="es",
                                status="APPROVED", synced_at=timezone.now(),
                                components=[{"type": "BODY", "text": "Hola."}])  # fmt: skip
        contact = Contact.objects.create(name="Sofía", phone="+573015550142")
        message = self.send(contact=contact, template_name="solo_aqui", template_params={})
        self.assertEqual(message.conversation.channel_id, other.pk)

    def test_a_refused_template_is_looked_at_again_whichever_way_the_refusal_comes(self):
        Job.objects.filter(name=FETCH).delete()
        self.whatsapp.decide_template(NUMBER, "pedido_en_camino", "es", "PAUSED")
        message = self.send()
        self.run_jobs(only="inbox.deliver")
        message.refresh_from_db()
        self.assertEqual((message.status, message.error["code"]), ("failed", 132015))
        self.run_jobs(only="inbox.doubt_the_template")
        self.run_jobs(only=FETCH)
        self.assertEqual(Template.objects.get(name="pedido_en_camino").status, "PAUSED")
        with self.assertRefused(code="TEMPLATE_NOT_APPROVED"):
            self.send()
        later = self.send(template_name="gracias", template_params={})
        self.deliver()
        later.refresh_from_db()
        errors = [{"code": 132001, "title": "Template does not exist"}]
        self.store(report(str(later.provider_id), "failed", errors=errors))
        self.run_jobs(only="inbox.open_envelope")
        self.run_jobs(only="inbox.look_at_failure")
        self.run_jobs(only="inbox.doubt_the_template")
        self.assertEqual(Job.objects.filter(name=FETCH).count(), 1)

    def test_another_failure_fetches_nothing(self):
        Job.objects.filter(name=FETCH).delete()
        message = self.send()
        with self.captureOnCommitCallbacks():
            from inbox import template_jobs

            template_jobs.note_refusal(message, 131026)
            template_jobs.note_refusal(message, None)
        self.assertFalse(Job.objects.filter(name=FETCH).exists())

    def test_a_failed_template_is_sent_again_as_it_was(self):
        self.close_window()
        self.whatsapp.set_faults(NUMBER, rules=[{"kind": "refuse", "code": 131026, "next": 1}])
        self.addCleanup(self.whatsapp.set_faults, NUMBER)
        message = self.send()
        self.deliver()
        message.refresh_from_db()
        self.assertEqual(message.status, "failed")
        messages.retry(self.beto, message=message)
        self.deliver()
        message.refresh_from_db()
        self.assertEqual(message.status, "sent")
        first, second = Send.objects.order_by("attempt")
        self.assertEqual(first.body, second.body)

    def test_what_one_person_sent_is_not_stopped_by_another_who_takes_over(self):
        """A person who takes over does not stop what another person sent before."""
        self.send()
        conversations.take_over(self.ana, conversation=self.chat)
        self.deliver()
        self.assertEqual(Send.objects.get().state, "accepted")


class ListTest(TemplatedTest):
    def answers(self, **raw: Any) -> list[dict[str, Any]]:
        return lookups["whatsapp.template.list"].submit(self.beto, raw)["items"]

    def test_it_tells_what_must_be_filled_in(self):
        self.listed(ON_ITS_WAY, {**PLAIN, "status": "REJECTED", "rejected_reason": "PROMOTIONAL"})
        (row,) = self.answers(status="approved")
        self.assertEqual((row["name"], row["language"], row["category"], row["status"],
                          row["quality"], row["body"], row["sendable"]),
                         ("pedido_en_camino", "es", "UTILITY", "APPROVED", "GREEN",
                          "Hola {{1}}, tu pedido {{2}} va en camino.", True))  # fmt: skip
        self.assertEqual([v["name"] for v in row["variables"]], ["1", "2"])
        rejected = self.answers(status="REJECTED")
        self.assertEqual(rejected[0]["rejected_reason"], "PROMOTIONAL")
        self.assertEqual(len(self.answers()), 2)

    def test_what_is_gone_is_listed_only_on_request(self):
        self.listed(ON_ITS_WAY, PLAIN)
        self.listed(PLAIN)
        self.assertEqual([row["name"] for row in self.answers()], ["gracias"])
        self.assertEqual(len(self.answers(status="DELETED")), 1)
        self.assertEqual(len(self.answers(status="all")), 2)

    def test_another_shop_has_its_own(self):
        self.listed(PLAIN)
        found = lookups["whatsapp.template.list"].submit(self.other_shop.owner, {})
        self.assertEqual(found["items"], [])
