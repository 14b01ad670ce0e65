"""How somebody without a picture looks: one or two letters, and a colour that never changes."""

from __future__ import annotations

import zlib

HUES = 10


def initials(name: str) -> str:
    """Return the first letters of the first two words; one word gives its first two letters."""
    words = [word for word in name.replace(".", " ").replace("_", " ").split() if word[0].isalnum()]
    if not words:
        return ""
    letters = words[0][:2] if len(words) == 1 else words[0][0] + words[1][0]
    return letters.upper()


def hue(key: object) -> int:
    """Return a colour's number for a row's id, the same in every process."""
    return zlib.crc32(str(key).encode()) % HUES
