"""Sessions are found and read whole, with every turn and its trace."""

from __future__ import annotations

import json
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agents.models import Session
from inbox.operations import conversations
from morfx.operations.catalogue import lookups

from . import handmade
from .handmade import DATA, ago
from .test_pages import SOMNIO, PagesTest


class SessionsTest(PagesTest):
    url = "/lucia/agents/sessions/"

    def found(self, **query: str) -> set[str]:
        page = self.signed_in().get(self.url, query)
        return {one["customer"] for one in page.context["sessions"]}

    def test_filters(self):
        now = ago(hours=1)
        ana = handmade.session(handmade.chat(self.channel, "Ana"), now, state={"mode": "resumen"})
        handmade.session(handmade.chat(self.channel, "Beto"), now, status="handed_off")
        handmade.session(handmade.chat(self.channel, "Caro"), ago(days=40), status="active")
        handmade.session(handmade.chat(self.channel, "Dora"), now, agent="other")
        wrong = handmade.session(handmade.chat(self.channel, "Eva"), now)
        failed = {"tools": [{"name": "crm.order.create", "error": {"message": "No."}}]}
        handmade.heard(wrong, now, trace=failed)
        handmade.heard(ana, now, trace={"tools": [{"name": "x"}], "failures": []})
        lost = handmade.session(handmade.chat(self.channel, "Fe"), now)
        handmade.heard(lost, now, trace={"failures": ["anthropic: overloaded"]})
        everybody = {"Ana", "Beto", "Caro", "Dora", "Eva", "Fe"}
        today = str(timezone.localdate())
        month = str(timezone.localdate() - timedelta(days=30))
        self.assertEqual(self.found(), everybody)
        self.assertEqual(self.found(mode="resumen"), {"Ana"})
        self.assertEqual(self.found(status="active"), {"Caro"})
        self.assertEqual(self.found(handed="yes"), {"Beto"})
        self.assertEqual(self.found(handed="no"), everybody - {"Beto"})
        self.assertEqual(self.found(agent="other"), {"Dora"})
        self.assertEqual(self.found(error="1"), {"Eva", "Fe"})
        self.assertEqual(self.found(**{"from": month, "to": today}), everybody - {"Caro"})
        self.assertEqual(self.found(status="nonsense"), set())

    def test_the_lookup_finds_the_same(self):
        ana = handmade.session(
            handmade.chat(self.channel, "Ana"), ago(hours=1), status="handed_off"
        )
        handmade.session(handmade.chat(self.channel, "Beto"), ago(days=40))
        find = lookups["agents.session.list"].submit
        self.assertEqual(len(find(self.ana, {})["items"]), 2)
        found = find(self.ana, {"handed_over": True})["items"]
        self.assertEqual([one["id"] for one in found], [str(ana.pk)])
        today = str(timezone.localdate())
        days = {"from": today, "to": today}
        self.assertLessEqual(len(find(self.ana, days)["items"]), 1)
        with self.assertRefused(field="until"):
            find(self.ana, {"from": today})
        page = find(self.ana, {"limit": 1})
        self.assertEqual(len(find(self.ana, {"cursor": page["next"]})["items"]), 1)

    def test_pages_of_many(self):
        where = handmade.chat(self.channel)
        for n in range(60):
            handmade.session(where, ago(minutes=n + 1), tokens=n % 7)
        client = self.signed_in()
        for sort in ("", "tokens", "cost"):
            page = client.get(self.url, {"sort": sort})
            self.assertEqual(len(page.context["sessions"]), 50)
            rest = client.get(page.context["next_url"])
            self.assertEqual(len(rest.context["sessions"]), 10)
            self.assertIsNone(rest.context["next_url"])
        self.assertEqual(client.get(self.url, {"cursor": "nonsense"}).status_code, 404)

    def test_queries_do_not_grow_with_the_list(self):
        client = self.signed_in()
        handmade.session(handmade.chat(self.channel), ago(minutes=5))
        client.get(self.url)
        with CaptureQueriesContext(connection) as before:
            client.get(self.url)
        for n in range(5):
            handmade.session(handmade.chat(self.channel), ago(minutes=n + 6))
        with self.assertNumQueries(len(before)):
            client.get(self.url)

    def test_slips_and_empty_states(self):
        client = self.signed_in()
        self.assertContains(client.get(self.url), "No sessions yet")
        self.assertContains(client.get(self.url, {"mode": "resumen"}), "No session matches")
        page = client.get(self.url, {"from": "x", "to": "2026-01-01"})
        self.assertContains(page, "Write a day", status_code=422)

    def test_a_seller_sees_their_own_and_nobodys(self):
        mine, theirs = handmade.chat(self.channel, "Mine"), handmade.chat(self.channel, "Theirs")
        conversations.assign(self.ana, conversation=theirs, user=self.ana.user_id)
        handmade.session(mine, ago(minutes=1))
        hidden = handmade.session(theirs, ago(minutes=2))
        client = self.signed_in(owner=False)
        page = client.get(self.url)
        self.assertEqual([one["customer"] for one in page.context["sessions"]], ["Mine"])
        self.assertContains(page, "those of nobody")
        for name in ("agents:session", "agents:session_export"):
            url = reverse(name, args=["lucia", hidden.pk])
            self.assertEqual(client.get(url).status_code, 404)
            self.assertEqual(self.signed_in().get(url).status_code, 200)
        found = lookups["agents.session.list"].submit(self.beto, {})["items"]
        self.assertEqual(len(found), 1)
        self.assertEqual(self.signed_in(self.other_shop).get(self.url).status_code, 404)


