"""Rehearsals are taken back, branched off, kept, shared, listed, read and exported."""

from __future__ import annotations

import json
from datetime import timedelta

from django.utils import timezone

from agents.models import SandboxSession, SandboxTurn
from agents.operations.sandbox import KEPT
from agents.sandbox.replay import decided
from morfx.bench.rehearsals import scripts

from .rehearsing import EVERYTHING, Rehearsing, deeds, keys

STANDING = ("turn", "state", "mode", "timers", "clock", "status", "session_tokens", "coming")


def standing(answer):
    return {name: answer[name] for name in STANDING}


class RewindTest(Rehearsing):
    def test_it_goes_back_to_where_it_stood(self):
        self.say("quiero comprar")
        then = self.say(EVERYTHING)
        self.say("el de 2")
        self.say("si, confirmo")
        back = self.do("rewind", turn=2)
        self.assertEqual(standing(back), standing(then))
        self.assertEqual([turn["turn"] for turn in self.do("read")["turns"]], [1, 2])
        again = self.say("el de 3")
        self.assertEqual((again["turn"], again["state"]["selection"]), (3, "3x"))

    def test_what_follows_is_as_if_the_rest_had_never_been(self):
        self.say(EVERYTHING)
        first = self.say("el de 2")
        self.advance(700)
        self.do("rewind", turn=1)
        second = self.say("el de 2")
        for name in ("replies", "effects", "state", "timers", "clock", "turn"):
            self.assertEqual(first[name], second[name], name)

    def test_zero_is_the_beginning_and_what_is_not_there_is_refused(self):
        self.say("hola")
        with self.assertRefused(field="turn"):
            self.do("rewind", turn=2)
        with self.assertRefused(code="VALIDATION_ERROR"):
            self.do("rewind", turn=-1)
        self.assertEqual(self.row().stage["turn"], 1)
        back = self.do("rewind", turn=0)
        self.assertEqual(
            (back["turn"], back["mode"], back["state"]["said"]), (0, "conversacion", [])
        )
        self.assertIn("hola.first.1", keys(self.say("hola")))

    def test_time_alone_is_no_turn(self):
        self.assertEqual(self.say("quiero comprar")["turn"], 1)
        for _ in range(5):
            self.assertEqual(self.advance(1)["turn"], 1)
        self.assertEqual(self.advance(600)["turn"], 2)
        self.assertEqual(SandboxTurn.objects.count(), 2)


class BranchTest(Rehearsing):
    def test_it_goes_its_own_way_and_the_other_stays(self):
        self.say(EVERYTHING)
        self.say("el de 2")
        before = self.do("export")
        branched = self.do("branch", turn=1, name="otra")
        self.assertEqual((branched["turn"], branched["mode"]), (1, "ofrecer_promos"))
        other = self.do("say", session=branched["session"], text="el de 3")
        self.assertEqual((other["turn"], other["state"]["selection"]), (2, "3x"))
        self.assertEqual(self.do("export"), before)
        shown = self.do("read", session=branched["session"])
        self.assertEqual((shown["parent"], shown["parent_turn"]), (self.session, 1))
        self.assertEqual([turn["text"] for turn in shown["turns"]], [EVERYTHING, "el de 3"])

    def test_wherever_it_branches_off_the_same_words_lead_the_same_way(self):
        for script in scripts(6):
            self.session = self.start()
            for step in script:
                self.play(step)
            turns = self.do("read")["turns"]
            for turn in range(len(turns)):
                branched = self.do("branch", turn=turn)["session"]
                for later in turns[turn:]:
                    again = self.repeat(branched, later["asked"])
                    self.assertEqual(decided(again), decided(later), later["asked"])

    def play(self, step):
        inputs = {name: value for name, value in step.items() if name != "do"}
        return self.do(step["do"], **inputs)

    def repeat(self, session, asked):
        if asked["waited"] is not None:
            self.do("advance", session=session, seconds=asked["waited"])
        inputs = {name: asked[name] for name in asked if name not in ("do", "waited")}
        return self.do(asked["do"], session=session, **inputs)

    def test_it_outlives_its_parent(self):
        self.say("hola")
        branched = self.do("branch", turn=1)
        self.do("delete")
        shown = self.do("read", session=branched["session"])
        self.assertEqual((shown["parent"], len(shown["turns"])), (None, 1))

    def test_a_turn_that_is_not_there_is_refused_and_leaves_nothing(self):
        with self.assertRefused(field="turn"):
            self.do("branch", turn=1)
        self.assertEqual(SandboxSession.objects.count(), 1)


