"""What the inbox's jobs write for people, as pages read it in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from morfx.web import sentences

sentences.keep(
    _("Handover: look after %(name)s"),
    _("no connection"),
    _("bad address"),
    _("the secure connection failed"),
    _("nobody answered at its address"),
    _("nobody listens at its address"),
    _("the address cannot be used"),
    _("no answer in time"),
    _("the connection broke"),
    _("HTTP %(status)s without WhatsApp's error"),
    _("HTTP %(status)s without a message id"),
    _("The 24-hour window is closed."),
    _("It could not be applied; the error is on its parked job."),
    _("the process that sent it ended"),
    _("not a JSON object"),
    _("not JSON we can read: %(why)s"),
    _("not from a WhatsApp business account: object=%(kind)s"),
    _("a change whose value is no object"),
    _("Kapso's payload version 1: set the webhook to version 2"),
    _("a message for number %(number)s, which is not this channel's"),
    _("the list of templates has no end"),
    _("the list of templates turns in a circle"),
    _("the list of templates cannot be read"),
)
