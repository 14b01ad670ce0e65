"""`manage.py replay_envelopes`: which it takes, what it says, how long it waits."""

from __future__ import annotations

import uuid
from datetime import timedelta
from io import StringIO
from unittest import mock

from django.core.management import CommandError, call_command
from django.utils import timezone

from inbox.management.commands.replay_envelopes import moment
from inbox.models import Channel, Envelope
from inbox.tests.replay_desk import ReplayCase
from morfx.jobs.testing import run_jobs
from morfx.tenancy import within


class CommandTest(ReplayCase):
    def command(self, *words: str) -> str:
        out = StringIO()
        call_command("replay_envelopes", *words, stdout=out)
        return out.getvalue()

    def test_without_arguments_the_dead_of_all_workspaces(self):
        self.envelope(state="dead")
        self.envelope("done", state="parsed")
        with within(self.other_shop.workspace.pk):
            channel = Channel.objects.create(provider="cloud", phone_number_id="9")
            Envelope.objects.create(channel=channel, body=b"{}", state="dead")
        said = self.command()
        for slug in (self.shop.workspace.slug, self.other_shop.workspace.slug):
            self.assertIn(f"{slug}: 1 queued", said)
        self.assertIn("2 envelopes queued.", said)

    def test_a_workspace_a_time_and_ids(self):
        old = self.envelope(state="dead", ago=timedelta(days=2))
        self.envelope("young", state="dead")
        slug = self.shop.workspace.slug
        self.assertIn("1 envelope queued", self.command("--workspace", slug, "--since", "3h"))
        self.assertIn("1 envelope queued", self.command("--envelope", str(old.pk)))
        self.assertEqual(self.states(), ["received", "received"])
        self.assertIn("0 envelopes", self.command("--workspace", self.other_shop.workspace.slug))

    def test_it_waits_and_says_what_became_of_them(self):
        self.envelope(state="dead")
        self.envelope(state="dead", body=b"{}")
        with mock.patch("time.sleep", side_effect=lambda _: run_jobs(only="inbox.open_envelope")):
            self.assertIn("Done: 1 dead, 1 parsed.", self.command("--wait"))

    def test_waiting_for_nobody_ends_with_a_sentence(self):
        self.envelope(state="dead")
        patience = "inbox.management.commands.replay_envelopes.PATIENCE"
        with (
            mock.patch(patience, -1.0),
            self.assertRaisesMessage(CommandError, "Do the workers run?"),
        ):
            self.command("--wait")

    def test_nonsense_is_refused_with_a_sentence(self):
        for words, sentence in {
            ("--since", "yesterday"): "is no moment",
            ("--since", "2026-13-45"): "is no moment",
            ("--workspace", "nobody"): "There is no workspace",
            ("--envelope", "seven"): "is no envelope's id",
            ("--envelope", str(uuid.uuid4())): "There is no envelope",
            ("--state", "lost"): "invalid choice",
        }.items():
            with self.subTest(words), self.assertRaisesMessage(CommandError, sentence):
                self.command(*words)

    def test_moments(self):
        now = timezone.now()
        for text, seconds in {"90s": 90, "30m": 1800, "2h": 7200, "3d": 259200}.items():
            found = moment(text)
            assert found is not None
            self.assertAlmostEqual((now - found).total_seconds(), seconds, delta=5)
        for text in ("2026-11-20", "2026-11-20T00:00", "2026-11-20 00:00:00"):
            found = moment(text)
            assert found is not None
            self.assertEqual(timezone.localtime(found).isoformat()[:16], "2026-11-20T00:00")
        found = moment("2026-11-20T08:00:00+02:00")
        assert found is not None
        self.assertEqual(found.utcoffset(), timedelta(hours=2))
