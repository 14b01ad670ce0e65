"""Who the customer is, and what is known: contact, tags, orders, tasks."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone

from crm.models import Contact, Order, Task
from morfx.web.sentences import read
from morfx.workspaces.access import MemberRequest

from ..models import Conversation
from .finding import link

MOST = 5
"""Orders and tasks that the panel shows of each."""


def beside(request: MemberRequest, conversation: Conversation) -> dict[str, Any]:
    """Return what the panel shows of a conversation's customer."""
    slug, contact = request.workspace.slug, conversation.contact
    number = f"+{conversation.address}" if conversation.address.isdigit() else ""
    return {
        "contact": _contact(slug, contact) if contact else None,
        "contact_create_url": None
        if contact
        else link("crm:contact-new", slug, phone=number, name=conversation.profile_name),
        "tags": _tags(contact),
        "tags_url": link("crm:contact-tags", slug, contact.pk) if contact else None,
        "orders": _orders(slug, contact),
        "orders_new_url": link("crm:order-new", slug, contact=str(contact.pk)) if contact else None,
        "tasks": _tasks(slug, conversation),
        "tasks_new_url": link("crm:task-new", slug, conversation=str(conversation.pk)),
        "agent_panel_url": link("agents:panel", slug, conversation.pk),
    }


def _contact(slug: str, contact: Contact) -> dict[str, Any]:
    return {
        "pk": contact.pk,
        "url": link("crm:contact", slug, contact.pk),
        "edit_url": link("crm:contact-edit", slug, contact.pk),
        "name": contact.name,
        "phone": contact.phone,
        "email": contact.email,
        "address": contact.address,
        "city": contact.city,
        "department": contact.department,
        "created_at": contact.created_at,
    }


def _tags(contact: Contact | None) -> list[dict[str, Any]]:
    """Return the contact's tags; to the conversation they are inherited ones."""
    if contact is None:
        return []
    rows = contact.tags.order_by("name")
    return [{"name": tag.name, "color": tag.color, "inherited": True} for tag in rows]


def _orders(slug: str, contact: Contact | None) -> list[dict[str, Any]]:
    if contact is None:
        return []
    rows = Order.objects.filter(contact=contact).select_related("stage").order_by("-pk")
    return [
        {
            "url": link("crm:order", slug, order.pk),
            "title": order.title,
            "stage": order.stage,
            "total": order.total,
            "currency": order.currency,
            "created_at": order.created_at,
        }
        for order in rows[:MOST]
    ]


def _tasks(slug: str, conversation: Conversation) -> list[dict[str, Any]]:
    """Return what is still to do for the conversation or its contact, the most pressing first."""
    linked = Q(conversation_id=conversation.pk)
    if conversation.contact_id:
        linked |= Q(contact=conversation.contact_id)
    rows = Task.objects.filter(linked).exclude(status=Task.Status.COMPLETED)
    now = timezone.now()
    return [
        {
            "url": link("crm:task", slug, task.pk) or link("crm:tasks", slug),
            "title": read(task.title),
            "due_at": task.due_at,
            "overdue": task.due_at is not None and task.due_at < now,
            "done": False,
        }
        for task in rows.order_by("due_at", "pk")[:MOST]
    ]
