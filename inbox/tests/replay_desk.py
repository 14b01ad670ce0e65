"""Envelopes in every state, for tests that apply them again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from unittest import mock

from django.utils import timezone

from inbox import jobs as inbox_jobs
from inbox.jobs import open_envelope
from inbox.models import Envelope
from inbox.testing import InboxTest, inbound_payload
from morfx.jobs.models import Job
from morfx.jobs.testing import run_jobs
from morfx.tenancy.rows import id_at


class ReplayCase(InboxTest):
    """Envelopes in every state."""

    def envelope(self, text: str = "hola", **fields: Any) -> Envelope:
        """Store an envelope without a job; `ago` dates it back."""
        came = timezone.now() - fields.pop("ago", timedelta())
        body = fields.pop("body", json.dumps(inbound_payload(text, sender=self.sender)).encode())
        row = Envelope.objects.create(id=id_at(came), channel=self.channel, body=body, **fields)
        Envelope.objects.filter(pk=row.pk).update(created_at=came)
        return row

    def states(self) -> list[str]:
        return sorted(Envelope.objects.values_list("state", flat=True))

    def parking(self) -> Envelope:
        """Return an envelope whose parser raised until its job was parked."""
        row = self.envelope()
        open_envelope.later(envelope=row.pk)
        with mock.patch.object(inbox_jobs, "open_payload", side_effect=RuntimeError("a bug")):
            for _ in range(open_envelope.tries):
                with self.assertRaises(AssertionError):
                    run_jobs(only="inbox.open_envelope", ahead=3600, most=1)
        self.assertIsNotNone(Job.objects.get(name="inbox.open_envelope").parked_at)
        return row
