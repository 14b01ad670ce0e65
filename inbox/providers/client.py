"""The one client of the WhatsApp API, for every seller of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Literal

import requests
from django.apps import apps
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from .errors import Action
from .outcomes import (
    Accepted,
    Outcome,
    outcome_of_answer,
    outcome_of_exception,
    refused_before_sending,
)
from .presets import Preset
from .recipients import To

TIMEOUT = (5.0, 20.0)
"""Seconds to connect, and to wait for the answer."""

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
REF_LIMIT = 512

Content = Mapping[str, object]
MediaKind = Literal["image", "video", "audio", "document", "sticker"]


class WhatsAppClient:
    """Talks to WhatsApp through one seller, as one number.

    Keeps its connection open; make one per number and process, and close it. Nothing is ever
    tried twice here: whoever owns the outbox decides, by the outcome.
    """

    def __init__(
        self,
        preset: Preset,
        *,
        token: str,
        phone_number_id: str,
        base_url: str = "",
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        self.preset = preset
        self.phone_number_id = phone_number_id
        self.timeout = timeout
        path = preset.messages_path.format(phone_number_id=phone_number_id)
        self.root = preset.root(base_url)
        self.messages_url = self.root + path
        self.session = requests.Session()
        self.session.auth = _Header(*preset.auth(token))
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, HTTPAdapter(max_retries=0))

    def __enter__(self) -> WhatsAppClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.session.close()

    def send_text(self, to: To, body: str, *, ref: str, reply_to: str | None = None) -> Outcome:
        """Send text. `ref` comes back in every status report; `reply_to` is a wamid to quote."""
        if not body.strip() or len(body) > TEXT_LIMIT:
            return _too_long_or_empty("text", TEXT_LIMIT)
        content: dict[str, object] = {"body": body}
        if "://" in body:
            content["preview_url"] = True
        return self.send(to, "text", content, ref, reply_to)

    def send_template(
        self,
        to: To,
        name: str,
        *,
        language: str,
        components: Sequence[Content] = (),
        ref: str,
        reply_to: str | None = None,
    ) -> Outcome:
        """Send an approved template, filled with `components` in Meta's shape."""
        template: dict[str, object] = {"name": name, "language": {"code": language}}
        if components:
            template["components"] = list(components)
        return self.send(to, "template", template, ref, reply_to)

    def send_interactive(
        self, to: To, interactive: Content, *, ref: str, reply_to: str | None = None
    ) -> Outcome:
        """Send buttons or a list, in Meta's shape; `interactive.py` builds and checks it."""
        return self.send(to, "interactive", interactive, ref, reply_to)

    def send_media(
        self,
        to: To,
        kind: MediaKind,
        *,
        link: str = "",
        media_id: str = "",
        caption: str = "",
        filename: str = "",
        ref: str,
        reply_to: str | None = None,
    ) -> Outcome:
        """Send a file by public `link`, or by the `media_id` of an upload."""
        if len(caption) > CAPTION_LIMIT:
            return _too_long_or_empty("caption", CAPTION_LIMIT)
        media: dict[str, object] = {"id": media_id} if media_id else {"link": link}
        if caption and kind in ("image", "video", "document"):
            media["caption"] = caption
        if filename and kind == "document":
            media["filename"] = filename
        return self.send(to, kind, media, ref, reply_to)

    def mark_read(self, provider_id: str, *, typing: bool = False) -> Outcome:
        """Mark a customer's message, and all before it, as read.

        With `typing`, show "typing…" until we answer, 25 seconds at most. Harmless to repeat.
        """
        body: dict[str, object] = {"status": "read", "message_id": provider_id}
        if typing:
            body["typing_indicator"] = {"type": "text"}
        return self._post(body, done=Accepted(provider_id=provider_id))

    def send(
        self, to: To, kind: str, content: Content, ref: str, reply_to: str | None = None
    ) -> Outcome:
        """Send a message of any kind, its content in Meta's shape."""
        if not to.value:
            return refused_before_sending("no recipient", "", Action.FIX_CONTENT)
        if len(ref) > REF_LIMIT:
            raise ValueError(f"a reference is at most {REF_LIMIT} characters")
        body: dict[str, object] = {**to.fields, "type": kind, kind: dict(content)}
        if ref:
            body["biz_opaque_callback_data"] = ref
        if reply_to:
            body["context"] = {"message_id": reply_to}
        return self._post(body)

    def _post(self, body: dict[str, object], done: Accepted | None = None) -> Outcome:
        """Make the one request. `done` is the outcome of a bare `{"success": true}`."""
        refuse_inside_operation()
        try:
            response = self.session.post(
                self.messages_url,
                json={"messaging_product": "whatsapp", **body},
                timeout=self.timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return outcome_of_exception(error)
        if done is not None and response.status_code == 200:
            return done
        return outcome_of_answer(response)


class _Header(AuthBase):
    """Sign in by a header. As `auth`, so that no `.netrc` of the machine can replace it."""

    def __init__(self, name: str, value: str) -> None:
        self.name = name
        self.value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers[self.name] = self.value
        return request


def refuse_inside_operation() -> None:
    """Raise if an operation's transaction is open: it would wait for a stranger."""
    if apps.ready:
        from morfx.operations import network

        network.refuse_inside_operation()


def _too_long_or_empty(what: str, limit: int) -> Outcome:
    """Refuse what WhatsApp would refuse, without asking it."""
    return refused_before_sending(
        f"{what} not valid", f"1 to {limit} characters", Action.FIX_CONTENT
    )
