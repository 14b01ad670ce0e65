"""A member's own talk with the assistant, for doors."""

from __future__ import annotations

from typing import Any

from agents.models import AssistantLine, AssistantProposal, AssistantTalk
from morfx.operations.actor import Actor
from morfx.operations.catalogue import lookup
from morfx.operations.errors import NotFound
from morfx.operations.inputs import Ref
from morfx.operations.paging import Limit


@lookup("agents.assistant.read", needs="contacts.view")
def read_talk(actor: Actor, *, talk: Ref[AssistantTalk], limit: Limit = 50) -> dict[str, Any]:
    """Read the asker's own talk: its newest lines and proposals, the oldest of them first.

    A talk of somebody else does not exist.
    """
    if talk.who != actor.who:
        raise NotFound("talk")
    lines = AssistantLine.objects.filter(talk=talk).order_by("-pk")[:limit]
    proposals = AssistantProposal.objects.filter(talk=talk).order_by("-pk")[:limit]
    return {
        "talk": talk.pk,
        "conversation_id": talk.conversation_id,
        "contact_id": talk.contact_id,
        "dry": talk.is_dry,
        "lines": list(reversed(lines)),
        "proposals": list(reversed(proposals)),
    }
