"""Templates are fetched whole, on time, and from every provider; what is gone stays known."""

from __future__ import annotations

import time
from typing import Any, Literal
from unittest import mock

from inbox import template_jobs
from inbox.demo_templates import TEMPLATES
from inbox.models import Channel, Template, TemplateSync
from inbox.operations import channels, template_sync
from inbox.providers.template_filling import fill
from inbox.providers.template_list import MOST_PAGES, PAGE, ListFailed
from inbox.testing import NUMBER
from inbox.tests.templated import ON_ITS_WAY, PLAIN, WABA, TemplatedTest, raw_template
from inbox.tests.whatsapp_server import Server, answer, closed_port, graph_error, whatsapp_server
from morfx.jobs.models import Job
from morfx.operations.catalogue import find

FETCH = "inbox.fetch_templates"
FIELDS = (
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
)


def change(field: str, **value: Any) -> dict[str, Any]:
    """Return a webhook body with one change of an account."""
    changes = [{"field": field, "value": value}]
    entry = [{"id": WABA, "time": int(time.time()), "changes": changes}]
    return {"object": "whatsapp_business_account", "entry": entry}


def page_of(count: int, start: int = 0) -> list[dict[str, Any]]:
    return [raw_template(f"t{number:04}") for number in range(start, start + count)]


class SyncTest(TemplatedTest):
    def test_what_whatsapp_lists_is_what_we_have(self):
        first, second = self.listed(PLAIN, ON_ITS_WAY)
        self.assertEqual((first.name, second.name), ("gracias", "pedido_en_camino"))
        self.assertEqual((second.status, second.quality, second.account),
                         ("APPROVED", "GREEN", WABA))  # fmt: skip
        self.assertEqual(second.components, ON_ITS_WAY["components"])
        self.assertHappened("template.synchronised", added=2, changed=0, gone=0)

    def test_many_pages_are_fetched_to_the_end(self):
        """Asks 10: a list of several pages is not cut after the first."""
        self.assertEqual(len(self.listed(*page_of(2 * PAGE + 37))), 2 * PAGE + 37)

    def test_fetching_again_changes_nothing(self):
        before = self.listed(PLAIN, ON_ITS_WAY)
        self.fetch()
        after = list(Template.objects.order_by("name"))
        self.assertEqual([row.pk for row in before], [row.pk for row in after])
        self.assertGreater(after[0].synced_at, before[0].synced_at)
        happened = self.assertHappened("template.synchronised")
        self.assertEqual(happened.facts["added"], 2)

    def test_what_is_gone_is_marked_and_comes_back_as_itself(self):
        kept = self.listed(PLAIN, ON_ITS_WAY)[0]
        self.listed(ON_ITS_WAY)
        kept.refresh_from_db()
        self.assertEqual(kept.status, Template.DELETED)
        self.assertHappened("template.statusChanged", template=kept.pk, to_status="DELETED")
        self.listed(PLAIN, ON_ITS_WAY)
        kept.refresh_from_db()
        self.assertEqual(kept.status, "APPROVED")

    def test_every_status_is_kept_also_a_new_one(self):
        words = ("PENDING", "APPROVED", "REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "REINSTATED",
                 "FLAGGED", "LIMIT_EXCEEDED", "LOCKED", "PENDING_DELETION", "ARCHIVED",
                 "UNARCHIVED", "ONE_FROM_NEXT_YEAR")  # fmt: skip
        rows = self.listed(*[raw_template(f"t_{w.lower()}", status=w) for w in words])
        self.assertEqual({row.status for row in rows}, set(words))

    def test_parts_nobody_knows_are_stored_and_listed(self):
        strange = raw_template("raro", parts=[{"type": "HOLOGRAM", "spin": [1, {"x": None}]}])
        (row,) = self.listed(strange)
        self.assertEqual(row.components[1], {"type": "HOLOGRAM", "spin": [1, {"x": None}]})
        self.assertEqual(row.shape.unknown, ("HOLOGRAM",))

    def test_a_changed_category_is_told_because_it_costs_otherwise(self):
        self.listed(PLAIN)
        self.listed({**PLAIN, "category": "MARKETING"})
        self.assertHappened(
            "template.statusChanged", from_category="UTILITY", to_category="MARKETING"
        )

    def test_another_shop_sees_none_of_it(self):
        self.listed(PLAIN)
        lookup = find("whatsapp.template.sync")
        assert lookup is not None
        with self.assertRefused(code="NOT_FOUND"):
            lookup.submit(self.other_shop.owner, {"channel": str(self.channel.pk)})


