"""One delivery report of a webhook, as a small frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..delivery_status import StatusEvent, step_named
from .payload_fields import Raw, moment, required, text_at
from .payload_messages import GraphError, Ids, errors_in


@dataclass(frozen=True, kw_only=True)
class Pricing:
    """What the message costs. `category` decides the rate; the rate itself is ours to look up."""

    billable: bool
    model: str
    """`PMP` (per message) or `CBP` (per conversation, before July 2025)."""
    type: str
    category: str


@dataclass(frozen=True, kw_only=True)
class Status:
    """One report about a message we sent."""

    provider_id: str
    waba_id: str
    phone_number_id: str
    status: str
    """As sent: `sent`, `delivered`, `read`, `played`, `failed`, or a word we do not know yet."""
    recipient: Ids
    ref: str | None
    """Our own id, given when sending (`biz_opaque_callback_data`)."""
    timestamp: datetime | None
    errors: tuple[GraphError, ...] = ()
    pricing: Pricing | None = None
    raw: Raw = field(default_factory=dict, repr=False)

    def event(self, received_at: datetime) -> StatusEvent | None:
        """Return what the fold takes; `None` for a word that says nothing about progress."""
        step = step_named(self.status)
        if step is None:
            return None
        error = self.errors[0] if self.errors else GraphError(code=None, title="", details="")
        return StatusEvent(
            step=step,
            at=self.timestamp or received_at,
            code=-1 if error.code is None else error.code,
            title=error.title,
            details=error.details,
        )


def read_status(raw: Raw, waba_id: str, phone_number_id: str) -> Status:
    """Read one report; raise `ValueError` if it names no message or no status."""
    return Status(
        provider_id=required(raw, "id"),
        waba_id=waba_id,
        phone_number_id=phone_number_id,
        status=required(raw, "status"),
        recipient=Ids(
            wa_id=text_at(raw, "recipient_id"),
            user_id=text_at(raw, "recipient_user_id"),
            parent_user_id=text_at(raw, "recipient_parent_user_id")
            or text_at(raw, "parent_recipient_user_id"),
        ),
        ref=text_at(raw, "biz_opaque_callback_data"),
        timestamp=moment(raw.get("timestamp")),
        errors=errors_in(raw),
        pricing=_pricing(raw),
        raw=raw,
    )


def _pricing(raw: Raw) -> Pricing | None:
    """Read the price note; only some reports carry one."""
    pricing = raw.get("pricing")
    if not isinstance(pricing, Mapping):
        return None
    return Pricing(
        billable=pricing.get("billable") is True,
        model=text_at(pricing, "pricing_model") or "",
        type=text_at(pricing, "type") or "",
        category=text_at(pricing, "category") or "",
    )
