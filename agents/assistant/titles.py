"""What each change is called on its card, in the words of a request."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

TITLES = {
    "crm.contact.create": _("Create a contact"),
    "crm.contact.update": _("Change the contact"),
    "crm.contact.delete": _("Delete the contact"),
    "crm.custom-field.update": _("Change the contact's own fields"),
    "crm.note.create": _("Write a note"),
    "crm.note.delete": _("Delete the note"),
    "crm.order.create": _("Create an order"),
    "crm.order.delete": _("Delete the order"),
    "crm.order.duplicate": _("Copy the order"),
    "crm.order.update": _("Change the order"),
    "crm.order.updateStatus": _("Move the order"),
    "crm.tag.add": _("Add the tag"),
    "crm.tag.remove": _("Take the tag off"),
    "crm.task.complete": _("Complete the task"),
    "crm.task.create": _("Make a task"),
    "crm.task.update": _("Change the task"),
    "whatsapp.conversation.assign": _("Assign the conversation"),
    "whatsapp.conversation.close": _("Close the conversation"),
    "whatsapp.conversation.giveBack": _("Give the conversation back to the agent"),
    "whatsapp.conversation.handOver": _("Hand the conversation over to a person"),
    "whatsapp.conversation.reopen": _("Open the conversation again"),
    "whatsapp.conversation.setBot": _("Switch the agent in this conversation"),
    "whatsapp.conversation.takeOver": _("Take the conversation over"),
    "whatsapp.message.send": _("Send a message"),
    "whatsapp.template.send": _("Send a template"),
}


def title(operation: str) -> str:
    """Return what a change is called; its name when nobody named it."""
    named = TITLES.get(operation)
    return str(named) if named else operation
