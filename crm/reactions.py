"""What the CRM does when something happens."""

from __future__ import annotations

from morfx.events.ledger import on
from morfx.events.models import Event
from morfx.operations.actor import Actor
from morfx.workspaces.facts import WorkspaceCreated

from .facts import OrderMoved
from .models import Contact, Stage, Tag
from .operations import pipelines, tags

CUSTOMER_TAG = "Cliente"


@on(WorkspaceCreated)
def furnish_workspace(event: Event) -> None:
    """Give a new workspace its first pipeline."""
    pipelines.furnish(Actor.system(event.workspace_id, "crm").because(event))


@on(OrderMoved)
def mark_customer(event: Event) -> None:
    """Tag the contact of a won order as a customer, where the shop has that tag."""
    if event.facts["closing"] != Stage.Closing.WON or not event.facts["contact"]:
        return
    contact = Contact.objects.filter(pk=event.facts["contact"]).first()
    if contact and Tag.objects.filter(name__iexact=CUSTOMER_TAG).exists():
        actor = Actor.system(event.workspace_id, "crm").because(event)
        tags.add(actor, contact=contact, tag=CUSTOMER_TAG)
