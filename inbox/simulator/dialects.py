"""How a WhatsApp server speaks to its business: addresses, keys, envelopes, proofs, files.

Three sellers of one API. The messages are Meta's everywhere; what differs is here and in `kapso`.
A new dialect implements `Dialect` and adds itself to `DIALECTS` in `dialect_table`.

Sources (read November 2026). Meta: "Webhooks", "Media". 360dialog: docs.360dialog.com, "Messages",
"Upload, retrieve or delete media", "Webhooks", "Template messages"; its signature is described in
the partners' "Signature validation" (bare hex, platform secret) and exists on partner plans only.
What 360dialog answers to a wrong key is not documented: Meta's error 190 stands in for it.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Literal, Protocol

from pydantic import JsonValue

from inbox.simulator.numbers import Number

Signature = Literal["good", "wrong", "none"]
Json = dict[str, JsonValue]

META_FILES = "https://lookaside.fbsbx.com/whatsapp_business/attachments/"
"""Where Meta keeps files; resellers name it in answers, but their customers cannot open it."""

_VERSION = re.compile(r"^/v\d+\.\d+(?=/)")


class Dialect(Protocol):
    """What differs between Meta and those who resell its API. Header names are lower-case."""

    def inside(self, path: str) -> str | None:
        """Give a path as Meta's has it after the version; None for no address of this seller."""
        ...

    def key(self, headers: Mapping[str, str]) -> str:
        """Give the key that a request carries, or an empty string."""
        ...

    def envelope(self, number: Number, field: str, value: Json, message: Json | None) -> Json:
        """Wrap a change into a webhook body. `message` is the one that statuses speak of."""
        ...

    def signed(self, number: Number, raw: bytes, signature: Signature) -> dict[str, str]:
        """Give the headers that prove, or fail to prove, where a webhook comes from."""
        ...

    def addresses(self, base: str, media_id: str, query: str, token: str) -> Json:
        """Give where a file can be fetched, as the answer about the file says it."""
        ...


class Cloud:
    """Meta's Cloud API."""

    def inside(self, path: str) -> str | None:
        """Drop the version; any version is taken, and none."""
        return _VERSION.sub("", path)

    def key(self, headers: Mapping[str, str]) -> str:
        """Give the bearer token."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def envelope(self, number: Number, field: str, value: Json, message: Json | None) -> Json:
        """Wrap a value as one entry with one change."""
        return meta_envelope(number, field, value)

    def signed(self, number: Number, raw: bytes, signature: Signature) -> dict[str, str]:
        """Sign the raw bytes with the app secret (X-Hub-Signature-256)."""
        digest = digest_of(number, raw, signature)
        return {"X-Hub-Signature-256": f"sha256={digest}"} if digest else {}

    def addresses(self, base: str, media_id: str, query: str, token: str) -> Json:
        """Name an address on this machine, where Meta would name one of its own."""
        return {"url": f"{base}/media-file/{media_id}?{query}"}


class Dialog360:
    """360dialog: no version, no number in the path; the key says which number it is."""

    def inside(self, path: str) -> str | None:
        """Take the path as it is; one with a version, or of another seller, is none of theirs."""
        return None if _VERSION.match(path) or path.startswith("/meta/") else path

    def key(self, headers: Mapping[str, str]) -> str:
        """Give the key of D360-API-KEY."""
        return headers.get("d360-api-key", "")

    def envelope(self, number: Number, field: str, value: Json, message: Json | None) -> Json:
        """Wrap a value as Meta does."""
        return meta_envelope(number, field, value)

    def signed(self, number: Number, raw: bytes, signature: Signature) -> dict[str, str]:
        """Sign with the platform secret, or send a configured header, or prove nothing at all."""
        if signature == "none" or not number.app_secret:
            return {}
        if number.shared_secret:
            wrong = "not " if signature == "wrong" else ""
            return {"X-Webhook-Secret": wrong + number.app_secret}
        return {"X-360Dialog-Signature": digest_of(number, raw, signature)}

    def addresses(self, base: str, media_id: str, query: str, token: str) -> Json:
        """Name Meta's host; the business must put 360dialog's in its place."""
        return {"url": f"{META_FILES}?mid={media_id}&{query}"}


def meta_envelope(number: Number, field: str, value: Json) -> Json:
    """Wrap a value as Meta's webhook does: one entry, one change, the number it belongs to."""
    metadata: Json = {
        "display_phone_number": number.display_phone_number,
        "phone_number_id": number.phone_number_id,
    }
    whole: Json = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    if field in OF_THE_ACCOUNT:
        whole = value
    change: Json = {"value": whole, "field": field}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": number.waba_id, "changes": [change]}],
    }


OF_THE_ACCOUNT = {
    "message_template_status_update", "message_template_quality_update",
    "message_template_components_update", "template_category_update", "account_update",
    "account_alerts", "account_review_update", "business_capability_update", "security", "flows",
    "phone_number_quality_update", "phone_number_name_update",
}  # fmt: skip
"""Fields that speak of the whole account: no `metadata` says which number they are about."""


def digest_of(number: Number, raw: bytes, signature: Signature) -> str:
    """Give the HMAC-SHA256 of the bytes in hex; of another secret, or empty, if told to."""
    if signature == "none":
        return ""
    secret = number.app_secret if signature == "good" else "not " + number.app_secret
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def encode(body: JsonValue) -> str:
    """Write JSON as Meta does: compact, non-ASCII as \\u escapes, slashes escaped too.

    Whoever parses and dumps again before checking the signature gets other bytes.
    """
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/")
