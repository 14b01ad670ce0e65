"""What the Graph API accepts as a message, with Meta's limits and Meta's refusals."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, JsonValue, ValidationError, model_validator

from inbox.simulator.customers import BSUID, wa_id
from inbox.simulator.errors import GraphError
from inbox.simulator.numbers import Registered

Json = dict[str, JsonValue]
Required = Annotated[str, Field(min_length=1)]


def upto(most: int) -> object:
    """Limit a text to so many characters, at least one."""
    return Field(min_length=1, max_length=most)


class Text(BaseModel):
    """A plain text."""

    body: Annotated[str, upto(4096)]
    preview_url: bool = False


class Media(BaseModel):
    """A picture, sound, film, sticker or document: an uploaded id or a link."""

    id: str | None = None
    link: str | None = None
    caption: Annotated[str, Field(max_length=1024)] | None = None

    @model_validator(mode="after")
    def _has_a_source(self) -> Self:
        if not (self.id or self.link):
            raise ValueError("either id or link must be given")
        return self


class Reaction(BaseModel):
    """An emoji on a message; an empty one takes it away."""

    message_id: Required
    emoji: str


class Location(BaseModel):
    """A place on the map."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class Words(BaseModel):
    """The body of an interactive message."""

    text: Annotated[str, upto(1024)]


class ShortWords(BaseModel):
    """A footer, or the text of a header."""

    text: Annotated[str, upto(60)]


class Header(BaseModel):
    """The header of an interactive message."""

    type: Literal["text", "image", "video", "document"]
    text: Annotated[str, upto(60)] | None = None


class Reply(BaseModel):
    """What a quick-reply button shows and sends back."""

    id: Annotated[str, upto(256)]
    title: Annotated[str, upto(20)]


class Button(BaseModel):
    """A quick-reply button."""

    type: Literal["reply"]
    reply: Reply


class Buttons(BaseModel):
    """One to three quick-reply buttons."""

    buttons: Annotated[list[Button], Field(min_length=1, max_length=3)]


class Row(BaseModel):
    """A line of a list."""

    id: Annotated[str, upto(200)]
    title: Annotated[str, upto(24)]
    description: Annotated[str, Field(max_length=72)] | None = None


class Section(BaseModel):
    """A part of a list."""

    title: Annotated[str, Field(max_length=24)] | None = None
    rows: Annotated[list[Row], Field(min_length=1)]


class Rows(BaseModel):
    """A list: up to ten rows in all."""

    button: Annotated[str, upto(20)]
    sections: Annotated[list[Section], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _ten_rows_in_all(self) -> Self:
        if sum(len(section.rows) for section in self.sections) > 10:
            raise ValueError("Total row count exceed max allowed count: 10")
        return self


class LinkParameters(BaseModel):
    """What a call-to-action button shows and opens."""

    display_text: Annotated[str, upto(20)]
    url: Required


class Link(BaseModel):
    """A call-to-action button."""

    parameters: LinkParameters


class Interactive(BaseModel):
    """A message with something to press."""

    type: Required
    body: Words | None = None
    header: Header | None = None
    footer: ShortWords | None = None
    action: dict[str, JsonValue]


class Language(BaseModel):
    """The language of a template."""

    code: Required


class Parameter(BaseModel):
    """A value for a variable of a template."""

    type: Required


class Component(BaseModel):
    """The values for one part of a template."""

    type: Literal["header", "body", "button", "carousel", "limited_time_offer", "order_status"]
    parameters: list[Parameter] = []


class Template(BaseModel):
    """An approved template with its values."""

    name: Annotated[str, upto(512)]
    language: Language
    components: list[Component] = []


SHAPES: dict[str, type[BaseModel]] = {
    "text": Text,
    "template": Template,
    "interactive": Interactive,
    "reaction": Reaction,
    "location": Location,
    "image": Media,
    "audio": Media,
    "video": Media,
    "document": Media,
    "sticker": Media,
}
ACTIONS: dict[str, type[BaseModel]] = {"button": Buttons, "list": Rows, "cta_url": Link}


def check(registered: Registered, body: Json) -> tuple[str, str]:
    """Check a send as Meta does and give its type and recipient.

    Raises GraphError: 100 for the frame, 131008 for what is missing, 131009 for what is wrong,
    131021 when a number writes to itself.
    """
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.")
    kind = body.get("type", "text")
    if not isinstance(kind, str) or (kind not in SHAPES and kind != "contacts"):
        raise GraphError(100, f"Param type must be one of {{{', '.join(SHAPES)}, contacts}}.")
    recipient = _recipient(registered, body)
    callback = body.get("biz_opaque_callback_data")
    if callback is not None and not (isinstance(callback, str) and len(callback) <= 512):
        raise GraphError(131009, "biz_opaque_callback_data: at most 512 characters")
    content = body.get(kind)
    if not content:
        raise GraphError(131008, f"Missing parameter: {kind}")
    if kind != "contacts":
        shape = _shaped(SHAPES[kind], content, kind)
        if isinstance(shape, Interactive) and shape.type in ACTIONS:
            _shaped(ACTIONS[shape.type], shape.action, "interactive.action")
            if shape.body is None:
                raise GraphError(131008, "Missing parameter: interactive.body")
    return kind, recipient


def _recipient(registered: Registered, body: Json) -> str:
    to, recipient = body.get("to"), body.get("recipient")
    if isinstance(to, str) and to:
        digits = wa_id(to)
        if not 7 <= len(digits) <= 15:
            raise GraphError(131009, "to: not a phone number")
        if digits == wa_id(registered.number.display_phone_number):
            raise GraphError(131021)
        return digits
    if isinstance(recipient, str) and recipient:
        if not BSUID.match(recipient):
            raise GraphError(131009, "recipient: not a business-scoped user id")
        return recipient
    raise GraphError(100, "The parameter to is required.")


def _shaped(shape: type[BaseModel], content: JsonValue, where: str) -> BaseModel:
    try:
        return shape.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join([where, *map(str, first["loc"])])
        if first["type"] == "missing":
            raise GraphError(131008, f"Missing parameter: {path}") from None
        raise GraphError(131009, f"{path}: {first['msg']}") from None
