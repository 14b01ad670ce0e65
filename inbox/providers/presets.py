"""Three sellers of one API: where to send, how to sign in, whose webhooks, how to fetch media.

The body of a request is Meta's for all three. Sources: Meta, Cloud API, "Messages" and "Media";
360dialog, "Messages" and "Upload, retrieve or delete media"; Kapso, "WhatsApp API reference", "Get
media URL", "Download media file" and "Webhook security".
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
    DOWNLOAD_URL = "download_url"
    """Fetch the provider's own address, `download_url`, whose token is all it asks for.

    Meta's address beside it takes Meta's tokens only; Kapso's key must not go there.
    """


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
    templates_path: str
    auth_header: str
    auth_prefix: str
    signature: SignatureRule
    media: MediaRule
    templates_by_offset: bool = False
    """Whether its list of templates pages by offset; Meta's pages by cursor."""

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
    templates_path="/{waba_id}/message_templates",
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
    templates_path="/v1/configs/templates",
    templates_by_offset=True,
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
    templates_path="/{waba_id}/message_templates",
    auth_header="X-API-Key",
    auth_prefix="",
    signature=SignatureRule.KAPSO,
    media=MediaRule.DOWNLOAD_URL,
)
PRESETS = {preset.name: preset for preset in (CLOUD, DIALOG360, KAPSO)}


def preset_named(name: str) -> Preset:
    """Return a preset by its stored name; raise `KeyError` for one we do not sell through."""
    return PRESETS[name]
