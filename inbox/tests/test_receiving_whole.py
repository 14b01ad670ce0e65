"""Whole webhooks, from the body to the database and the thread: nothing is lost, all is shown."""

from __future__ import annotations

import copy
import json
import time
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from inbox import others
from inbox.jobs import open_envelope
from inbox.models import Channel, Conversation, Envelope, Message
from inbox.providers import payload_parts
from inbox.providers.payload import Unreadable, open_payload
from inbox.testing import inbound_payload
from inbox.tests.incoming import IncomingTest, seconds_ago
from inbox.tests.payload_files import NAMES, recorded
from morfx.events.models import Event
from morfx.tenancy import within

SHOWN = {
    "location": "Plaza de Bolívar",
    "contacts": "Beto Ruiz",
    "button": "Sí, lo quiero",
    "interactive": "2 frascos",
    "order": "A cart with 1 product.",
    "request_welcome": "opened the chat for the first time",
    "hologram": "Kind of message: hologram",
    "image": "mi comprobante",
    "system": "line-system",
}
"""Words by which each kind of the recorded bodies is known in the thread."""


class RecordedTest(IncomingTest):
    def test_every_recorded_body_is_applied_and_drawn(self):
        for name in NAMES:
            with self.subTest(name):
                items = list(open_payload(recorded(name)).inbound())
                readable = [item for item in items if not isinstance(item, Unreadable)]
                row = self.opens_recorded(name)
                for item in readable:
                    here = Message.objects.filter(provider_id=item.provider_id).exists()
                    self.assertTrue(here or item.phone_number_id in row.error, row.error)
                if len(readable) == len(items) and name not in ("echoes", "batch"):
                    self.assertEqual((row.state, row.error), ("parsed", ""))
        pages = b"".join(self.page(row).content for row in Conversation.objects.all()).decode()
        for kind, words in SHOWN.items():
            with self.subTest(kind):
                self.assertTrue(words in pages)

    def test_twice_changes_nothing(self):
        for name in NAMES:
            self.opens_recorded(name)
        before = [Message.objects.count(), Event.objects.count(), Conversation.objects.count()]
        for name in reversed(NAMES):
            self.opens_recorded(name)
        after = [Message.objects.count(), Event.objects.count(), Conversation.objects.count()]
        self.assertEqual(after, before)

    def test_an_unsupported_message_says_why(self):
        errors = [{"code": 131051, "title": "Unsupported", "error_data": {"details": "poll"}}]
        self.comes(type="unsupported", unsupported={"type": "poll"}, errors=errors)
        row = Message.objects.get()
        self.assertEqual(row.content["errors"][0]["code"], 131051)
        page = self.page()
        self.assertContains(page, "cannot be shown here")
        self.assertTrue(page.context["bubbles"][0]["text"])

    def test_a_kind_named_like_one_of_our_own_notes_is_kept_apart(self):
        row = self.comes(type="amended", amended={"deleted_at": "x"})
        self.assertEqual(row.content["raw"], {"deleted_at": "x"})
        self.assertContains(self.page(), "Kind of message: amended")

    def test_milliseconds_are_understood(self):
        at = int(time.time() - 60)
        row = self.comes("hola", timestamp=str(at * 1000 + 250))
        self.assertAlmostEqual(row.occurred_at.timestamp(), at + 0.25, places=3)
        self.assertEqual(self.conversation().last_customer_message_at, row.occurred_at)

    def test_the_window_follows_the_message_not_its_arrival(self):
        self.comes("tarde", timestamp=seconds_ago(25 * 3600))
        self.assertEqual(self.conversation().window_state(), "closed")


class BatchTest(IncomingTest):
    def test_entries_changes_messages_and_statuses_together(self):
        bodies = [inbound_payload(f"m{n}", sender=f"57300000000{n}") for n in range(6)]
        values = [body["entry"][0]["changes"][0]["value"] for body in bodies]
        values[0]["messages"] += values[1]["messages"]
        values[0]["statuses"] = [
            {"id": "wamid.s", "status": status, "timestamp": "1794900001", "recipient_id": "1"}
            for status in ("sent", "delivered", "read")
        ]
        bodies[0]["entry"][0]["changes"] += bodies[2]["entry"][0]["changes"]
        whole = {"object": bodies[0]["object"], "entry": []}
        for body in (bodies[0], bodies[3], bodies[4], bodies[5]):
            whole["entry"] += body["entry"]
        self.assertEqual(self.opens(whole).state, "parsed")
        found = sorted(Message.objects.values_list("text", flat=True))
        self.assertEqual(found, [f"m{n}" for n in range(6)])

    def test_a_reader_that_breaks_costs_its_siblings_nothing(self):
        payload = inbound_payload("uno", wamid="wamid.1", sender=self.sender)
        value = payload["entry"][0]["changes"][0]["value"]
        value["messages"].append(
            {**value["messages"][0], "id": "wamid.2", "type": "location", "location": {}}
        )
        read = payload_parts.read_part

        def broken(kind: str, content: object) -> Any:
            if kind == "location":
                raise RuntimeError("broken on purpose")
            return read(kind, content)

        with mock.patch("inbox.providers.payload_messages.read_part", broken):
            row = self.opens(payload)
        self.assertEqual(row.state, "dead")
        self.assertIn("broken on purpose", row.error)
        self.assertEqual([m.provider_id for m in Message.objects.all()], ["wamid.1"])
        self.opens(payload)
        self.assertEqual(Message.objects.count(), 2)

    def test_a_megabyte_of_nested_json_is_refused_at_once(self):
        deep = b'{"object":"whatsapp_business_account","entry":' + b"[" * 500_000 + b"]" * 500_000
        wide: Any = "x"
        for _ in range(17):
            wide = [wide, wide]
        full = inbound_payload("", message={"type": "hologram", "hologram": wide})
        self.assertGreater(len(json.dumps(full)), 900_000)
        start = time.process_time()
        self.assertEqual(self.opens(deep + b"}").state, "dead")
        self.assertEqual(self.opens(full).state, "parsed")
        self.assertLess(time.process_time() - start, 10)
        self.assertEqual(self.page().status_code, 200)