class KeepTest(Rehearsing):
    def test_what_has_a_name_is_never_swept_and_the_rest_goes_after_a_week(self):
        named, used = self.start(name="la de prueba"), self.start()
        long_ago = timezone.now() - KEPT - timedelta(hours=1)
        SandboxSession.objects.update(used_at=long_ago, created_at=long_ago)
        self.do("say", session=used, text="hola")
        fresh = self.start()
        left = {str(pk) for pk in SandboxSession.objects.values_list("pk", flat=True)}
        self.assertEqual(left, {named, used, fresh})
        self.assertEqual(SandboxTurn.objects.count(), 1)

    def test_it_is_kept_renamed_and_deleted(self):
        self.say("hola")
        kept = self.do("keep", name="  Hola   sola ")
        self.assertEqual((kept["name"], kept["kept"], kept["shared"]), ("Hola sola", True, False))
        self.assertEqual(self.do("rename", name="Otra")["name"], "Otra")
        with self.assertRefused(code="VALIDATION_ERROR", field="name"):
            self.do("keep", name=" ")
        self.assertTrue(self.do("delete")["deleted"])
        self.assertFalse(SandboxTurn.objects.exists())
        with self.assertRefused(code="NOT_FOUND"):
            self.do("read")

    def test_nobody_else_sees_it_until_it_is_shared(self):
        self.say("hola")
        for name, inputs in (("read", {}), ("say", {"text": "a"}), ("branch", {"turn": 1})):
            with self.assertRefused(code="NOT_FOUND"):
                self.do(name, actor=self.ana, **inputs)
        self.assertEqual(self.do("list", actor=self.ana)["items"], [])
        self.do("keep", name="Para todos", shared=True)
        shown = self.do("read", actor=self.ana)
        self.assertEqual((shown["mine"], len(shown["turns"])), (False, 1))
        with self.assertRefused(code="PERMISSION_DENIED"):
            self.do("say", actor=self.ana, text="a")
        for name, inputs in (
            ("rewind", {"turn": 0}),
            ("keep", {"name": "a"}),
            ("rename", {"name": "a"}),
            ("delete", {}),
            ("set", {"speed": 1}),
            ("advance", {"seconds": 1}),
        ):
            with self.assertRefused(code="PERMISSION_DENIED"):
                self.do(name, actor=self.ana, **inputs)
        mine = self.do("branch", actor=self.ana, turn=1)["session"]
        self.assertEqual(self.do("say", actor=self.ana, session=mine, text="precio?")["turn"], 2)
        self.assertTrue(self.do("replay", actor=self.ana)["same"])

    def test_strangers_find_nothing(self):
        self.do("keep", name="Para todos", shared=True)
        for name in ("read", "export", "delete", "replay"):
            with self.assertRefused(code="NOT_FOUND"):
                self.do(name, actor=self.other_shop.owner)
            with self.assertRefused(code="PERMISSION_DENIED"):
                self.do(name, actor=self.nobody)


class OfBeforeTest(Rehearsing):
    """Rehearsals that were begun before turns were kept."""

    def test_they_go_on_and_are_taken_back_to_their_beginning(self):
        self.say("hola")
        stage = self.row().stage
        for new in ("turn", "turned_at", "contact", "real", "levels", "cost", "owned"):
            del stage[new]
        SandboxSession.objects.update(stage=stage, opening={})
        SandboxTurn.objects.all().delete()
        self.assertEqual(self.say("cuanto vale?")["turn"], 1)
        self.assertEqual(self.do("read")["turn"], 1)
        self.assertEqual(self.do("rewind", turn=0)["mode"], "conversacion")

    def test_one_whose_agent_is_gone_says_so_and_can_be_deleted(self):
        SandboxSession.objects.update(agent="gone")
        for act in (lambda: self.do("read"), lambda: self.say("a"), lambda: self.do("replay")):
            with self.assertRefused(code="AGENT_NOT_FOUND"):
                act()
        self.assertEqual(len(self.do("list")["items"]), 1)
        self.assertTrue(self.do("export")["format"])
        self.assertTrue(self.do("delete")["deleted"])


