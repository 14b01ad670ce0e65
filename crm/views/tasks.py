"""What people must do: overdue first, then today, later, without a date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from morfx.operations.errors import Refused
from morfx.workspaces.access import MemberRequest, member_required, needs

from ..facts.screens import screens
from ..forms import EditTask, NewTask
from ..models import Contact, Order, Task
from ..operations import tasks as operations
from .answering import Shape, by_htmx, current_page, form_page, link, refused, taken
from .shapes import for_rows, task_rows

SIZE = 100
DONE = Q(status=Task.Status.COMPLETED)


@member_required
@needs("contacts.view")
def tasks(request: MemberRequest) -> HttpResponse:
    """Show the tasks of one filter; without one, the member's own."""
    filters = _filters(request)
    wanted = request.GET.get("filter", "")
    key = wanted if wanted in filters else "mine"
    rows = for_rows(Task.objects.filter(filters[key]))
    by = ("-completed_at", "-id") if key == "done" else ("due_at", "id")
    page = current_page(request, rows, by, SIZE)
    may_create = request.actor.may("contacts.create")
    context = {
        "query": "",
        "list_url": link(request, "tasks", filter=key),
        "new_url": link(request, "task-new") if may_create else None,
        "next_url": page.next and link(request, "tasks", filter=key, cursor=page.next),
        "filters": _filter_links(request, filters, key),
        "groups": _groups(request, page.items),
    }
    return render(request, "crm/tasks.html", context)


def _filters(request: MemberRequest) -> dict[str, Q]:
    return {
        "mine": Q(assigned_to=request.user) & ~DONE,
        "unassigned": Q(assigned_to=None) & ~DONE,
        "everyone": ~DONE,
        "done": DONE,
    }


def _filter_links(request: MemberRequest, filters: Mapping[str, Q], key: str) -> list[Shape]:
    labels = {
        "mine": _("Mine"),
        "unassigned": _("Nobody's"),
        "everyone": _("Everyone's"),
        "done": _("Done"),
    }
    counted = {name: Count("pk", filter=q) for name, q in filters.items() if name != "done"}
    counts = Task.objects.aggregate(**counted)
    return [
        {
            "label": label,
            "url": link(request, "tasks", filter=name),
            "current": name == key,
            "count": counts.get(name),
        }
        for name, label in labels.items()
    ]


def _groups(request: MemberRequest, found: Sequence[Task]) -> list[Shape]:
    now, end_of_today = timezone.now(), _end_of_today(request.workspace.time_zone)
    titles = {
        "late": _("Overdue"),
        "today": _("Today"),
        "later": _("Later"),
        "undated": _("Without a date"),
        "done": _("Done"),
    }
    sorted_into: dict[str, list[Task]] = {key: [] for key in titles}
    for task in found:
        sorted_into[_group(task, now, end_of_today)].append(task)
    shown = {row["pk"]: row for row in task_rows(request, found)}
    return [
        {"title": titles[key], "late": key == "late", "tasks": [shown[task.pk] for task in group]}
        for key, group in sorted_into.items()
        if group
    ]


def _group(task: Task, now: datetime, end_of_today: datetime) -> str:
    if task.status == Task.Status.COMPLETED:
        return "done"
    if task.due_at is None:
        return "undated"
    if task.due_at < now:
        return "late"
    return "today" if task.due_at < end_of_today else "later"


def _end_of_today(zone: str) -> datetime:
    """Return the coming midnight where the shop is."""
    here = timezone.now().astimezone(ZoneInfo(zone))
    return datetime.combine(here.date() + timedelta(days=1), time(), here.tzinfo)


@member_required
@needs("contacts.create")
def new(request: MemberRequest) -> HttpResponse:
    """Ask for a new task; `?contact=`, `?order=` or `?conversation=` says what it is about."""
    data = request.POST if request.method == "POST" else None
    form = NewTask(request.actor, data, _about(request))
    if data is not None and form.run():
        text, changed = _("The task was created."), ["tasks", *_names(form.result)]
        return taken(request, text, link(request, "tasks"), refresh=changed)
    return form_page(
        request,
        form,
        title=_("New task"),
        section="tasks",
        cancel_url=link(request, "tasks"),
        submit_label=_("Create task"),
    )


def _names(task: Task) -> Iterable[str]:
    """Return the live names of what a task is about."""
    return screens(contact=task.contact_id, order=task.order_id)


def _about(request: MemberRequest) -> dict[str, object]:
    about: dict[str, object] = {}
    kinds: dict[str, QuerySet[Contact] | QuerySet[Order] | None] = {
        "contact": Contact.objects.all(),
        "order": Order.objects.all(),
        "conversation": None,
    }
    for kind, rows in kinds.items():
        if text := request.GET.get(kind):
            try:
                pk = UUID(text)
            except ValueError:
                raise Http404 from None
            about[kind] = pk if rows is None else get_object_or_404(rows, pk=pk)
    return about


@member_required
@needs("contacts.edit")
def edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Show a task's fields, to change them."""
    task = get_object_or_404(Task, pk=pk)
    data = request.POST if request.method == "POST" else None
    form = EditTask(request.actor, data, task)
    if data is not None and form.run():
        changed = ["tasks", *_names(task)]
        return taken(request, _("Saved."), link(request, "tasks"), refresh=changed)
    cancel_url = link(request, "tasks")
    return form_page(request, form, title=_("Task"), section="tasks", cancel_url=cancel_url)


@require_POST
@member_required
@needs("contacts.edit")
def complete(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Tick a task off (`done=1`), or take the tick back (`done=0`)."""
    task = get_object_or_404(for_rows(Task.objects.all()), pk=pk)
    try:
        if request.POST.get("done") == "0":
            if task.status == Task.Status.COMPLETED:
                operations.update(request.actor, task=task, status="pending")
        else:
            operations.complete(request.actor, task=task)
    except Refused as refusal:
        return refused(request, refusal.message, link(request, "tasks"))
    if not by_htmx(request):
        return redirect(link(request, "tasks"))
    (row,) = task_rows(request, for_rows(Task.objects.filter(pk=pk)))
    return render(request, "crm/task-row.html", {"task": row})
