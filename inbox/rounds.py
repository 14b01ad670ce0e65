"""A round of reconciliation: what is amiss is found everywhere, and settled one by one at home.

A check names what it looks for, finds it across workspaces in one query, and settles one item in
its workspace and a transaction of its own. What it settles must not be found again, or the next
round could not get past it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from morfx.tenancy import everywhere, within

from .models import Reconciliation

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

log = structlog.get_logger()

EVERY = 180.0
MOST = 1000
"""Items of one check in one round; the rest waits for the next."""
KEPT = timedelta(days=30)
"""For how long a workspace's rounds are kept."""


labels: dict[str, StrOrPromise] = {}
"""What pages call each kind."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that may be amiss. `amiss` gives (workspace, id) pairs, the oldest first."""

    kind: str
    says: StrOrPromise
    """What a page calls what was settled, before its number."""
    amiss: Callable[[], Iterable[tuple[UUID, Any]]]
    settle: Callable[[Any], int]
    """Settle an item in its workspace; return how much that was, 0 if it was in order after all."""

    def __post_init__(self) -> None:
        labels[self.kind] = self.says


def make_round(part: str, checks: Sequence[Check]) -> None:
    """Make every check once; leave a row in each workspace where something was amiss.

    An item that cannot be settled costs neither its siblings nor the other checks.
    """
    settled: dict[UUID, Counter[str]] = defaultdict(Counter)
    failed: dict[UUID, Counter[str]] = defaultdict(Counter)
    for check in checks:
        for workspace_id, item in _found(check):
            try:
                with within(workspace_id), transaction.atomic():
                    done = check.settle(item)
                settled[workspace_id][check.kind] += done
            except Exception:
                log.exception("not settled", kind=check.kind, item=str(item))
                failed[workspace_id][check.kind] += 1
    for workspace_id in {*settled, *failed}:
        all_done, left = +settled[workspace_id], +failed[workspace_id]
        if all_done or left:
            _leave_a_row(workspace_id, part, all_done, left)


def _found(check: Check) -> list[tuple[UUID, Any]]:
    try:
        with everywhere(f"reconcile: {check.kind}"), transaction.atomic():
            return [*dict.fromkeys(check.amiss())]
    except Exception:
        log.exception("not checked", kind=check.kind)
        return []


def _leave_a_row(
    workspace_id: UUID, part: str, settled: Counter[str], failed: Counter[str]
) -> None:
    log.info("reconciled", part=part, workspace=str(workspace_id), **settled)
    with within(workspace_id), transaction.atomic():
        Reconciliation.objects.create(part=part, settled=settled, failed=failed)
        Reconciliation.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
