"""When templates are fetched: every hour, when WhatsApp says one changed, when one was refused."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import structlog
from django.db import transaction

from morfx.events.poke import poke
from morfx.jobs.work import job
from morfx.operations.actor import Actor
from morfx.tenancy import everywhere, within

from . import clients
from .models import Channel, Message, TemplateSync
from .operations import template_sync
from .others import on_field
from .providers.errors import Action, row_for
from .providers.payload import Other
from .providers.payload_fields import Raw
from .providers.template_list import ListFailed, list_templates
from .providers.templates import Definition, read_definition

HOUR = 3600.0
SETTLED = 60.0
"""Seconds after which WhatsApp's list surely shows what a webhook told; sometimes it lags."""

TEMPLATE_CODES = range(132000, 133000)
"""Errors that say our picture of the template is wrong: missing, changed, paused, disabled."""

log = structlog.get_logger()


@job(queue="sends", network=True, tries=5)
def fetch_templates(channel: UUID) -> None:
    """Fetch all templates of a number's business account, and store them if the list is whole."""
    with transaction.atomic():
        row = Channel.objects.get(pk=channel)
    try:
        listed = list_templates(clients.client_of(row), row.waba_id)
    except ListFailed as failure:
        _note_failure(row, failure)
        if failure.retryable:
            raise
        return
    definitions = _readable(listed)
    template_sync.store(
        Actor.system(row.workspace_id, "inbox", via="job"),
        channel=row,
        definitions=definitions,
        complete=len(definitions) == len(listed),
    )
    with transaction.atomic():
        poke(row.workspace_id, "templates")


@job(queue="sends", every=HOUR, network=True)
def fetch_all_templates() -> None:
    """Set one fetch for each business account of each workspace."""
    with everywhere("find numbers with templates"), transaction.atomic():
        active = Channel.objects.filter(is_active=True)
        workspaces = list(active.values_list("workspace_id", flat=True).distinct())
    for workspace_id in workspaces:
        with within(workspace_id), transaction.atomic():
            for channel in template_sync.accounts():
                ask(channel)


@on_field(
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
)
def fetch_after_change(channel: Channel, other: Other) -> None:
    """Fetch now and once more a little later: the list, not the webhook, says what is true.

    Webhooks may come late, twice and in any order; the list does not.
    """
    if template_sync.can_list(channel):
        with transaction.atomic():
            ask(channel)
            ask(channel, after=SETTLED)


def note_refusal(message: Message, code: int | None) -> None:
    """Fetch the templates again when WhatsApp refused one for what it is (132xxx)."""
    resync = code in TEMPLATE_CODES or row_for(code).action is Action.RESYNC_TEMPLATE
    if message.type == "template" and resync:
        channel = Channel.objects.get(pk=message.conversation.channel_id)
        if template_sync.can_list(channel):
            ask(channel)


def ask(channel: Channel, *, after: float = 0.0) -> None:
    """Set the account's one fetch for now, or its second one for `after` seconds from now."""
    key = f"templates:{channel.workspace_id}:{channel.account}" + (":again" if after else "")
    fetch_templates.later(key=key, after=after, channel=channel.pk)


def _readable(listed: Iterable[Raw]) -> list[Definition]:
    """Read what can be read; a definition without a name costs nobody else's."""
    found = []
    for raw in listed:
        try:
            found.append(read_definition(raw))
        except ValueError as error:
            log.warning("a template could not be read", why=str(error))
    return found


def _note_failure(channel: Channel, failure: ListFailed) -> None:
    with transaction.atomic():
        state = template_sync.state_of(channel)
        TemplateSync.objects.filter(pk=state.pk).update(error=failure.reason)
        poke(channel.workspace_id, "templates")
