"""The sandbox: going back, branching, keeping, running again; and who finds nothing there."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from agents.content.changing import Line
from agents.models import SandboxSession
from agents.operations import content as contents
from agents.operations import settings
from agents.tests.sandbox_desk import HTMX, SOMNIO, SandboxPagesTest
from crm.models import Contact
from morfx.workspaces.models import Membership


class BackAndForth(SandboxPagesTest):
    def setUp(self) -> None:
        super().setUp()
        self.say("hola")
        self.say("quiero comprar")

    def test_before_something_is_lost_it_asks(self):
        sheet = self.client.get(self.url("sure", "rewind") + "?turn=2", headers=HTMX)
        self.assertContains(sheet, "Go back to before turn 2?")
        self.assertContains(sheet, 'name="turn" value="1"')
        self.assertContains(self.client.get(self.url("sure", "delete")), "Delete this rehearsal?")
        self.assertContains(self.client.get(self.url("sure", "new")), "Begin anew?")
        self.assertEqual(self.client.get(self.url("sure", "kitchen")).status_code, 404)
        for turn in ("99", "x", ""):
            sheet = self.client.get(self.url("sure", "rewind") + f"?turn={turn}")
            self.assertEqual(sheet.status_code, 404, turn)

    def test_it_goes_back(self):
        answer = self.press("rewind", turn="1")
        self.assertNotContains(answer, "quiero comprar")
        self.assertEqual(answer["HX-Trigger"], "close-sheet")
        self.assertContains(answer, "No timer is set.")

    def test_a_turn_that_is_not_there(self):
        for turn in ("9", "-1", "x", ""):
            self.assertEqual(self.press("rewind", turn=turn).status_code, 422, turn)
        self.assertEqual(self.kept(), 2)

    def test_it_branches_off_and_the_other_stays(self):
        answer = self.press("branch", whole=True, turn="1")
        row = SandboxSession.objects.latest("id")
        self.assertRedirects(answer, self.url("talk", session=str(row.pk)))
        self.assertNotContains(self.client.get(answer["Location"]), 'text">quiero comprar')
        self.assertContains(self.page(), 'text">quiero comprar')
        self.opens("config")
        self.assertContains(self.page(str(row.pk)), "another rehearsal, after turn 1")
        answer = self.press("branch", turn="1")
        self.assertIn("/sandbox/", answer["HX-Redirect"])

    def test_it_is_kept_under_a_name_and_shared(self):
        colleague = self.signed_in()
        self.assertEqual(colleague.get(self.url("talk")).status_code, 404)
        self.assertContains(self.client.get(self.url("sure", "keep")), "Save this rehearsal")
        answer = self.press("keep", name="Marta pregunta", shared="on")
        self.assertContains(answer, "Marta pregunta")
        self.assertEqual(answer["HX-Trigger"], "close-sheet")
        self.assertContains(colleague.get("/lucia/sandbox/"), "Marta pregunta")
        theirs = colleague.get(self.url("talk"))
        self.assertContains(theirs, "Somebody else’s rehearsal")
        for missing in ("Back to before", 'id="sb-say"', 'id="sb-play"', 'id="sb-tick"'):
            self.assertNotContains(theirs, missing)
        answer = colleague.post(self.url("say"), {"text": "hola"}, headers=HTMX)
        self.assertContains(answer, "somebody else&#x27;s", status_code=422)
        answer = colleague.post(self.url("branch"), {"turn": "2"})
        self.assertContains(colleague.get(answer["Location"]), 'text">quiero comprar')

    def test_a_name_that_is_none(self):
        answer = self.press("keep", name="  ", shared="on")
        self.assertContains(answer, 'role="alert"', status_code=422)
        self.assertContains(answer, "checked", status_code=422)
        self.assertEqual(answer["HX-Retarget"], "#side-sheet-body")
        self.assertEqual(self.row().name, "")

    def test_it_is_deleted(self):
        answer = self.press("delete", whole=True)
        self.assertRedirects(answer, "/lucia/sandbox/")
        self.assertFalse(SandboxSession.objects.filter(pk=self.session).exists())
        self.assertEqual(self.page().status_code, 404)

    def test_it_is_exported(self):
        answer = self.client.get(self.url("export"))
        self.assertIn("attachment", answer["Content-Disposition"])
        whole = json.loads(answer.content)
        self.assertEqual(
            [turn["asked"]["text"] for turn in whole["turns"]], ["hola", "quiero comprar"]
        )

    def test_it_is_run_again(self):
        answer = self.press("replay")
        self.assertContains(answer, "Every turn came out the same.")
        answer = self.press("replay", version="draft")
        self.assertContains(answer, "There is no draft.", status_code=422)

    def test_the_draft_is_rehearsed_and_compared_before_it_is_published(self):
        self.say("cuanto vale?")
        line = Line(text="El borrador dice otra cosa")
        contents.edit(self.ana, agent=SOMNIO, intent="precio", texts=[line])
        answer = self.press("replay", version="draft")
        self.assertContains(answer, "Run again on the draft")
        self.assertContains(answer, "El borrador dice otra cosa")
        self.assertContains(answer, "One turn came out differently.")
        self.assertContains(self.press("replay"), "Every turn came out the same.")
        asked = {"agent": SOMNIO, "version": "draft"}
        begun = self.client.post(reverse("agents:sandbox_start", args=["lucia"]), asked)
        self.opens("config")
        self.assertContains(self.client.get(begun["Location"]), "the draft")

    def test_what_came_out_differently_stands_beside_what_was(self):
        self.press("change", where="config", speed="0.2")
        self.press("change", where="state", state='{"mode": "resumen", "selection": "1x"}')
        settings.set_agent(self.ana, agent=SOMNIO, promos_timeout="remind", speed=1)
        SandboxSession.objects.filter(pk=self.session).update(speed=0.2)
        answer = self.press("replay")
        self.assertContains(answer, "came out differently")
        self.assertContains(answer, "its words")


class Strangers(SandboxPagesTest):
    def every(self) -> list[tuple[str, list[Any]]]:
        names = ["talk", "say", "advance", "change", "owner", "rewind", "branch", "keep", "delete"]
        names += ["replay", "arrange", "phone", "export"]
        return [*[(name, []) for name in names], ("why", [1]), ("sure", ["new"])]

    def test_another_shops_rehearsal_is_not_there(self):
        self.say("hola")
        zoe = self.signed_in(self.other_shop)
        for name, args in self.every():
            for slug in ("lucia", "elsewhere"):
                url = reverse(f"agents:sandbox_{name}", args=[slug, self.session, *args])
                for method in (zoe.get, zoe.post):
                    answer = method(url, {"text": "hola", "turn": "0", "name": "x"})
                    self.assertIn(answer.status_code, (404, 405), f"{method} {url}")
        self.assertEqual(self.kept(), 1)

    def test_a_rehearsal_that_never_was(self):
        for name, args in self.every():
            url = reverse(f"agents:sandbox_{name}", args=["lucia", uuid4(), *args])
            for method in (self.client.get, self.client.post):
                answer = method(url, {"text": "hola", "turn": "0", "name": "x", "seconds": "1"})
                self.assertIn(answer.status_code, (404, 405), f"{method} {url}")

    def test_who_may_not_see_chats_finds_nothing(self):
        Membership.objects.filter(user=self.shop.agent_user).update(
            permissions={"whatsapp.view": False}
        )
        self.assertEqual(self.client.get("/lucia/sandbox/").status_code, 403)
        self.assertEqual(self.page().status_code, 403)
        self.assertEqual(self.say("hola").status_code, 404)

    def test_who_may_not_write_orders_cannot_rehearse_live(self):
        Membership.objects.filter(user=self.shop.agent_user).update(
            permissions={"orders.create": False}
        )
        asked = {"agent": SOMNIO, "crm": "live"}
        answer = self.client.post(reverse("agents:sandbox_start", args=["lucia"]), asked)
        self.assertContains(answer, "nor may a live rehearsal", status_code=422)
        self.assertFalse(Contact.objects.filter(name__startswith="test-").exists())

    def test_nobody_is_sent_to_sign_in(self):
        self.assertEqual(Client().get("/lucia/sandbox/").status_code, 302)
        self.assertEqual(Client().post(self.url("say"), {"text": "hola"}).status_code, 302)
