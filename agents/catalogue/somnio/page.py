"""A message on the desk of its readers: each takes out what it understands, the rest stays."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from agents.llm.embedded.spelling import fold

GAP = "|"
"""What stands where something was taken out. It parts what was before from what comes after."""

SMALL_WORDS = frozenset(["de", "del", "la", "el", "los", "las", "y"])

_BULLET = re.compile(r"(?m)^[ \t]*(?:\d{1,2}[.)]-?|\d{1,2}-|[-*•·>✔✅]+)[ \t]+(?=\S)")
_EDGE = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
"""Underscores used as marks, not inside an address such as `ana_ruiz@…`."""

_BOUNDARY = re.compile(r"[\n,;|!?¿¡]+|\.(?=\s|$)")
_ASKING = re.compile(
    r"\b(?:cuant\w*|cuanto|cual\w*|hacen|llegan?|envian|mandan|demora\w*|tarda\w*|envios"
    r"|domicilios?"
    r"|cubren|tienen|tiene|manejan|saber|sede|tienda|ubicad\w+|donde|precio|vale|valor|cuesta"
    r"|sirve|pueden"
    r"|puedo|como|quien|que|hay|venden|reciben|aceptan|es contra\w*|contraentrega|quiero"
    r"|quisiera|me interesa"
    r"|despachan|quedan|estan|son)\b"
)


@dataclass(frozen=True)
class Clause:
    """A stretch of the page: `[start, end)`, and where in it a question begins (`end` if none)."""

    start: int
    end: int
    asks_from: int


class Page:
    """A text and its folded twin, of the same length, from which readers take pieces."""

    def __init__(self, text: str) -> None:
        """Prepare a text: composed characters, no emoji or formatting marks, no list bullets."""
        clean = "".join(_shown(c) for c in unicodedata.normalize("NFC", text))
        clean = _EDGE.sub(lambda m: " " * len(m[0]), clean)
        clean = _BULLET.sub(lambda m: "\n" + " " * (len(m[0]) - 1), clean)
        self.text = clean
        self.plain = fold(clean)

    def take(self, start: int, end: int) -> str:
        """Take a stretch out, leaving a gap, and return it as the customer wrote it."""
        taken = self.text[start:end]
        gap = GAP * (end - start)
        self.text = self.text[:start] + gap + self.text[end:]
        self.plain = self.plain[:start] + gap + self.plain[end:]
        return taken

    def clauses(self) -> list[Clause]:
        """Cut what is left at line ends, commas, sentence ends and gaps."""
        return [self._clause(start, end) for start, end in self._stretches()]

    def line_end(self, position: int) -> int:
        """Return where the line around a position ends."""
        end = self.plain.find("\n", position)
        return len(self.plain) if end < 0 else end

    def rest(self) -> str:
        """Return the words that nobody took."""
        return re.sub(r"\|+", " , ", self.text)

    def _stretches(self) -> Iterator[tuple[int, int]]:
        at = 0
        for boundary in _BOUNDARY.finditer(self.plain):
            if self.plain[at : boundary.start()].strip():
                yield at, boundary.start()
            at = boundary.end()
        if self.plain[at:].strip():
            yield at, len(self.plain)

    def _clause(self, start: int, end: int) -> Clause:
        asking = _ASKING.search(self.plain, start, end)
        marked = self.plain[end : end + 1] == "?" or self.plain[:start].rstrip()[-1:] == "¿"
        if marked:
            return Clause(start, end, start)
        follows_data = self.plain[start - 1 : start] == GAP
        if asking and not follows_data:
            return Clause(start, end, start)
        return Clause(start, end, asking.start() if asking else end)


def titled(text: str) -> str:
    """Capitalise words, leaving de, del, la, el, los, las and y small inside the text."""
    words = text.split()
    return " ".join(
        word.lower() if number and word.lower() in SMALL_WORDS else _capital(word)
        for number, word in enumerate(words)
    )


def trimmed(text: str) -> str:
    """Strip space and the signs that stand around a value; runs of space become one."""
    return " ".join(text.split()).strip(" .,;:-_*/\\|=¿?¡!()[]{}\"'“”<>")


def _capital(word: str) -> str:
    if any(len(c.lower()) != 1 or len(c.upper()) != 1 for c in word):
        return word
    return word[:1].upper() + word[1:].lower()


def _shown(character: str) -> str:
    if character in "*~`" or unicodedata.category(character) in (
        "So",
        "Cf",
        "Sk",
        "Cs",
        "Cn",
        "Co",
        "Mn",
    ):
        return " "
    if character != "\n" and (character.isspace() or unicodedata.category(character) == "Cc"):
        return " "
    return character
