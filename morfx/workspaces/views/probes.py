"""For machines that watch: alive, ready, and in numbers."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from .. import health


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while this process serves; looks at nothing else."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when database, migrations and workers are in order; 503 with what is not."""
    found = [health.database()]
    if found[0].ok:
        found += [health.migrations()]
    if all(finding.ok for finding in found):
        found += [health.workers()]
    ready = all(finding.ok for finding in found)
    checks = {finding.name: {"ok": finding.ok, "message": _outside(finding)} for finding in found}
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def _outside(finding: health.Finding) -> str:
    """Return what strangers may read: a database's own words name hosts and users."""
    return (
        "The database does not answer."
        if finding.name == "database" and not finding.ok
        else (finding.says)
    )


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer in Prometheus' text format to who knows METRICS_TOKEN; 404 when there is none."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not secrets.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


class JobsInNumbers(Collector):
    """Asks the database at each scrape, so that any process may answer for all."""

    def describe(self) -> list[GaugeMetricFamily]:
        """Return nothing: registering must not touch the database."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return how many jobs are due, running and parked, and how long the oldest waits."""
        try:
            jobs = health.backlog()
        except DatabaseError:
            return
        for name, help_text, value in (
            ("morfx_jobs_due", "Jobs that wait for a worker.", jobs.due),
            ("morfx_jobs_running", "Jobs under a lease.", jobs.running),
            ("morfx_jobs_parked", "Jobs that ran out of tries.", jobs.parked),
            ("morfx_jobs_oldest_seconds", "How long the oldest due job has waited.", jobs.oldest),
        ):
            yield GaugeMetricFamily(name, help_text, value=value)


REGISTRY.register(JobsInNumbers())
