"""Talking to the assistant: what a member says, what it answers, and where it may be asked."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field

from agents.assistant.facts import AssistantSwitched
from agents.assistant.talk import answer
from agents.models import AssistantLine, AssistantProposal, AssistantSwitch, AssistantTalk
from crm.models import Contact
from inbox import lookups
from inbox.models import Conversation
from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Forbidden, NotFound, Refused
from morfx.operations.inputs import Ref, without_nul

GOES_ON = timedelta(hours=12)
"""How long a talk about the same conversation or contact goes on; then a new one begins."""

Said = Annotated[str, Field(min_length=1, max_length=2000)]
Status = AssistantProposal.Status


@operation("agents.assistant.ask", needs="contacts.view", talks=True)
def ask(
    actor: Actor,
    *,
    text: Said,
    talk: Ref[AssistantTalk] | None = None,
    conversation: Ref[Conversation] | None = None,
    contact: Ref[Contact] | None = None,
    dry: bool = False,
) -> dict[str, Any]:
    """Ask the assistant to tell or to change something, under the asker's own permissions.

    What can be undone is done at once and stands in `done`; what cannot, or what was read of
    others asks for, waits in `proposals` for `agents.assistant.confirm`. With `dry` nothing is
    done. A `talk` goes on; without one, the newest about the same conversation or contact does.
    """
    if not text.strip():
        raise Refused(_("Say what you want."), field="text")
    with transaction.atomic():
        about = conversation if talk is None else talk.conversation
        _refuse_unseen(actor, about)
        if not is_on(about):
            raise Refused(_("The assistant is switched off here."), code="ASSISTANT_OFF")
    system = Actor.system(actor.workspace_id, "assistant")
    line = hear(
        system,
        who=actor.who,
        text=text.strip(),
        talk=talk,
        conversation=conversation,
        contact=contact,
        dry=dry,
    )
    reply = answer(actor, line)
    said = keep(
        system,
        line=line,
        text=reply.text,
        source=reply.source,
        trace={"steps": [step.as_json() for step in reply.steps], "failures": reply.failures},
        tokens=reply.tokens,
        cost=reply.cost,
    )
    return _answered(line, said)


def _answered(line: AssistantLine, said: AssistantLine) -> dict[str, Any]:
    with transaction.atomic():
        rows = list(AssistantProposal.objects.filter(line=line).order_by("pk"))
    return {
        "talk": line.talk_id,
        "reply": said.text,
        "source": said.source,
        "proposals": [row for row in rows if row.status in (Status.PENDING, Status.DRY)],
        "done": [row for row in rows if row.status == Status.DONE],
        "steps": said.trace["steps"],
        "failures": said.trace["failures"],
        "tokens": said.tokens,
        "cost": f"{said.cost:.6f}",
    }


@operation("agents.assistant.hear", needs=SYSTEM)
def hear(
    actor: Actor,
    *,
    who: str,
    text: str,
    talk: Ref[AssistantTalk] | None = None,
    conversation: Ref[Conversation] | None = None,
    contact: Ref[Contact] | None = None,
    dry: bool = False,
) -> AssistantLine:
    """Write down what a member said, before anything is done about it.

    A talk of somebody else does not exist for them, and a live one never becomes a dry one: a dry
    one about the same begins. No fact: what is done about it has its own.
    """
    if talk is not None and talk.who != who:
        raise NotFound("talk")
    if talk is not None and dry and not talk.is_dry:
        conversation, contact, talk = talk.conversation, talk.contact, None
    if talk is None:
        talk = newest(who, conversation=conversation, contact=contact, dry=dry)
    if talk is None:
        talk = AssistantTalk.objects.create(
            who=who, conversation=conversation, contact=contact, is_dry=dry
        )
    return AssistantLine.objects.create(talk=talk, role=AssistantLine.Role.MEMBER, text=text)


@operation("agents.assistant.keep", needs=SYSTEM)
def keep(
    actor: Actor,
    *,
    line: Ref[AssistantLine],
    text: str,
    source: str,
    trace: dict[str, Any],
    tokens: int,
    cost: Decimal,
) -> AssistantLine:
    """Write down what the assistant answered, with its steps and what it cost."""
    return AssistantLine.objects.create(
        talk=line.talk,
        role=AssistantLine.Role.ASSISTANT,
        text=text,
        source=source,
        trace=without_nul(trace),
        tokens=tokens,
        cost=cost,
    )


@operation("agents.assistant.set", needs="whatsapp.send")
def set_assistant(
    actor: Actor, *, on: bool | None = None, conversation: Ref[Conversation] | None = None
) -> dict[str, Any]:
    """Switch the assistant on or off: in a conversation, or without one in the workspace.

    Without `on` a conversation follows the workspace again. The workspace's switch is for who may
    edit settings.
    """
    _refuse_unseen(actor, conversation)
    if conversation is None and not actor.may("settings.edit"):
        raise Forbidden(_("Only owners and admins switch it for everybody."))
    if conversation is None and on is None:
        raise Refused(_("Say whether it is on or off."), field="on")
    before = AssistantSwitch.objects.select_for_update().filter(conversation=conversation).first()
    if (before.is_on if before else None) != on:
        if on is None:
            AssistantSwitch.objects.filter(conversation=conversation).delete()
        else:
            AssistantSwitch.objects.update_or_create(
                conversation=conversation, defaults={"is_on": on}
            )
        record(AssistantSwitched(conversation=conversation.pk if conversation else None, on=on))
    return {"on": is_on(conversation)}


def is_on(conversation: Conversation | None) -> bool:
    """Tell whether the assistant may be asked here: the workspace's switch, then the chat's own.

    On unless somebody switched it off; what is off in the workspace is off everywhere.
    """
    asked = Q(conversation=None) | Q(conversation=conversation)
    rows = AssistantSwitch.objects.filter(asked)
    switches = {row.conversation_id: row.is_on for row in rows}
    if not switches.get(None, True):
        return False
    return conversation is None or switches.get(conversation.pk, True)


def newest(
    who: str,
    *,
    conversation: Conversation | None = None,
    contact: Contact | None = None,
    dry: bool = False,
) -> AssistantTalk | None:
    """Return a member's talk that goes on about a conversation or a contact; None without one."""
    if conversation is None and contact is None:
        return None
    rows = AssistantTalk.objects.filter(
        who=who,
        conversation=conversation,
        contact=contact,
        is_dry=dry,
        created_at__gt=timezone.now() - GOES_ON,
    )
    return rows.order_by("-pk").first()


def _refuse_unseen(actor: Actor, conversation: Conversation | None) -> None:
    """Refuse a conversation that the member does not see in the inbox."""
    if conversation and not lookups.visible(actor).filter(pk=conversation.pk).exists():
        raise NotFound("conversation")
