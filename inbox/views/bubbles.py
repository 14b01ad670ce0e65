"""What a message or an event looks like as a line of the thread; see inbox/bubble.html."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from inbox.models import Conversation, Message
from inbox.providers.errors import TABLE
from morfx.events.models import Event
from morfx.web.initials import hue, initials
from morfx.web.sentences import read

from . import amended, attempts, people
from .content import cards, described, media, place
from .finding import link
from .stretches import Stretch
from .unanswered import unanswered

STATUSES = {"queued": "planned", "sending": "claimed", "played": "read"}
ICONS = {
    "conversation.taken": "hand",
    "conversation.givenBack": "robot",
    "conversation.botSwitched": "robot",
    "conversation.handedOver": "person",
    "conversation.assigned": "person",
    "conversation.archived": "archive",
}
Line = dict[str, Any]


class Lines:
    """Draws the lines of a stretch; what they need to know of each other is read at once."""

    def __init__(self, slug: str, conversation: Conversation, agent: str) -> None:
        self.slug, self.conversation = slug, conversation
        self.agent = agent or str(_("The agent"))
        self.customer = people.customer(conversation)
        self.attempts: Mapping[UUID, list[dict[str, Any]]] = {}
        self.silent: set[UUID] = set()

    def of(self, stretch: Stretch) -> list[Line]:
        """Return the lines, oldest first."""
        known = {row.provider_id: row for row in stretch.messages if row.provider_id}
        reactions = amended.reactions(self.conversation, stretch.messages)
        quoted = self._quoted(stretch.messages, known)
        self.attempts = attempts.of(stretch.messages)
        self.silent = unanswered(self.conversation, stretch.messages)
        names = people.names(who for event in stretch.events for who in _named(event))
        lines = [
            self._message(row, reactions, quoted)
            for row in stretch.messages
            if not amended.drawn_elsewhere(row, quoted)
        ]
        lines += [_system(event, names) for event in stretch.events]
        lines.sort(key=lambda line: (line["created_at"], line["pk"]))
        for former, line in pairwise(lines):
            line["follows"] = _same_sender(former, line)
        return lines

    def _message(
        self, row: Message, reactions: Mapping[str, str], quoted: Mapping[str, Message]
    ) -> Line:
        kind, text = described(row)
        outbound = row.direction == Message.Direction.OUTBOUND
        sender = self._sender_name(row)
        original = quoted.get(row.reply_to)
        return {
            "pk": row.pk,
            "type": kind,
            "icon": "info",
            "direction": row.direction,
            "created_at": row.created_at,
            "text": text,
            "sender": row.sender,
            "sender_name": sender,
            "sender_initials": initials(sender),
            "sender_hue": hue(row.sender_user_id or self.conversation.contact_id or row.sender),
            "follows": False,
            "status": STATUSES.get(row.status, row.status) if outbound else "",
            "error": _why(row),
            "quoted": self._quote(original) if original else None,
            "reactions": reactions.get(row.provider_id or "", ""),
            "amended": amended.history(row),
            "phone": bool(row.content.get("echo")),
            "history": bool(row.content.get("history")),
            "media": media(row, self._url("media", row)),
            "place": place(row),
            "cards": cards(row),
            "buttons": row.content.get("buttons") or [],
            "template_name": row.content.get("template_name", ""),
            **self._more(row),
        }

    def _more(self, row: Message) -> dict[str, Any]:
        """Return what may be asked or done about a message of ours."""
        outbound = row.direction == Message.Direction.OUTBOUND
        return {
            "why_url": self._why_url(row),
            "silence_url": self._silence_url(row),
            "retry_url": self._retry_url(row) if outbound else None,
            "attempts": self.attempts.get(row.pk),
        }

    def _sender_name(self, row: Message) -> str:
        if row.sender == Message.Sender.CONTACT:
            return str(self.customer["name"] or self.customer["phone"])
        if row.sender == Message.Sender.AGENT:
            return self.agent
        if row.sender_user is not None:
            return row.sender_user.display_name
        if row.content.get("echo") or row.content.get("history"):
            return _("From the phone")
        words = {"automation": _("Automation"), "system": _("The system")}
        return words.get(row.sender, _("A program"))

    def _quote(self, row: Message) -> dict[str, Any]:
        words = described(row)[1] or str(row.content.get("label") or row.type)
        return {"pk": row.pk, "sender_name": self._sender_name(row), "text": words[:200]}

    def _quoted(
        self, rows: Iterable[Message], known: Mapping[str, Message]
    ) -> Mapping[str, Message]:
        """Return what messages quote, by the provider's id; what is not here in one query."""
        outside = {row.reply_to for row in rows if row.reply_to and row.reply_to not in known}
        if not outside:
            return known
        found = Message.objects.filter(conversation=self.conversation, provider_id__in=outside)
        older = {row.provider_id: row for row in found.select_related("sender_user")}
        return {**known, **{str(key): row for key, row in older.items()}}

    def _why_url(self, row: Message) -> str | None:
        return link("agents:why", self.slug, row.pk) if row.sender == "agent" else None

    def _silence_url(self, row: Message) -> str | None:
        return link("agents:silence", self.slug, row.pk) if row.pk in self.silent else None

    def _retry_url(self, row: Message) -> str | None:
        told = row.status == "unknown" and row.error
        if row.status != "failed" and not told:
            return None
        return self._url("retry", row)

    def _url(self, name: str, row: Message) -> str | None:
        return link(f"inbox:{name}", self.slug, self.conversation.pk, row.pk)


