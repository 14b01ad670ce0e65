"""Kapso's own webhook events, told again in the words of Meta's envelope.

Kapso can forward Meta's webhooks, or send events of its own: one message or one report each, or a
batch of messages. Whoever reads webhooks here reads Meta's envelope; so an event becomes one, and
every kind of message, report and echo takes the path all others take. The event's name stands in a
header; in the body only for batches. What happened is told by `message.kapso`: its direction,
status and origin. Events about conversations, contacts and workflows are kept, under their name.

Only payload version 2 carries WhatsApp's own message; version 1 is refused with a sentence, because
taking it for something else would lose messages in silence.

Sources (read November 2026): docs.kapso.ai, "Message events" and "Delivery"; github.com/gokapso/
agent-skills, "Event types".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .payload_fields import Raw, objects, text_at

OBJECT = "whatsapp_business_account"
OLD_VERSION = "Kapso's payload version 1: set the webhook to version 2"
PREFERENCES = {"stopped": "stop", "resumed": "resume"}

Change = dict[str, object]


def as_envelope(body: Raw) -> Raw:
    """Return the envelope Meta would have sent; anything that is no event comes back as it is.

    A batch becomes one envelope with a change for each of its events, in their order.
    """
    if "object" in body or not _is_event(body):
        return body
    name = text_at(body, "type") or text_at(body, "event") or ""
    batch = body.get("data")
    events = objects(batch) if body.get("batch") is True or isinstance(batch, list) else [body]
    changes = [change for event in events for change in _changes(event, name)]
    return {"object": OBJECT, "entry": [{"id": "", "changes": changes}]}


def _is_event(body: Raw) -> bool:
    """Say whether a body has the shape of an event: its own name, or a number and what happened."""
    named = text_at(body, "type") or text_at(body, "event") or ""
    if named.startswith(("whatsapp.", "workflow.")):
        return True
    return "phone_number_id" in body or (
        isinstance(body.get("message"), Mapping) and isinstance(body.get("conversation"), Mapping)
    )


def _changes(event: Raw, name: str) -> Iterator[Change]:
    """Tell one event as changes: a message, a report, an echo, or something to keep."""
    message = event.get("message")
    if not isinstance(message, Mapping):
        yield _kept(event, name)
        return
    kapso = message.get("kapso")
    if not isinstance(kapso, Mapping):
        yield _unreadable(event)
        return
    bare = {key: value for key, value in message.items() if key != "kapso"}
    origin, direction = text_at(kapso, "origin"), text_at(kapso, "direction")
    if origin == "history_sync":
        yield _change(event, "history", _past(event, bare, direction))
    elif direction == "inbound":
        yield _change(event, "messages", _received(event, bare))
    elif origin == "business_app" and not _is_news(kapso):
        yield _change(event, "smb_message_echoes", {"message_echoes": [_echo(event, bare)]})
    elif direction == "outbound":
        yield _change(event, "messages", {"statuses": [_report(event, bare, kapso)]})
    else:
        yield _unreadable(event)


def _received(event: Raw, message: dict[str, object]) -> Change:
    """Put the sender beside and into the message, as Meta does."""
    ids, whom = _ids(event), _conversation(event)
    sender = {
        "from": text_at(message, "from") or ids["wa_id"],
        "from_user_id": text_at(message, "from_user_id") or ids["user_id"],
        "from_parent_user_id": text_at(message, "from_parent_user_id") or ids["parent_user_id"],
    }
    profile = {"name": _contact_name(whom), "username": text_at(whom, "username")}
    return {"contacts": [{"profile": profile, **ids}], "messages": [message | sender]}


def _past(event: Raw, message: dict[str, object], direction: str | None) -> Change:
    """Put an imported message into a thread, where the sender tells whose it is."""
    customer = _ids(event)["wa_id"]
    ours = text_at(event, "phone_number_id")
    sender = text_at(message, "from") or (customer if direction == "inbound" else ours)
    thread = {"id": customer, "messages": [message | {"from": sender}]}
    return {"history": [{"threads": [thread]}]}


def _echo(event: Raw, message: dict[str, object]) -> dict[str, object]:
    """Put the recipient into a message the business sent on its own phone."""
    ids = _ids(event)
    return message | {
        "to": text_at(message, "to") or ids["wa_id"],
        "to_user_id": text_at(message, "to_user_id") or ids["user_id"],
        "to_parent_user_id": text_at(message, "to_parent_user_id") or ids["parent_user_id"],
    }


def _is_news(kapso: Raw) -> bool:
    """Say whether the event reports on a message, rather than brings it."""
    return text_at(kapso, "status") not in (None, "sent")


def _report(event: Raw, message: Raw, kapso: Raw) -> dict[str, object]:
    """Return Meta's report that the event is about, or say the same without one.

    The history holds Meta's reports as they came, the newest last; reports fold in any order, so
    the event's own is enough.
    """
    status = text_at(kapso, "status")
    told = [one for one in objects(kapso.get("statuses")) if text_at(one, "status") == status]
    ids = _ids(event)
    return {
        "id": text_at(message, "id"),
        "status": status,
        "timestamp": text_at(message, "timestamp"),
        "recipient_id": ids["wa_id"],
        "recipient_user_id": ids["user_id"],
        **(told[-1] if told else {}),
    }


def _kept(event: Raw, name: str) -> Change:
    """Keep what is neither message nor report; who stops marketing is told as Meta tells it."""
    preference, contact = event.get("marketing_preference"), event.get("contact")
    if isinstance(preference, Mapping) and isinstance(contact, Mapping):
        wanted = PREFERENCES.get(text_at(preference, "status") or "", "")
        told = {
            "wa_id": text_at(contact, "wa_id"),
            "user_id": text_at(contact, "business_scoped_user_id"),
            "detail": text_at(preference, "detail"),
            "category": "marketing_messages",
            "value": wanted,
        }
        return _change(event, "user_preferences", {"user_preferences": [told]})
    return _change(event, name or "kapso", dict(event))


def _unreadable(event: Raw) -> Change:
    """Make a change of which the reader says why it cannot be read."""
    return {"field": "messages", "value": None, "why": OLD_VERSION, "event": event}


def _change(event: Raw, field: str, value: Change) -> Change:
    number = text_at(event, "phone_number_id") or text_at(_conversation(event), "phone_number_id")
    return {"field": field, "value": {"metadata": {"phone_number_id": number}, **value}}


def _conversation(event: Raw) -> Raw:
    found = event.get("conversation")
    return found if isinstance(found, Mapping) else {}


def _contact_name(conversation: Raw) -> str | None:
    kapso = conversation.get("kapso")
    inner = text_at(kapso, "contact_name") if isinstance(kapso, Mapping) else None
    return inner or text_at(conversation, "contact_name")


def _ids(event: Raw) -> dict[str, str | None]:
    """Return how Kapso calls the customer: the phone as WhatsApp's digits, and the user ids."""
    conversation = _conversation(event)
    phone = text_at(conversation, "phone_number") or ""
    return {
        "wa_id": "".join(filter(str.isdigit, phone)) or None,
        "user_id": text_at(conversation, "business_scoped_user_id"),
        "parent_user_id": text_at(conversation, "parent_business_scoped_user_id"),
    }
