"""Conversations, messages and envelopes, for doors and agents."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.db.models import QuerySet
from pydantic import Field

from morfx.operations.actor import Actor
from morfx.operations.catalogue import lookup
from morfx.operations.inputs import Also, Ref
from morfx.operations.paging import Cursor, Limit, Page, page

from . import bot, replaying
from .models import Conversation, ConversationRows, Envelope, Message, Template
from .providers.raw_json import open_json


def visible(actor: Actor) -> QuerySet[Conversation]:
    """Return the conversations an actor may see: an agent's own and the unassigned ones."""
    rows: ConversationRows = Conversation.objects.visible_to(actor)
    return rows.select_related("contact", "channel")


@lookup("whatsapp.conversation.list", needs="whatsapp.view")
def list_conversations(
    actor: Actor,
    *,
    status: Literal["active", "archived", "open", "all"] = "active",
    assigned_to: Annotated[int | None, Also("assignedTo")] = None,
    unassigned_only: bool = False,
    unread: bool = False,
    contact: UUID | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Conversation]:
    """List conversations, the one with the newest message first."""
    rows = visible(actor)
    if status != "all":
        wanted = Conversation.Status.ARCHIVED if status == "archived" else "active"
        rows = rows.filter(status=wanted)
    if assigned_to is not None:
        rows = rows.filter(assigned_to=assigned_to)
    if unassigned_only:
        rows = rows.filter(assigned_to=None)
    if unread:
        rows = rows.filter(unread_count__gt=0)
    if contact is not None:
        rows = rows.filter(contact=contact)
    found = page(rows, by=["-last_message_at", "-id"], limit=limit, cursor=cursor)
    bot.know(found.items)
    return found


@lookup("whatsapp.conversation.read", needs="whatsapp.view")
def read_conversation(actor: Actor, *, conversation: Ref[Conversation]) -> Conversation:
    """Return one conversation."""
    return visible(actor).get(pk=conversation.pk)


@lookup("whatsapp.message.list", needs="whatsapp.view")
def list_messages(
    actor: Actor,
    *,
    conversation: Ref[Conversation],
    before: datetime | None = None,
    after: datetime | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Message]:
    """List the messages of a conversation, newest first."""
    rows = Message.objects.filter(conversation__in=visible(actor), conversation=conversation)
    if before is not None:
        rows = rows.filter(created_at__lt=before)
    if after is not None:
        rows = rows.filter(created_at__gt=after)
    return page(rows, by=["-id"], limit=limit, cursor=cursor)


@lookup("whatsapp.envelope.list", needs="settings.view")
def list_envelopes(
    actor: Actor,
    *,
    state: Literal["received", "parsed", "dead"] | None = None,
    channel: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Envelope]:
    """List stored webhook posts, newest first, with what became of each."""
    rows = replaying.chosen(state, since, until)
    if channel is not None:
        rows = rows.filter(channel=channel)
    return page(rows, by=["-id"], limit=limit, cursor=cursor)


@lookup("whatsapp.envelope.read", needs="settings.edit")
def read_envelope(actor: Actor, *, envelope: Ref[Envelope]) -> dict[str, object]:
    """Return one stored webhook post with its body, as it came."""
    return {**envelope.as_answer(), "body": readable(bytes(envelope.body))}


def readable(body: bytes) -> object:
    """Return a body as JSON; as text where it is none that can be read."""
    try:
        return open_json(body)
    except ValueError:
        return body.decode(errors="replace")


@lookup("whatsapp.template.list", needs="whatsapp.view")
def list_templates(
    actor: Actor,
    *,
    status: Annotated[str, Field(max_length=64)] = "",
    limit: Limit = 200,
    cursor: Cursor = None,
) -> Page[Template]:
    """List message templates by name; without `status`, all that WhatsApp still has."""
    rows = Template.objects.all()
    if status and status.lower() != "all":
        rows = rows.filter(status=status.upper())
    elif not status:
        rows = rows.exclude(status=Template.DELETED)
    return page(rows, by=["name", "language", "id"], limit=limit, cursor=cursor)
