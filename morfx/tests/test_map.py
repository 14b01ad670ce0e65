"""The way of a message stays short: docs/map.md names its files, and they are counted here."""

import re
from pathlib import Path

BASE = Path(__file__).resolve().parents[2]
MOST_FILES, MOST_LINES = 8, 900


def files_on_the_way() -> list[Path]:
    """Return the files of the map's numbered list: the first one each line names."""
    text = (BASE / "docs" / "map.md").read_text()
    return [BASE / name for name in re.findall(r"^\d+\. `([^`]+)`", text, re.MULTILINE)]


def test_the_way_of_a_message_is_short():
    files = files_on_the_way()
    lines = {str(path): len(path.read_text().splitlines()) for path in files}
    assert 5 <= len(files) <= MOST_FILES, files
    assert sum(lines.values()) <= MOST_LINES, lines


def test_every_file_the_map_names_exists():
    text = (BASE / "docs" / "map.md").read_text()
    named = set(re.findall(r"`((?:morfx|crm|inbox|agents)/[\w/]+\.py)`", text))
    missing = sorted(name for name in named if not (BASE / name).exists())
    assert not missing, f"docs/map.md names files that are gone: {missing}"
