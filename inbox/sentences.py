"""What the inbox's jobs write for people, as pages read it in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from morfx.web import sentences

sentences.keep(
    _("Handover: look after %(name)s"),
    _("no connection"),
    _("bad address"),
)
