"""Everything that changes the CRM."""

from . import (
    contacts,
    custom_fields,
    identities,
    notes,
    orders,
    pipelines,
    products,
    renumbering,
    tags,
    tasks,
)

__all__ = [
    "contacts",
    "custom_fields",
    "identities",
    "notes",
    "orders",
    "pipelines",
    "products",
    "renumbering",
    "tags",
    "tasks",
]
