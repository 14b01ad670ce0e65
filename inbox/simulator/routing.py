"""Requests, answers and the table that joins them: the HTTP words of the simulator."""

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from inbox.simulator import numbers
from inbox.simulator.courier import Courier
from inbox.simulator.errors import Refusal
from inbox.simulator.numbers import Registered
from inbox.simulator.world import Transaction, World

if TYPE_CHECKING:
    from inbox.simulator.sink import Sinks

Json = dict[str, JsonValue]
Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True)
class Simulator:
    """What every route needs."""

    world: World
    courier: Courier
    sinks: "Sinks"
    stopping: threading.Event


@dataclass(frozen=True)
class Request:
    """One HTTP request."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    raw: bytes
    host: str
    """Where the caller reached us, for addresses in answers."""

    def json(self) -> Json:
        """Read the body as a JSON object.

        Raises Refusal when it is none.
        """
        try:
            body: JsonValue = json.loads(self.raw or b"{}")
        except ValueError:
            raise Refusal("The body is not JSON.") from None
        if not isinstance(body, dict):
            raise Refusal("The body is not a JSON object.")
        return body

    def whole(self, name: str, default: int, most: int) -> int:
        """Read a whole number from the query, between 0 and `most`."""
        try:
            return min(max(int(self.query.get(name, default)), 0), most)
        except ValueError:
            raise Refusal(f"{name} is not a whole number.") from None


@dataclass(frozen=True)
class Answer:
    """What to write back, and what to do once it is written.

    `hang_up_after` closes the connection after so many seconds instead of answering.
    """

    body: JsonValue | bytes = None
    status: int = 200
    content_type: str = "application/json"
    then: Callable[[], None] | None = None
    hang_up_after: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """Give the bytes of the body."""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, separators=(",", ":")).encode()


Handler = Callable[..., Answer]


@dataclass
class Routes:
    """A table of methods and path patterns; named groups become keyword arguments."""

    table: list[tuple[str, re.Pattern[str], Handler]] = field(default_factory=list)

    def on(self, method: str, pattern: str) -> Callable[[Handler], Handler]:
        """Register the function below for a method and a path like `/a/{b}`."""
        expression = re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", pattern) + "$")

        def remember(handler: Handler) -> Handler:
            self.table.append((method, expression, handler))
            return handler

        return remember

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
        """Give the function for a request and its arguments, or None."""
        for known, expression, handler in self.table:
            if known == method and (match := expression.match(path)):
                return handler, match.groupdict()
        return None


def parsed(shape: type[Shape], body: JsonValue) -> Shape:
    """Read a body into its shape, or refuse with a sentence naming the field."""
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "body"
        raise Refusal(f"{where}: {first['msg'].removeprefix('Value error, ')}", http=422) from None


def registered(tx: Transaction, phone_number_id: str) -> Registered:
    """Find a number or refuse with 404."""
    found = numbers.find(tx, phone_number_id)
    if found is None:
        raise Refusal(f"No number {phone_number_id} is registered.", http=404)
    return found
