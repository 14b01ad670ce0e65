"""How a WhatsApp server speaks to its business: envelopes, signatures, keys.

Meta's own Cloud API is the first dialect. 360dialog and Kapso sell the same messages with other
headers and signatures: a new dialect implements `Dialect` and adds itself to `DIALECTS`.
"""

import hashlib
import hmac
import json
from http.client import HTTPMessage
from typing import Literal, Protocol

from pydantic import JsonValue

from inbox.simulator.numbers import Number

Signature = Literal["good", "wrong", "none"]
Json = dict[str, JsonValue]


class Dialect(Protocol):
    """What differs between Meta and those who resell its API."""

    def key(self, headers: HTTPMessage) -> str:
        """Give the key that a request carries, or an empty string."""
        ...

    def envelope(self, number: Number, value: Json) -> Json:
        """Wrap messages or statuses into a webhook body."""
        ...

    def signed(self, number: Number, raw: bytes, signature: Signature) -> dict[str, str]:
        """Give the headers that prove, or fail to prove, where a webhook comes from."""
        ...


class Cloud:
    """Meta's Cloud API."""

    def key(self, headers: HTTPMessage) -> str:
        """Give the bearer token."""
        scheme, _, token = (headers.get("Authorization") or "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def envelope(self, number: Number, value: Json) -> Json:
        """Wrap a value as one entry with one change, with the number it belongs to."""
        metadata: Json = {
            "display_phone_number": number.display_phone_number,
            "phone_number_id": number.phone_number_id,
        }
        whole: Json = {"messaging_product": "whatsapp", "metadata": metadata, **value}
        change: Json = {"value": whole, "field": "messages"}
        return {
            "object": "whatsapp_business_account",
            "entry": [{"id": number.waba_id, "changes": [change]}],
        }

    def signed(self, number: Number, raw: bytes, signature: Signature) -> dict[str, str]:
        """Sign the raw bytes with the app secret (X-Hub-Signature-256)."""
        if signature == "none":
            return {}
        secret = number.app_secret if signature == "good" else "not " + number.app_secret
        digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        return {"X-Hub-Signature-256": f"sha256={digest}"}


DIALECTS: dict[str, Dialect] = {"cloud": Cloud()}


def encode(body: JsonValue) -> str:
    """Write JSON as Meta does: compact, non-ASCII as \\u escapes, slashes escaped too.

    Whoever parses and dumps again before checking the signature gets other bytes.
    """
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/")
