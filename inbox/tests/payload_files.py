"""The recorded webhook bodies, by name."""

from pathlib import Path

FOLDER = Path(__file__).parent / "payloads"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def recorded(name: str) -> bytes:
    """Return the raw bytes of one recorded webhook."""
    return (FOLDER / f"{name}.json").read_bytes()
