"""Contacts, orders and tasks."""

from .contacts import Contact, ContactIdentity, ContactTag, Tag, fold
from .notes import Note
from .orders import Order, OrderLine, OrderTag, Pipeline, Product, Stage
from .tasks import Task

__all__ = [
    "Contact",
    "ContactIdentity",
    "ContactTag",
    "Note",
    "Order",
    "OrderLine",
    "OrderTag",
    "Pipeline",
    "Product",
    "Stage",
    "Tag",
    "Task",
    "fold",
]
