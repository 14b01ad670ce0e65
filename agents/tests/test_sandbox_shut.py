"""The sandbox cannot reach WhatsApp: by what it imports, and by what happens when it plays."""

from __future__ import annotations

import ast
import socket
import tomllib
from pathlib import Path
from typing import Any
from unittest import mock

from django.apps import apps
from django.conf import settings

from agents import sandbox
from agents.models import ModelCall

from .rehearsing import EVERYTHING, Rehearsing
from .selling import claude_at

MAY_GROW = {"agents_sandboxsession", "agents_sandboxturn"}


def counted() -> dict[str, int]:
    """Return the number of rows of every table."""
    models = [model for model in apps.get_models() if model._meta.managed]
    return {model._meta.db_table: model._default_manager.count() for model in models}


class WithoutANetworkTest(Rehearsing):
    def refused(self, *args: Any, **kwargs: Any) -> None:
        raise AssertionError(f"the sandbox opened a connection: {args}")

    def test_it_plays_with_every_socket_refused_and_leaves_only_itself(self):
        before = counted()
        with (
            mock.patch.object(socket.socket, "connect", self.refused),
            mock.patch.object(socket.socket, "connect_ex", self.refused),
            mock.patch.object(socket.socket, "sendto", self.refused),
            mock.patch.object(socket, "create_connection", self.refused),
            mock.patch.object(socket, "getaddrinfo", self.refused),
        ):
            self.say("hola, cuanto vale?")
            self.advance(4)
            self.say(EVERYTHING)
            self.do("advance", to="next_timer")
            self.say("el de 2")
            self.say("si, confirmo")
            self.say("", kind="image")
            self.say("yo sigo", by="person")
            self.do("giveBack")
            self.do("set", state={"mode": "resumen"})
            self.do("replay")
            self.do("rewind", turn=2)
            self.do("branch", turn=1)
        after = counted()
        self.assertEqual({name for name in after if after[name] != before[name]}, MAY_GROW)


class WithAKeyTest(Rehearsing):
    def test_the_words_go_to_the_model_and_nowhere_else(self):
        before = counted()
        with claude_at() as api:
            answer = self.say("hola, cuanto vale?")
            self.assertEqual(answer["intent"], "hola+precio")
        self.assertEqual(len(api.calls), 1)
        (used,) = answer["models"]
        self.assertEqual(used["input_tokens"] + used["output_tokens"], answer["tokens"])
        self.assertEqual(
            (used["client"], answer["session_tokens"]), ("anthropic", answer["tokens"])
        )
        self.assertGreater(float(used["cost"]["amount"]), 0)
        self.assertEqual(answer["session_cost"], used["cost"])
        after = counted()
        grown = {name for name in after if after[name] != before[name]}
        paid = {"agents_modelcall", "agents_budgetspent", "agents_modelhealth"}
        self.assertLessEqual(grown, {"agents_sandboxturn", *paid})
        call = ModelCall.objects.get()
        self.assertEqual((call.outcome, call.session_id, call.turn_id), ("ok", None, None))
        total = self.do("export")["totals"][used["model"]]
        self.assertEqual((total["calls"], total["cost"]), (1, used["cost"]))


class ByConstructionTest(Rehearsing):
    def test_the_import_contract_stands(self):
        pyproject = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text())
        contracts = pyproject["tool"]["importlinter"]["contracts"]
        (mine,) = [c for c in contracts if c.get("source_modules") == ["agents.sandbox"]]
        self.assertEqual(mine["type"], "forbidden")
        for name in ("inbox.operations", "inbox.providers.client", "inbox.delivery", "inbox.jobs"):
            self.assertIn(name, mine["forbidden_modules"])
        self.assertNotEqual(mine.get("allow_indirect_imports"), True)

    def test_operations_are_found_by_name_in_two_files_and_called_in_one(self):
        found, called = set(), set()
        for path in Path(sandbox.__file__).parent.glob("*.py"):
            nodes = list(ast.walk(ast.parse(path.read_text())))
            if any(isinstance(node, ast.Name) and node.id == "find" for node in nodes):
                found.add(path.name)
            if any(isinstance(node, ast.Attribute) and node.attr == "submit" for node in nodes):
                called.add(path.name)
        self.assertEqual((found, called), ({"consequences.py", "live.py"}, {"live.py"}))

    def test_a_deed_of_another_module_is_never_done_live(self):
        from agents.engine.values import Decision, Do, State
        from agents.sandbox import live
        from agents.sandbox.taking_up import take_up

        session = self.start(live=True)
        self.session = session
        rehearsal = take_up(self.row())
        deed = Do(operation="whatsapp.message.send", inputs={"text": "hola"}, purpose="message")
        decision = Decision(state=State(mode="resumen"), effects=(deed,))
        rehearsal._take(rehearsal._situation("", ()), decision)
        effect = rehearsal.steps[0].noted.effects[0]
        effect.pop("error", None)
        before = counted()
        live.carry_out(self.ana, rehearsal)
        self.assertEqual(counted(), before)
        self.assertNotIn("live", effect)