class AskingTest(TemplatedTest):
    def waiting(self) -> int:
        return Job.objects.filter(name=FETCH).count()

    def test_the_button_fetches(self):
        self.whatsapp.set_templates(NUMBER, PLAIN)
        self.assertEqual(template_sync.sync(self.ana), {"channels": 1})
        self.run_jobs(only=FETCH)
        self.assertEqual(Template.objects.get().name, "gracias")
        self.assertIsNotNone(TemplateSync.objects.get().finished_at)

    def test_twice_is_one_fetch(self):
        Job.objects.filter(name=FETCH).delete()
        template_sync.sync(self.ana)
        template_sync.sync(self.ana, channel=self.channel)
        self.assertEqual(self.waiting(), 1)

    def test_an_agent_may_not(self):
        with self.assertRefused(code="PERMISSION_DENIED"):
            template_sync.sync(self.beto)

    def test_without_an_account_there_is_nothing_to_ask(self):
        Channel.objects.update(waba_id="")
        with self.assertRefused(code="WHATSAPP_NOT_CONFIGURED"):
            template_sync.sync(self.ana)

    def test_every_hour_each_account_is_asked_once(self):
        Job.objects.filter(name=FETCH).delete()
        channels.connect(self.ana, provider="cloud", phone_number_id="8", token="t", waba_id=WABA)
        template_jobs.fetch_all_templates()
        self.assertEqual(self.waiting(), 1)

    def test_a_number_that_was_just_connected_is_asked(self):
        self.run_jobs(only="inbox.fetch_its_templates")
        self.assertEqual(self.waiting(), 1)

    def test_every_webhook_about_templates_fetches_at_once_and_once_more(self):
        """Asks 10: not only hourly. The list decides, whatever the webhook said, however late."""
        for field in FIELDS:
            with self.subTest(field):
                Job.objects.filter(name=FETCH).delete()
                Template.objects.all().delete()
                self.whatsapp.set_templates(NUMBER, {**PLAIN, "status": "PAUSED"})
                self.store(change(field, event="APPROVED", message_template_name="gracias",
                                  message_template_language="es"))  # fmt: skip
                self.run_jobs(only="inbox.open_envelope")
                self.assertEqual(self.waiting(), 2)
                self.run_jobs(only=FETCH)
                self.assertEqual(Template.objects.get().status, "PAUSED")
                self.assertEqual(self.waiting(), 1)


class BadListTest(TemplatedTest):
    """A list that breaks off changes nothing and says why."""

    def setUp(self) -> None:
        super().setUp()
        serving = whatsapp_server()
        self.server: Server = serving.__enter__()
        self.addCleanup(serving.__exit__, None, None, None)
        Channel.objects.update(base_url=self.server.url)

    def failed(self) -> str:
        with self.assertRaises(ListFailed):
            self.fetch()
        return TemplateSync.objects.get().error

    def test_a_page_that_fails_loses_nothing(self):
        paging = {"cursors": {"after": "x"}, "next": "https://graph.facebook.com/secret"}
        whole = {"data": [PLAIN, ON_ITS_WAY], "paging": {}}
        self.server.then(answer(200, whole))
        self.fetch()
        first = answer(200, {"data": [PLAIN], "paging": paging})
        self.server.then(first, graph_error(500, 2))
        self.assertIn("something", self.failed())
        self.assertEqual(Template.objects.filter(status="APPROVED").count(), 2)
        self.server.then(answer(200, whole))
        self.fetch()
        self.assertEqual(TemplateSync.objects.get().error, "")

    def test_the_next_page_is_asked_of_the_same_host_with_the_cursor(self):
        paging = {"next": "https://graph.facebook.com/v1/1/message_templates?after=QQ&limit=9"}
        self.server.then(
            answer(200, {"data": [PLAIN], "paging": paging}), answer(200, {"data": [ON_ITS_WAY]})
        )
        self.fetch()
        self.assertEqual(Template.objects.count(), 2)
        first, second = self.server.seen
        self.assertIn(f"/{WABA}/message_templates?limit={PAGE}", first.path)
        self.assertIn("after=QQ", second.path)

    def test_a_proxy_that_drops_the_next_address_is_paged_all_the_same(self):
        full = {"data": page_of(PAGE), "paging": {"cursors": {"after": "Z"}}}
        self.server.then(answer(200, full), answer(200, {"data": page_of(3, PAGE)}))
        self.fetch()
        self.assertEqual(Template.objects.count(), PAGE + 3)

    def test_a_list_without_end_is_not_believed(self):
        paging = {"cursors": {"after": "x"}, "next": "https://graph.facebook.com/x"}
        endless = answer(200, {"data": [PLAIN], "paging": paging})
        self.server.then(*[endless] * (MOST_PAGES + 1))
        self.fetch()
        self.assertIn("circle", TemplateSync.objects.get().error)
        self.assertFalse(Template.objects.exists())

    def test_one_definition_that_cannot_be_read_costs_no_other(self):
        self.server.then(answer(200, {"data": [PLAIN, ON_ITS_WAY]}))
        self.fetch()
        self.server.then(answer(200, {"data": [PLAIN, {"language": "es"}, "nonsense"]}))
        self.fetch()
        self.assertEqual(Template.objects.filter(status="APPROVED").count(), 2)

    def test_a_token_that_expired_is_not_tried_again(self):
        self.server.then(graph_error(401, 190))
        self.fetch()
        self.assertIn("190", TemplateSync.objects.get().error)

    def test_what_is_no_list_is_tried_again(self):
        for nonsense in (b"<html>", b"[]", b'{"data": NaN}'):
            with self.subTest(nonsense):
                self.server.then(answer(200, nonsense))
                self.assertIn("cannot be read", self.failed())
        Channel.objects.update(base_url=f"http://127.0.0.1:{closed_port()}")
        self.assertIn("no connection", self.failed())


