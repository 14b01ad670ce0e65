"""What a send teaches: WhatsApp's answer names the person's business-scoped id."""

from __future__ import annotations

from uuid import UUID

from crm.models import ContactIdentity
from crm.operations import identities
from morfx.jobs.work import job
from morfx.operations.actor import Actor

from .models import Conversation


def hear(conversation: Conversation, user_id: str | None) -> None:
    """Remember the id a provider names for the person; asks nothing when it is known already.

    A job gives it to the contact, in a transaction that locks the conversation before the contact
    as everybody else does; a send waits for neither.
    """
    if user_id and user_id not in (conversation.user_id_told, conversation.address):
        learn.later(conversation=conversation.pk, user_id=user_id[:160])


@job
def learn(conversation: UUID, user_id: str) -> None:
    """Give the contact of a phone's conversation the business-scoped id that goes with it."""
    rows = Conversation.objects.select_related("channel", "identity")
    row = rows.select_for_update(of=("self",)).get(pk=conversation)
    if row.identity.kind == ContactIdentity.Kind.PHONE:
        system = Actor.system(row.workspace_id, "delivery")
        identities.identify(
            system, account=row.channel.account, phone=row.identity.value, bsuid=user_id
        )
    Conversation.objects.filter(pk=conversation).update(user_id_told=user_id)
