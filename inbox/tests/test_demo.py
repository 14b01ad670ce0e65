"""The number of the demo, and connecting one by command."""

from __future__ import annotations

import os
from io import StringIO
from unittest import mock

from django.core.management import CommandError, call_command
from django.test import override_settings

from inbox import demo, simulator
from inbox.models import Availability, Channel
from inbox.operations import availability
from morfx.events.models import Event
from morfx.operations.actor import Actor
from morfx.testing.case import CafeTest


class DemoTest(CafeTest):
    def furnish_demo(self, simulator_url: str, local: str = "http://127.0.0.1:8123") -> None:
        with (
            override_settings(SIMULATOR_URL=simulator_url),
            mock.patch.dict(os.environ, {"MORFX_LOCAL_URL": local}),
        ):
            demo.furnish(Actor.system(self.ana.workspace_id, "demo"))

    def test_the_number_is_registered_at_each_start_and_its_secrets_stay(self):
        with simulator.running() as whatsapp:
            self.furnish_demo(whatsapp.url)
            channel = Channel.objects.get()
            self.assertTrue(channel.is_simulated)
            (number,) = whatsapp.numbers()
            self.assertEqual(number["webhook_url"], f"http://127.0.0.1:8123{channel.webhook_path}")
            self.furnish_demo(whatsapp.url, "http://127.0.0.1:9000/")
            (number,) = whatsapp.numbers()
            self.assertEqual(number["webhook_url"], f"http://127.0.0.1:9000{channel.webhook_path}")
            again = Channel.objects.get()
            self.assertEqual((again.token, again.app_secret), (channel.token, channel.app_secret))
            self.assertEqual(Event.objects.filter(name="channel.connected").count(), 1)

    def test_a_simulator_that_moved_is_followed(self):
        with simulator.running() as first:
            self.furnish_demo(first.url)
        before = Channel.objects.get()
        with simulator.running() as second:
            self.furnish_demo(second.url)
            after = Channel.objects.get()
            self.assertEqual((after.base_url, after.token), (second.url, before.token))
            self.assertEqual(len(second.numbers()), 1)

    def test_without_a_simulator_there_is_no_number(self):
        self.furnish_demo("")
        self.assertFalse(Channel.objects.exists())

    def test_people_are_put_online_once(self):
        self.furnish_demo("")
        self.assertEqual(Availability.objects.filter(is_online=True).count(), 2)
        availability.set_online(self.beto, online=False)
        self.furnish_demo("")
        self.assertEqual(Availability.objects.filter(is_online=True).count(), 1)


class ConnectTest(CafeTest):
    def run_it(self, *words: str) -> list[str]:
        out = StringIO()
        call_command("connect_whatsapp", "--workspace", "lucia", *words, stdout=out)
        return out.getvalue().splitlines()

    def test_it_connects_and_changes_and_says_the_path_last(self):
        number = ["--provider", "cloud", "--phone-number-id", "105", "--token", "first"]
        path = self.run_it(*number, "--app-secret", "shh", "--waba-id", "77")[-1]
        channel = Channel.objects.get()
        self.assertEqual(path, f"/webhooks/whatsapp/{channel.pk}")
        self.assertEqual(self.run_it(*number[:-1], "second")[-1], path)
        channel = Channel.objects.get()
        self.assertEqual((channel.token, channel.app_secret, channel.waba_id),
                         ("second", "shh", "77"))  # fmt: skip
        self.assertFalse(channel.is_simulated)

    def test_nonsense(self):
        number = ["--provider", "cloud", "--phone-number-id", "105", "--token", "t"]
        with self.assertRaises(CommandError):
            self.run_it(*number, "--base-url", "ftp://elsewhere")
        with self.assertRaises(CommandError):
            call_command("connect_whatsapp", "--workspace", "nowhere", *number)
