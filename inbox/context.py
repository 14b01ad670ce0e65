"""What every page shows of the inbox: how much waits, and whether there is a phone to try."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from crm.models import Task

from .models import Channel, Conversation


def navigation(request: HttpRequest) -> dict[str, object]:
    """Give templates the counts of the side bar; nothing is asked until it is drawn."""
    if getattr(request, "workspace", None) is None:
        return {}
    return {
        "nav_counts": SimpleLazyObject(lambda: _counts(request)),
        "is_demo": SimpleLazyObject(has_phone),
    }


def unread_count(request: Any) -> int:
    """Return how many conversations wait to be read by the member; asked once for a page."""
    known: int | None = getattr(request, "unread_conversations", None)
    if known is None:
        rows = Conversation.objects.visible_to(request.membership)
        known = rows.filtered("unread", request.user.pk).count()
        request.unread_conversations = known
    return known


def has_phone() -> bool:
    """Tell whether the current workspace has a number on the simulated WhatsApp."""
    return bool(settings.SIMULATOR_URL) and simulated().exists()


def simulated() -> Any:
    """Return the workspace's simulated numbers."""
    return Channel.objects.filter(is_simulated=True, is_active=True)


def _counts(request: Any) -> dict[str, int]:
    may = request.actor.may
    return {
        "inbox": unread_count(request) if may("whatsapp.view") else 0,
        "tasks": _tasks_due(request.user.pk),
    }


def _tasks_due(user_id: int) -> int:
    """Count the open tasks whose time has come: the member's own, and nobody's."""
    mine = Q(assigned_to=user_id) | Q(assigned_to=None)
    due = Task.objects.filter(due_at__lte=timezone.now())
    return due.exclude(status=Task.Status.COMPLETED).filter(mine).count()
