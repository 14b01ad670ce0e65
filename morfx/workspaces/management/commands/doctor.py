"""manage.py doctor: is everything in order?"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from morfx.tenancy import everywhere

from ... import health
from ...health import Finding

LEAST_FREE = 2**30
"""Bytes that must be free where the data are."""


class Command(BaseCommand):
    """Says `ok …` or `FAIL …` per question; exits with 1 when one fails."""

    help = "Check database role and policies, migrations, workers, channels, model key and disk."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask every question, whatever the others answer."""
        asked: list[Callable[[], Finding]] = [
            health.database,
            health.role,
            health.policies,
            health.migrations,
            health.workers,
            health.understood,
            channels,
            model_key,
            disk,
            *health.questions,
        ]
        findings = [_answer(question) for question in asked]
        for finding in findings:
            self.stdout.write(f"{'ok  ' if finding.ok else 'FAIL'} {finding.name}: {finding.says}")
        if not all(finding.ok for finding in findings):
            sys.exit(1)


def _answer(question: Callable[[], Finding]) -> Finding:
    """Return a question's finding; one that cannot be asked has failed."""
    try:
        return question()
    except Exception as error:
        return Finding(question.__name__, False, f"This could not be checked: {error}")


def channels() -> Finding:
    """See that every connected number's secrets open with our key, and nothing is refused."""
    with everywhere("doctor looks at channels"), transaction.atomic():
        try:
            rows = list(apps.get_model("inbox", "Channel")._default_manager.filter(is_active=True))
        except ValueError as error:
            return Finding("channels", False, str(error))
    if not rows:
        return Finding("channels", True, "No WhatsApp number is connected yet.")
    silent = [str(row) for row in rows if not row.token and not row.is_simulated]
    if silent:
        return Finding("channels", False, f"Numbers without a token: {', '.join(silent)}.")
    refused = sum(row.refused_deliveries for row in rows)
    says = f"{len(rows)} numbers connected; {refused} deliveries refused for their signature."
    return Finding("channels", True, says)


def model_key() -> Finding:
    """Say which model answers."""
    if settings.ANTHROPIC_API_KEY:
        says = f"Claude answers ({settings.MODEL_FAST}, {settings.MODEL_STRONG})."
        return Finding("model_key", True, says)
    if settings.MODEL_URL and settings.MODEL_NAME:
        return Finding("model_key", True, f"{settings.MODEL_NAME} answers (MORFX_MODEL_URL).")
    return Finding("model_key", True, "No ANTHROPIC_API_KEY: the embedded model answers.")


def disk() -> Finding:
    """See that there is room where the data are."""
    free = shutil.disk_usage(settings.DATA if settings.DATA.exists() else "/").free
    says = f"{free / 2**30:.1f} GB free."
    return Finding("disk", free > LEAST_FREE, says)
