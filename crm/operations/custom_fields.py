"""A contact's own fields, those that a shop made up."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field

from morfx.events.ledger import record
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Refused

from ..facts import ContactUpdated
from ..models import Contact
from .changes import Changes
from .inputs import LockedContact

Key = Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[a-z_][a-z0-9_]*$")]
Value = Annotated[str, Field(max_length=2000)] | int | float | bool | None
MOST_FIELDS = 200


@operation("crm.custom-field.update", needs="contacts.edit")
def update(actor: Actor, *, contact: LockedContact, fields: dict[Key, Value]) -> Contact:
    """Set the given custom fields of a contact; null removes one, the others stay.

    Does nothing when all is so already.
    """
    if not fields:
        raise Refused(_("Say what to change."), field="fields", code="FIELDS_REQUIRED")
    changes: Changes = {}
    for key, new in fields.items():
        old = contact.custom_fields.get(key)
        if old != new:
            changes[f"custom_fields.{key}"] = {"old": old, "new": new}
    merged = {**contact.custom_fields, **fields}
    contact.custom_fields = {key: value for key, value in merged.items() if value is not None}
    if len(contact.custom_fields) > MOST_FIELDS:
        raise Refused(_("These are too many fields."), field="fields")
    if changes:
        contact.save(update_fields=["custom_fields"])
        title = contact.display_name
        record(ContactUpdated(contact=contact.pk, title=title, changes=changes))
    return contact
