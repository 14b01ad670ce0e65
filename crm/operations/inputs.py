"""The types the CRM's signatures are made of, and which of its rows an input may name."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Case, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from morfx.operations.inputs import Also, Given, Row

from ..models import Contact, Note, Order, Pipeline, Product, Stage, Task


def _email(text: str) -> str:
    text = text.strip()
    try:
        if text:
            validate_email(text)
    except ValidationError:
        raise PydanticCustomError("email", _("This is not an e-mail address.")) from None
    return text


def _aware(moment: datetime) -> datetime:
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


def _line(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())


Address = Annotated[str, AfterValidator(_line), Field(max_length=500)]
Place = Annotated[str, AfterValidator(_line), Field(max_length=100)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
"""An e-mail address, or nothing."""
PhoneText = Annotated[str, Field(max_length=40)]
"""A phone number as somebody typed it; the body reads it, to say PHONE_INVALID."""
RecipientPhone = Annotated[str, AfterValidator(_line), Field(max_length=40)]
"""Whom a courier calls, as it was said: a landline with an extension too."""
TagName = Annotated[str, AfterValidator(_line), Field(min_length=1, max_length=40)]
Sku = Annotated[str, AfterValidator(_line), Field(min_length=1, max_length=50)]
StageName = Annotated[str, AfterValidator(_line), Field(min_length=1, max_length=50)]
PipelineName = Annotated[str, AfterValidator(_line), Field(min_length=1, max_length=100)]
Moment = Annotated[datetime, AfterValidator(_aware)]
"""A point in time; one without a zone is read in the server's."""

TheContact: TypeAlias = Annotated[Contact, Row(missing="CONTACT_NOT_FOUND")]
TheOrder: TypeAlias = Annotated[Order, Row(missing="ORDER_NOT_FOUND")]
ThePipeline: TypeAlias = Annotated[Pipeline, Row(named=True, missing="PIPELINE_NOT_FOUND")]
LockedContact: TypeAlias = Annotated[Contact, Row(locked=True, missing="CONTACT_NOT_FOUND")]
LockedOrder: TypeAlias = Annotated[Order, Row(locked=True, missing="ORDER_NOT_FOUND")]
LockedTask: TypeAlias = Annotated[Task, Row(locked=True, missing="TASK_NOT_FOUND")]
LockedNote: TypeAlias = Annotated[Note, Row(locked=True, missing="NOTE_NOT_FOUND")]
LockedProduct: TypeAlias = Annotated[Product, Row(locked=True, missing="PRODUCT_NOT_FOUND")]
LockedPipeline: TypeAlias = Annotated[
    Pipeline, Row(locked=True, named=True, missing="PIPELINE_NOT_FOUND")
]


def stages_nearby(given: Given) -> QuerySet[Stage]:
    """Return all stages, those of the pipeline in question first.

    That is the given pipeline, else the given order's, else the default one; so that a name
    means the nearest stage of that name, and a stage from elsewhere can be refused by its reason.
    """
    pipeline = given.get("pipeline") or given.get("target_pipeline")
    order = given.get("order")
    if pipeline is not None:
        near = Q(pipeline=pipeline)
    elif order is not None:
        near = Q(pipeline=order.pipeline_id)
    else:
        near = Q(pipeline__is_default=True)
    rows = Stage.objects.select_related("pipeline")
    distance = Case(When(near, then=Value(0)), default=Value(1))
    return rows.order_by(distance, "pipeline", "position")


NearStage: TypeAlias = Annotated[
    Stage, Row(named=True, among=stages_nearby, missing="STAGE_NOT_FOUND")
]
"""A stage by id or by name; see stages_nearby."""
TargetStage: TypeAlias = Annotated[
    Stage,
    Row(named=True, among=stages_nearby, missing="STAGE_NOT_FOUND"),
    Also("status", "stage_name"),
]
"""The same where it is also called the order's status."""
