"""Mail of the agents: a model needs an operator."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from agents.llm.telling import alarm_sentence
from morfx.jobs.work import job
from morfx.workspaces.models import Membership
from morfx.workspaces.roles import Role


def mail_owners_of_alarm(client: str, failure: str) -> None:
    """Mail every owner of the current workspace, each by a job of their own."""
    owners = Membership.objects.filter(role=Role.OWNER, user__is_active=True)
    for member in owners.values_list("pk", flat=True):
        mail_model_alarm.later(member=member, client=client, failure=failure)


@job(queue="sends", network=True)
def mail_model_alarm(member: UUID, client: str, failure: str) -> None:
    """Tell an owner, in their language, that a model does not answer and what can be done."""
    with transaction.atomic():
        rows = Membership.objects.select_related("user", "workspace")
        owner = rows.filter(pk=member).first()
    if owner is None:
        return
    with override(owner.user.language or settings.LANGUAGE_CODE):
        words = {
            "client": client,
            "name": owner.workspace.name,
            "why": alarm_sentence(failure),
            "link": settings.PUBLIC_URL + reverse("agents:models", args=[owner.workspace.slug]),
        }
        subject = _("The AI model does not answer in %(name)s") % words
        text = (
            _(
                "The model “%(client)s” does not answer the customers of %(name)s.\n\n"
                "%(why)s\n\n"
                "Until it does, the embedded model answers, and people get what it cannot.\n"
                "%(link)s"
            )
            % words
        )
    send_mail(subject, text, None, [owner.user.email])
