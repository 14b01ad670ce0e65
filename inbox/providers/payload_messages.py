"""One message of a webhook as a small frozen value: a customer's, or an echo of our own phone's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .payload_fields import LONGEST_ID, Raw, id_at, moment, objects, required, text_at
from .payload_parts import MEDIA, Edit, FlowReply, Part, Reaction, Revoke, Text, read_part
from .phones import phone_e164

KINDS = MEDIA | {
    "text", "location", "contacts", "reaction", "button", "interactive", "order", "system",
    "request_welcome", "edit", "revoke", "unsupported",
}  # fmt: skip
"""The kinds WhatsApp documents; anything else is kept and shown as unknown."""

_CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Ids:
    """What WhatsApp calls a person. The phone id may be absent, and so may the user id."""

    wa_id: str | None = None
    """Phone id as sent, digits; what a message is sent to."""
    user_id: str | None = None
    """Business-scoped user id (BSUID); changes when the person changes number."""
    parent_user_id: str | None = None
    username: str | None = None
    """Changes at will; never an identifier."""

    @property
    def phone(self) -> str | None:
        """Return the number people dial, E.164."""
        return phone_e164(self.wa_id) if self.wa_id else None

    @property
    def known(self) -> bool:
        """Say whether the person can be told apart at all."""
        return bool(self.wa_id or self.user_id)


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a message refers to."""

    quoted_id: str | None = None
    """The wamid of the message it answers."""
    forwarded: bool = False
    frequently_forwarded: bool = False


@dataclass(frozen=True, kw_only=True)
class Referral:
    """The advertisement a customer came from."""

    source_type: str
    source_id: str
    source_url: str
    ctwa_clid: str
    headline: str
    raw: Raw


@dataclass(frozen=True, kw_only=True)
class GraphError:
    """An error as WhatsApp reports it. `code` is `None` when it is not a number."""

    code: int | None
    title: str
    details: str


@dataclass(frozen=True, kw_only=True)
class Written:
    """One message, whoever wrote it.

    `text` is what a person reads (body, caption, title of a tapped button, emoji); it is empty
    when there is nothing to read, and then `label` says what came, for a page to translate.
    """

    provider_id: str
    waba_id: str
    phone_number_id: str
    type: str
    """As sent; `unknown` when none was."""
    text: str
    part: Part
    content: object
    """The raw object of its type, kept."""
    context: Context
    timestamp: datetime | None
    """When it was sent, UTC; `None` if the date makes no sense: use the receipt's."""
    errors: tuple[GraphError, ...] = ()
    referral: Referral | None = None
    raw: Raw = field(default_factory=dict, repr=False)

    @property
    def label(self) -> str:
        """Return the key of what came: empty for text, `flow`, a documented kind, or `unknown`."""
        if isinstance(self.part, Text):
            return ""
        if isinstance(self.part, FlowReply):
            return "flow"
        return self.type if self.type in KINDS else "unknown"

    @property
    def refers_to(self) -> str:
        """Return the wamid of what it answers, reacts to, rewrites or deletes; or nothing."""
        if isinstance(self.part, Edit | Revoke):
            return self.part.original_message_id[:LONGEST_ID]
        if isinstance(self.part, Reaction):
            return self.part.message_id[:LONGEST_ID]
        return self.context.quoted_id or ""

    def happened_at(self, received_at: datetime) -> datetime:
        """Return when it was written: its own date, unless that is absent or in the future."""
        if self.timestamp is None or self.timestamp > received_at + _CLOCK_SKEW:
            return received_at
        return self.timestamp


@dataclass(frozen=True, kw_only=True)
class Inbound(Written):
    """One message of a customer."""

    sender: Ids
    profile_name: str
    group_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Echo(Written):
    """A message the business sent from its own phone (coexistence)."""

    recipient: Ids


def read_inbound(raw: Raw, value: Raw, waba_id: str, phone_number_id: str) -> Inbound:
    """Read one message of a change's `value`; raise `ValueError` if it names no one or nothing."""
    sender, name = sender_of(raw, value)
    if not sender.known:
        raise ValueError("a message without a sender")
    return Inbound(
        **vars(_written(raw, waba_id, phone_number_id)),
        sender=sender,
        profile_name=name,
        group_id=text_at(raw, "group_id"),
    )


