"""The one table of what the assistant may do: complete, and its ways back really lead back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agents.assistant.deeds import DEEDS, NEVER, READS
from agents.assistant.titles import TITLES
from agents.models import AssistantLine, AssistantProposal, AssistantTalk
from agents.operations import proposals
from agents.tests.assisting import AssistingTest
from crm.models import Contact, Note, Order, Task
from crm.operations import custom_fields, notes, tags, tasks
from inbox.operations import conversations
from morfx.operations.actor import SYSTEM
from morfx.operations.answers import answer
from morfx.operations.catalogue import everything, lookups


def test_every_operation_is_decided() -> None:
    """Whoever adds an operation says whether the assistant may call it, and how it is undone."""
    known = {
        entry.name: entry
        for entry in everything()
        if entry.module in ("crm", "whatsapp")
        and entry.needs != SYSTEM
        and ".tests." not in entry.__module__
    }
    undecided = sorted(known.keys() - DEEDS.keys() - NEVER.keys())
    assert not undecided, f"put each into DEEDS or NEVER of agents/assistant/deeds.py: {undecided}"
    assert not DEEDS.keys() & NEVER.keys()
    assert not (DEEDS.keys() | NEVER.keys()) - known.keys(), "no such operation any more"
    assert all(NEVER.values())
    assert not READS.keys() - lookups.keys()


def test_every_deed_has_a_way_back_or_a_reason_to_ask_and_a_title() -> None:
    for name, deed in DEEDS.items():
        assert (deed.undo is None) == bool(deed.why), name
    assert TITLES.keys() == DEEDS.keys()


class WayBackTest(AssistingTest):
    """Every operation that is called reversible is: done by proposal, undone, all as before."""

    def setUp(self) -> None:
        super().setUp()
        talk = AssistantTalk.objects.create(who=self.ana.who, conversation=self.chat)
        self.line = AssistantLine.objects.create(talk=talk, role="member", text="…")
        self.task = tasks.create(self.ana, title="Call", order=self.order)

    def propose(self, operation: str, **inputs: Any) -> AssistantProposal:
        made = proposals.propose(self.ana, line=self.line, operation=operation, inputs=inputs)
        assert made is not None
        return made

    def everything_there(self) -> list[Any]:
        """Return everything a change may touch, as answers show it."""
        self.chat.refresh_from_db()
        chat = [self.chat.status, self.chat.assigned_to_id]
        contacts = [answer(row) for row in Contact.objects.order_by("pk")]
        return [
            contacts,
            answer(Order.objects.get(pk=self.order.pk)),
            [answer(row) for row in Note.objects.order_by("pk")],
            [answer(row) for row in Task.objects.order_by("pk")],
            chat,
        ]

    def test_each_way_back(self) -> None:
        contact, order = str(self.marta.pk), str(self.order.pk)
        task, chat = str(self.task.pk), str(self.chat.pk)
        tags.add(self.ana, contact=self.marta, tag="old")
        custom_fields.update(self.ana, contact=self.marta, fields={"size": "M"})
        tasks.update(self.ana, task=self.task, status="in_progress")
        two = [{"name": "Té", "quantity": 3, "price": "9000"}]
        due = "2027-01-02T15:00:00Z"
        cases: list[tuple[str, dict[str, Any]]] = [
            ("crm.contact.create", {"name": "Rosa", "phone": "3001112222"}),
            ("crm.contact.update", {"contact": contact, "city": "Cali", "name": "M", "phone": ""}),
            ("crm.custom-field.update", {"contact": contact, "fields": {"size": None, "eye": 1}}),
            ("crm.note.create", {"contact": contact, "content": "Likes mint"}),
            ("crm.order.updateStatus", {"order": order, "stage": str(self.stages()[1].pk)}),
            ("crm.order.update", {"order": order, "products": two, "notes": "gift", "carrier": "X",
                                  "confirmed": False, "shipping_phone": "3009998877"}),
            ("crm.tag.add", {"contact": contact, "tag": "VIP"}),
            ("crm.tag.add", {"order": order, "tag": "VIP"}),
            ("crm.tag.remove", {"contact": contact, "tag": "old"}),
            ("crm.task.complete", {"task": task}),
            ("crm.task.update", {"task": task, "title": "Write", "due": due, "priority": "high",
                                 "assigned_to": self.beto.user_id}),
            ("crm.task.update", {"task": task, "status": "completed", "title": "Done"}),
            ("whatsapp.conversation.assign", {"conversation": chat, "user": self.beto.user_id}),
            ("whatsapp.conversation.close", {"conversation": chat}),
        ]  # fmt: skip
        for operation, inputs in cases:
            with self.subTest(operation, inputs=list(inputs)):
                self.there_and_back(operation, inputs)
        tried = {operation for operation, _ in cases} | {
            "crm.task.create", "whatsapp.conversation.reopen",
        }  # fmt: skip
        self.assertEqual(tried, {name for name, deed in DEEDS.items() if deed.undo})

    def there_and_back(self, operation: str, inputs: dict[str, Any]) -> None:
        before = self.everything_there()
        proposal = self.propose(operation, **inputs)
        self.assertEqual(
            (proposal.why_ask, self.everything_there()), ("", before), "trying changes nothing"
        )
        proposals.confirm(self.ana, proposal=proposal)
        self.assertNotEqual(self.everything_there(), before)
        proposals.undo(self.ana, proposal=proposal)
        self.assertEqual(self.everything_there(), before)
        again = proposals.undo(self.ana, proposal=proposal)
        self.assertEqual((again.status, self.everything_there()), ("undone", before))

    def test_a_task_is_taken_back_by_completing_it(self) -> None:
        proposal = self.propose("crm.task.create", title="Call", contact=str(self.marta.pk))
        proposals.confirm(self.ana, proposal=proposal)
        proposals.undo(self.ana, proposal=proposal)
        self.assertEqual(Task.objects.get(contact=self.marta).status, "completed")

    def test_a_reopened_conversation_is_closed_again(self) -> None:
        conversations.close(self.ana, conversation=self.chat)
        proposal = self.propose("whatsapp.conversation.reopen", conversation=str(self.chat.pk))
        proposals.confirm(self.ana, proposal=proposal)
        proposals.undo(self.ana, proposal=proposal)
        self.chat.refresh_from_db()
        self.assertEqual(self.chat.status, "archived")

    def test_what_somebody_changed_since_is_not_undone(self) -> None:
        proposal = self.propose("crm.contact.update", contact=str(self.marta.pk), city="Cali")
        proposals.confirm(self.ana, proposal=proposal)
        self.change(lambda: setattr(self.marta, "city", "Pasto"))
        with self.assertRefused(code="CHANGED_MEANWHILE"):
            proposals.undo(self.ana, proposal=proposal)
        self.marta.refresh_from_db()
        self.assertEqual(self.marta.city, "Pasto")

    def change(self, how: Callable[[], None]) -> None:
        self.marta.refresh_from_db()
        how()
        self.marta.save()

    def test_what_cannot_be_undone_says_so(self) -> None:
        note = notes.create(self.ana, contact=self.marta, content="x")
        for operation, inputs, why in (
            ("crm.note.delete", {"note": str(note.pk)}, "deletes"),
            ("crm.order.duplicate", {"source_order": str(self.order.pk),
                                     "target_pipeline": str(self.order.pipeline_id)}, "creates"),
            ("whatsapp.conversation.takeOver", {"conversation": str(self.chat.pk)}, "silences"),
        ):  # fmt: skip
            with self.subTest(operation):
                proposal = self.propose(operation, **inputs)
                self.assertEqual(proposal.why_ask, why)
                proposals.confirm(self.ana, proposal=proposal)
                with self.assertRefused(code="NOT_REVERSIBLE"):
                    proposals.undo(self.ana, proposal=proposal)

    def test_an_order_that_had_nobody_keeps_who_it_gets(self) -> None:
        orphan = self.sell()
        Order.objects.filter(pk=orphan.pk).update(contact=None)
        inputs = {"order": str(orphan.pk), "contact": str(self.marta.pk)}
        self.assertEqual(self.propose("crm.order.update", **inputs).why_ask, "cannot_undo")

    def test_what_it_does_not_have_it_does_not_do(self) -> None:
        for operation in ("crm.product.update", "system.member.remove", "agents.turn.commit", "x"):
            with self.subTest(operation), self.assertRefused(code="UNKNOWN_TOOL"):
                self.propose(operation)
        with self.assertRefused(code="VALIDATION_ERROR", field="city"):
            self.propose("crm.contact.update", contact=str(self.marta.pk), city=["x"])
        with self.assertRefused(field="contact"):
            self.propose("crm.contact.update", contact=str(self.order.pk), city="Cali")
        self.assertFalse(AssistantProposal.objects.exists())
