"""Names that others rely on: stored in rows, in automations, in other people's programs.

Print them with `python -m morfx.testing.public_names`; they are kept in docs/public-names.txt.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import fields


def public_names() -> list[str]:
    """Return every operation, lookup, fact and permission with its shape, one line each, sorted.

    What tests define is left out.
    """
    return sorted(_lines())


def _lines() -> Iterator[str]:
    from morfx.events.ledger import vocabulary
    from morfx.operations.catalogue import lookups, operations
    from morfx.workspaces.roles import PERMISSIONS

    for kind, entries in (("operation", operations), ("lookup", lookups)):
        for name, entry in entries.items():
            if ".tests." not in entry.__module__:
                yield f"{kind} {name}({', '.join(entry.names)}) needs {entry.needs}"
    for name, fact in vocabulary.items():
        if ".tests." not in fact.__module__:
            yield f"fact {name}({', '.join(field.name for field in fields(fact))})"
    for permission in PERMISSIONS:
        yield f"permission {permission}"


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "morfx.settings")
    django.setup()
    sys.stdout.write("\n".join(public_names()) + "\n")
