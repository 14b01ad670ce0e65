"""A model needs an operator: a fact in the workspace, a mail to its owners, and a try when it is
put right."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from agents.facts import ModelAlarm, ModelTriedAgain
from agents.llm import health
from agents.mail import mail_owners_of_alarm
from morfx.events.ledger import record
from morfx.events.models import Event
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Refused

QUIET = timedelta(hours=1)
"""How long the same alarm of the same client is not raised again in a workspace."""


@operation("agents.model.alarm", needs=SYSTEM)
def raise_alarm(actor: Actor, *, client: str, failure: str) -> bool:
    """Note that a model needs an operator, and mail the owners; False when that was done lately.

    Turns that fail at the same moment wait for each other here, so that one of them tells.
    """
    with connection.cursor() as cursor:
        key = f"model.alarm {actor.workspace_id} {client} {failure}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    told = Event.objects.filter(
        name=ModelAlarm.name,
        facts__client=client,
        facts__failure=failure,
        created_at__gt=timezone.now() - QUIET,
    )
    if told.exists():
        return False
    record(ModelAlarm(client=client, failure=failure))
    mail_owners_of_alarm(client, failure)
    return True


@operation("agents.model.tryAgain", needs="settings.edit")
def try_again(actor: Actor, *, client: str) -> None:
    """Let the next message try a model that is left alone, in every process."""
    if not health.probe_now(client):
        raise Refused(_("That model is not left alone."), field="client")
    record(ModelTriedAgain(client=client))
