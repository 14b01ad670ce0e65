"""What the CRM does with conversations, which it knows by their ids only."""

from django.apps import apps

from crm import conversations
from crm.models import Contact
from crm.operations import contacts, identities, tasks
from morfx.tenancy import within

from .desk import DeskTest
from .pages import PageTest


def talk(test: DeskTest):
    """Open a conversation of Marta's; the inbox stands above, so its rows are made by name."""
    identity = identities.identify(test.system, phone=test.marta.phone).identity
    channel = apps.get_model("inbox", "Channel").objects.create(
        provider="cloud", phone_number_id="1"
    )
    return apps.get_model("inbox", "Conversation").objects.create(
        channel=channel, identity=identity, contact=test.marta, address="573001234567"
    )


class ConversationTest(DeskTest):
    def test_a_task_is_about_it_before_anything_else(self):
        conversation = talk(self)
        made = self.submit(
            "crm.task.create",
            title="Answer",
            conversationId=str(conversation.pk),
            contactId=str(self.marta.pk),
        )
        self.assertEqual(made["linked"], {"kind": "conversation", "id": str(conversation.pk)})
        self.assertHappened("task.created", conversation=conversation.pk, contact=None)
        self.assertEqual(conversations.newest_of(self.marta.pk), conversation.pk)

    def test_another_shops_conversation_does_not_exist(self):
        conversation = talk(self)
        there = self.other_shop
        with (
            within(there.workspace.pk),
            self.assertRefused(code="CONVERSATION_NOT_FOUND", field="conversation"),
        ):
            tasks.create(there.owner, title="X", conversation=conversation.pk)

    def test_a_contact_who_talked_is_not_deleted(self):
        talk(self)
        with self.assertRefused(code="DELETE_FAILED", field="contact"):
            contacts.delete(self.ana, contact=self.marta)
        self.assertTrue(Contact.objects.filter(pk=self.marta.pk).exists())
        self.assertNothingHappened("contact.deleted")


class ConversationOnPagesTest(PageTest):
    def test_tasks_name_it(self):
        tasks.create(
            self.ana, title="Answer", conversation=talk(self).pk, assigned_to=self.ana.user_id
        )
        self.assertIn("Marta Ríos", self.get("tasks/"))
        (group,) = self.browser.get("/lucia/tasks/").context["groups"]
        self.assertEqual(group["tasks"][0]["linked"]["kind"], "inbox")
