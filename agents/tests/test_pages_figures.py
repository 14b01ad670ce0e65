"""The dashboard and its lists: numbers open what they count; sessions are found and read whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.models import AgentTurn
from inbox.operations import conversations
from morfx.workspaces.models import Membership

from . import handmade
from .handmade import DATA, ago
from .test_pages import PagesTest


class DashboardTest(PagesTest):
    url = "/lucia/agents/"

    def figures(self, page: Any) -> dict[str, dict[str, Any]]:
        return {one["key"]: one for group in page.context["groups"] for one in group["figures"]}

    def test_a_sale_is_counted_and_every_number_opens_its_list(self):
        self.says(DATA)
        self.says("el de 2")
        self.says("si, confirmo")
        client = self.signed_in()
        found = self.figures(client.get(self.url))
        self.assertEqual(found["conversations"]["value"], "1")
        self.assertEqual(found["orders"]["value"], "1")
        self.assertEqual(found["conversion"]["value"], "100.0 %")
        self.assertEqual(found["resolved"]["value"], "100.0 %")
        self.assertRegex(found["response"]["value"], r"^\d+\.\d s$")
        for one in found.values():
            with self.subTest(one["key"]):
                page = client.get(one["url"])
                self.assertEqual(page.status_code, 200)
                if one["key"] == "handovers":
                    self.assertContains(page, "No session matches")
                else:
                    self.assertContains(page, "/lucia/agents/sessions/")

    def test_formulas_and_trends_are_shown(self):
        other = handmade.chat(self.channel)
        handmade.session(other, ago(days=8))
        handmade.session(handmade.chat(self.channel), ago(days=1))
        handmade.session(handmade.chat(self.channel), ago(days=1))
        page = self.signed_in().get(self.url)
        self.assertContains(page, "Orders by agents ÷ conversations × 100.")
        found = self.figures(page)
        self.assertEqual(found["conversations"]["change"], "100.0 %")
        self.assertEqual(
            (found["conversations"]["trend"], found["conversations"]["mood"]), ("up", "good")
        )
        self.assertEqual(found["conversations"]["previous"], "1")
        self.assertEqual(found["cost_per_order"]["value"], "–")

    def test_hand_overs_and_why(self):
        self.says("quiero hablar con un asesor")
        client = self.signed_in()
        page = client.get(self.url)
        self.assertEqual(self.figures(page)["handovers"]["value"], "1")
        (reason,) = page.context["reasons"]
        self.assertEqual(reason["count"], 1)
        opened = client.get(reason["url"])
        self.assertEqual(len(opened.context["sessions"]), 1)
        other = client.get(reason["url"].replace("reason=", "reason=x"))
        self.assertEqual(other.context["sessions"], [])

    def test_periods(self):
        handmade.session(handmade.chat(self.channel), ago(days=20))
        client = self.signed_in()
        for days, count in (
            ("1", "0"),
            ("7", "0"),
            ("30", "1"),
            ("90", "1"),
            ("8", "0"),
            ("x", "0"),
        ):
            with self.subTest(days):
                page = client.get(self.url, {"days": days})
                self.assertEqual(self.figures(page)["conversations"]["value"], count)
        day = timezone.localdate() - timedelta(days=20)
        own = client.get(self.url, {"from": str(day - timedelta(1)), "to": str(day)})
        self.assertEqual(self.figures(own)["conversations"]["value"], "1")

    def test_slips_get_a_sentence_and_stay_typed(self):
        client = self.signed_in()
        today = timezone.localdate()
        cases = (
            ({"from": "2026-02-31", "to": str(today)}, "Write a day"),
            ({"from": str(today), "to": ""}, "Write a day"),
            ({"from": "ayer", "to": str(today)}, "Write a day"),
            ({"from": str(today), "to": str(today - timedelta(3))}, "before the first"),
            ({"from": str(today), "to": str(today + timedelta(3))}, "still to come"),
            ({"from": str(today - timedelta(600)), "to": str(today)}, "at most 366 days"),
            ({"from": "0001-01-01", "to": str(today)}, "before the year 2000"),
        )
        for query, sentence in cases:
            with self.subTest(query):
                page = client.get(self.url, query)
                self.assertContains(page, sentence, status_code=422)
                self.assertContains(page, f'value="{query["from"]}"', status_code=422)

    def test_an_empty_workspace(self):
        page = self.signed_in().get(self.url)
        self.assertContains(page, "No agent spoke with anybody")
        self.assertContains(page, "No conversation of these days was handed over.")
        for name in ("orders", "answers"):
            self.assertContains(self.signed_in().get(f"{self.url}{name}/"), "No agent ")

    def test_queries_do_not_grow_with_what_happened(self):
        client = self.signed_in()
        client.get(self.url)
        with CaptureQueriesContext(connection) as before:
            client.get(self.url)
        self.says("hola, cuanto vale?")
        self.says("quiero un asesor")
        self.assertTrue(AgentTurn.objects.exists())
        with self.assertNumQueries(len(before)):
            client.get(self.url)

    def test_who_may_not_see_settings_sees_no_figures(self):
        Membership.objects.filter(user=self.shop.agent_user).update(
            permissions={"settings.view": False}
        )
        client = self.signed_in(owner=False)
        self.assertEqual(client.get(self.url).status_code, 403)
        self.assertEqual(self.signed_in(self.other_shop).get(self.url).status_code, 404)


class OpenedTest(PagesTest):
    def test_an_order_of_a_sale_with_what_it_cost(self):
        self.says(DATA)
        self.says("el de 2")
        self.says("si, confirmo")
        page = self.signed_in().get("/lucia/agents/orders/")
        (order,) = page.context["orders"]
        self.assertEqual((order["contact"], order["agent"]), ("Jose Romero", "Carolina"))
        self.assertTrue(order["session_url"])
        self.assertContains(page, order["url"])

    def test_a_deleted_order_keeps_its_title(self):
        handmade.order_made(ago(minutes=1))
        page = self.signed_in().get("/lucia/agents/orders/")
        self.assertContains(page, "deleted")
        self.assertContains(page, "2x")

    def test_answers_of_hidden_conversations_stay_hidden(self):
        theirs = handmade.chat(self.channel, "Theirs")
        conversations.assign(self.ana, conversation=theirs, user=self.ana.user_id)
        handmade.heard(handmade.session(theirs, ago(hours=1)), ago(hours=1), answered_after=90)
        url = "/lucia/agents/answers/"
        self.assertContains(self.signed_in().get(url), "1 min 30 s")
        self.assertNotContains(self.signed_in(owner=False).get(url), "1 min 30 s")
        self.assertEqual(self.signed_in(self.other_shop).get(url).status_code, 404)

    def test_queries_do_not_grow_with_the_lists(self):
        client = self.signed_in()
        urls = ("/lucia/agents/orders/", "/lucia/agents/answers/")

        def asked(url: str) -> int:
            with CaptureQueriesContext(connection) as queries:
                client.get(url)
            return len(queries)

        def happens() -> None:
            where = handmade.chat(self.channel)
            handmade.heard(handmade.session(where, ago(hours=1)), ago(hours=1), answered_after=5)
            handmade.order_made(ago(minutes=1))

        happens()
        client.get(urls[0])
        before = [asked(url) for url in urls]
        for _n in range(4):
            happens()
        self.assertEqual([asked(url) for url in urls], before)

    def test_who_may_not_see_orders(self):
        Membership.objects.filter(user=self.shop.agent_user).update(
            permissions={"orders.view": False}
        )
        client = self.signed_in(owner=False)
        self.assertEqual(client.get("/lucia/agents/orders/").status_code, 403)
