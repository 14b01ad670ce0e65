"""Why an agent is silent, hands over or heard what it heard: the sentences of every agent."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from morfx.web import sentences

sentences.keep(
    _("People have this conversation."),
    _("Nothing fell due."),
    _("The customer sends what the agent cannot read."),
    _("The message holds no words."),
    _("One of the messages holds no words."),
    _("The session has used %(used)s of %(limit)s tokens."),
    _("The session has used %(used)s of %(limit)s US dollars."),
    _("The turn has used %(used)s of %(limit)s tokens."),
    _("The turn has used %(used)s of %(limit)s US dollars."),
    _("The workspace's day has used %(used)s of %(limit)s tokens."),
    _("The workspace's day has used %(used)s of %(limit)s US dollars."),
    _("The workspace's month has used %(used)s of %(limit)s tokens."),
    _("The workspace's month has used %(used)s of %(limit)s US dollars."),
    _("No model could read the message."),
    _("The agent failed on this conversation; its job is parked with the error."),
    _("The agent's message did not arrive: %(why)s"),
    _("Nobody knows whether the agent's message arrived."),
    _("The number cannot send: %(why)s"),
    _("There is no operation called %(name)s."),
    _("a greeting alone"),
    _("personal data alone"),
    _("personal data; the rest says little"),
    _("asks for nothing"),
    _("nothing known resembles it"),
    _("an example's own words"),
    _("its signs are there"),
    _("close to an example"),
    _("some signs"),
    _("hardly a word of it is known"),
    _("an answer that fits nothing"),
    _("resembles nothing enough"),
    _("resembles examples"),
)
