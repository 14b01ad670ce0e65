"""What happened in a workspace, for doors and agents."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from morfx.events.models import Event
from morfx.operations.actor import Actor
from morfx.operations.catalogue import lookup
from morfx.operations.paging import Cursor, Limit, Page, page

Word = Annotated[str, Field(min_length=1, max_length=200)]


@lookup("events.list", needs="settings.view")
def events(
    actor: Actor,
    *,
    name: Word | None = None,
    cause: UUID | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Event]:
    """List what happened, newest first: who did it, through what, and because of what.

    `name` keeps one kind of fact; `cause` keeps what followed from one event.
    """
    rows = Event.objects.all()
    if name is not None:
        rows = rows.filter(name=name)
    if cause is not None:
        rows = rows.filter(cause_id=cause)
    return page(rows, by=["-id"], limit=limit, cursor=cursor)
