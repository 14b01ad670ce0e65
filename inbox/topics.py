"""Only who may see a conversation hears that something happens in it."""

from __future__ import annotations

from uuid import UUID

from morfx.events.topics import Member, topic

from .models import Conversation


@topic("conversation-")
def may_follow(member: Member, rest: str) -> bool:
    """Let a member hear of a conversation they may see."""
    try:
        conversation = UUID(rest)
    except ValueError:
        return False
    if not member.actor().may("whatsapp.view"):
        return False
    return Conversation.objects.visible_to(member).filter(pk=conversation).exists()


@topic("typing-")
def may_see_typing(member: Member, rest: str) -> bool:
    """Let a member hear who writes where they may read."""
    return may_follow(member, rest)


@topic("templates")
def may_follow_templates(member: Member, rest: str) -> bool:
    """Let members who may see WhatsApp hear that the list of templates was fetched."""
    return bool(member.actor().may("whatsapp.view"))


@topic("inbox")
def may_follow_inbox(member: Member, rest: str) -> bool:
    """Let members who may see WhatsApp hear that some conversation changed."""
    return bool(member.actor().may("whatsapp.view"))


@topic("channels")
def may_follow_channels(member: Member, rest: str) -> bool:
    """Let members who may see WhatsApp hear that a number stopped or goes on."""
    return bool(member.actor().may("whatsapp.view"))
