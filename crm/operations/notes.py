"""Notes about contacts are written and deleted."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field

from morfx.events.ledger import record
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Forbidden

from ..facts import NoteCreated, NoteDeleted
from ..models import Note
from .inputs import LockedNote, TheContact


def _trimmed(text: str) -> str:
    return text.replace("\x00", "").strip()


Content = Annotated[str, AfterValidator(_trimmed), Field(min_length=1, max_length=20_000)]


@operation("crm.note.create", needs="contacts.edit")
def create(actor: Actor, *, contact: TheContact, content: Content) -> Note:
    """Write a note about a contact."""
    note = Note.objects.create(
        contact=contact, content=content, author=actor.who, author_name=actor.name
    )
    record(NoteCreated(note=note.pk, contact=contact.pk))
    return note


@operation("crm.note.delete", needs="contacts.edit")
def delete(actor: Actor, *, note: LockedNote) -> dict[str, object]:
    """Delete a note; its author may, and who may delete contacts."""
    if note.author != actor.who and not actor.may("contacts.delete"):
        raise Forbidden(_("Only the author, an admin or the owner can delete a note."))
    gone, contact = note.pk, note.contact_id
    note.delete()
    record(NoteDeleted(note=gone, contact=contact))
    return {"id": gone, "deleted": True}
