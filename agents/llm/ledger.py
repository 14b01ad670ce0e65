"""The ledger of model calls, in PostgreSQL: what a chain tells, kept as rows, facts and mail.

Nothing of this may take a turn down, except the row before a call: what cannot be written down is
not done.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import structlog
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from agents.models import ModelHealth
from morfx.operations.actor import Actor
from morfx.tenancy import current_id

from . import calls, health
from .breaker import Breaker
from .failures import Failure
from .protocol import Usage

CONSULT_EVERY = 3.0
"""Seconds a process goes on with what it knows of the other processes' circuits."""

QUIET = 60.0
"""Seconds a process does not repeat an alarm: the row and the fact of it are there already."""

K = TypeVar("K")

log = structlog.get_logger()


class Ledger:
    """A `Watch` that keeps everything; one per process, used by all its threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._consulted: dict[str, float] = {}
        self._adopted: dict[str, datetime | None] = {}
        self._told: dict[tuple[object, ...], float] = {}
        self._lock = threading.Lock()

    def consult(self, client: str, breaker: Breaker) -> None:
        """Obey a circuit that another process opened for the whole account, and its end."""
        if not self._is_due(self._consulted, client, CONSULT_EVERY):
            return
        try:
            with transaction.atomic():
                row = ModelHealth.objects.filter(pk=client).first()
        except DatabaseError as error:
            log.warning("health of models not read", why=repr(error))
            return
        until = row.open_until if row and row.is_shared else None
        if until == self._adopted.get(client):
            return
        self._adopted[client] = until
        left = (until - timezone.now()).total_seconds() if until else 0.0
        if left > 0 or breaker.rest_left:
            breaker.adopt(max(left, 0.0))

    def begin(self, forecast: Usage, purpose: str) -> UUID | None:
        """Write the call down, and hold no connection while the model thinks."""
        row = calls.begin(forecast, purpose) if current_id() else None
        if not connection.in_atomic_block:
            connection.close()
        return row

    def opened(self, client: str, breaker: Breaker, failure: Failure, sentence: str) -> None:
        """Let everybody know that a client is left alone."""
        log.warning("model left alone", client=client, failure=failure.value)
        with _Kept("opened"), transaction.atomic():
            health.opened(
                client, failure, sentence, rest=breaker.rest_left, failures=breaker.failures
            )
            self._adopted[client] = health.shared_until(client)

    def closed(self, client: str) -> None:
        """Let everybody know that a client answers again."""
        log.info("model answers again", client=client)
        with _Kept("closed"), transaction.atomic():
            health.closed(client)
            self._adopted[client] = None

    def failed(self, client: str, failure: Failure, sentence: str) -> None:
        """Raise the alarm: for all in the health row, for the workspace as a fact."""
        if not self._is_due(self._told, (client, failure, current_id()), QUIET):
            return
        log.error("a model needs an operator", client=client, failure=failure.value)
        with _Kept("alarm"), transaction.atomic():
            health.alarmed(client, failure, sentence)
            if workspace := current_id():
                from agents.operations.alarms import raise_alarm

                raise_alarm(Actor.system(workspace, "models"), client=client, failure=failure.value)

    def _is_due(self, last: dict[K, float], key: K, every: float) -> bool:
        """Tell whether it is time again, and note that it is done."""
        now = self._clock()
        with self._lock:
            if key in last and now - last[key] < every:
                return False
            last[key] = now
            return True


class _Kept:
    """Swallow what goes wrong with telling: the customer's answer is worth more."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Exception):
            return False
        log.warning("trouble of a model not kept", what=self._what, why=repr(error))
        return True
