"""Server-sent events, as far as model servers use them: the data of each event, as text.

Source: WHATWG HTML, "Server-sent events". Names, ids and comments are passed over; lines end with
LF or CRLF. An event that the end of the stream cuts off is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

DONE = "[DONE]"
"""What ends a stream of the OpenAI dialect."""


def data_of(chunks: Iterable[bytes]) -> Iterator[str]:
    """Return the data of one event after another, however the bytes are cut into chunks."""
    data: list[str] = []
    for line in _lines(chunks):
        if not line:
            if data:
                yield "\n".join(data)
            data = []
            continue
        name, _, value = line.partition(":")
        if name == "data":
            data.append(value.removeprefix(" "))
    if data == [DONE]:
        yield DONE


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Return whole lines, without their ends; what follows the last end is a line too."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.removesuffix(b"\r").decode(errors="replace")
    if rest:
        yield rest.removesuffix(b"\r").decode(errors="replace")
