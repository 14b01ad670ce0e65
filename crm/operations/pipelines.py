"""Pipelines and their stages are made; a new workspace gets its first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Refused
from morfx.operations.inputs import Color, Text

from ..facts import PipelineCreated, StageCreated
from ..models import Pipeline, Stage
from .inputs import LockedPipeline, NearStage, PipelineName, StageName

Closing = Literal["open", "won", "lost"]


class NewStage(BaseModel):
    """A stage as it is asked for."""

    model_config = ConfigDict(extra="forbid")

    name: StageName
    color: Color = "#6366f1"
    closing: Closing = "open"
    wip_limit: int | None = Field(default=None, ge=1)


DEFAULT_NAME = "Ventas"
DEFAULT_STAGES = (
    NewStage(name="Nuevo", color="#6366f1"),
    NewStage(name="En Proceso", color="#f59e0b"),
    NewStage(name="Ganado", color="#10b981", closing="won"),
    NewStage(name="Perdido", color="#ef4444", closing="lost"),
)


@operation("crm.pipeline.create", needs="settings.edit")
def create(
    actor: Actor,
    *,
    name: PipelineName,
    stages: list[NewStage] | None = None,
    description: Text = "",
) -> Pipeline:
    """Create a pipeline; without stages it gets the usual four. The first one is the default."""
    wanted: Sequence[NewStage] = stages or DEFAULT_STAGES
    names = [stage.name for stage in wanted]
    if len({stage.casefold() for stage in names}) < len(names):
        raise Refused(_("Two stages have the same name."), field="stages")
    first = not Pipeline.objects.exists()
    try:
        with transaction.atomic():
            pipeline = Pipeline.objects.create(name=name, description=description, is_default=first)
    except IntegrityError:
        raise Refused(
            _("Another pipeline has this name."), field="name", code="PIPELINE_DUPLICATE"
        ) from None
    Stage.objects.bulk_create(
        Stage(pipeline=pipeline, position=position, **stage.model_dump())
        for position, stage in enumerate(wanted)
    )
    record(PipelineCreated(pipeline=pipeline.pk, title=name, stages=names))
    return pipeline


@operation("crm.pipeline.furnish", needs=SYSTEM)
def furnish(actor: Actor) -> Pipeline:
    """Give a workspace without pipelines its first one. Does nothing when there is one."""
    if known := default():
        return known
    try:
        return create(actor, name=DEFAULT_NAME)
    except Refused:
        # Somebody furnished it at this very moment.
        if made := default():
            return made
        raise


@operation("crm.stage.create", needs="settings.edit")
def add_stage(
    actor: Actor,
    *,
    pipeline: LockedPipeline,
    name: StageName,
    color: Color = "#6366f1",
    closing: Closing = "open",
    first: bool = False,
    after: NearStage | None = None,
) -> Stage:
    """Add a stage at the end of a pipeline, as its first, or after one that it has.

    Does nothing when the pipeline has a stage of this name, in any case.
    """
    stages = Stage.objects.filter(pipeline=pipeline)
    if known := stages.filter(name__iexact=name).first():
        return known
    if after is not None and after.pipeline_id != pipeline.pk:
        raise Refused(_("That stage belongs to another pipeline."), field="after")
    last: int | None = stages.aggregate(last=Max("position"))["last"]
    position = 0 if first or last is None else 1 + (last if after is None else after.position)
    stages.filter(position__gte=position).update(position=F("position") + 1)
    stage = Stage.objects.create(
        pipeline=pipeline, name=name, color=color, closing=closing, position=position
    )
    record(StageCreated(stage=stage.pk, title=name, pipeline=pipeline.pk))
    return stage


def default() -> Pipeline | None:
    """Return the default pipeline, else the oldest; None when there is none."""
    return Pipeline.objects.order_by("-is_default", "id").first()
