"""The CRM's forms, each over one operation."""

from .contacts import EditContact, NewContact, NewNote, TagsForm
from .orders import EditOrder, MoveOrder, NewOrder
from .tasks import EditTask, NewTask

__all__ = [
    "EditContact",
    "EditOrder",
    "EditTask",
    "MoveOrder",
    "NewContact",
    "NewNote",
    "NewOrder",
    "NewTask",
    "TagsForm",
]
