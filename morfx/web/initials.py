"""How somebody without a picture looks: one or two letters, and a colour that never changes.

Letters are what a reader counts as one (UAX #29, in the parts that names need): an accent, a skin
tone or the second half of a flag is never left behind, whatever script or direction.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Iterator
from functools import lru_cache

HUES = 10
JOINER = "\u200d"
MOST_JOINED = 8
"""Code points of the longest cluster shown: a family of four has seven."""


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """Return the first letters of the first two words; one word gives its first two letters.

    A name without letters is shown by its first emoji; a bare number by nothing.
    """
    clusters = list(graphemes(unicodedata.normalize("NFC", name)))
    words = [word for word in _words(clusters) if word]
    if any(unicodedata.category(letter[0]).startswith("L") for word in words for letter in word):
        letters = words[0][:2] if len(words) == 1 else [words[0][0], words[1][0]]
        return "".join(next(graphemes(letter.upper())) for letter in letters)
    pictures = (each for each in clusters if unicodedata.category(each[0]) == "So")
    return next(pictures, "")


def hue(key: object) -> int:
    """Return a colour's number for a row's id, the same in every process."""
    return zlib.crc32(str(key).encode()) % HUES


def graphemes(text: str) -> Iterator[str]:
    """Cut a text into what readers count as one letter; invisible characters are left out."""
    cluster = ""
    for char in text:
        if cluster and len(cluster) < MOST_JOINED and _extends(cluster, char):
            cluster += char
        elif _visible(char):
            if cluster:
                yield cluster.rstrip(JOINER)
            cluster = char
    if cluster:
        yield cluster.rstrip(JOINER)


def _words(clusters: list[str]) -> Iterator[list[str]]:
    """Give each word's letters and digits; what stands around them is not part of it."""
    word: list[str] = []
    for cluster in clusters:
        if cluster.isspace() or cluster in "._-/":
            yield word
            word = []
        elif cluster[0].isalnum():
            word.append(cluster)
    yield word


def _extends(cluster: str, char: str) -> bool:
    """Tell whether a character belongs to the cluster before it."""
    if cluster[0].isspace():
        return False
    if unicodedata.category(char).startswith("M") or char == JOINER:
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f":
        return True
    if cluster.endswith(JOINER):
        return unicodedata.category(char) == "So"
    return len(cluster) == 1 and _regional(cluster) and _regional(char)


def _regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _visible(char: str) -> bool:
    return char.isspace() or unicodedata.category(char)[0] not in "CM"
