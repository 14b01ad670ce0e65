"""The names screens listen to: `contacts`, `contact-<id>`, `orders`, `order-<id>`, `tasks`…"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID


def screens(*lists: str, **rows: UUID | None) -> Iterable[str]:
    """Return the names of lists, and `kind-<id>` for each row that there is."""
    return (*lists, *(f"{kind}-{pk}" for kind, pk in rows.items() if pk))
