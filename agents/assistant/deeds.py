"""What the assistant may do: one table of the operations it may call, and how each is taken back.

An operation that is not here does not exist for it, whatever the member may do elsewhere. One with
an `undo` is carried out at once when the call at hand can really be undone, by the same member;
one without is asked about first, for the reason it gives. A test holds that every operation of the
CRM and of WhatsApp is either here or among `NEVER`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from . import undoing

Why = Literal["deletes", "sends", "creates", "silences", "cannot_undo", "hearsay", "many", ""]
"""Why it asks first; empty when it does not.

`deletes`: what is gone is gone. `sends`: a customer reads it. `creates`: others react to it, and a
sale counts. `silences`: replies on their way are withdrawn. `cannot_undo`: this very change has no
way back, or the member may not go it. `hearsay`: what customers wrote was read on the way to it.
`many`: it is one of too many at once.
"""


@dataclass(frozen=True, kw_only=True)
class Deed:
    """How one operation is handled: either it has a way back, or a reason to ask."""

    undo: undoing.Undo | None = None
    why: Why = ""


DEEDS: dict[str, Deed] = {
    "crm.contact.create": Deed(undo=undoing.contact_created),
    "crm.contact.update": Deed(undo=undoing.contact_updated),
    "crm.contact.delete": Deed(why="deletes"),
    "crm.custom-field.update": Deed(undo=undoing.fields_updated),
    "crm.note.create": Deed(undo=undoing.note_created),
    "crm.note.delete": Deed(why="deletes"),
    "crm.order.create": Deed(why="creates"),
    "crm.order.delete": Deed(why="deletes"),
    "crm.order.duplicate": Deed(why="creates"),
    "crm.order.update": Deed(undo=undoing.order_updated),
    "crm.order.updateStatus": Deed(undo=undoing.order_moved),
    "crm.tag.add": Deed(undo=undoing.tag_added),
    "crm.tag.remove": Deed(undo=undoing.tag_removed),
    "crm.task.complete": Deed(undo=undoing.task_updated),
    "crm.task.create": Deed(undo=undoing.task_created),
    "crm.task.update": Deed(undo=undoing.task_updated),
    "whatsapp.conversation.assign": Deed(undo=undoing.conversation_assigned),
    "whatsapp.conversation.close": Deed(undo=undoing.conversation_closed),
    "whatsapp.conversation.giveBack": Deed(why="silences"),
    "whatsapp.conversation.handOver": Deed(why="silences"),
    "whatsapp.conversation.reopen": Deed(undo=undoing.conversation_reopened),
    "whatsapp.conversation.setBot": Deed(why="silences"),
    "whatsapp.conversation.takeOver": Deed(why="silences"),
    "whatsapp.message.send": Deed(why="sends"),
    "whatsapp.template.send": Deed(why="sends"),
}

NEVER: dict[str, str] = {
    "crm.pipeline.create": "how a shop works is set on its pages, by who sets it",
    "crm.product.create": "prices are set by people",
    "crm.product.update": "prices are set by people",
    "crm.stage.create": "how a shop works is set on its pages, by who sets it",
    "whatsapp.availability.set": "who is at work says so themselves",
    "whatsapp.channel.connect": "holds secrets",
    "whatsapp.channel.resume": "what stopped a number must be looked at",
    "whatsapp.envelope.replay": "an operator's repair",
    "whatsapp.message.retry": "only who saw it fail knows whether it arrived",
    "whatsapp.template.sync": "asks the provider; belongs to the settings",
}
"""Operations of members that the assistant does not have, each with its reason."""

READS: dict[str, bool] = {
    "crm.contact.list": False,
    "crm.contact.read": False,
    "crm.custom-field.read": False,
    "crm.note.list": True,
    "crm.order.list": False,
    "crm.order.read": False,
    "crm.pipeline.list": False,
    "crm.product.list": False,
    "crm.tag.list": False,
    "crm.task.list": False,
    "whatsapp.conversation.list": False,
    "whatsapp.conversation.read": False,
    "whatsapp.message.list": True,
    "whatsapp.template.list": False,
}
"""Lookups it may call; True for those whose results are free text that others wrote."""
