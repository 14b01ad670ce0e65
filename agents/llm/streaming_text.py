"""Tells who listens what a model has said so far."""

from __future__ import annotations

import structlog

from .protocol import OnText

log = structlog.get_logger()


class Teller:
    """Tells a listener what has been said so far; one that fails is not told any more."""

    def __init__(self, on_text: OnText | None) -> None:
        self._on_text = on_text
        self._said = ""

    def add(self, text: str) -> None:
        """Say some more."""
        if not text:
            return
        self._said += text
        if self._on_text is None:
            return
        try:
            self._on_text(self._said)
        except Exception as error:  # who listens must not cost us the answer that is paid for
            log.warning("nobody listens to a streamed answer", why=repr(error))
            self._on_text = None
