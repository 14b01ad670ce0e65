"""Fetch a customer's file: the id becomes an address, good for five minutes, and then bytes.

An id from a webhook is valid for seven days; 360dialog asks not to try a failing one more than five
times. Whoever keeps the file decides when to try again; here every call is one try. The token goes
to the seller and to Meta's file hosts only, whatever address an answer names.
"""

from __future__ import annotations

import base64
import hashlib
import time
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import requests

from .client import WhatsAppClient, refuse_inside_operation
from .outcomes import retry_after
from .payload_fields import text_at
from .presets import MediaRule
from .raw_json import open_json

LIMIT = 100 * 1024 * 1024
"""Bytes; WhatsApp's largest document."""

PATIENCE = 120.0
"""Seconds for the whole download."""

TRIES = 5
"""Tries a failing file is worth, in all."""

META_HOSTS = ("fbsbx.com", "fbcdn.net", "whatsapp.net", "facebook.com")
"""Meta's file hosts, by the end of their names."""

_CHUNK = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A file as the customer sent it."""

    content: bytes
    mime_type: str
    sha256: str
    """Of the content, lower-case hex."""


@dataclass(frozen=True, kw_only=True)
class NotFetched:
    """Why there is no file. `retryable` says whether a later try may work."""

    reason: str
    retryable: bool
    retry_after: float | None = None


class _Stop(Exception):
    """Ends a fetch with its outcome."""

    def __init__(self, reason: str, *, retryable: bool, wait: float | None = None) -> None:
        super().__init__(reason)
        self.outcome = NotFetched(reason=reason, retryable=retryable, retry_after=wait)


def fetch_media(
    client: WhatsAppClient, media_id: str, *, expected_sha256: str = "", limit: int = LIMIT
) -> Fetched | NotFetched:
    """Fetch a file by its id. `expected_sha256` is the webhook's, base64 or hex; empty for any."""
    refuse_inside_operation()
    if not media_id or not media_id.isascii() or not media_id.replace("-", "").isalnum():
        return NotFetched(reason="no media id", retryable=False)
    try:
        url, mime_type, sha256 = _address(client, media_id)
        content, type_given = _download(client, url, limit)
        for expected in (expected_sha256, sha256):
            if not _matches(content, expected):
                raise _Stop("the file is not the one that was sent", retryable=True)
    except _Stop as stop:
        return stop.outcome
    except requests.RequestException as error:
        return NotFetched(reason=type(error).__name__, retryable=True)
    digest = hashlib.sha256(content).hexdigest()
    return Fetched(content=content, mime_type=mime_type or type_given, sha256=digest)


def _address(client: WhatsAppClient, media_id: str) -> tuple[str, str, str]:
    """Ask where the file is: its address, type and hash."""
    path = client.preset.media_path.format(
        media_id=media_id, phone_number_id=client.phone_number_id
    )
    response = client.session.get(client.root + path, timeout=client.timeout, allow_redirects=False)
    _check(response)
    try:
        body = open_json(response.content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        body = {}
    own = client.preset.media is MediaRule.DOWNLOAD_URL
    url = (text_at(body, "download_url") if own else None) or text_at(body, "url")
    if url is None:
        raise _Stop("the answer names no address", retryable=True)
    return (
        _ours(client, url),
        text_at(body, "mime_type") or "",
        text_at(body, "sha256") or "",
    )


def _ours(client: WhatsAppClient, url: str) -> str:
    """Turn the address into one our token may go to; stop if there is none."""
    home, target = urlsplit(client.root), urlsplit(url)
    host = target.hostname or ""
    at_meta = any(host == known or host.endswith("." + known) for known in META_HOSTS)
    if client.preset.media is MediaRule.SAME_HOST and at_meta:
        return urlunsplit((home.scheme, home.netloc, target.path, target.query, ""))
    if (target.scheme, target.netloc) == (home.scheme, home.netloc):
        return url
    theirs = at_meta and client.preset.media is MediaRule.AS_GIVEN
    if target.scheme == "https" and (theirs or _same_owner(host, home.hostname or "")):
        return url
    raise _Stop("the address is not the seller's", retryable=False)


def _same_owner(host: str, home: str) -> bool:
    """Say whether two names end in the same two words, as `files.kapso.ai` and `api.kapso.ai`."""
    owner = ".".join(home.split(".")[-2:])
    return "." in owner and not owner.replace(".", "").isdigit() and host.endswith("." + owner)


def _download(client: WhatsAppClient, url: str, limit: int) -> tuple[bytes, str]:
    """Read the file, no more than `limit` bytes and no longer than `PATIENCE`."""
    deadline = time.monotonic() + PATIENCE
    with client.session.get(
        url, timeout=client.timeout, allow_redirects=False, stream=True
    ) as response:
        _check(response)
        parts, size = [], 0
        for part in response.iter_content(_CHUNK):
            size += len(part)
            if size > limit:
                raise _Stop(f"larger than {limit} bytes", retryable=False)
            if time.monotonic() > deadline:
                raise _Stop("too slow", retryable=True)
            parts.append(part)
        return b"".join(parts), response.headers.get("Content-Type", "").split(";")[0]


def _check(response: requests.Response) -> None:
    """Stop at anything but a 200; an expired id is a 404, and final."""
    status = response.status_code
    if status == 200:
        return
    retryable = status in (401, 408, 429) or status >= 500
    wait = retry_after(response.headers.get("Retry-After"))
    raise _Stop(f"HTTP {status}", retryable=retryable, wait=wait)


def _matches(content: bytes, expected: str) -> bool:
    """Compare with a hash in hex or base64; a hash in neither form, or none, matches."""
    digest = hashlib.sha256(content)
    if len(expected) == 64:
        return digest.hexdigest() == expected.lower()
    if len(expected) == 44:
        return base64.b64encode(digest.digest()).decode() == expected
    return True
