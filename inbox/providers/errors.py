"""What WhatsApp's error codes mean and what we do about them: one table, for both ways they come.

The same code may be the answer to a send or arrive minutes later in a `failed` report; both ask
here. Sources: Meta, Cloud API, "Error codes"; Graph API, "Handling errors" (codes 1, 2, 100).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

HOUR = 3600.0
DAY = 24 * HOUR


class Action(StrEnum):
    """What has to happen next, and who does it."""

    STOP_NUMBER = "stop_number"
    """Send nothing more through this number and tell an admin."""
    TELL_ADMIN = "tell_admin"
    TELL_OWNER = "tell_owner"
    """Only who pays can put this right."""
    SLOW_DOWN = "slow_down"
    STOP_CAMPAIGNS = "stop_campaigns"
    OFFER_TEMPLATE = "offer_template"
    TRY_OTHER_CHANNEL = "try_other_channel"
    WAIT_A_DAY = "wait_a_day"
    RECORD_OPT_OUT = "record_opt_out"
    GIVE_UP = "give_up"
    RETRY = "retry"
    FIX_CONTENT = "fix_content"
    RESYNC_TEMPLATE = "resync_template"
    DISABLE_FLOW = "disable_flow"
    ASK_NUMBER = "ask_number"
    VERIFY_IDENTITY = "verify_identity"


class Hold(StrEnum):
    """What else must wait because of it."""

    NONE = "none"
    PAIR = "pair"
    """Messages from this number to this one person."""
    NUMBER = "number"
    """Everything this number sends."""
    APP = "app"
    """Everything sent with this app or account."""


@dataclass(frozen=True, kw_only=True)
class ErrorRow:
    """One row. `wait` is seconds before another try makes sense; 0 when none does."""

    meaning: StrPromise
    action: Action
    suggestion: StrPromise
    retryable: bool = False
    hold: Hold = Hold.NONE
    wait: float = 0.0


_AUTH = ErrorRow(
    meaning=_("The access token is not valid or has expired."),
    action=Action.STOP_NUMBER,
    suggestion=_("Connect the number again in the WhatsApp settings."),
    hold=Hold.NUMBER,
)
_PERMISSION = ErrorRow(
    meaning=_("The access token lacks a permission for this number."),
    action=Action.STOP_NUMBER,
    suggestion=_("Give the app the WhatsApp messaging permission and connect the number again."),
    hold=Hold.NUMBER,
)
_RATE_NUMBER = ErrorRow(
    meaning=_("This number is sending faster than WhatsApp allows."),
    action=Action.SLOW_DOWN,
    suggestion=_("Nothing to do: the message is sent again a little later."),
    retryable=True,
    hold=Hold.NUMBER,
    wait=2,
)
_RATE_PAIR = ErrorRow(
    meaning=_("Too many messages to this person in a short time."),
    action=Action.SLOW_DOWN,
    suggestion=_("Nothing to do: the message is sent again a little later."),
    retryable=True,
    hold=Hold.PAIR,
    wait=6,
)
_RATE_APP = ErrorRow(
    meaning=_("The WhatsApp account has reached its limit of requests."),
    action=Action.SLOW_DOWN,
    suggestion=_("Nothing to do: the message is sent again a little later."),
    retryable=True,
    hold=Hold.APP,
    wait=60,
)
_SPAM = ErrorRow(
    meaning=_("WhatsApp restricts this number because people report or block it."),
    action=Action.STOP_CAMPAIGNS,
    suggestion=_("Stop campaigns on this number and look at its quality rating."),
    retryable=True,
    hold=Hold.NUMBER,
    wait=HOUR,
)
_WINDOW = ErrorRow(
    meaning=_("More than 24 hours have passed since the customer last wrote."),
    action=Action.OFFER_TEMPLATE,
    suggestion=_("Send an approved template; the customer's answer opens the window again."),
)
_UNDELIVERABLE = ErrorRow(
    meaning=_("WhatsApp cannot deliver to this person."),
    action=Action.TRY_OTHER_CHANNEL,
    suggestion=_("The number may not be on WhatsApp, or may have blocked you. Try an SMS."),
)
_ECOSYSTEM = ErrorRow(
    meaning=_("WhatsApp held the message back: this person receives a lot of marketing."),
    action=Action.WAIT_A_DAY,
    suggestion=_("Wait at least a day, or until the customer writes; sooner is useless."),
    wait=DAY,
)
_OPT_OUT = ErrorRow(
    meaning=_("This person has stopped marketing messages from you."),
    action=Action.RECORD_OPT_OUT,
    suggestion=_("Send no marketing to this person any more."),
)
_EXPERIMENT = ErrorRow(
    meaning=_("This person is in a WhatsApp experiment without marketing messages."),
    action=Action.GIVE_UP,
    suggestion=_("Not your fault, and nothing to do. Other kinds of messages still arrive."),
)
_MEDIA = ErrorRow(
    meaning=_("WhatsApp could not load the attached file."),
    action=Action.RETRY,
    suggestion=_("If it happens again, check the file's type, size and address."),
    retryable=True,
    wait=30,
)
_PARAMETERS = ErrorRow(
    meaning=_("WhatsApp does not accept the content of the message."),
    action=Action.FIX_CONTENT,
    suggestion=_("Correct what the details name and send it again."),
)
_TEMPLATE = ErrorRow(
    meaning=_("The template is missing, changed, paused or disabled at WhatsApp."),
    action=Action.RESYNC_TEMPLATE,
    suggestion=_("Synchronise the templates and choose one that is approved."),
)
_FLOW_BLOCKED = ErrorRow(
    meaning=_("WhatsApp has blocked this flow."),
    action=Action.DISABLE_FLOW,
    suggestion=_("Correct the flow in WhatsApp Manager."),
)
_FLOW_THROTTLED = ErrorRow(
    meaning=_("WhatsApp lets this flow be sent ten times an hour only."),
    action=Action.SLOW_DOWN,
    suggestion=_("Correct the flow in WhatsApp Manager to lift the limit."),
    retryable=True,
    wait=HOUR,
)
_SERVICE = ErrorRow(
    meaning=_("WhatsApp has a passing problem."),
    action=Action.RETRY,
    suggestion=_("Nothing to do: the message is sent again a little later."),
    retryable=True,
    wait=10,
)
_IMPOSSIBLE = ErrorRow(
    meaning=_("This message cannot be sent to this person."),
    action=Action.GIVE_UP,
    suggestion=_("Check the number: it may be your own, or unable to show this kind of message."),
)
_LOCKED = ErrorRow(
    meaning=_("WhatsApp has locked or restricted the account."),
    action=Action.STOP_NUMBER,
    suggestion=_("Look at the account's status in WhatsApp Manager and appeal there."),
    hold=Hold.NUMBER,
)
_PAYMENT = ErrorRow(
    meaning=_("WhatsApp has a problem with the payment method."),
    action=Action.TELL_OWNER,
    suggestion=_("Put the payment method right in Meta's billing settings."),
    hold=Hold.NUMBER,
)
_MAINTENANCE = ErrorRow(
    meaning=_("WhatsApp is moving the number; it takes about a minute."),
    action=Action.RETRY,
    suggestion=_("Nothing to do: the message is sent again in a minute."),
    retryable=True,
    hold=Hold.NUMBER,
    wait=60,
)
_ACCOUNT = ErrorRow(
    meaning=_("A setting of the WhatsApp account forbids this message."),
    action=Action.TELL_ADMIN,
    suggestion=_("Put right in WhatsApp Manager what the details name."),
)
_NO_NUMBER = ErrorRow(
    meaning=_("This kind of message needs the person's phone number."),
    action=Action.ASK_NUMBER,
    suggestion=_("Ask the customer for the number and send it again."),
)
_IDENTITY = ErrorRow(
    meaning=_("The person's identity key has changed, perhaps with a new phone."),
    action=Action.VERIFY_IDENTITY,
    suggestion=_("Make sure who it is, then send it again."),
)
UNKNOWN = ErrorRow(
    meaning=_("WhatsApp refused the message for a reason we do not know."),
    action=Action.TELL_ADMIN,
    suggestion=_("Read the details; try again once, or ask the provider."),
)
"""For every code that is not in the table. Not retried: a guess is no second message."""

TABLE: dict[int, ErrorRow] = {
    **dict.fromkeys((0, 190), _AUTH),
    **dict.fromkeys((3, 10, *range(200, 300), 131005), _PERMISSION),
    **dict.fromkeys((4, 80007), _RATE_APP),
    **dict.fromkeys((130429, 133016), _RATE_NUMBER),
    131056: _RATE_PAIR,
    131048: _SPAM,
    **dict.fromkeys((131047, 470), _WINDOW),
    131026: _UNDELIVERABLE,
    131049: _ECOSYSTEM,
    131050: _OPT_OUT,
    130472: _EXPERIMENT,
    **dict.fromkeys((131052, 131053), _MEDIA),
    **dict.fromkeys((100, 131008, 131009, 132000, 132008, 132012, 132018), _PARAMETERS),
    **dict.fromkeys((132001, 132005, 132007, 132015, 132016), _TEMPLATE),
    132068: _FLOW_BLOCKED,
    132069: _FLOW_THROTTLED,
    **dict.fromkeys((1, 2, 131000, 131016, 135000), _SERVICE),
    **dict.fromkeys((131021, 131030, 131051), _IMPOSSIBLE),
    **dict.fromkeys((131031, 368, 130497), _LOCKED),
    131042: _PAYMENT,
    **dict.fromkeys((131057, 2494100), _MAINTENANCE),
    **dict.fromkeys((131037, 131063, 131064, *range(147001, 147006)), _ACCOUNT),
    131062: _NO_NUMBER,
    137000: _IDENTITY,
}


WINDOW_CODES = frozenset({131047, 470})
"""Outside the 24-hour window, in the words of the Cloud API and of its predecessor."""


def row_for(code: int | None) -> ErrorRow:
    """Return what a code means; the cautious default for one we do not know, or for none."""
    return UNKNOWN if code is None else TABLE.get(code, UNKNOWN)


def row_for_http(status: int) -> ErrorRow:
    """Return what a refusal without a code of WhatsApp means, by its HTTP status."""
    if status in (401, 403):
        return _AUTH if status == 401 else _PERMISSION
    if status == 429:
        return _RATE_NUMBER
    if status in (400, 413, 415, 422):
        return _PARAMETERS
    return UNKNOWN
