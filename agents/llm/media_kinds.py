"""What a customer's file is, by its own bytes: their word for it, and WhatsApp's, may be wrong.

Nothing here trusts a length or a rate that a file states of itself: whoever forges one must not
make a call look dear, or the reading slow. Sources: the magic numbers of PNG, JPEG (JFIF), GIF,
WebP and MP3; RFC 3533 (Ogg), RFC 7845 (Opus in Ogg), ISO/IEC 14496-12 (`ftyp`), RFC 4867 (AMR).
"""

from __future__ import annotations

import struct

OPUS_RATE = 48_000
"""Granules of Opus per second, whatever the microphone's rate."""

SLOWEST = 500
"""Bytes per second of the thinnest speech there is (4 kbit/s)."""

USUAL = 2_000
"""Bytes per second below which no voice note is (16 kbit/s), where a file does not say."""

_PICTURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_SOUNDS = (
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "audio/webm"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
)


def picture_type(content: bytes) -> str:
    """Return the type of a picture that models take; empty for anything else."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return _by_start(content, _PICTURES)


def sound_type(content: bytes) -> str:
    """Return the type of a sound that models take; empty for anything else."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio/wav"
    if content[4:8] == b"ftyp":
        return "audio/mp4"
    return _by_start(content, _SOUNDS)


def _by_start(content: bytes, known: tuple[tuple[bytes, str], ...]) -> str:
    return next((kind for start, kind in known if content.startswith(start)), "")


def sound_seconds(content: bytes) -> float:
    """Return how long a sound lasts, about, and never more than its bytes can hold."""
    most = len(content) / SLOWEST
    said = _opus_seconds(content)
    return min(most, len(content) / USUAL if said is None else said)


def _opus_seconds(content: bytes) -> float | None:
    """Read the length of an Opus voice note from its last page; None when it is none."""
    if not content.startswith(b"OggS") or b"OpusHead" not in content[:256]:
        return None
    head = content.index(b"OpusHead")
    page = content.rfind(b"OggS")
    skipped, position = content[head + 10 : head + 12], content[page + 6 : page + 14]
    if len(skipped) < 2 or len(position) < 8:
        return None
    (skip,), (granule,) = struct.unpack("<H", skipped), struct.unpack("<q", position)
    samples = granule - skip
    return samples / OPUS_RATE if samples >= 0 else None
