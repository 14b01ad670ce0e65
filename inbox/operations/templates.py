"""Approved templates go out: filled in, checked, and through the same ledger as every message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field

from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Refused
from morfx.operations.inputs import Also

from ..models import Conversation, Message, Template
from ..providers.errors import row_for
from ..providers.phones import is_bsuid
from ..providers.template_filling import Filled, Unfilled, fill
from .messages import ContactOrNone, LockedOrNone, enqueue, sender_of, take
from .opening import conversation_for

NUMBER_NEEDED = 131062
"""WhatsApp's code for a message that a business-scoped id cannot receive."""

Params = Mapping[str, str | int | float]


@operation("whatsapp.template.send", needs="whatsapp.send")
def send(
    actor: Actor,
    *,
    template_name: Annotated[str, Field(min_length=1, max_length=512), Also("template", "name")],
    template_params: Annotated[Params, Also("params", "parameters", "variables")] = {},  # noqa: B006
    language: Annotated[str, Field(max_length=20)] = "es",
    conversation: LockedOrNone = None,
    contact: ContactOrNone = None,
) -> Message:
    """Send an approved template to a customer, inside the 24-hour window or outside it.

    `template_params` maps the variables' names (`whatsapp.template.list` tells them: `1` for
    {{1}}, `header.image` for the address of a picture, `button.0` for the first button) to text.
    A contact nobody wrote with yet gets a conversation; its window stays closed until they answer.
    A person's (or a program's) template takes the conversation over.
    """
    conversation = conversation or conversation_for(contact, template_name)
    template = find(conversation, template_name, language)
    refuse_unsendable(template, conversation)
    filled = filled_or_refused(template, {k: str(v) for k, v in template_params.items()})
    sender = sender_of(actor)
    if sender == Message.Sender.USER:
        take(actor, conversation)
    message = Message.objects.create(
        conversation=conversation,
        direction=Message.Direction.OUTBOUND,
        type="template",
        text=filled.text,
        content=_content(template, template_params, filled),
        sender=sender,
        sender_user_id=actor.user_id,
        status="queued",
    )
    enqueue(actor, conversation, message, body=_body(template, filled))
    return message


def find(conversation: Conversation, name: str, language: str) -> Template:
    """Return the template of a name in a language, else in the language's only other variety.

    `es` finds `es_CO` when there is no plain `es`, and the other way round. Raises Refused.
    """
    rows = Template.objects.filter(account=conversation.channel.account, name=name)
    found = {row.language: row for row in rows.exclude(status=Template.DELETED)}
    related = [row for code, row in found.items() if _base(code) == _base(language)]
    usable = [row for row in related if row.is_sendable]
    if language in found:
        return found[language]
    if len(usable) == 1 or (not usable and len(related) == 1):
        return (usable or related)[0]
    spoken = ", ".join(sorted(found))
    raise Refused(
        _("There is no template %(name)s in the language %(language)s.")
        % {"name": name[:100], "language": language},
        code="TEMPLATE_NOT_FOUND",
        field="language" if found else "template_name",
        suggestion=_("It exists in: %(languages)s.") % {"languages": spoken} if found else "",
    )


def refuse_unsendable(template: Template, conversation: Conversation) -> None:
    """Refuse what WhatsApp would: not approved, needs a number, or has parts we cannot fill."""
    if not template.is_sendable:
        status = {"name": template.name, "status": template.status or "?"}
        raise Refused(
            _("The template %(name)s is not approved: WhatsApp says %(status)s.") % status,
            code="TEMPLATE_NOT_APPROVED",
            field="template_name",
            suggestion=template.rejected_reason,
        )
    if template.category == "AUTHENTICATION" and is_bsuid(conversation.address):
        row = row_for(NUMBER_NEEDED)
        raise Refused(str(row.meaning), code="PHONE_REQUIRED", suggestion=str(row.suggestion))
    if parts := template.shape.unsendable:
        raise Refused(
            _("This template has parts that cannot be filled in here: %(parts)s.")
            % {"parts": ", ".join(parts)},
            code="TEMPLATE_SEND_FAILED",
            field="template_name",
        )


def filled_or_refused(template: Template, params: dict[str, str]) -> Filled:
    """Fill a template in. Raises Refused with a sentence for each variable at fault."""
    try:
        return fill(template.shape, params)
    except Unfilled as fault:
        sentences = " ".join(fault.problems.values())
        raise Refused(sentences, field="template_params") from None


def _base(language: str) -> str:
    return language.replace("-", "_").partition("_")[0].lower()


def _content(template: Template, params: Params, filled: Filled) -> dict[str, object]:
    """Return what is kept of a sent template besides its words."""
    return {
        "template_name": template.name,
        "template_language": template.language,
        "template_category": template.category,
        "template_params": {name: str(value) for name, value in params.items()},
        "header_link": filled.link,
        "buttons": [button["text"] for button in filled.buttons],
    }


def _body(template: Template, filled: Filled) -> dict[str, object]:
    """Return what the ledger keeps: everything needed to send it, and to send it again."""
    return {
        "type": "template",
        "name": template.name,
        "language": template.language,
        "components": filled.components,
        "text": filled.text,
    }
