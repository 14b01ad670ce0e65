"""Pictures, sounds and documents: kept as ids, handed out under addresses good for five minutes."""

import hashlib
import hmac
import secrets
import sqlite3
import time
from collections.abc import Mapping
from email.parser import BytesParser
from email.policy import HTTP

from inbox.simulator.dialects import Dialect, Json
from inbox.simulator.errors import GraphError
from inbox.simulator.world import Transaction

ADDRESS_LASTS = 300
"""Seconds an address works (Meta: five minutes)."""
ID_LASTS = 7 * 24 * 3600.0
"""Seconds an id from a webhook works (Meta: seven days)."""
_ADDRESS_KEY = b"simulator"  # no secret: the bearer token is asked for as well


def keep(tx: Transaction, phone_number_id: str, mime_type: str, content: bytes) -> str:
    """Store a file and give its id."""
    media_id = str(10**15 + secrets.randbelow(9 * 10**15))
    tx.run(
        "INSERT INTO media (id, phone_number_id, mime_type, content, created)"
        " VALUES (?, ?, ?, ?, ?)",
        *(media_id, phone_number_id, mime_type, content, time.time()),
    )
    return media_id


def find(tx: Transaction, media_id: str, phone_number_ids: list[str]) -> sqlite3.Row | None:
    """Find a file that belongs to one of the numbers and is not too old."""
    row = tx.one("SELECT * FROM media WHERE id = ?", media_id)
    if row and row["phone_number_id"] in phone_number_ids:
        return row if time.time() - row["created"] <= ID_LASTS else None
    return None


def described(row: sqlite3.Row, dialect: Dialect, base: str, now: float) -> Json:
    """Describe a file as `GET /<media id>` does, with the addresses that a seller gives."""
    until = int(now) + ADDRESS_LASTS
    proof = _proof(row["id"], until)
    query, token = f"ext={until}&hash={proof}", f"{row['id']}.{until}.{proof}"
    return {
        "messaging_product": "whatsapp",
        **dialect.addresses(base, row["id"], query, token),
        "mime_type": row["mime_type"],
        "sha256": hashlib.sha256(row["content"]).hexdigest(),
        "file_size": len(row["content"]),
        "id": row["id"],
    }


def still_good(media_id: str, query: Mapping[str, str], now: float) -> bool:
    """Tell whether an address was made here, for this file, less than five minutes ago."""
    until = query.get("ext", "")
    if not until.isdigit() or int(until) < now:
        return False
    return hmac.compare_digest(query.get("hash", ""), _proof(media_id, int(until)))


def named_by(token: str, now: float) -> str | None:
    """Give the file that a token of Kapso's opens, if it still does."""
    media_id, _, rest = token.partition(".")
    until, _, proof = rest.partition(".")
    return media_id if still_good(media_id, {"ext": until, "hash": proof}, now) else None


def _proof(media_id: str, until: int) -> str:
    return hmac.new(_ADDRESS_KEY, f"{media_id}:{until}".encode(), hashlib.sha256).hexdigest()[:32]


def uploaded(content_type: str, raw: bytes) -> tuple[str, bytes]:
    """Read the file of a multipart upload: its MIME type and content.

    Raises GraphError 100 when there is no `file` part or `messaging_product` is missing.
    """
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    parts = {
        str(part.get_param("name", header="content-disposition")): part
        for part in BytesParser(policy=HTTP).parsebytes(head + raw).iter_parts()
    }
    for name in ("messaging_product", "file"):
        if name not in parts:
            raise GraphError(100, f"The parameter {name} is required.")
    content = parts["file"].get_payload(decode=True)
    return parts["file"].get_content_type(), content if isinstance(content, bytes) else b""
