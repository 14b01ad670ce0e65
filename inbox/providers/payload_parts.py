"""What a WhatsApp message can carry, one small model per kind.

Lenient on purpose: a field of an unexpected shape becomes `None` or empty, never an error,
because the raw object is kept beside it and a message must not be lost over a decoration. Only
what makes a message *that* message is required (a text has a body, a reaction names its target).
Field names are WhatsApp's. Source: Meta, Cloud API webhooks, `messages` field reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from .raw_json import open_json


def _or_none(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """Take what fits and drop what does not."""
    try:
        return handler(value)
    except ValueError:
        return None


def _or_empty(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """Read a string or a number as text; anything else as empty."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    try:
        return handler(value)
    except ValueError:
        return ""


def _each(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """Keep the objects of a list; anything that is not a list is an empty one."""
    items = value if isinstance(value, list) else []
    return handler([item for item in items if isinstance(item, dict)])


Words = Annotated[str, WrapValidator(_or_empty)]
Number = Annotated[float | None, WrapValidator(_or_none)]
Flag = Annotated[bool | None, WrapValidator(_or_none)]
Raw = Mapping[str, object]
RawList = Annotated[tuple[dict[str, object], ...], WrapValidator(_each)]
RawObject = Annotated[dict[str, object] | None, WrapValidator(_or_none)]


class Part(BaseModel):
    """Base of all kinds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @property
    def words(self) -> str:
        """Return what a person reads; empty when there is nothing to read."""
        return ""


class Text(Part):
    """Plain text, up to 4,096 characters."""

    body: str

    @property
    def words(self) -> str:
        return self.body


class Media(Part):
    """An image, video, audio, document or sticker. The id is valid 7 days; `id` may be absent."""

    id: Words = ""
    mime_type: Words = ""
    sha256: Words = ""
    filename: Words = ""
    caption: Words = ""
    url: Words = ""
    status: Words = ""
    voice: Flag = None
    animated: Flag = None

    @property
    def words(self) -> str:
        return self.caption


class Location(Part):
    """A point on the map, with a name if the customer chose a place."""

    latitude: Number = None
    longitude: Number = None
    name: Words = ""
    address: Words = ""
    url: Words = ""

    @property
    def words(self) -> str:
        return ", ".join(part for part in (self.name, self.address) if part)


class Contacts(Part):
    """Contact cards, kept as sent."""

    cards: RawList = ()

    @property
    def words(self) -> str:
        names = [card.get("name") for card in self.cards]
        shown = [name.get("formatted_name") for name in names if isinstance(name, dict)]
        return ", ".join(name for name in shown if isinstance(name, str))


class Reaction(Part):
    """An emoji on a message; an empty one takes it back."""

    message_id: str = Field(min_length=1)
    emoji: Words = ""

    @property
    def words(self) -> str:
        return self.emoji


class Button(Part):
    """A tap on a template's quick reply."""

    text: Words = ""
    payload: Words = ""

    @property
    def words(self) -> str:
        return self.text


class Choice(Part):
    """A tap on a reply button or a list row we offered."""

    kind: str
    id: Words = ""
    title: Words = ""
    description: Words = ""

    @property
    def words(self) -> str:
        return self.title


class FlowReply(Part):
    """A finished WhatsApp Flow. `answers` is its `response_json`, opened; empty if unreadable."""

    name: Words = ""
    body: Words = ""
    response_json: Words = ""

    @property
    def words(self) -> str:
        return self.body

    @property
    def answers(self) -> dict[str, object]:
        """Open the string WhatsApp sends the answers in."""
        try:
            opened = open_json(self.response_json)
        except ValueError:
            return {}
        return opened if isinstance(opened, dict) else {}


class Order(Part):
    """A cart sent from the catalogue."""

    catalog_id: Words = ""
    text: Words = ""
    product_items: RawList = ()

    @property
    def words(self) -> str:
        return self.text


class System(Part):
    """WhatsApp tells of a change of the person: number, user id, or identity key.

    `wa_id` and `user_id` are the *new* ids; the old ones are the message's sender.
    """

    type: Words = ""
    body: Words = ""
    wa_id: Words = Field("", validation_alias=AliasChoices("wa_id", "new_wa_id"))
    user_id: Words = ""
    parent_user_id: Words = ""
    identity: Words = ""
    customer: Words = ""

    @property
    def words(self) -> str:
        return self.body

    @property
    def changed_number(self) -> bool:
        """Say whether the person now writes from another phone number."""
        return self.type in ("user_changed_number", "customer_changed_number")

    @property
    def changed_user_id(self) -> bool:
        """Say whether the person now has another business-scoped id."""
        return self.type == "user_changed_user_id"

    @property
    def changed_identity(self) -> bool:
        """Say whether the person's identity key changed (a new phone, perhaps a new owner)."""
        return self.type == "customer_identity_changed"


class Edit(Part):
    """The customer rewrote an earlier message. `message` is the new one, as sent."""

    original_message_id: str = Field(min_length=1)
    message: RawObject = None

    @property
    def words(self) -> str:
        message = self.message or {}
        kind = message.get("type")
        inner = message.get(kind) if isinstance(kind, str) else message.get("text")
        if not isinstance(inner, dict):
            return ""
        found = inner.get("body") or inner.get("caption")
        return found if isinstance(found, str) else ""


class Revoke(Part):
    """The sender deleted an earlier message for everyone."""

    original_message_id: str = Field(min_length=1)


class Other(Part):
    """A kind this module does not know; its raw object is on the message."""


_PLAIN: dict[str, type[Part]] = {
    "text": Text,
    "location": Location,
    "reaction": Reaction,
    "button": Button,
    "order": Order,
    "system": System,
    "edit": Edit,
    "revoke": Revoke,
}
MEDIA = frozenset({"image", "video", "audio", "document", "sticker"})


def read_part(kind: str, content: object) -> Part:
    """Type the content of a message of `kind`.

    Raises `ValueError` if the content lacks what makes it that kind.
    """
    if kind == "contacts":
        return Contacts.model_validate({"cards": content})
    if kind == "interactive":
        return _interactive(content)
    if kind in MEDIA:
        return Media.model_validate(content if isinstance(content, dict) else {})
    if model := _PLAIN.get(kind):
        return model.model_validate(content)
    return Other()


def _interactive(content: object) -> Part:
    """Tell a tap on a button or row from a finished flow; keep the rest as unknown."""
    if not isinstance(content, dict):
        raise ValueError("interactive without an object")
    kind = content.get("type")
    inner = content.get(kind) if isinstance(kind, str) else None
    if not isinstance(inner, dict):
        return Other()
    if kind == "nfm_reply":
        return FlowReply.model_validate(inner)
    return Choice.model_validate({**inner, "kind": kind})