def _why(row: Message) -> str:
    """Return why a message failed, as a sentence with what to do about it."""
    known = TABLE.get(row.error.get("code") or -1)
    stored = (read(str(row.error.get(name) or "").strip()) for name in ("title", "suggestion"))
    parts = (str(known.meaning), str(known.suggestion)) if known else stored
    return " ".join(part if part[-1] in ".!?" else f"{part}." for part in parts if part)


def _same_sender(former: Line, line: Line) -> bool:
    if "system" in (former["type"], line["type"]):
        return False
    return (former["sender"], former["sender_name"]) == (line["sender"], line["sender_name"])


def _named(event: Event) -> list[str]:
    """Return who an event's sentence speaks of."""
    facts = event.facts
    users = [facts.get("to_user")] if facts.get("to_user") else []
    return [event.who, *(f"user:{user}" for user in users)]


def _system(event: Event, names: Mapping[str, str]) -> Line:
    return {
        "pk": event.pk,
        "type": "system",
        "text": _sentence(event, names),
        "icon": ICONS.get(event.name, "info"),
        "created_at": event.created_at,
    }


def _sentence(event: Event, names: Mapping[str, str]) -> str:
    facts = event.facts
    words = {"name": names[event.who], "reason": read(facts.get("reason", ""))}
    words["other"] = names.get(f"user:{facts.get('to_user')}", "")
    match event.name, facts:
        case "conversation.taken", _facts:
            text = _("%(name)s took over")
        case "conversation.givenBack", _facts:
            text = _("%(name)s gave the conversation back to the agent")
        case "conversation.botSwitched", {"enabled": False}:
            text = _("%(name)s switched the agent off")
        case "conversation.botSwitched", _facts:
            text = _("%(name)s switched the agent on")
        case "conversation.handedOver", {"to_user": int()}:
            text = _("%(name)s handed over to %(other)s: %(reason)s")
        case "conversation.handedOver", _facts:
            text = _("%(name)s asked for a person: %(reason)s")
        case "conversation.assigned", {"to_user": int()}:
            text = _("%(name)s gave this to %(other)s")
        case "conversation.assigned", _facts:
            text = _("%(name)s took this off everybody’s hands")
        case "conversation.archived", {"archived": True}:
            text = _("%(name)s archived the conversation")
        case _:
            text = _("%(name)s brought the conversation back")
    return text % words
