import uuid
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from crm.models import Task
from crm.operations import tasks
from morfx.events.models import Event

from .desk import DeskTest, coffee

TOMORROW = datetime(2026, 11, 21, 9, tzinfo=UTC)


class CreateTaskTest(DeskTest):
    def test_it_creates(self):
        made = self.submit(
            "crm.task.create",
            self.beto,
            title="Call Marta",
            dueDate="2026-11-21T09:00:00Z",
            priority="high",
            assignedTo=self.shop.agent_user.pk,
            contactId=str(self.marta.pk),
        )
        self.assertEqual(made["linked"], {"kind": "contact", "id": str(self.marta.pk)})
        self.assertEqual((made["due_at"], made["status"]), ("2026-11-21T09:00:00Z", "pending"))
        self.assertEqual(made["assigned_to"], self.shop.agent_user.pk)
        self.assertHappened(
            "task.created", by=self.beto, contact=self.marta.pk, due_at=TOMORROW, priority="high"
        )

    def test_the_most_specific_link_wins(self):
        order = coffee(self.ana, self.marta)
        task = tasks.create(self.ana, title="Pack it", contact=self.marta, order=order)
        self.assertEqual(task.linked, {"kind": "order", "id": order.pk})
        self.assertEqual(tasks.create(self.ana, title="Sweep").linked, None)

    def test_a_time_without_a_zone_is_the_servers(self):
        task = tasks.create(self.ana, title="X", due=datetime(2026, 11, 21, 9))
        self.assertEqual(task.due_at, timezone.make_aware(datetime(2026, 11, 21, 9)))

    def test_nonsense_strangers_and_foreign_ids_are_refused(self):
        with self.assertRefused(code="VALIDATION_ERROR", field="title"):
            tasks.create(self.ana, title=" ")
        with self.assertRefused(code="VALIDATION_ERROR", field="priority"):
            self.submit("crm.task.create", title="X", priority="whenever")
        with self.assertRefused(code="MEMBER_NOT_FOUND", field="assigned_to"):
            tasks.create(self.ana, title="X", assigned_to=self.other_shop.owner_user.pk)
        with self.assertRefused(code="CONVERSATION_NOT_FOUND", field="conversation"):
            tasks.create(self.ana, title="X", conversation=uuid.uuid4())
        with self.assertRefused(code="CONTACT_NOT_FOUND"):
            self.submit("crm.task.create", title="X", contact=str(self.their_contact.pk))
        with self.assertRefused(code="ORDER_NOT_FOUND"):
            self.submit("crm.task.create", title="X", order=str(self.their_order.pk))
        with self.assertRefused(code="PERMISSION_DENIED"):
            tasks.create(self.nobody, title="X")
        self.assertEqual(Task.objects.count(), 0)


class ChangeTaskTest(DeskTest):
    def setUp(self):
        super().setUp()
        self.task = tasks.create(self.ana, title="Call", due=TOMORROW, contact=self.marta)

    def count(self, name):
        return Event.objects.filter(name=name).count()

    def test_it_changes_what_is_given(self):
        later = TOMORROW + timedelta(days=1)
        for _ in range(2):
            self.submit("crm.task.update", taskId=str(self.task.pk), dueDate=later.isoformat())
        self.assertHappened("task.updated", changes={"due_at": {"old": TOMORROW, "new": later}})
        self.assertEqual(self.count("task.updated"), 1)

    def test_clear_empties(self):
        tasks.update(self.ana, task=self.task, assigned_to=self.ana.user_id)
        cleared = tasks.update(self.ana, task=self.task, clear=["due", "assigned_to"])
        self.assertEqual((cleared.due_at, cleared.assigned_to_id), (None, None))

    def test_completing_is_recorded_once_and_reopening_clears_it(self):
        done = tasks.complete(self.beto, task=self.task)
        self.assertEqual(done.status, "completed")
        self.assertIsNotNone(done.completed_at)
        self.assertEqual(tasks.complete(self.beto, task=self.task).completed_at, done.completed_at)
        self.assertEqual(self.count("task.completed"), 1)
        self.assertHappened("task.completed", by=self.beto, contact=self.marta.pk)
        again = tasks.update(self.ana, task=self.task, status="in_progress", priority="low")
        self.assertIsNone(again.completed_at)
        self.assertHappened("task.reopened", task=self.task.pk)
        self.assertHappened("task.updated", changes={"priority": {"old": "medium", "new": "low"}})

    def test_a_status_short_of_completed_is_an_ordinary_change(self):
        tasks.update(self.ana, task=self.task, status="in_progress")
        self.assertHappened(
            "task.updated", changes={"status": {"old": "pending", "new": "in_progress"}}
        )

    def test_nonsense_strangers_and_foreign_ids_are_refused(self):
        with self.assertRefused(code="VALIDATION_ERROR", field="status"):
            self.submit("crm.task.update", task=str(self.task.pk), status="lost")
        with self.assertRefused(code="TASK_NOT_FOUND"):
            self.submit("crm.task.complete", task=str(uuid.uuid4()))
        with self.assertRefused(code="PERMISSION_DENIED"):
            tasks.complete(self.nobody, task=self.task)
        from morfx.tenancy import within

        with within(self.other_shop.workspace.pk), self.assertRefused(code="TASK_NOT_FOUND"):
            self.submit("crm.task.complete", self.other_shop.owner, task=str(self.task.pk))
