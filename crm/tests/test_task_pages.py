"""The tasks' page and its forms."""

from datetime import timedelta

from django.utils import timezone

from crm.models import Task
from crm.operations import tasks

from .desk import coffee
from .pages import HTMX, PageTest


class TasksPageTest(PageTest):
    def test_groups_in_order_and_empty_at_first(self):
        self.assertIn("Nothing to do", self.get("tasks/"))
        now, me = timezone.now(), self.shop.owner_user.pk
        order = coffee(self.ana, self.marta)
        tasks.create(self.ana, title="undated", assigned_to=me, contact=self.marta)
        tasks.create(self.ana, title="next week", due=now + timedelta(days=7), assigned_to=me)
        tasks.create(
            self.ana, title="late", due=now - timedelta(days=1), assigned_to=me, order=order
        )
        tasks.create(self.ana, title="nobody's")
        page = self.browser.get("/lucia/tasks/")
        titles = [[task["title"] for task in group["tasks"]] for group in page.context["groups"]]
        self.assertEqual(titles, [["late"], ["next week"], ["undated"]])
        self.assertTrue(page.context["groups"][0]["late"])
        self.assertContains(page, "Marta Ríos")
        self.assertIn("nobody", self.get("tasks/?filter=unassigned"))
        counts = [f["count"] for f in page.context["filters"]]
        self.assertEqual(counts, [3, 1, 4, None])

    def test_its_price(self):
        def grow():
            for contact in (None, self.marta):
                tasks.create(self.ana, title="X", contact=contact, assigned_to=self.ana.user_id)
            tasks.create(self.ana, title="X", order=coffee(self.ana, self.marta))

        grow()
        self.assertEqual(self.assertSamePrice("tasks/?filter=everyone", grow), 2)

    def test_ticking_off_and_taking_it_back(self):
        task = tasks.create(self.ana, title="Call", contact=self.marta)
        path = f"tasks/{task.pk}/complete/"
        row = self.post(path, 200, HTMX, done="1").content.decode()
        self.assertIn('aria-checked="true"', row)
        self.assertHappened("task.completed", by=self.ana)
        self.assertIn("Call", self.get("tasks/?filter=done"))
        row = self.post(path, 200, HTMX, done="0").content.decode()
        self.assertIn('aria-checked="false"', row)
        self.post(path, 302, done="1")

    def test_a_new_task_knows_what_it_is_about(self):
        order = coffee(self.ana, self.marta)
        self.assertIn("datetime-local", self.get("tasks/new/"))
        due = timezone.localtime() + timedelta(days=1)
        self.post(
            f"tasks/new/?order={order.pk}",
            302,
            title="Pack it",
            priority="high",
            due=due.strftime("%Y-%m-%dT%H:%M"),
            assigned_to=self.shop.agent_user.pk,
        )
        task = Task.objects.get()
        self.assertEqual((task.order, task.assigned_to), (order, self.shop.agent_user))
        self.assertEqual(task.due_at, due.replace(second=0, microsecond=0))
        self.post("tasks/new/", 422, HTMX, title="", priority="high")
        self.get(f"tasks/new/?contact={self.their_contact.pk}", 404)
        self.get("tasks/new/?conversation=nonsense", 404)

    def test_editing_clears_what_is_emptied(self):
        task = tasks.create(
            self.ana, title="Call", due=timezone.now(), assigned_to=self.ana.user_id
        )
        self.assertIn('value="Call"', self.get(f"tasks/{task.pk}/"))
        self.post(
            f"tasks/{task.pk}/",
            302,
            title="Call her",
            priority="low",
            due="",
            assigned_to="",
            description="",
        )
        task.refresh_from_db()
        self.assertEqual((task.title, task.due_at, task.assigned_to), ("Call her", None, None))
