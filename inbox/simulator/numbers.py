"""Business numbers: who may send through them, and where their webhooks go."""

import ipaddress
import sqlite3
from functools import lru_cache
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from inbox.simulator.faults import Faults
from inbox.simulator.world import Transaction

WEEK = 7 * 24 * 3600.0
Seconds = Annotated[float, Field(ge=0, le=WEEK)]


def on_this_machine(url: str) -> str:
    """Accept a webhook address only if it is plain HTTP to this very machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "http" or not (host == "localhost" or _is_loopback(host)):
        raise ValueError(
            f"The simulator delivers only to this machine: {url!r} is not an"
            " http://127.0.0.1, http://[::1] or http://localhost address."
        )
    _ = parts.port  # raises ValueError when it is not a port
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


Name = Annotated[str, Field(min_length=1, max_length=200)]
Identifier = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]


class Number(BaseModel):
    """A registered business number and its manners."""

    model_config = ConfigDict(extra="forbid")

    phone_number_id: Identifier
    display_phone_number: Name
    token: Name
    app_secret: Annotated[str, Field(max_length=200)] = ""
    """Signs webhooks: Meta's app secret, Kapso's webhook secret, 360dialog's platform secret.

    Empty only at 360dialog, whose webhooks then come without any proof.
    """
    webhook_url: Annotated[str, AfterValidator(on_this_machine)]
    verify_token: str = ""
    waba_id: Identifier = "102290129340398"
    verified_name: str = "Simulated business"
    dialect: Literal["cloud", "360dialog", "kapso"] = "cloud"
    shared_secret: bool = False
    """360dialog: prove webhooks by a header that carries the secret itself, not by a signature."""
    webhook_kind: Literal["meta", "kapso"] = "meta"
    """Kapso: forward Meta's webhooks as they are, or send Kapso's own events."""
    buffer: Annotated[float, Field(ge=0, le=60)] = 0.0
    """Kapso's events: seconds for which what one customer writes is collected into one batch."""
    sink: bool = False
    """For benchmarks: take sends from memory and forget them; see `sink`."""
    delivered_after: Seconds = 0.15
    """Seconds from `sent` to `delivered` when the customer's phone is on."""
    read_after: Seconds | None = None
    """Seconds from `delivered` to `read`; None waits until the customer opens the chat."""
    retry_first: Annotated[float, Field(gt=0, le=30)] = 0.3
    retry_most: Annotated[float, Field(gt=0, le=3600)] = 30.0
    patience: Seconds = WEEK
    """Seconds after which an undelivered webhook is given up, as Meta does after days."""

    @model_validator(mode="after")
    def _can_sign(self) -> Self:
        if not self.app_secret and self.dialect != "360dialog":
            raise ValueError("app_secret: webhooks of this dialect are always signed.")
        return self

    def pause(self, attempts: int) -> float:
        """Give the seconds to wait after so many failed attempts."""
        return float(min(self.retry_first * 2 ** min(attempts - 1, 30), self.retry_most))


class Registered(BaseModel):
    """A number with the faults it is told to show, and how many sends it has weighed."""

    number: Number
    faults: Faults
    asked: int

    @property
    def id(self) -> str:
        """Give the phone number id."""
        return self.number.phone_number_id


def register(tx: Transaction, number: Number) -> None:
    """Add a number, or give it new settings; its faults and history stay."""
    tx.run(
        "INSERT INTO numbers (phone_number_id, settings) VALUES (?, ?)"
        " ON CONFLICT (phone_number_id) DO UPDATE SET settings = excluded.settings",
        number.phone_number_id,
        number.model_dump_json(),
    )


def find(tx: Transaction, phone_number_id: str) -> Registered | None:
    """Give a registered number, or None."""
    row = tx.one("SELECT * FROM numbers WHERE phone_number_id = ?", phone_number_id)
    return from_row(row) if row else None


def everything(tx: Transaction) -> list[Registered]:
    """Give every registered number, oldest first."""
    return [from_row(row) for row in tx.all("SELECT * FROM numbers ORDER BY rowid")]


def from_row(row: sqlite3.Row) -> Registered:
    """Read a row of `numbers` (or of a join with it)."""
    return Registered.model_construct(
        number=_number(row["settings"]), faults=_faults(row["faults"]), asked=row["asked"]
    )


@lru_cache(maxsize=256)
def _number(settings: str) -> Number:
    return Number.model_validate_json(settings)


def _faults(stored: str) -> Faults:
    """Read faults; a rule counts down in place, so that only those without one are shared."""
    return NONE if stored == "{}" else Faults.model_validate_json(stored)


NONE = Faults()


def keep_faults(tx: Transaction, phone_number_id: str, faults: Faults) -> None:
    """Store what a number is told to do wrong; nothing wrong is stored as `{}`."""
    stored = "{}" if faults == NONE else faults.model_dump_json()
    tx.run("UPDATE numbers SET faults = ? WHERE phone_number_id = ?", stored, phone_number_id)