class ListTest(Rehearsing):
    def test_the_last_used_comes_first_page_by_page(self):
        second = self.start(name="b")
        third = self.start()
        self.say("hola")
        found = self.do("list", limit=2)
        self.assertEqual([row["id"] for row in found["items"]], [self.session, third])
        rest = self.do("list", limit=2, cursor=found["next"])
        self.assertEqual([row["id"] for row in rest["items"]], [second])
        self.assertEqual([row["id"] for row in self.do("list", kept=True)["items"]], [second])
        self.assertEqual(len(self.do("list", kept=False)["items"]), 2)
        self.assertEqual(self.do("list", agent="nobody")["items"], [])


class ReadTest(Rehearsing):
    def test_turns_tell_who_began_them_and_what_came(self):
        said = self.say("quiero comprar")
        self.advance(600)
        self.do("set", speed=0.5)
        shown = self.do("read")
        roles = [(turn["turn"], turn["role"], turn["text"]) for turn in shown["turns"]]
        self.assertEqual(roles, [(1, "customer", "quiero comprar"), (2, "timer", ""),
                                 (3, "tester", "")])  # fmt: skip
        first = shown["turns"][0]
        self.assertEqual(first["replies"], said["replies"])
        self.assertEqual((first["at"], first["effects"]), (said["since"], said["effects"]))
        self.assertEqual((shown["turn"], shown["next"], shown["mine"]), (3, None, True))

    def test_a_long_one_is_read_piece_by_piece(self):
        for _ in range(5):
            self.say("hola")
        shown = self.do("read", limit=2)
        self.assertEqual([t["turn"] for t in shown["turns"]], [4, 5])
        self.assertEqual((shown["earlier"], shown["next"]), (True, None))
        shown = self.do("read", limit=2, after=0)
        self.assertEqual(([t["turn"] for t in shown["turns"]], shown["next"]), ([1, 2], 2))
        self.assertFalse(shown["earlier"])
        shown = self.do("read", limit=3, after=2)
        self.assertEqual(([t["turn"] for t in shown["turns"]], shown["next"]), ([3, 4, 5], None))

    def test_an_answer_explains_itself(self):
        answer = self.say("Hola, soy Jose Romero, cuanto vale?")
        self.assertEqual(answer["turn"], 1)
        (used,) = answer["models"]
        self.assertEqual((used["model"], used["input_tokens"]), ("embedded", 0))
        self.assertEqual(used["cost"], {"amount": "0.000000", "currency": "USD"})
        (item,) = answer["ingest"]
        self.assertEqual((item["class"], item["action"]), ("mixto", "respond"))
        self.assertEqual(item["fields"]["nombre"], "Jose")
        (trace,) = answer["trace"]
        self.assertEqual(trace["comprehension"]["intent"], answer["intent"])
        self.assertEqual(trace["after"], answer["state"])
        self.assertEqual((trace["why"], trace["content_version"]), (answer["why"], 0))

    def test_the_export_is_complete(self):
        self.say(EVERYTHING)
        self.say("el de 2")
        self.say("si, confirmo")
        whole = json.loads(json.dumps(self.do("export")))
        self.assertEqual(whole["format"], "morfx.sandbox/1")
        self.assertEqual([turn["asked"]["text"] for turn in whole["turns"]][1:],
                         ["el de 2", "si, confirmo"])  # fmt: skip
        self.assertEqual(whole["turns"][-1]["stage"], whole["stage"])
        self.assertEqual(len(deeds(whole["turns"][-1]["answer"], "crm.order.create")), 1)
        self.assertEqual(whole["totals"]["embedded"]["calls"], 3)

    def test_turns_are_kept_small(self):
        for _ in range(3):
            self.say("Hola, cuanto vale?")
            self.say("hacen envios a Cali?")
            self.say(EVERYTHING)
            self.say("el de 2")
            self.say("mejor el de 3")
        sizes = [len(kept) for kept in SandboxTurn.objects.values_list("kept", flat=True)]
        self.assertLess(sum(sizes) / len(sizes), 3000, sizes)
