"""The shapes that the control side answers with."""

from typing import Literal, TypedDict

from pydantic import JsonValue

Json = dict[str, JsonValue]


class Said(TypedDict):
    """What became of something a customer said."""

    wamid: str
    delivery: int


class Person(TypedDict):
    """A customer of a number."""

    wa_id: str | None
    user_id: str | None
    parent_user_id: str | None
    name: str
    username: str | None
    online: bool


class ListedPerson(Person):
    """A customer in the list: with the time of the last message and what is unread."""

    last_at: float | None
    unread: int


class Bubble(TypedDict):
    """A message in a chat; `direction` is as the business sees it."""

    wamid: str
    direction: Literal["in", "out"]
    type: str
    text: str
    body: Json
    status: Literal["sent", "delivered", "read", "failed"]
    on_phone: bool
    sequence: int | None
    code: int | None
    at: float


class Chat(TypedDict):
    """A chat as the customer's phone shows it, oldest message first."""

    customer: Person
    business_is_typing: bool
    window_open: bool
    messages: list[Bubble]


class Entry(TypedDict):
    """A line of the journal."""

    id: int
    at: float
    kind: str
    phone_number_id: str
    data: Json


class Page(TypedDict):
    """Lines of the journal; ask after `next` for the following ones."""

    entries: list[Entry]
    next: int
    more: bool


class Counters(TypedDict):
    """What happened, by kind of journal line, and what is still under way."""

    journal: dict[str, int]
    pending: int
    given_up: int
    planned: int


class Handshake(TypedDict):
    """Whether a webhook gave our challenge back."""

    verified: bool
    http: int | None
    answer: str


class RuleShown(TypedDict):
    """A fault of sends, with what is left of it in `next`."""

    kind: str
    code: int | None
    http: int | None
    retry_after: int | None
    next: int | None
    probability: float
    recipient: str | None
    hold: float


class FaultsShown(TypedDict):
    """What a number is told to do wrong."""

    seed: int
    duplicate: int
    reorder: int
    reorder_wait: float
    delay: float
    throughput: int | None
    pair_interval: float | None
    media_failures: int
    media_corrupt: bool
    rules: list[RuleShown]


class Swallowed(TypedDict):
    """What a sink took: receipts counted, and of each send when, to whom, callback data, text."""

    receipts: int
    count: int
    sends: list[tuple[float, str, str, str]]
