"""Whom a message is for: a phone id, a business-scoped user id, or a group."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RecipientKind(StrEnum):
    """The three ways WhatsApp takes an address."""

    PHONE = "phone"
    USER = "user"
    GROUP = "group"


@dataclass(frozen=True)
class To:
    """An address. A phone id goes out as it came in (`wa_id`), never rewritten."""

    kind: RecipientKind
    value: str

    @classmethod
    def phone(cls, wa_id: str) -> To:
        """Address a person by phone id, or by E.164 number."""
        return cls(RecipientKind.PHONE, wa_id.removeprefix("+"))

    @classmethod
    def user(cls, user_id: str) -> To:
        """Address a person by BSUID."""
        return cls(RecipientKind.USER, user_id)

    @classmethod
    def group(cls, group_id: str) -> To:
        """Address a group."""
        return cls(RecipientKind.GROUP, group_id)

    @classmethod
    def best(cls, *, wa_id: str | None, user_id: str | None) -> To:
        """Choose between a person's ids: the phone wins, its history is the longer one.

        Raises `ValueError` when there is neither.
        """
        if wa_id:
            return cls.phone(wa_id)
        if user_id:
            return cls.user(user_id)
        raise ValueError("a person without a phone id or a user id cannot be addressed")

    @property
    def fields(self) -> dict[str, object]:
        """Return the fields of the request: a BSUID goes in `recipient`, all else in `to`."""
        if self.kind is RecipientKind.USER:
            return {"recipient_type": "individual", "recipient": self.value}
        kind = "group" if self.kind is RecipientKind.GROUP else "individual"
        return {"recipient_type": kind, "to": self.value}
