"""What may be chosen on the agents' configuration page, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agents.models import AgentSetting

SPEEDS = {
    1.0: _("Real: pauses as a person would make them"),
    0.2: _("Fast: a fifth of the real pauses"),
    0.0: _("Instant: no pauses"),
}
PRESETS = [
    (AgentSetting.Preset.REAL, _("Real: minutes")),
    (AgentSetting.Preset.FAST, _("Fast: up to one minute, for trying out")),
    (AgentSetting.Preset.INSTANT, _("Instant: seconds, for trying out")),
]
TIMEOUTS = [
    ("order", _("Make the order, unconfirmed")),
    ("remind", _("Remind, and make no order")),
]
STEPS = {
    "proceed": _("Sure from (%): it goes on"),
    "reanalyse": _("Fairly sure from (%): it looks twice"),
    "clarify": _("Unsure from (%): it asks; below, a person"),
}
KINDS = {
    "audio": _("Voice notes"),
    "image": _("Pictures"),
    "video": _("Videos"),
    "document": _("Documents"),
    "location": _("Places"),
    "contacts": _("Contact cards"),
    "order": _("Carts"),
    "unsupported": _("What WhatsApp cannot hand over"),
}
MEDIA = [("ask", _("Ask for words")), ("handover", _("Hand over to a person"))]
DAY_NAMES = {
    "mon": _("Monday"),
    "tue": _("Tuesday"),
    "wed": _("Wednesday"),
    "thu": _("Thursday"),
    "fri": _("Friday"),
    "sat": _("Saturday"),
    "sun": _("Sunday"),
}
ANSWERS = [
    ("always", _("Always")),
    ("open", _("Only while the shop is open")),
    ("closed", _("Only while the shop is closed")),
]
SCOPES = {
    "turn": _("One turn"),
    "session": _("One customer's session"),
    "day": _("A day, all customers"),
    "workspace": _("A month, all customers"),
}
MEASURES = {"tokens": _("tokens"), "money": pgettext_lazy("a limit's measure", "US$")}
KINDS_OF_LIMIT = {"soft": _("Warn at"), "hard": _("Stop at")}
