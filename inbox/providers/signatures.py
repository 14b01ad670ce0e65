"""Is this webhook genuine? One answer per provider's rule, always over the raw bytes.

- Meta signs with `X-Hub-Signature-256: sha256=<hex>`, HMAC-SHA256 of the body, keyed with the app
  secret. (Meta escapes non-ASCII in the body: parsing and writing it again changes the bytes.)
- Kapso signs with `X-Webhook-Signature: <hex>`, likewise, keyed with the webhook's secret.
  It signs both of its kinds so: its own events and what it forwards of Meta. (Its sample code
  writes the parsed body again before hashing; only the raw bytes are sure to be the same.)
- 360dialog signs for partners only, `X-360Dialog-Signature: <hex>`, keyed with the platform secret
  of the Partner Hub (360dialog, "Signature validation"). For everybody else its webhook address is
  the secret: the channel's id in the path is unguessable. A stricter channel is given a secret as
  well: then a request must carry that signature, or Meta's, or the secret itself in
  `X-Webhook-Secret`, a header 360dialog adds to every delivery if its configuration says so.

Comparisons take constant time. Without a secret, Meta and Kapso are refused: fail closed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from .presets import Preset, SignatureRule

HUB = "x-hub-signature-256"
KAPSO = "x-webhook-signature"
DIALOG360 = "x-360dialog-signature"
SHARED_SECRET = "x-webhook-secret"  # noqa: S105 - the name of a header


def genuine(preset: Preset, headers: Mapping[str, str], raw: bytes, secret: str) -> bool:
    """Say whether the provider, and nobody else, sent these bytes."""
    given = {name.lower(): value for name, value in headers.items()}
    if preset.signature is SignatureRule.HUB:
        return _signed(given.get(HUB), raw, secret)
    if preset.signature is SignatureRule.KAPSO:
        return _signed(given.get(KAPSO), raw, secret)
    if not secret:
        return True
    return (
        _signed(given.get(DIALOG360), raw, secret)
        or _signed(given.get(HUB), raw, secret)
        or _same(given.get(SHARED_SECRET, ""), secret)
    )


def sign(raw: bytes, secret: str) -> str:
    """Return the HMAC-SHA256 of a body as lower-case hex, the way every provider writes it."""
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def handshake(query: Mapping[str, str], verify_token: str) -> str | None:
    """Return the challenge to answer Meta's subscription with; `None` to refuse it."""
    if not verify_token or query.get("hub.mode") != "subscribe":
        return None
    if not _same(query.get("hub.verify_token", ""), verify_token):
        return None
    return query.get("hub.challenge")


def _signed(signature: str | None, raw: bytes, secret: str) -> bool:
    """Compare a signature, with or without its `sha256=`, in constant time."""
    if not signature or not secret:
        return False
    given = signature.strip()
    if given.lower().startswith("sha256="):
        given = given[len("sha256=") :]
    return _same(given.lower(), sign(raw, secret))


def _same(one: str, other: str) -> bool:
    """Compare in constant time; any characters are allowed."""
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))