def read_echo(raw: Raw, waba_id: str, phone_number_id: str) -> Echo:
    """Read one message the business's own phone sent; raise `ValueError` likewise."""
    recipient = Ids(
        wa_id=id_at(raw, "to"),
        user_id=id_at(raw, "to_user_id"),
        parent_user_id=id_at(raw, "to_parent_user_id"),
    )
    if not recipient.known:
        raise ValueError("an echo without a recipient")
    return Echo(**vars(_written(raw, waba_id, phone_number_id)), recipient=recipient)


def _written(raw: Raw, waba_id: str, phone_number_id: str) -> Written:
    """Read what every message has; raise `ValueError` if it has no id or no content."""
    kind = text_at(raw, "type") or "unknown"
    part = read_part(kind, raw.get(kind))
    return Written(
        provider_id=required(raw, "id"),
        waba_id=waba_id,
        phone_number_id=phone_number_id,
        type=kind,
        text=part.words,
        part=part,
        content=raw.get(kind),
        context=_context(raw),
        timestamp=moment(raw.get("timestamp")),
        errors=errors_in(raw),
        referral=_referral(raw),
        raw=raw,
    )


def sender_of(raw: Raw, value: Raw) -> tuple[Ids, str]:
    """Put together who wrote: the message's own ids, completed by the contact card beside it."""
    wa_id, user_id = id_at(raw, "from"), id_at(raw, "from_user_id")
    card = _card(wa_id, user_id, list(objects(value.get("contacts"))))
    profile = card.get("profile")
    profile = profile if isinstance(profile, Mapping) else {}
    ids = Ids(
        wa_id=wa_id or id_at(card, "wa_id"),
        user_id=user_id or id_at(card, "user_id"),
        parent_user_id=id_at(raw, "from_parent_user_id") or id_at(card, "parent_user_id"),
        username=id_at(profile, "username") or id_at(card, "username"),
    )
    return ids, text_at(profile, "name") or ""


def _card(wa_id: str | None, user_id: str | None, cards: list[Raw]) -> Raw:
    """Find the contact card of these ids; a lone card that contradicts neither is theirs too."""
    for card in cards:
        if user_id and text_at(card, "user_id") == user_id:
            return card
        if wa_id and text_at(card, "wa_id") == wa_id:
            return card
    if len(cards) == 1:
        theirs = text_at(cards[0], "wa_id"), text_at(cards[0], "user_id")
        pairs = zip((wa_id, user_id), theirs, strict=True)
        if not any(mine and other and mine != other for mine, other in pairs):
            return cards[0]
    return {}


def errors_in(raw: Raw) -> tuple[GraphError, ...]:
    """Read the `errors` list of a message, a status or a change."""
    return tuple(_error(item) for item in objects(raw.get("errors")))


def _context(raw: Raw) -> Context:
    """Read what the message refers to; nothing when it refers to nothing."""
    context = raw.get("context")
    if not isinstance(context, Mapping):
        return Context()
    often = context.get("frequently_forwarded") is True
    return Context(
        quoted_id=id_at(context, "id") or id_at(context, "message_id"),
        forwarded=context.get("forwarded") is True or often,
        frequently_forwarded=often,
    )


def _referral(raw: Raw) -> Referral | None:
    """Read where the customer came from, if from an advertisement."""
    referral = raw.get("referral")
    if not isinstance(referral, Mapping):
        return None
    return Referral(
        source_type=text_at(referral, "source_type") or "",
        source_id=text_at(referral, "source_id") or "",
        source_url=text_at(referral, "source_url") or "",
        ctwa_clid=text_at(referral, "ctwa_clid") or "",
        headline=text_at(referral, "headline") or "",
        raw=referral,
    )


def _error(raw: Raw) -> GraphError:
    """Read one error; its sentence may stand in any of three places."""
    code = text_at(raw, "code")
    data = raw.get("error_data")
    details = text_at(data, "details") if isinstance(data, Mapping) else None
    return GraphError(
        code=int(code) if code and code.isascii() and code.isdigit() else None,
        title=text_at(raw, "title") or text_at(raw, "message") or "",
        details=details or text_at(raw, "message") or "",
    )