class ManyNumbersTest(IncomingTest):
    def test_one_webhook_serves_all_numbers_of_the_workspace(self):
        other = self.connect("2000")
        self.opens(inbound_payload("hola", number="2000"))
        self.assertEqual(self.conversation().channel, other)

    def test_a_number_that_is_connected_nowhere_is_listed_with_its_reason(self):
        row = self.opens(inbound_payload("hola", number="999"))
        self.assertEqual((row.state, Message.objects.count()), ("dead", 0))
        self.assertIn("999", row.error)
        self.connect("999")
        self.assertEqual(self.opens(inbound_payload("hola", number="999")).state, "parsed")

    def test_a_number_of_another_workspace_is_not_reached(self):
        with within(self.other_shop.workspace.pk):
            Channel.objects.create(provider="cloud", phone_number_id="777")
        self.assertEqual(self.opens(inbound_payload("hola", number="777")).state, "dead")


class NoticeTest(IncomingTest):
    def tells(self, field: str, at: int = 1, **value: Any) -> Envelope:
        change = {"field": field, "value": value}
        entry = [{"id": "102", "time": at, "changes": [change]}]
        return self.opens({"object": "whatsapp_business_account", "entry": entry})

    def test_admins_are_told_once(self):
        for _ in range(2):
            self.tells("phone_number_quality_update", event="FLAGGED", current_limit="TIER_1K")
        self.tells("phone_number_quality_update", at=2, event="FLAGGED", current_limit="TIER_1K")
        told = Event.objects.filter(name="channel.noticed")
        self.assertEqual(told.count(), 2)
        facts = told[0].facts
        self.assertEqual(facts["summary"], "event: FLAGGED; current_limit: TIER_1K")
        self.assertEqual(facts["channel"], str(self.channel.pk))

    def test_every_field_of_the_account(self):
        for field in ("account_update", "account_alerts", "business_capability_update", "security"):
            self.tells(field, event=field)
            self.assertHappened("channel.noticed", field=field)

    def test_errors_beside_the_messages(self):
        self.opens_recorded("others")
        event = self.assertHappened("channel.noticed", field="messages")
        self.assertIn("130429", event.facts["summary"])

    def test_a_field_is_handled_by_one(self):
        told: list[str] = []
        with mock.patch.dict(others.handlers):
            others.on_field("tomorrow")(lambda channel, other: told.append(other.field))
            self.tells("tomorrow", news=1)
            with self.assertRaises(ValueError):
                others.on_field("tomorrow")(lambda channel, other: None)
        self.assertEqual(told, ["tomorrow"])

    def test_a_handler_that_breaks_is_tried_again_and_costs_nothing_else(self):
        payload = inbound_payload("a salvo", wamid="wamid.1")
        payload["entry"][0]["changes"].append({"field": "tomorrow", "value": {}})
        broken = mock.Mock(side_effect=RuntimeError("broken on purpose"))
        with mock.patch.dict(others.handlers, tomorrow=broken), self.assertRaises(RuntimeError):
            self.opens(payload)
        self.assertEqual(Message.objects.get().text, "a salvo")
        row = Envelope.objects.get()
        self.assertEqual(row.state, "received")
        open_envelope(envelope=row.pk)
        row.refresh_from_db()
        self.assertEqual((row.state, Message.objects.count()), ("parsed", 1))

    def test_a_field_nobody_handles_stays_in_its_envelope(self):
        self.assertEqual(self.tells("tomorrow", news=1).state, "parsed")


BODIES = [json.loads(recorded(name)) for name in NAMES]
JUNK: st.SearchStrategy[Any] = (
    st.none() | st.integers() | st.text(max_size=5) | st.lists(st.none(), max_size=2)
)
JUNK |= st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)
JUNK |= st.sampled_from(["x" * 5000, "9" * 40])


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything below a value."""
    found: list[tuple[Any, ...]] = []
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    for key, item in pairs:
        found += [(*path, key), *places(item, (*path, key))]
    return found


class MutationTest(IncomingTest, TestCase):
    @given(data=st.data())
    @settings(
        max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
    )
    def test_no_mutation_raises_or_costs_a_sibling(self, data: st.DataObject) -> None:
        body = copy.deepcopy(data.draw(st.sampled_from(BODIES)))
        value = body["entry"][0]["changes"][0]["value"]
        value["metadata"] = {"phone_number_id": ""}
        for path in data.draw(st.lists(st.sampled_from(places(value)), max_size=4)):
            spot = value
            try:
                for step in path[:-1]:
                    spot = spot[step]
                spot[path[-1]] = data.draw(JUNK)
            except (LookupError, TypeError):
                continue
        sibling = inbound_payload("a salvo", sender="573005550001", number="")
        body["entry"] += sibling["entry"]
        self.opens(body)
        wamid = sibling["entry"][0]["changes"][0]["value"]["messages"][0]["id"]
        self.assertEqual(Message.objects.get(provider_id=wamid).text, "a salvo")
        for row in Conversation.objects.all()[:3]:
            self.assertEqual(self.page(row).status_code, 200)
