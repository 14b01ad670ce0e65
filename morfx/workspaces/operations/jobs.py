"""Parked jobs: an admin sees them and runs them again."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from morfx.events.ledger import Fact, record
from morfx.jobs import work
from morfx.jobs.models import Job
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class JobRunAgain(Fact):
    """A parked job was given another round of attempts."""

    name = "job.runAgain"
    job: int
    title: str

    def describe(self) -> str:
        return _("The job %(title)s was started again.") % {"title": self.title}


@operation("system.job.retry", needs="settings.edit")
def retry(actor: Actor, *, job: int) -> None:
    """Run a parked job again, with a fresh number of attempts."""
    parked = Job.objects.select_for_update().filter(pk=job, parked_at__isnull=False).first()
    if parked is None:
        raise NotFound("job")
    work.run_again(parked)
    record(JobRunAgain(job=parked.pk, title=parked.name))
