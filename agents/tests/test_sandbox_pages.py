"""The sandbox's pages: every button, what is refused, and who finds nothing there."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agents.content.changing import Line
from agents.models import SandboxSession, SandboxTurn
from agents.operations import content as contents
from agents.operations import sandbox, settings
from agents.tests import messages_answers as answers
from agents.tests.selling import claude_at
from crm.models import Contact, Order
from morfx.testing.case import CafeTest
from morfx.workspaces.models import Membership

SOMNIO = "somnio-sales-v1"
HTMX = {"HX-Request": "true"}
EVERYTHING = (
    "Jose Romero 3001234567 cra 10 # 20-30 barrio Chapinero Bogota Cundinamarca jose@example.com"
)


class SandboxPagesTest(CafeTest):
    """Beto tries the agent; Ana is his colleague, Zoe a stranger."""

    client: Client

    @classmethod
    def furnish(cls) -> None:
        settings.set_agent(cls.ana, agent=SOMNIO, on=True)

    def setUp(self) -> None:
        super().setUp()
        self.client = self.signed_in(owner=False)
        self.session = str(
            sandbox.start(self.beto, agent=SOMNIO, timer_preset="real", speed=1.0)["session"]
        )

    def url(self, name: str, *args: Any, session: str = "") -> str:
        return reverse(f"agents:sandbox_{name}", args=["lucia", session or self.session, *args])

    def page(self, session: str = "") -> Any:
        return self.client.get(self.url("talk", session=session))

    def press(self, name: str, /, *, whole: bool = False, **typed: Any) -> Any:
        headers = {} if whole else HTMX
        return self.client.post(self.url(name), typed, headers=headers)

    def say(self, text: str, **more: Any) -> Any:
        return self.press("say", text=text, **more)

    def opens(self, *panels: str) -> None:
        self.press("arrange", order=",".join(panels))

    def opened(self) -> list[str]:
        """Return the panels that are open, from first to last."""
        return re.findall(r'id="sb-panel-(\w+)"', self.page().content.decode())

    def kept(self) -> int:
        """Return how many turns the rehearsal has."""
        return SandboxTurn.objects.filter(session=self.row()).count()

    def row(self) -> SandboxSession:
        return SandboxSession.objects.get(pk=self.session)


class Beginning(SandboxPagesTest):
    def test_the_navigation_leads_here(self):
        page = self.client.get("/lucia/sandbox/")
        self.assertContains(page, 'href="/lucia/sandbox/"')
        self.assertContains(page, "Try an agent")
        self.assertContains(page, "Carolina")

    def test_it_begins_and_remembers_the_agent(self):
        asked = {"agent": SOMNIO, "timer_preset": "rapido", "speed": "0.2", "crm": "dry"}
        answer = self.client.post(reverse("agents:sandbox_start", args=["lucia"]), asked)
        row = SandboxSession.objects.latest("id")
        self.assertRedirects(answer, self.url("talk", session=str(row.pk)))
        self.assertEqual((row.timer_preset, row.speed, row.live), ("rapido", 0.2, False))
        self.assertContains(self.client.get("/lucia/sandbox/"), "Go on with one")

    def test_what_is_refused_keeps_what_was_chosen(self):
        asked = {"agent": SOMNIO, "timer_preset": "rapido", "speed": "99"}
        answer = self.client.post(reverse("agents:sandbox_start", args=["lucia"]), asked)
        self.assertEqual(answer.status_code, 422)
        self.assertContains(answer, 'value="rapido" selected', status_code=422)
        self.assertContains(answer, 'role="alert"', status_code=422)

    def test_a_draft_that_is_not_there_is_refused(self):
        asked = {"agent": SOMNIO, "version": "draft"}
        answer = self.client.post(reverse("agents:sandbox_start", args=["lucia"]), asked)
        self.assertContains(answer, "There is no draft.", status_code=422)

    def test_live_it_is_said_everywhere(self):
        asked = {"agent": SOMNIO, "crm": "live"}
        answer = self.client.post(reverse("agents:sandbox_start", args=["lucia"]), asked)
        self.assertTrue(SandboxSession.objects.latest("id").live)
        self.assertContains(self.client.get(answer["Location"]), "CRM live")


class Talking(SandboxPagesTest):
    def test_a_page_asks_the_database_little_however_long_the_talk(self):
        self.opens("tools", "intent", "trace")
        self.say("hola")
        self.page()
        with CaptureQueriesContext(connection) as few:
            self.page()
        for text in ("cuanto vale?", "como se toma?", "quiero comprar", EVERYTHING):
            self.say(text)
        with CaptureQueriesContext(connection) as more:
            self.page()
        self.assertEqual(len(few), len(more))
        self.assertLessEqual(len(more), 26)

    def test_before_anything_was_said(self):
        page = self.page()
        self.assertContains(page, "Say hello as the customer.")
        self.assertContains(page, "No timer is set.")
        self.assertContains(page, "The agent has done nothing in the CRM yet.")

    def test_words_are_answered_with_what_changed(self):
        answer = self.say("Hola, cuanto vale?")
        self.assertContains(answer, "Hola, cuanto vale?")
        self.assertContains(answer, "$77,900")
        self.assertNotContains(answer, "<html")
        for part in ("sb-status", "sb-next", "sb-problem"):
            self.assertContains(answer, f'id="{part}" hx-swap-oob="true"')
        self.assertContains(answer, 'hx-swap-oob="innerHTML:#sb-body-tools"')

    def test_without_a_script_the_page_comes_again(self):
        answer = self.press("say", whole=True, text="hola")
        self.assertRedirects(answer, self.url("talk"))
        self.assertContains(self.page(), "Somnio")

    def test_replies_are_on_their_way_until_their_moment(self):
        answer = self.say("Hola, cuanto vale?", elapsed="0")
        self.assertContains(answer, 'data-fate="coming"')
        answer = self.press("advance", seconds="60")
        self.assertNotContains(answer, 'data-fate="coming"')

    def test_who_keeps_the_time_interrupts(self):
        self.say("Hola, cuanto vale?")
        answer = self.say("quiero comprar", elapsed="1.5")
        self.assertContains(answer, "held back")
        self.assertEqual(self.kept(), 2)

    def test_who_does_not_has_read_everything(self):
        self.say("Hola, cuanto vale?")
        self.assertNotContains(self.say("quiero comprar"), "held back")

    def test_nothing_said_is_refused_and_the_next_words_stand(self):
        answer = self.say("   ")
        self.assertContains(answer, "This must not be empty.", status_code=422)
        long = "x" * 10_001
        answer = self.press("say", whole=True, text=long)
        self.assertContains(answer, long, status_code=422)
        self.assertEqual(self.kept(), 0)

    def test_what_customers_write_is_never_markup(self):
        answer = self.say("hola <script>alert(1)</script>")
        self.assertNotContains(answer, "<script>alert")
        phone = self.client.get(self.url("phone"), headers=HTMX)
        self.assertNotContains(phone, "<script>alert")

    def test_other_things_than_text(self):
        self.assertContains(self.say("", kind="audio"), "Voice note")
        self.assertContains(self.say("", kind="sticker"), "Stickers and reactions start no turn.")

    def test_a_person_steps_in_and_gives_back(self):
        answer = self.say("Soy Beto", kind="person")
        self.assertContains(answer, "A person of the team:")
        self.assertContains(answer, "People have this conversation")
        self.assertContains(self.say("gracias"), "No answer:")
        answer = self.press("owner", to="agent")
        self.assertContains(answer, "The agent has it again.")
        self.assertNotContains(answer, "the agent is silent")
        self.assertContains(self.press("owner", to="person"), "A person took the conversation")

    def test_a_hand_over_is_a_line_of_its_own(self):
        answer = self.say("quiero hablar con un asesor")
        self.assertContains(answer, "Handed over to a person.")
        self.assertContains(answer, "With people")

    def test_each_bubble_opens_why(self):
        self.say("hola, cuanto vale?")
        self.assertContains(self.page(), self.url("why", 1))
        sheet = self.client.get(self.url("why", 1), headers=HTMX)
        self.assertNotContains(sheet, "<html")
        self.assertContains(sheet, "A greeting + asks for the price")
        self.assertContains(sheet, "Branch off")
        self.assertContains(self.client.get(self.url("why", 1)), "<html")
        self.assertEqual(self.client.get(self.url("why", 7)).status_code, 404)

    def test_the_phone_shows_what_the_customer_sees(self):
        self.say("*hola* cuanto vale?")
        phone = self.client.get(self.url("phone"), headers=HTMX)
        self.assertContains(phone, "<strong>hola</strong>")
        self.assertNotContains(phone, "Why?")
        self.press("advance", to="end")
        self.assertContains(self.client.get(self.url("phone")), "$77,900")


class TheClock(SandboxPagesTest):
    def setUp(self) -> None:
        super().setUp()
        self.say("quiero comprar")

    def test_the_next_timer_fires_and_its_replies_are_read(self):
        answer = self.press("advance", to="next_timer", settle="yes")
        self.assertContains(answer, "The customer was quiet, so the agent reminds of the data.")
        self.assertNotContains(answer, 'data-fate="coming"')

    def test_who_plays_on_waits_for_the_replies(self):
        self.say("Jose Romero 3001234567 cra 10 # 20-30 Bogota")
        answer = self.press("advance", to="next_timer")
        self.assertContains(answer, "offers the packs")
        self.assertContains(answer, 'data-fate="coming"')

    def test_three_days_in_one_jump(self):
        answer = self.press("advance", seconds="259200", settle="yes")
        self.assertContains(answer, "Thursday 8 January")
        self.assertContains(answer, "No timer is set.")

    def test_without_a_timer_there_is_none_to_jump_to(self):
        self.press("advance", seconds="86400")
        answer = self.press("advance", to="next_timer")
        self.assertContains(answer, "No timer is set.", status_code=422)

    def test_time_is_a_number_that_is_not_negative(self):
        for seconds in ("-1", "soon", "", "1e99", "nan"):
            answer = self.press("advance", seconds=seconds)
            self.assertEqual(answer.status_code, 422, seconds)
            self.assertContains(answer, 'role="alert"', status_code=422)


class Panels(SandboxPagesTest):
    def test_up_to_three_in_the_order_they_were_put(self):
        self.opens("trace", "intent", "config")
        self.assertEqual(self.opened(), ["trace", "intent", "config"])
        self.press("arrange", toggle="tokens")
        self.press("arrange", up="tokens")
        self.assertEqual(self.opened(), ["trace", "tokens", "intent"])
        self.press("arrange", down="trace")
        self.press("arrange", close="intent")
        self.assertEqual(self.opened(), ["tokens", "trace"])

    def test_all_closed_and_nonsense(self):
        for name in ("tools", "state"):
            answer = self.press("arrange", toggle=name)
        self.assertContains(answer, "Open a panel to see what the agent thinks.")
        self.press("arrange", order="state,<b>,state,kitchen")
        self.assertEqual(self.opened(), ["state"])

    def test_the_bar_stays_where_it_was_put(self):
        for asked, kept in (("48", 50), ("0", 35), ("900", 70), ("wide", 55)):
            self.press("arrange", split=asked)
            self.assertContains(self.page(), f'data-split="{kept}"')

    def test_tools_show_what_would_have_been_done(self):
        self.opens("tools")
        self.say(EVERYTHING)
        self.say("el de 2")
        answer = self.say("si, confirmo")
        self.assertContains(answer, "Made an order")
        self.assertContains(answer, "109900.00")
        self.assertContains(answer, ">dry<")
        self.assertFalse(Order.objects.exists())

    def test_intents_with_confidence_and_timers(self):
        self.opens("intent", "ingest", "trace")
        self.say("hola, cuanto vale?")
        self.say("quiero comprar")
        self.say("soy Jose Romero, 3001234567")
        answer = self.press("advance", to="next_timer")
        self.assertContains(answer, "A greeting + asks for the price")
        self.assertContains(answer, "<meter")
        self.assertContains(answer, "asks for the missing data")
        self.assertContains(answer, "Surname: <strong>Romero</strong>")
        self.assertContains(answer, "&quot;comprehension&quot;")

    def test_the_embedded_model_costs_nothing(self):
        self.opens("tokens")
        self.assertContains(self.page(), "No model was asked yet.")

    def test_each_model_with_its_tokens_and_its_money(self):
        self.opens("tokens")
        with claude_at() as api:
            api.then(answers.understood("envio", 70), answers.understood("precio", 92))
            answer = self.say("y eso?")
        (panel,) = [one for one in answer.context["panels"] if one["name"] == "tokens"]
        (turn,) = panel["turns"]
        self.assertEqual([one["row"].total for one in turn["spent"]], [180, 180])
        (model,) = panel["models"]  # the scripted server names the same model each time
        self.assertEqual((model["row"].total, panel["tokens"]), (360, 360))
        self.assertEqual(model["row"].cost, Decimal("0.000840"))
        self.assertContains(answer, f"<code>{model['row'].model}</code>", 3)
        self.assertContains(answer, "US$")

    def test_who_is_not_understood_is_handed_over(self):
        with claude_at() as api:
            api.then(answers.understood("precio", 20))
            answer = self.say("asdf qwer")
        self.assertContains(answer, "Handed over to a person.")
        self.assertContains(answer, "asdf qwer")

    def test_near_the_budget_it_warns(self):
        self.opens("tokens")
        stage = self.row().stage | {"tokens": 41_000}
        SandboxSession.objects.filter(pk=self.session).update(stage=stage)
        page = self.page()
        self.assertContains(page, "41,000 of 50,000 tokens")
        self.assertContains(page, "41,000 tokens")

    def test_the_state_can_be_written(self):
        self.opens("state")
        answer = self.press(
            "change", where="state", state=json.dumps({"mode": "resumen", "selection": "2x"})
        )
        self.assertContains(answer, "Waiting for the confirmation")
        self.assertContains(answer, "You changed the state.")
        self.assertEqual(self.row().stage["state"]["selection"], "2x")

    def test_a_state_that_is_none_is_refused_and_stays_in_the_box(self):
        self.opens("state")
        for nonsense in ('{"mode": ', '{"mode": "kitchen"}', "[1]", '{"data": {"nombre": 7}}'):
            answer = self.press("change", where="state", state=nonsense)
            self.assertEqual(answer.status_code, 422)
            self.assertIn(nonsense, answer.content.decode().replace("&quot;", '"'))
            self.assertContains(answer, 'id="sb-state-error"', status_code=422)
        self.assertEqual(self.row().stage["state"]["mode"], "conversacion")

    def test_timers_are_set_level_by_level_or_by_a_preset(self):
        self.opens("timers")
        self.say("quiero comprar")
        answer = self.press("change", where="timers", level_0="90", level_1="60", level_3="")
        self.assertContains(answer, "1:30")
        self.assertNotIn(3, [row["level"] for row in self.levels(answer) if row["seconds"]])
        answer = self.press("change", where="timers", preset="rapido")
        self.assertContains(answer, 'value="rapido" aria-pressed="true"')
        self.assertContains(answer, "1:00")
        answer = self.press("change", where="timers", level_0="-5")
        self.assertContains(answer, 'role="alert"', status_code=422)

    @staticmethod
    def levels(answer: Any) -> list[dict[str, Any]]:
        (panel,) = [one for one in answer.context["panels"] if one["name"] == "timers"]
        return list(panel["levels"])

    def test_the_speed_of_its_answers(self):
        self.opens("config")
        self.press("change", where="config", speed="0")
        answer = self.say("hola, cuanto vale?", elapsed="0")
        self.assertNotContains(answer, 'data-fate="coming"')
        self.assertContains(self.page(), '<option value="0.0" selected>')


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
