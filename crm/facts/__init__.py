"""What happens in the CRM, in the past tense."""

from .contacts import (
    ContactCreated,
    ContactDeleted,
    ContactIdentified,
    ContactUpdated,
    NoteCreated,
    NoteDeleted,
    TagAssigned,
    TagRemoved,
)
from .orders import (
    OrderCreated,
    OrderDeleted,
    OrderMoved,
    OrderUpdated,
    PipelineCreated,
    ProductCreated,
    ProductUpdated,
    StageCreated,
)
from .tasks import TaskCompleted, TaskCreated, TaskReopened, TaskUpdated

__all__ = [
    "ContactCreated",
    "ContactDeleted",
    "ContactIdentified",
    "ContactUpdated",
    "NoteCreated",
    "NoteDeleted",
    "OrderCreated",
    "OrderDeleted",
    "OrderMoved",
    "OrderUpdated",
    "PipelineCreated",
    "ProductCreated",
    "ProductUpdated",
    "StageCreated",
    "TagAssigned",
    "TagRemoved",
    "TaskCompleted",
    "TaskCreated",
    "TaskReopened",
    "TaskUpdated",
]
