"""What models cost, as answers show it: US dollars, to the millionth, because a call costs less
than a cent."""

from __future__ import annotations

from decimal import Decimal

CURRENCY = "USD"


def dollars(cost: Decimal | float) -> dict[str, str]:
    """Return a cost as the money of an answer: `{"amount": "0.000123", "currency": "USD"}`."""
    return {"amount": f"{cost:.6f}", "currency": CURRENCY}
