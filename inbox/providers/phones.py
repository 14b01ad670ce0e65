"""From the id WhatsApp calls a person by, to the number people dial, and back to candidates.

WhatsApp's ids are E.164 without the plus, except that it keeps a mobile prefix two countries
dropped or treat apart: Mexico (52 becomes 521) and Argentina (54 becomes 549). The id itself is
never rewritten: it is what a message is sent to.
"""

from __future__ import annotations

import re

import phonenumbers

BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
"""A business-scoped user id, plain or parent. Digits so far; Meta documents alphanumerics."""

_EXTRA_DIGIT = re.compile(r"(?P<country>521|549)(?P<rest>\d{10})")
_BRAZIL = re.compile(r"55(?P<area>\d{2})(?P<nine>9?)(?P<rest>[6-9]\d{7})")


def is_bsuid(value: str) -> bool:
    """Say whether `value` is a business-scoped user id (`US.13491208655302741918`)."""
    return BSUID.fullmatch(value) is not None


def phone_e164(wa_id: str) -> str | None:
    """Return the E.164 number people dial for a WhatsApp id; `None` if it is not a phone id.

    Idempotent: its own answer, with the plus, gives itself.
    """
    digits = wa_id.strip().removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return None
    if extra := _EXTRA_DIGIT.fullmatch(digits):
        digits = extra["country"][:2] + extra["rest"]
    try:
        number = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return None
    return "+" + digits if phonenumbers.is_possible_number(number) else None


def phone_candidates(wa_id: str) -> tuple[str, ...]:
    """Return every E.164 form under which this person may already be known, the usual one first.

    For matching only; never for rewriting what is stored. Covers the Mexican and Argentine
    prefix and the ninth digit of Brazilian mobiles (area code, optional 9, eight digits).
    """
    usual = phone_e164(wa_id)
    if usual is None:
        return ()
    others = [usual]
    if re.fullmatch(r"\+52\d{10}", usual):
        others.append("+521" + usual[3:])
    elif re.fullmatch(r"\+54\d{10}", usual):
        others.append("+549" + usual[3:])
    elif brazil := _BRAZIL.fullmatch(usual[1:]):
        nine = "" if brazil["nine"] else "9"
        others.append(f"+55{brazil['area']}{nine}{brazil['rest']}")
    return tuple(others)
