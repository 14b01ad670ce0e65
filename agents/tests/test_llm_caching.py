"""What is sent first is the same from turn to turn, long enough to be cached, and accounted for."""

from __future__ import annotations

import json
from typing import Any

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from agents import content
from agents.content.building import build_own
from agents.engine import registry
from agents.llm.instructions import RULES
from agents.llm.prefix import ENOUGH, LEAST_OF_EACH, examples_after, is_cacheable
from agents.llm.protocol import Usage, version_of
from agents.models import ModelCall
from agents.tests import messages_answers as answers
from agents.tests.selling import SOMNIO, SellingTest, claude_at
from agents.tests.test_llm_media import server


def prefix_of(body: dict[str, Any]) -> bytes:
    """Return a request up to its last cache mark, as bytes: tools, then shape, then system."""
    shape = body.get("output_config", {}).get("format")
    return json.dumps([body["model"], body.get("tools"), shape, body["system"]]).encode()


class StableTest(SellingTest):
    def test_the_prefix_is_the_same_bytes_from_turn_to_turn_and_customer_to_customer(self):
        with claude_at() as api:
            self.says("hola, cuanto vale?")
            self.says("vivo en Cali, soy Marta")
            self.customer_writes("como se toma?", sender="573009998877")
            self.run_jobs(ahead=1)
        self.assertGreaterEqual(len(api.calls), 3)
        self.assertEqual(len({prefix_of(call.body) for call in api.calls}), 1)
        for call in api.calls:
            *_, last = call.body["system"]
            self.assertEqual(last["cache_control"], {"type": "ephemeral", "ttl": "1h"})
            self.assertNotIn("Marta", json.dumps(call.body["system"]))

    def test_a_server_of_another_dialect_gets_the_same_beginning_too(self):
        with server(name="gpt-4.1-mini") as api:
            self.says("hola, cuanto vale?")
            self.says("vivo en Cali")
        systems = {call.body["messages"][0]["content"] for call in api.calls}
        self.assertEqual(len(systems), 1)
        self.assertTrue(systems.pop().startswith(RULES))

    def test_the_prefix_is_long_enough_to_be_cached(self):
        with claude_at() as api:
            self.says("cuanto vale?")
        written = "".join(block["text"] for block in api.calls[0].body["system"])
        self.assertGreaterEqual(len(written), ENOUGH)

    def test_hits_are_in_the_ledger_and_count_a_tenth(self):
        usage = {"input_tokens": 200, "output_tokens": 50, "cache_read_input_tokens": 5000,
                 "cache_creation_input_tokens": 300, "cache_creation":
                 {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 300}}  # fmt: skip
        with claude_at() as api:
            api.then(answers.understood("precio", usage=usage))
            self.says("cuanto vale?")
        (call,) = ModelCall.objects.all()
        self.assertEqual((call.cache_read_tokens, call.cache_write_tokens), (5000, 300))
        self.assertEqual(call.cache_write_1h_tokens, 300)
        self.assertEqual(f"{call.cost:.6f}", "0.001550")

    def test_every_row_names_agent_purpose_and_wording(self):
        with claude_at() as api:
            api.then(answers.overloaded(), answers.understood("envio", 70),
                     answers.understood("precio", 92))  # fmt: skip
            self.says("y eso?")
        rows = ModelCall.objects.order_by("id")
        self.assertEqual(
            [(row.purpose, row.outcome) for row in rows],
            [("comprehend", "failed"), ("comprehend", "ok"), ("reanalyse", "ok")],
        )
        wording = version_of(content.current(SOMNIO).agent.prompt)
        self.assertEqual({(row.agent, row.prompt_version) for row in rows}, {(SOMNIO, wording)})


class ExamplesTest(SimpleTestCase):
    def test_somnio_is_cached(self):
        self.assertTrue(is_cacheable(build_own(registry.find(SOMNIO)).agent.prompt))

    def test_what_is_read_from_a_cache_counts_a_tenth(self):
        usage = Usage(client="c", asked_model="m", model="m", input_tokens=100, output_tokens=20,
                      cache_read_tokens=5000, cache_write_tokens=30)  # fmt: skip
        self.assertEqual((usage.tokens, usage.weight), (5150, 650))


TEXTS = st.dictionaries(
    st.text(st.characters(codec="ascii", categories=["Ll"]), min_size=1, max_size=9),
    st.lists(st.text(max_size=60), max_size=60),
    max_size=8,
)


@given(TEXTS, st.text(max_size=200))
def test_as_many_examples_as_it_takes_and_no_more(examples, prompt):
    text = examples_after(prompt, examples)
    assert text == examples_after(prompt, dict(examples))
    shown = text.splitlines()[3:]
    assert len(shown) == sum(1 for texts in examples.values() if texts)
    at_least = {name: texts[:LEAST_OF_EACH] for name, texts in examples.items()}
    assert len(text) >= len(examples_after("x" * ENOUGH, at_least))
    if not is_cacheable(prompt + text):
        assert text == examples_after("", dict(examples))


def test_an_order_of_examples_is_kept():
    shown = examples_after("", {"precio": [f"caro {n}" for n in range(900)]})
    assert "caro 0 | caro 1 | caro 2" in shown
    assert len(RULES) + len(shown) < ENOUGH + 100