class ProviderTest(TemplatedTest):
    """The same templates from three sellers, each in its dialect."""

    def connected(
        self, provider: Literal["cloud", "360dialog", "kapso"], base_url: str, waba_id: str = ""
    ) -> Channel:
        return channels.connect(
            self.ana,
            provider=provider,
            phone_number_id="9",
            token="k",
            base_url=base_url,
            waba_id=waba_id,
        )

    def test_kapso_is_asked_like_meta_with_its_own_header(self):
        with whatsapp_server() as server:
            channel = self.connected("kapso", waba_id="77", base_url=server.url)
            server.then(answer(200, {"data": [PLAIN]}))
            self.fetch(channel)
        (seen,) = server.seen
        self.assertTrue(seen.path.startswith("/v24.0/77/message_templates?"), seen.path)
        self.assertEqual(seen.headers["x-api-key"], "k")
        self.assertEqual(Template.objects.get(account="77").name, "gracias")

    def test_360dialog_pages_by_offset_and_needs_no_account(self):
        listed = [{**raw, "status": "approved"} for raw in page_of(PAGE + 5)]
        with whatsapp_server() as server:
            channel = self.connected("360dialog", base_url=server.url)
            for rows in (listed[:PAGE], listed[PAGE:]):
                server.then(answer(200, {"waba_templates": rows, "total": len(listed)}))
            self.fetch(channel)
        self.assertEqual([seen.path.partition("?")[0] for seen in server.seen],
                         ["/v1/configs/templates"] * 2)  # fmt: skip
        self.assertIn(f"offset={PAGE}", server.seen[1].path)
        self.assertEqual(server.seen[0].headers["d360-api-key"], "k")
        self.assertEqual(Template.objects.filter(status="APPROVED").count(), PAGE + 5)

    def test_360dialogs_total_is_believed_only_as_far_as_rows_come(self):
        with whatsapp_server() as server:
            channel = self.connected("360dialog", base_url=server.url)
            server.then(answer(200, {"waba_templates": [PLAIN], "total": 99}))
            server.then(answer(200, {"waba_templates": [], "total": 99}))
            self.fetch(channel)
        self.assertEqual(Template.objects.count(), 1)

    def test_two_numbers_of_one_account_share_its_templates(self):
        self.listed(PLAIN)
        with whatsapp_server() as server:
            server.then(answer(200, {"data": [PLAIN]}))
            self.fetch(self.connected("kapso", waba_id=WABA, base_url=server.url))
        self.assertEqual(Template.objects.count(), 1)

    def test_nothing_is_asked_inside_an_operation(self):
        with mock.patch("morfx.operations.network.refuse_inside_operation") as refuse:
            self.listed(PLAIN)
        refuse.assert_called()


class DemoTest(TemplatedTest):
    def test_the_demos_templates_can_all_be_read_and_the_approved_ones_filled(self):
        for row in self.listed(*TEMPLATES):
            with self.subTest(row.name):
                given = {variable.key: "x" for variable in row.shape.variables}
                self.assertTrue(fill(row.shape, given).text)
                self.assertEqual(row.is_sendable, row.name != "promocion_del_mes")
