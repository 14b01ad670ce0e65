"""Failures of models in words: for the page, the banner and the mail. Never for a customer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .failures import Failure

REASONS: dict[str, object] = {
    Failure.UNREACHABLE: _("It could not be reached."),
    Failure.TIMED_OUT: _("It did not answer in time."),
    Failure.CUT_OFF: _("The connection broke, or its answer could not be read."),
    Failure.RATE_LIMITED: _("It takes no more requests for the moment."),
    Failure.OVERLOADED: _("It is overloaded."),
    Failure.SERVER: _("It failed."),
    Failure.SPEND_LIMIT: _("The credit is used up, or its spending limit is reached."),
    Failure.NOT_ALLOWED: _("The key is wrong, or may not do this."),
    Failure.NO_SUCH_MODEL: _("There is no model of that name (any more)."),
    Failure.BAD_REQUEST: _("It does not accept our request."),
    Failure.NOT_TAKEN: _("It does not know a part of our request; from now on it is left out."),
    Failure.TOO_LARGE: _("The conversation was too long for it."),
    Failure.BAD_FILE: _("It could not read the customer's picture or voice note."),
    Failure.REFUSED: _("It declined to answer."),
    Failure.CUT_SHORT: _("Its answer was cut short."),
    Failure.PAUSED: _("It paused in the middle of its answer."),
    Failure.UNKNOWN_STOP: _("It ended its answer for a reason this version does not know."),
    Failure.UNKNOWN_TOOL: _("It wanted a tool that does not exist."),
    Failure.WRONG_INPUT: _("It used a tool wrongly."),
    Failure.BAD_OUTPUT: _("Its answer made no sense."),
    Failure.BROKEN_CLIENT: _("Our own program failed while asking it."),
    "lost": _("The program ended during the call; what came of it is not known."),
}
"""Why a call brought nothing, by its class of failure."""

WHAT_TO_DO: dict[str, object] = {
    Failure.SPEND_LIMIT: _("Add credit or raise the limit in the provider's console."),
    Failure.NOT_ALLOWED: _("Check its key and what the key may do."),
    Failure.NO_SUCH_MODEL: _("Name models that exist in the server's environment."),
    Failure.BAD_REQUEST: _("Update MorfX, or tell its developers."),
    Failure.UNKNOWN_STOP: _("Update MorfX, or tell its developers."),
    Failure.BROKEN_CLIENT: _("Tell MorfX's developers; the server's log has the details."),
}
"""What an operator can do about an alarm."""


def reason(failure: str) -> str:
    """Say why, for a person; empty when nothing is known."""
    return str(REASONS.get(failure, failure))


def alarm_sentence(failure: str) -> str:
    """Say what is wrong and what to do about it."""
    return f"{reason(failure)} {WHAT_TO_DO.get(failure, '')}".strip()
