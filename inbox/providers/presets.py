"""Three sellers of one API: where to send, how to sign in, whose webhooks, how to fetch media.

The body of a request is Meta's for all three. Sources: Meta, Cloud API, "Messages" and "Media";
360dialog, "Messaging" and "Media"; Kapso, "WhatsApp API" and "Webhook security".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

GRAPH_VERSION = "v26.0"
"""Meta keeps a version for about two years; this is the one of its pages of June 2026."""

KAPSO_VERSION = "v24.0"
"""The Graph version in the path of Kapso's proxy, theirs to move."""

_VERSIONED = re.compile(r"/v\d+\.\d+$")


class SignatureRule(StrEnum):
    """How a webhook proves where it comes from; see `signatures`."""

    HUB = "hub"
    KAPSO = "kapso"
    SECRET_PATH = "secret_path"  # noqa: S105 - the name of a rule


class MediaRule(StrEnum):
    """How the address of a file becomes one we may fetch."""

    AS_GIVEN = "as_given"
    """Fetch the address as it comes, signed in as for everything else."""
    SAME_HOST = "same_host"
    """Replace Meta's file host by the provider's own, which adds its rights."""


@dataclass(frozen=True, kw_only=True)
class Preset:
    """One seller. `{phone_number_id}` in a path is filled in by the client."""

    name: str
    label: str
    base_url: str
    version: str
    """Path segment between host and path; empty for none."""
    messages_path: str
    media_path: str
    auth_header: str
    auth_prefix: str
    signature: SignatureRule
    media: MediaRule

    def root(self, base_url: str = "") -> str:
        """Return the address before the paths: the seller's, or `base_url` in its place.

        A given address may name its version (`…/v25.0`); if not, the preset's is added.
        """
        root = (base_url or self.base_url).rstrip("/")
        if not self.version or _VERSIONED.search(root):
            return root
        return f"{root}/{self.version}"

    def auth(self, token: str) -> tuple[str, str]:
        """Return the header, name and value, that signs a request in."""
        return self.auth_header, self.auth_prefix + token


CLOUD = Preset(
    name="cloud",
    label="Meta Cloud API",
    base_url="https://graph.facebook.com",
    version=GRAPH_VERSION,
    messages_path="/{phone_number_id}/messages",
    media_path="/{media_id}",
    auth_header="Authorization",
    auth_prefix="Bearer ",
    signature=SignatureRule.HUB,
    media=MediaRule.AS_GIVEN,
)
DIALOG360 = Preset(
    name="360dialog",
    label="360dialog",
    base_url="https://waba-v2.360dialog.io",
    version="",
    messages_path="/messages",
    media_path="/{media_id}",
    auth_header="D360-API-KEY",
    auth_prefix="",
    signature=SignatureRule.SECRET_PATH,
    media=MediaRule.SAME_HOST,
)
KAPSO = Preset(
    name="kapso",
    label="Kapso",
    base_url="https://api.kapso.ai/meta/whatsapp",
    version=KAPSO_VERSION,
    messages_path="/{phone_number_id}/messages",
    media_path="/{media_id}?phone_number_id={phone_number_id}",
    auth_header="X-API-Key",
    auth_prefix="",
    signature=SignatureRule.KAPSO,
    media=MediaRule.AS_GIVEN,
)
PRESETS = {preset.name: preset for preset in (CLOUD, DIALOG360, KAPSO)}


def preset_named(name: str) -> Preset:
    """Return a preset by its stored name; raise `KeyError` for one we do not sell through."""
    return PRESETS[name]
