"""A customer's file at each seller: at once on its way, then in our keeping, or honestly gone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from inbox import media_jobs, simulator, stored_files
from inbox.models import Channel, Message
from inbox.simulator.client import SimulatorClient
from inbox.tests.sellers import CLOUD, DIALOG360, EVERY_SELLER, KAPSO, Door, Seller, door
from inbox.views.content import media
from morfx.jobs.models import Job
from morfx.testing.case import CafeTest

PICTURE = b"\x89PNG\r\n\x1a\n a picture"
MARTA = "573001112233"


class StoredFilesTest(CafeTest):
    """The café, a number at one seller, and Marta who sends a picture."""

    whatsapp: SimulatorClient
    door: Door

    def setUp(self) -> None:
        super().setUp()
        running, opened = simulator.running(), door()
        self.whatsapp, self.door = running.__enter__(), opened.__enter__()
        self.addCleanup(running.__exit__, None, None, None)
        self.addCleanup(opened.__exit__, None, None, None)

    def at(self, seller: Seller) -> Channel:
        return seller.connect(self.ana, self.whatsapp, self.door.url)

    def comes(self, seller: Seller, channel: Channel) -> Message:
        """Let the picture come in, without fetching its file."""
        said = self.whatsapp.send_file(seller.number, MARTA, "image", PICTURE, "image/png")
        return self.taken_in(channel, said["wamid"])

    def taken_in(self, channel: Channel, wamid: str) -> Message:
        self.whatsapp.wait_until(lambda now: not now["pending"])
        self.door.take_in(channel)
        self.run_jobs(only="inbox.open_envelope")
        return Message.objects.get(provider_id=wamid)

    def asked(self) -> int:
        return self.whatsapp.counters()["journal"].get("media_asked", 0)

    def shown(self, row: Message) -> tuple[str | None, bool]:
        """Return where the thread says the file is, and whether it says that it is missing."""
        card = media(row, "/x")
        assert card is not None
        return card["url"], card["missing"]

    def page(self, row: Message) -> Any:
        address = reverse(
            "inbox:media", args=[self.shop.workspace.slug, row.conversation_id, row.pk]
        )
        return self.signed_in().get(address)

    def test_a_picture_is_on_its_way_then_ours_at_every_seller(self):
        for seller in EVERY_SELLER:
            with self.subTest(seller=seller):
                row = self.comes(seller, self.at(seller))
                self.assertEqual(stored_files.noted(row), {"state": "pending"})
                self.assertEqual(self.shown(row), (None, False))
                self.run_jobs(only="inbox.keep_file")
                row.refresh_from_db()
                noted = stored_files.noted(row)
                self.assertEqual((noted["state"], noted["mime_type"], noted["size"]),
                                 ("stored", "image/png", len(PICTURE)))  # fmt: skip
                self.assertEqual(stored_files.read(row), PICTURE)
                self.assertEqual(self.shown(row), ("/x", False))
                before, page = self.asked(), self.page(row)
                self.assertEqual((page.content, page["Content-Type"]), (PICTURE, "image/png"))
                self.assertEqual(self.asked(), before)

    def test_what_is_lost_on_our_disk_is_fetched_again(self):
        row = self.comes(KAPSO, self.at(KAPSO))
        self.run_jobs(only="inbox.keep_file")
        row.refresh_from_db()
        stored_files.place(row).unlink()
        before = self.asked()
        self.assertEqual(self.page(row).content, PICTURE)
        self.assertGreater(self.asked(), before)

    def test_a_file_still_on_its_way_is_served_from_whatsapp(self):
        row = self.comes(CLOUD, self.at(CLOUD))
        self.assertEqual(self.page(row).content, PICTURE)

    def test_it_is_tried_again_until_it_works(self):
        channel = self.at(CLOUD)
        self.whatsapp.set_faults(CLOUD.number, media_failures=6)
        row = self.comes(CLOUD, channel)
        for tries in range(6):
            self.run_jobs(only="inbox.keep_file")
            row.refresh_from_db()
            self.assertEqual(stored_files.noted(row)["state"], "pending", tries)
            pause = Job.objects.get(name="inbox.keep_file").due_at - timezone.now()
            self.assertLess(abs(pause.total_seconds() - media_jobs.pause_after(tries + 1)), 5)
            Job.objects.update(due_at=timezone.now(), ready_at=timezone.now())
        self.run_jobs(only="inbox.keep_file")
        row.refresh_from_db()
        self.assertEqual(stored_files.noted(row)["state"], "stored")

    def test_at_360dialog_no_more_than_five_tries(self):
        channel = self.at(DIALOG360)
        self.whatsapp.set_faults(DIALOG360.number, media_failures=100)
        row = self.comes(DIALOG360, channel)
        self.run_jobs(only="inbox.keep_file", ahead=30 * 24 * 3600)
        row.refresh_from_db()
        self.assertEqual(stored_files.noted(row), {"state": "gone", "reason": "HTTP 500"})
        self.assertEqual(self.asked(), 5)
        self.assertEqual(self.shown(row), (None, True))

    def test_after_seven_days_nobody_asks_any_more(self):
        channel = self.at(CLOUD)
        self.whatsapp.set_faults(CLOUD.number, media_failures=100)
        row = self.comes(CLOUD, channel)
        Message.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=7))
        self.run_jobs(only="inbox.keep_file")
        row.refresh_from_db()
        self.assertEqual(stored_files.noted(row)["state"], "gone")
        self.assertEqual(self.asked(), 1)

    def test_another_file_than_the_one_sent_is_not_kept(self):
        channel = self.at(KAPSO)
        self.whatsapp.set_faults(KAPSO.number, media_corrupt=True)
        row = self.comes(KAPSO, channel)
        self.run_jobs(only="inbox.keep_file")
        row.refresh_from_db()
        self.assertEqual(stored_files.noted(row)["state"], "pending")
        self.assertFalse(stored_files.place(row).exists())
        self.whatsapp.set_faults(KAPSO.number)
        self.run_jobs(only="inbox.keep_file", ahead=60)
        self.assertEqual(stored_files.place(row).read_bytes(), PICTURE)

    def test_an_attachment_without_an_id_is_shown_as_missing(self):
        channel = self.at(DIALOG360)
        part = {"mime_type": "image/png", "status": "undownloaded"}
        message = {"type": "image", "image": part}
        said = self.whatsapp.say(DIALOG360.number, MARTA, message=message)
        row = self.taken_in(channel, said["wamid"])
        self.assertEqual(stored_files.noted(row), {"state": "gone"})
        self.assertEqual(self.shown(row), (None, True))
        self.assertEqual(self.run_jobs(only="inbox.keep_file"), [])
        self.assertEqual(self.page(row).status_code, 404)

    def test_a_file_that_cannot_be_written_is_given_up_in_the_end(self):
        row = self.comes(CLOUD, self.at(CLOUD))
        media_jobs.give_up(row.pk)
        row.refresh_from_db()
        self.assertEqual(stored_files.noted(row)["state"], "gone")

    def test_no_other_workspace_sees_it(self):
        row = self.comes(CLOUD, self.at(CLOUD))
        self.run_jobs(only="inbox.keep_file")
        row.refresh_from_db()
        self.assertIn(str(self.shop.workspace.pk), str(stored_files.place(row)))
        zoe = self.signed_in(self.other_shop)
        for slug in (self.shop.workspace.slug, self.other_shop.workspace.slug):
            address = reverse("inbox:media", args=[slug, row.conversation_id, row.pk])
            self.assertEqual(zoe.get(address).status_code, 404)
