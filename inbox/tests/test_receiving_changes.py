"""Rewritten, deleted, reacted to: in any order, more than once, before and after the answer."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from django.utils import timezone

from inbox.models import Conversation, Message
from inbox.operations import conversations
from inbox.testing import inbound_payload
from inbox.tests.incoming import IncomingTest, edit, reaction, revoke, seconds_ago


class EditTest(IncomingTest):
    def test_an_edit_changes_the_words_and_keeps_the_former(self):
        first = self.comes("¿Cuánto vale?", id="wamid.1", timestamp=seconds_ago(60))
        self.comes(id="wamid.2", **edit("wamid.1", "¿Cuánto valen dos?"))
        first.refresh_from_db()
        self.assertEqual(first.text, "¿Cuánto valen dos?")
        versions = first.content["amended"]["versions"]
        self.assertEqual([version["text"] for version in versions], ["¿Cuánto vale?"])
        (line,) = self.lines()
        self.assertTrue(line["amended"]["edited"])
        self.assertContains(self.page(), "<del>¿Cuánto vale?</del>")
        self.assertEqual(self.conversation().last_preview, "¿Cuánto valen dos?")
        self.assertEqual(self.conversation().unread_count, 1)
        self.assertHappened("message.edited", message=first.pk, former="¿Cuánto vale?")

    def test_before_the_answer_the_agent_reads_the_new_words(self):
        first = self.comes("uno", id="wamid.1")
        self.comes(**edit("wamid.1", "dos"))
        first.refresh_from_db()
        self.assertEqual((first.heard_at, first.text), (None, "dos"))
        self.assertIs(first.content["amended"]["heard"], False)

    def test_after_the_answer_nothing_starts_and_it_is_said(self):
        first = self.comes("uno", id="wamid.1")
        Message.objects.filter(pk=first.pk).update(heard_at=timezone.now(), heard_by="turn:x")
        self.comes(**edit("wamid.1", "dos"))
        first.refresh_from_db()
        self.assertEqual((first.text, first.heard_by), ("dos", "turn:x"))
        self.assertIs(first.content["amended"]["heard"], True)
        self.assertFalse(Message.objects.filter(heard_at=None).exists())
        self.assertContains(self.page(), "Edited after it was read")

    def test_an_edit_of_an_unknown_message_is_kept_and_shown(self):
        row = self.comes(**edit("wamid.lost", "lo que quise decir"))
        self.assertEqual(row.reply_to, "wamid.lost")
        self.assertContains(self.page(), "Rewritten: lo que quise decir")

    def test_an_edited_caption(self):
        self.comes(id="wamid.1", type="image", image={"id": "9", "caption": "antes"})
        image = {"type": "image", "image": {"id": "9", "caption": "después"}}
        part = {"original_message_id": "wamid.1", "message": image}
        self.comes(type="edit", edit=part)
        first = Message.objects.get(provider_id="wamid.1")
        self.assertEqual((first.text, first.content["image"]["id"]), ("después", "9"))

    def test_an_edit_without_its_message_leaves_the_words_alone(self):
        self.comes("uno", id="wamid.1")
        self.comes(type="edit", edit={"original_message_id": "wamid.1"})
        self.assertEqual(Message.objects.get(provider_id="wamid.1").text, "uno")

    def test_nobody_edits_what_another_wrote(self):
        ours = Message.objects.create(
            conversation=self.comes("hola").conversation,
            direction="outbound",
            sender="user",
            text="Vale 10",
            provider_id="wamid.ours",
        )
        self.comes(**edit("wamid.ours", "Vale 1"))
        ours.refresh_from_db()
        self.assertEqual(ours.text, "Vale 10")

    def test_an_edit_opens_no_window(self):
        self.comes("uno", id="wamid.1", timestamp=seconds_ago(30 * 3600))
        self.comes(**edit("wamid.1", "dos"))
        self.assertEqual(self.conversation().window_state(), "closed")


class DeletionTest(IncomingTest):
    def test_a_deleted_message_is_hidden_and_its_words_kept(self):
        first = self.comes("me equivoqué", id="wamid.1")
        self.comes(**revoke("wamid.1"))
        first.refresh_from_db()
        self.assertEqual((first.text, first.heard_by), ("", "deleted"))
        page = self.page()
        self.assertContains(page, "The customer deleted this message.")
        self.assertContains(page, "<del>me equivoqué</del>")
        self.assertEqual(len(self.lines()), 1)
        self.assertEqual(self.conversation().last_preview, "deleted")
        self.assertHappened("message.deleted", message=first.pk)

    def test_one_that_was_answered_stays_answered(self):
        first = self.comes("hola", id="wamid.1")
        Message.objects.filter(pk=first.pk).update(heard_at=timezone.now(), heard_by="turn:x")
        self.comes(**revoke("wamid.1"))
        first.refresh_from_db()
        self.assertEqual((first.text, first.heard_by), ("", "turn:x"))

    def test_a_deletion_before_its_message_silences_it(self):
        self.comes(**revoke("wamid.1"))
        self.assertContains(self.page(), "The customer deleted a message.")
        first = self.comes("nunca dicho", id="wamid.1")
        self.assertEqual((first.text, first.heard_by), ("", "deleted"))
        self.assertEqual(self.conversation().unread_count, 0)
        self.assertNothingHappened("message.received")
        self.assertEqual(len(self.lines()), 1)


class ReactionTest(IncomingTest):
    def test_a_reaction_is_drawn_on_its_bubble(self):
        self.comes("hola", id="wamid.1")
        row = self.comes(**reaction("wamid.1", "❤️"))
        self.assertEqual([line["reactions"] for line in self.lines()], ["❤️"])
        self.assertEqual(row.heard_by, "no_answer_wanted")
        self.assertEqual(self.conversation().unread_count, 1)
        self.assertHappened("message.reacted", provider_id="wamid.1", emoji="❤️")

    def test_the_last_counts_and_an_empty_one_takes_it_back(self):
        self.comes("hola", id="wamid.1")
        self.comes(**reaction("wamid.1", "👍", timestamp=seconds_ago(20)))
        self.comes(**reaction("wamid.1", "😂", timestamp=seconds_ago(10)))
        self.comes(**reaction("wamid.1", "🤔", timestamp=seconds_ago(15)))
        self.assertEqual(self.lines()[0]["reactions"], "😂")
        self.comes(**reaction("wamid.1", "", timestamp=seconds_ago(5)))
        self.assertEqual([line["reactions"] for line in self.lines()], [""])

    def test_a_reaction_before_its_message(self):
        self.comes(**reaction("wamid.1", "❤️"))
        self.assertEqual(self.lines()[0]["type"], "reaction")
        self.comes("hola", id="wamid.1")
        self.assertEqual([line["reactions"] for line in self.lines()], ["❤️"])

    def test_a_reaction_to_a_message_out_of_sight(self):
        self.comes("hola", id="wamid.1")
        for number in range(60):
            self.comes(f"{number}")
        self.comes(**reaction("wamid.1", "❤️"))
        self.assertNotIn("reaction", [line["type"] for line in self.lines()])


class AnyOrderTest(IncomingTest):
    def test_every_order_and_repetition_ends_the_same(self):
        ends = set()
        for number, order in enumerate(permutations(range(4))):
            self.sender = f"57310{number:07d}"
            events = self.events(number)
            for which in (*order, *reversed(order)):
                self.opens(inbound_payload("", sender=self.sender, message=events[which]))
            found = Message.objects.get(provider_id=f"wamid.{number}.0")
            amended = found.content["amended"]
            words = tuple(version["text"] for version in amended["versions"])
            drawn = tuple(
                (line["text"], line["reactions"], line["amended"]["edited"])
                for line in self.lines(found.conversation)
            )
            ends.add((found.text, amended["first"], amended["now"], words, drawn))
        self.assertEqual(
            ends,
            {("tres", "uno", "tres", ("uno", "dos"), (("tres", "❤️", True),))},
        )

    def events(self, number: int) -> list[dict[str, Any]]:
        first = f"wamid.{number}.0"
        text = {"type": "text", "text": {"body": "uno"}}
        return [
            {"id": first, "timestamp": seconds_ago(40), **text},
            {"id": f"{first}e", "timestamp": seconds_ago(30), **edit(first, "dos")},
            {"id": f"{first}f", "timestamp": seconds_ago(20), **edit(first, "tres")},
            {"id": f"{first}r", "timestamp": seconds_ago(10), **reaction(first, "❤️")},
        ]

    def test_a_deletion_wins_in_every_order(self):
        for number, order in enumerate(permutations(range(3))):
            self.sender = f"57311{number:07d}"
            first = f"wamid.d{number}"
            events = [
                {"id": first, "type": "text", "text": {"body": "uno"}},
                {"id": f"{first}e", "timestamp": seconds_ago(30), **edit(first, "dos")},
                {"id": f"{first}x", "timestamp": seconds_ago(20), **revoke(first)},
            ]
            for which in order:
                self.opens(inbound_payload("", sender=self.sender, message=events[which]))
            found = Message.objects.get(provider_id=first)
            self.assertEqual((found.text, found.content["amended"]["now"]), ("", "dos"))
            self.assertEqual(found.heard_by, "deleted")

    def test_who_took_over_is_left_alone_by_all_of_it(self):
        self.comes("hola", id="wamid.1")
        conversations.take_over(self.beto, conversation=self.conversation())
        epoch = self.conversation().epoch
        for change in (edit("wamid.1", "x"), revoke("wamid.1"), reaction("wamid.1", "x")):
            self.comes(**change)
        self.assertEqual(Conversation.objects.get().epoch, epoch)
