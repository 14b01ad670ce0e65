"""A public name changes on purpose or not at all."""

from __future__ import annotations

from difflib import unified_diff

from django.conf import settings

from morfx.testing.public_names import public_names

KEPT = settings.BASE_DIR / "docs" / "public-names.txt"


def test_public_names_are_as_kept() -> None:
    kept = KEPT.read_text().splitlines()
    found = public_names()
    difference = "\n".join(unified_diff(kept, found, "kept", "found", n=0, lineterm=""))
    assert found == kept, (
        f"{difference}\n\nPublic names are stored and used by others. If this is meant: "
        "python -m morfx.testing.public_names > docs/public-names.txt"
    )
