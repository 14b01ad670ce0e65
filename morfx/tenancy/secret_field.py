"""A text column that is encrypted at rest with MORFX_FIELD_KEY."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def cipher(key: str) -> Fernet:
    """Return the cipher for a key of any length."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))


def encrypt(text: str) -> str:
    """Return the text as it is stored; empty stays empty."""
    return cipher(settings.FIELD_KEY).encrypt(text.encode()).decode() if text else ""


def decrypt(stored: str) -> str:
    """Return the text behind a stored value. Raises ValueError when the key is another one."""
    try:
        return cipher(settings.FIELD_KEY).decrypt(stored.encode()).decode() if stored else ""
    except InvalidToken:
        raise ValueError("A stored secret does not open with this MORFX_FIELD_KEY.") from None


class SecretField(models.TextField):  # type: ignore[type-arg]
    """Encrypts on the way in and decrypts on the way out; cannot be searched."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt for the database."""
        return encrypt(str(value)) if value is not None else None

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        """Decrypt from the database."""
        return None if value is None else decrypt(value)
