"""Parked jobs: what could not be done, why, and the button that tries again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from morfx.jobs.models import Job
from morfx.operations.errors import NotFound

from ..access import MemberRequest, member_required, needs
from ..operations import jobs as operations

MOST = 100


@member_required
@needs("settings.edit")
def jobs(request: MemberRequest) -> HttpResponse:
    """List the newest parked jobs."""
    parked = Job.objects.filter(parked_at__isnull=False).order_by("-parked_at", "-id")
    context = {"jobs": [_shown(request, job) for job in parked[:MOST]]}
    return render(request, "workspaces/jobs.html", context)


def _shown(request: MemberRequest, job: Job) -> dict[str, Any]:
    lines = job.error.strip().splitlines()
    return {
        "name": job.name,
        "reason": lines[-1] if lines else "",
        "error": job.error,
        "args": job.args,
        "attempts": job.attempts,
        "parked_at": job.parked_at,
        "retry_url": reverse("workspaces:retry_job", args=[request.workspace.slug, job.pk]),
    }


@require_POST
@member_required
def retry(request: MemberRequest, job_id: int) -> HttpResponse:
    """Run a parked job again."""
    try:
        operations.retry(request.actor, job=job_id)
    except NotFound:
        messages.info(request, _("That job is no longer parked."))
    else:
        messages.success(request, _("It is being tried again."))
    return redirect("workspaces:jobs", request.workspace.slug)
