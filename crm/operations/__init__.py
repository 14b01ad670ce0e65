"""Everything that changes the CRM."""

from . import contacts, identities, notes, orders, pipelines, products, tags, tasks

__all__ = ["contacts", "identities", "notes", "orders", "pipelines", "products", "tags", "tasks"]
