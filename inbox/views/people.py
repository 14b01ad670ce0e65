"""How people are drawn: a name, letters and a colour."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from morfx.web.initials import hue, initials
from morfx.workspaces.models import Membership, User

from ..models import Conversation


def person(user: User | None) -> dict[str, Any] | None:
    """Return a member as avatars and lists show them."""
    if user is None:
        return None
    return {
        "pk": user.pk,
        "name": user.display_name,
        "initials": user.initials,
        "hue": user.hue,
    }


def customer(conversation: Conversation) -> dict[str, Any]:
    """Return what a conversation's customer is called, and how they are drawn."""
    contact = conversation.contact
    name = (contact.name if contact else "") or conversation.profile_name
    return {
        "pk": conversation.pk,
        "name": name,
        "phone": phone(conversation),
        "initials": initials(name),
        "hue": hue(conversation.contact_id or conversation.pk),
    }


def phone(conversation: Conversation) -> str:
    """Return the customer's number; what we write to when WhatsApp tells none."""
    contact = conversation.contact
    if contact is not None and contact.phone:
        return contact.phone
    return f"+{conversation.address}" if conversation.address.isdigit() else conversation.address


def members() -> list[User]:
    """Return the workspace's people by name."""
    rows = Membership.objects.select_related("user").filter(user__is_active=True)
    return sorted((row.user for row in rows), key=lambda user: user.display_name.casefold())


def user_id_of(who: str) -> int | None:
    """Return the user an actor's `who` names; None for programs."""
    kind, _colon, number = who.partition(":")
    return int(number) if kind == "user" and number.isdigit() else None


def names(whos: Iterable[str]) -> dict[str, str]:
    """Return what people call those who act, by their `who`; one query for all of them."""
    known = set(whos)
    users = User.objects.in_bulk([pk for who in known if (pk := user_id_of(who))])
    return {who: _name(who, users) for who in known}


def _name(who: str, users: dict[int, User]) -> str:
    user = users.get(user_id_of(who) or 0)
    if user is not None:
        return user.display_name
    words = {
        "user": _("Somebody"),
        "key": _("A program"),
        "agent": _("The agent"),
        "automation": _("An automation"),
        "phone": _("Somebody on the phone"),
    }
    return words.get(who.partition(":")[0], _("The system"))