class SessionTest(PagesTest):
    def url(self, name: str = "session", slug: str = "lucia") -> str:
        return reverse(f"agents:{name}", args=[slug, Session.objects.latest("id").pk])

    def test_every_turn_with_its_whole_trace(self):
        self.says(DATA)
        self.says("el de 2")
        self.says("si, confirmo")
        self.run_jobs()
        page = self.signed_in().get(self.url())
        self.assertContains(page, "si, confirmo")
        self.assertContains(page, "Made an order")
        self.assertContains(page, "Sold")
        self.assertContains(page, "Romero")
        self.assertContains(page, "&quot;comprehension&quot;")
        self.assertContains(page, "content ")
        numbers = [one["turn"].number for one in page.context["turns"]]
        self.assertEqual(numbers, sorted(numbers, reverse=True))
        states = {b["state"] for one in page.context["turns"] for b in one.get("bubbles", [])}
        self.assertEqual(states, {"accepted"})

    def test_a_turn_that_said_nothing_tells_why(self):
        self.says("quiero comprar")
        self.says("jaja")
        self.run_jobs()
        turns = self.signed_in().get(self.url()).context["turns"]
        silent = [one for one in turns if not one["is_agent"] and one["silence"]]
        self.assertTrue(all(one["silence"] for one in silent))

    def test_many_turns_are_paged(self):
        within = handmade.session(handmade.chat(self.channel), ago(hours=1))
        for _n in range(35):
            handmade.heard(within, ago(minutes=30))
        client = self.signed_in()
        page = client.get(self.url())
        self.assertEqual(len(page.context["turns"]), 30)
        self.assertEqual(len(client.get(page.context["next_url"]).context["turns"]), 5)

    def test_queries_do_not_grow_with_the_turns(self):
        client = self.signed_in()
        self.says("hola")
        client.get(self.url())
        with CaptureQueriesContext(connection) as before:
            client.get(self.url())
        self.says("cuanto vale")
        self.says("y como se toma?")
        with self.assertNumQueries(len(before)):
            client.get(self.url())

    def test_the_export_holds_everything(self):
        self.says("hola, cuanto vale?")
        answer = self.signed_in().get(self.url("session_export"))
        self.assertIn("attachment", answer["Content-Disposition"])
        found = json.loads(answer.content)
        self.assertEqual(found["session"]["agent"], SOMNIO)
        self.assertEqual([turn["role"] for turn in found["turns"]], ["customer", "agent"])
        self.assertIn("comprehension", found["turns"][0]["trace"])
        self.assertTrue(found["bubbles"])

    def test_what_customers_write_is_never_markup(self):
        self.says("hola <script>alert(1)</script>")
        self.assertNotContains(self.signed_in().get(self.url()), "<script>alert")

    def test_strangers(self):
        self.says("hola")
        theirs = self.signed_in(self.other_shop)
        self.assertEqual(theirs.get(self.url()).status_code, 404)
        self.assertEqual(theirs.get(self.url(slug="elsewhere")).status_code, 404)
        self.assertEqual(theirs.get(self.url("session_export", "elsewhere")).status_code, 404)
