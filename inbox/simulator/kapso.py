"""Kapso: Meta's API behind a proxy, and webhooks of two kinds.

Kind `meta` forwards what Meta sends; kind `kapso` is its own events: one message or one report in
each, the report with the whole message and its history, or several messages of one customer in a
batch. All are signed with `X-Webhook-Signature`, bare hex over the raw body. The event's name is in
the header `X-Webhook-Event`, and in the body of a batch only.

Sources (read November 2026): docs.kapso.ai, "Message events", "Delivery", "Webhook security",
"Get media URL", "Download media file"; github.com/gokapso/agent-skills, "Event types". Whether a
forwarded webhook keeps Meta's own signature is not said, so it does not here. How the body of
Kapso's own 429 looks is not said either: a plain `{"error": sentence}` stands in for it.
"""

import hashlib
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import JsonValue

from inbox.simulator.dialects import META_FILES, Json, Signature, digest_of, meta_envelope
from inbox.simulator.numbers import Number

PREFIX = "/meta/whatsapp"
VERSION = "/v24.0"
RECEIVED = "whatsapp.message.received"


class Kapso:
    """Kapso's proxy of Meta's API."""

    def inside(self, path: str) -> str | None:
        """Drop the proxy's path and its version; a file is fetched without the version."""
        if not path.startswith(PREFIX + "/"):
            return None
        inner = path.removeprefix(PREFIX)
        if inner.startswith(VERSION + "/"):
            return inner.removeprefix(VERSION)
        return inner if inner == "/media_download" else None

    def key(self, headers: Mapping[str, str]) -> str:
        """Give the key of X-API-Key."""
        return headers.get("x-api-key", "")

    def envelope(self, number: Number, field: str, value: Json, message: Json | None) -> Json:
        """Wrap as Meta does, or as an event; what Kapso has no event for is forwarded."""
        if number.webhook_kind == "kapso":
            if field == "smb_message_echoes":
                return _echo(number, value)
            if field == "messages":
                return _event(number, value, message or {})
        return meta_envelope(number, field, value)

    def signed(self, number: Number, raw: bytes, signature: Signature) -> dict[str, str]:
        """Sign the raw bytes, and name the event."""
        digest = digest_of(number, raw, signature)
        headers = {"X-Webhook-Signature": digest} if digest else {}
        body = json.loads(raw) if number.webhook_kind == "kapso" else {}
        if not isinstance(body, dict) or not body or "object" in body:
            return headers
        headers |= {
            "X-Webhook-Event": _name(body),
            "X-Idempotency-Key": hashlib.sha256(raw).hexdigest()[:32],
            "X-Webhook-Payload-Version": "v2",
        }
        if body.get("batch") is True:
            headers |= {"X-Webhook-Batch": "true", "X-Batch-Size": str(len(body["data"]))}
        return headers

    def addresses(self, base: str, media_id: str, query: str, token: str) -> Json:
        """Name Meta's host, and one of Kapso's that needs no key."""
        return {
            "url": f"{META_FILES}?mid={media_id}&{query}",
            "download_url": f"{base}{PREFIX}/media_download?token={token}",
        }


def batched(events: list[JsonValue]) -> Json:
    """Wrap several messages of one customer."""
    return {"type": RECEIVED, "batch": True, "data": events}


def _name(body: Json) -> str:
    if isinstance(body.get("type"), str):
        return str(body["type"])
    message = body.get("message")
    kapso = message.get("kapso") if isinstance(message, dict) else None
    if not isinstance(kapso, dict):
        return "unknown"
    return RECEIVED if kapso["direction"] == "inbound" else f"whatsapp.message.{kapso['status']}"


def _event(number: Number, value: Json, message: Json) -> Json:
    """Make an event of the one message, or of the one report, in a value."""
    if "statuses" in value:
        return _report(number, _only(value, "statuses"), message)
    said, contact = _only(value, "messages"), _only(value, "contacts")
    profile = contact.get("profile")
    event = _whole(number, said | {"kapso": _kapso(said, "inbound", "received", "cloud_api")})
    event["conversation"] = _conversation(
        number, contact.get("wa_id"), contact, profile if isinstance(profile, dict) else {}
    )
    return event


def _only(value: Json, name: str) -> Json:
    """Give the only object of a list: the simulator puts no two into one webhook."""
    items = value.get(name)
    assert isinstance(items, list)
    (item,) = items
    assert isinstance(item, dict)
    return item


def _report(number: Number, status: Json, message: Json) -> Json:
    kind = message.get("type", "text")
    told = str(status["status"])
    history: list[JsonValue] = [status]
    if told in ("delivered", "read"):
        history.insert(0, status | {"status": "sent"})
    shown: Json = {
        "id": status["id"],
        "timestamp": status["timestamp"],
        "type": kind,
        str(kind): message.get(str(kind)),
        "kapso": _kapso(message, "outbound", told, "cloud_api") | {"statuses": history},
    }
    event = _whole(number, shown)
    ids: Json = {
        "user_id": status.get("recipient_user_id"),
        "parent_user_id": status.get("recipient_parent_user_id"),
    }
    event["conversation"] = _conversation(number, status.get("recipient_id"), ids, {})
    return event


def _echo(number: Number, value: Json) -> Json:
    echo = _only(value, "message_echoes")
    event = _whole(number, echo | {"kapso": _kapso(echo, "outbound", "sent", "business_app")})
    ids: Json = {"user_id": echo.get("to_user_id"), "parent_user_id": echo.get("to_parent_user_id")}
    event["conversation"] = _conversation(number, echo.get("to"), ids, {})
    return event


def _whole(number: Number, message: Json) -> Json:
    return {
        "message": message,
        "conversation": {},
        "is_new_conversation": False,
        "phone_number_id": number.phone_number_id,
    }


def _kapso(message: Json, direction: str, status: str, origin: str) -> Json:
    content = message.get(str(message.get("type", "text")))
    return {
        "direction": direction,
        "status": status,
        "processing_status": "pending" if direction == "inbound" else "completed",
        "origin": origin,
        "has_media": message.get("type") in {"image", "audio", "video", "document", "sticker"},
        "content": content.get("body", "") if isinstance(content, dict) else "",
    }


def _conversation(number: Number, wa_id: JsonValue, ids: Json, profile: Json) -> Json:
    now = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds")
    whom = wa_id or ids.get("user_id")
    return {
        "id": "conv_"
        + hashlib.sha256(f"{number.phone_number_id}:{whom}".encode()).hexdigest()[:16],
        "phone_number": f"+{wa_id}" if wa_id else None,
        "business_scoped_user_id": ids.get("user_id"),
        "parent_business_scoped_user_id": ids.get("parent_user_id"),
        "username": profile.get("username"),
        "status": "active",
        "last_active_at": now,
        "metadata": {},
        "phone_number_id": number.phone_number_id,
        "kapso": {"contact_name": profile.get("name")},
    }
