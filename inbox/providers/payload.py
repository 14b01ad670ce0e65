"""The envelope of WhatsApp's webhook, opened into small values.

One POST may carry several entries, each several changes, each several messages and reports; all
of them are visited, and one that cannot be read never costs its siblings: it comes out as
`Unreadable`, with what was received and why. Meta's Cloud API, 360dialog and Kapso's forwarding
all send this envelope; Kapso's own events become one first (`kapso_events`). Source: Meta, Cloud
API, "Webhooks payload reference".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import TypeVar

from pydantic import ValidationError

from .kapso_events import as_envelope
from .payload_fields import Raw, text_at
from .payload_messages import (
    Echo,
    GraphError,
    Ids,
    Inbound,
    errors_in,
    read_echo,
    read_inbound,
)
from .payload_statuses import Pricing, Status, read_status
from .raw_json import open_json

__all__ = [
    "BadPayload", "Delivery", "Echo", "GraphError", "Ids", "Inbound", "Other", "Pricing", "Status",
    "Unreadable", "open_payload",
]  # fmt: skip

OBJECT = "whatsapp_business_account"
Item = TypeVar("Item")


class BadPayload(ValueError):
    """Not WhatsApp's envelope: not JSON, not an object, nested absurdly, or of another product."""


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """Something that should have been a message or a report, kept as it came."""

    raw: object
    error: str


@dataclass(frozen=True, kw_only=True)
class Other:
    """A change that is neither message, report nor echo: templates, account, calls, history…

    Imported `history` is one of these, so that it can open no window and wake no agent. Errors
    WhatsApp reports beside the messages come as one of these too, with field `messages`.
    """

    field: str
    waba_id: str
    phone_number_id: str
    value: object
    errors: tuple[GraphError, ...] = ()
    told_at: str = ""
    """When WhatsApp says it happened, as it says it; the same in every delivery of it."""

    @property
    def digest(self) -> str:
        """Return what tells this change from every other, however often it is delivered."""
        told = [self.waba_id, self.phone_number_id, self.told_at, self.field, self.value]
        return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class _Change:
    field: str
    waba_id: str
    phone_number_id: str
    value: Raw
    told_at: str


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One webhook POST. Its iterators never raise."""

    changes: tuple[_Change, ...]
    broken: tuple[Unreadable, ...] = ()

    def routes(self) -> frozenset[tuple[str, str]]:
        """Return the (WABA id, phone number id) pairs it speaks of, to find the channels."""
        return frozenset((change.waba_id, change.phone_number_id) for change in self.changes)

    def inbound(self) -> Iterator[Inbound | Unreadable]:
        """Go through what customers wrote."""
        for change in self._of("messages"):
            read = partial(
                read_inbound,
                value=change.value,
                waba_id=change.waba_id,
                phone_number_id=change.phone_number_id,
            )
            yield from _each(change.value.get("messages"), read)

    def statuses(self) -> Iterator[Status | Unreadable]:
        """Go through the reports about what we sent."""
        for change in self._of("messages"):
            read = partial(
                read_status, waba_id=change.waba_id, phone_number_id=change.phone_number_id
            )
            yield from _each(change.value.get("statuses"), read)

    def echoes(self) -> Iterator[Echo | Unreadable]:
        """Go through what the business wrote on its own phone (coexistence)."""
        for change in self._of("smb_message_echoes"):
            read = partial(
                read_echo, waba_id=change.waba_id, phone_number_id=change.phone_number_id
            )
            yield from _each(change.value.get("message_echoes"), read)

    def others(self) -> Iterator[Other | Unreadable]:
        """Go through all the rest, and through entries and changes that could not be read."""
        yield from self.broken
        for change in self.changes:
            errors = errors_in(change.value)
            if change.field not in ("messages", "smb_message_echoes") or errors:
                yield Other(
                    field=change.field,
                    waba_id=change.waba_id,
                    phone_number_id=change.phone_number_id,
                    value=change.value,
                    errors=errors,
                    told_at=change.told_at,
                )

    def _of(self, field: str) -> Iterator[_Change]:
        return (change for change in self.changes if change.field == field)


def open_payload(raw: bytes) -> Delivery:
    """Open a webhook body; raise `BadPayload` if it is not WhatsApp's envelope."""
    try:
        body = open_json(raw)
    except ValueError as error:
        raise BadPayload(f"not JSON we can read: {error}") from None
    if not isinstance(body, dict):
        raise BadPayload("not a JSON object")
    body = as_envelope(body)
    if body.get("object") != OBJECT:
        raise BadPayload(f"not from a WhatsApp business account: object={body.get('object')!r:.80}")
    changes: list[_Change] = []
    broken: list[Unreadable] = []
    for entry in _list(body.get("entry"), broken, "entry"):
        for change in _list(entry.get("changes"), broken, "changes"):
            value = change.get("value")
            if isinstance(value, Mapping):
                changes.append(_change(entry, change, value))
            else:
                why = text_at(change, "why") or "a change whose value is no object"
                broken.append(Unreadable(raw=change, error=why))
    return Delivery(changes=tuple(changes), broken=tuple(broken))


def _list(value: object, broken: list[Unreadable], name: str) -> Iterator[Raw]:
    """Go through the objects of a list, noting what is not one."""
    if not isinstance(value, list):
        broken.append(Unreadable(raw=value, error=f"{name} is not a list"))
        return
    for item in value:
        if isinstance(item, Mapping):
            yield item
        else:
            broken.append(Unreadable(raw=item, error=f"{name} holds something that is no object"))


def _change(entry: Raw, change: Raw, value: Raw) -> _Change:
    """Note where a change belongs."""
    metadata = value.get("metadata")
    number = text_at(metadata, "phone_number_id") if isinstance(metadata, Mapping) else None
    return _Change(
        field=text_at(change, "field") or "",
        waba_id=text_at(entry, "id") or "",
        phone_number_id=number or "",
        value=value,
        told_at=text_at(entry, "time") or text_at(value, "timestamp") or "",
    )


def _each(value: object, read: Callable[[Raw], Item]) -> Iterator[Item | Unreadable]:
    """Read every item of a list; what cannot be read is handed on as it came.

    A mistake of the reader costs its siblings nothing either.
    """
    if value is None:
        return
    if not isinstance(value, list):
        yield Unreadable(raw=value, error="not a list")
        return
    for raw in value:
        if not isinstance(raw, Mapping):
            yield Unreadable(raw=raw, error="not an object")
            continue
        try:
            yield read(raw)
        except ValueError as error:
            yield Unreadable(raw=raw, error=_sentence(error))
        except Exception as error:
            yield Unreadable(raw=raw, error=f"it could not be read: {error!r:.200}")


def _sentence(error: ValueError) -> str:
    """Say in one line what was wrong, without the values of the message."""
    if isinstance(error, ValidationError):
        return "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or error.title.lower()}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)
        )[:300]
    return " ".join(str(error).split())[:300]
