"""What workspaces do later: mail."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from morfx.jobs.work import job

from .models import Invitation


@job(queue="sends", network=True)
def send_invitation(invitation: UUID, language: str = settings.LANGUAGE_CODE) -> None:
    """Mail somebody the link of their invitation, unless it was withdrawn or used meanwhile.

    `language` is the inviter's: nobody knows the other's yet.
    """
    with transaction.atomic():
        rows = Invitation.objects.select_related("workspace", "invited_by")
        found = rows.filter(pk=invitation, accepted_at=None, expires_at__gt=timezone.now()).first()
    if found is None:
        return
    inviter = found.invited_by.display_name if found.invited_by else found.workspace.name
    words = {
        "inviter": inviter,
        "name": found.workspace.name,
        "link": f"{settings.PUBLIC_URL}{found.path}",
    }
    with override(language):
        subject = _("%(inviter)s invited you to %(name)s") % words
        text = (
            _(
                "%(inviter)s invited you to work in %(name)s on MorfX.\n\n"
                "Open this link to join. It works for seven days, for this e-mail address only:\n"
                "%(link)s\n\n"
                "If you do not know them, ignore this message."
            )
            % words
        )
    send_mail(subject, text, None, [found.email])
