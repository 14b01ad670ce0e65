"""What is not text: read where a model can, asked about or handed over where none can; never
silence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from unittest import mock

from agents.engine import reading
from agents.engine.values import Decision, Say
from agents.llm.media import Words
from agents.llm.protocol import Usage
from agents.models import AgentTurn, BudgetSpent, Session
from agents.operations import settings
from agents.tests.selling import SOMNIO, SellingTest
from crm.models import Task
from inbox.models import Message, Send
from inbox.operations import messages as writing
from inbox.testing import NUMBER, inbound_payload
from inbox.views import content as shown

FILE: dict[str, Any] = {"id": "media-1", "mime_type": "application/octet-stream"}
WORDLESS: dict[str, dict[str, Any]] = {
    "audio": {"type": "audio", "audio": {**FILE, "voice": True}},
    "image": {"type": "image", "image": FILE},
    "video": {"type": "video", "video": FILE},
    "document": {"type": "document", "document": {**FILE, "filename": "rut.pdf"}},
    "location": {"type": "location", "location": {"latitude": 4.6, "longitude": -74.1}},
    "contacts": {
        "type": "contacts",
        "contacts": [{"name": {"formatted_name": "Ana"}, "phones": [{"phone": "+573001112233"}]}],
    },
    "order": {
        "type": "order",
        "order": {
            "catalog_id": "1",
            "product_items": [
                {"product_retailer_id": "x", "quantity": 1, "item_price": 1, "currency": "COP"}
            ],
        },
    },
    "unsupported": {
        "type": "unsupported",
        "errors": [{"code": 131051, "title": "Message type unknown"}],
    },
}
EVERYTHING_TO_PEOPLE: Any = dict.fromkeys(WORDLESS, "handover")
CHOSEN: dict[str, dict[str, Any]] = {
    "button": {"type": "button", "button": {"text": "cuanto vale?", "payload": "p"}},
    "interactive": {
        "type": "interactive",
        "interactive": {
            "type": "button_reply",
            "button_reply": {"id": "1", "title": "cuanto vale?"},
        },
    },
}
CAPTIONED: dict[str, Any] = {**WORDLESS["image"], "image": {**FILE, "caption": "cuanto vale?"}}


@contextmanager
def a_model_that_hears(said: str) -> Iterator[list[str]]:
    """Let a model understand every picture and voice note so."""
    heard: list[str] = []

    def words_of(message: Message, until: float, *, agent: str = "") -> Words | None:
        heard.append(message.type)
        usage = Usage(
            client="anthropic", asked_model="m", model="m", input_tokens=70, cost=Decimal("0.002")
        )
        return Words(text=said, usage=usage) if said else None

    with mock.patch.object(reading, "words_of", words_of):
        yield heard


class MediaTest(SellingTest):
    def sends(self, *raw: dict) -> list[str]:
        """Let the customer send messages in one breath; return what their phone shows then."""
        before = len(self.phone_shows())
        for message in raw:
            self.store(inbound_payload("", sender=self.sender, message=message))
        self.run_jobs(only="inbox.open_envelope")
        self.run_jobs(ahead=1)
        return self.phone_shows()[before:]

    def another_customer(self) -> None:
        self.sender = f"{int(self.sender) + 1}"
        self.whatsapp.customer(NUMBER, self.sender)

    def test_each_kind_is_asked_about(self):
        with a_model_that_hears(""):
            for kind, raw in WORDLESS.items():
                with self.subTest(kind):
                    self.another_customer()
                    (reply,) = self.sends(raw)
                    self.assertIn("texto", reply)
                    self.assertFalse(Message.objects.filter(heard_at=None, direction="inbound"))

    def test_each_kind_goes_to_a_person_where_the_workspace_wants_that(self):
        settings.set_agent(
            self.ana, agent=SOMNIO, media=EVERYTHING_TO_PEOPLE,
            handover_message="Ya te atienden.",
        )  # fmt: skip
        with a_model_that_hears(""):
            for kind, raw in WORDLESS.items():
                with self.subTest(kind):
                    self.another_customer()
                    self.assertEqual(self.sends(raw), ["Ya te atienden."])
                    self.assertIn("cannot read", Task.objects.latest("created_at").description)

    def test_one_kind_is_decided_without_the_others(self):
        settings.set_agent(self.ana, agent=SOMNIO, media={"audio": "handover"})
        with a_model_that_hears(""):
            (reply,) = self.sends(WORDLESS["image"])
            self.assertIn("texto", reply)
            (reply,) = self.sends(WORDLESS["audio"])
        self.assertIn("asesor", reply)
        self.assertEqual(Session.objects.get().status, "handed_off")

    def test_a_choice_is_text(self):
        for kind, raw in CHOSEN.items():
            with self.subTest(kind):
                self.another_customer()
                replies = self.sends(raw)
                self.assertTrue(any("$77,900" in reply for reply in replies), replies)

    def test_a_caption_is_text_and_no_model_looks(self):
        with a_model_that_hears("otra cosa") as heard:
            replies = self.sends(CAPTIONED)
        self.assertTrue(any("$77,900" in reply for reply in replies), replies)
        self.assertEqual(heard, [])

    def test_a_sticker_starts_no_turn(self):
        self.assertEqual(self.sends({"type": "sticker", "sticker": FILE}), [])
        self.assertEqual(Message.objects.get().heard_by, "no_answer_wanted")

    def test_beside_words_it_is_asked_about_after_the_answer(self):
        with a_model_that_hears(""):
            text = {"type": "text", "text": {"body": "cuanto vale?"}}
            replies = self.sends(WORDLESS["audio"], text)
        self.assertTrue(any("$77,900" in reply for reply in replies), replies)
        self.assertIn("texto", replies[-1])

    def test_beside_words_it_goes_to_a_person_where_that_is_wanted(self):
        settings.set_agent(self.ana, agent=SOMNIO, media={"audio": "handover"})
        with a_model_that_hears(""):
            text = {"type": "text", "text": {"body": "cuanto vale?"}}
            (reply,) = self.sends(WORDLESS["audio"], text)
        self.assertIn("asesor", reply)

    def test_what_a_model_hears_is_answered_kept_paid_and_remembered(self):
        with a_model_that_hears("cuanto vale?") as heard:
            replies = self.sends(WORDLESS["audio"])
            self.assertTrue(any("$77,900" in reply for reply in replies), replies)
            self.says("y hacen envios?")
        self.assertEqual(heard, ["audio"])
        message = Message.objects.get(type="audio")
        self.assertEqual(reading.words_in(message), "cuanto vale?")
        turn = AgentTurn.objects.filter(role="customer").earliest("number")
        self.assertEqual((turn.text, turn.tokens, turn.cost),
                         ("cuanto vale?", 70, Decimal("0.002")))  # fmt: skip
        self.assertEqual(BudgetSpent.objects.get().tokens, 70)
        from agents.engine import situation

        setting = situation.setting_of(self.conversation())
        assert setting is not None
        here = situation.read(self.conversation(), setting, Session.objects.get(), [])
        self.assertIn("cuanto vale?", [turn.text for turn in here.history])

    def test_what_a_model_does_not_hear_is_paid_and_asked_about(self):
        with a_model_that_hears("   "):
            (reply,) = self.sends(WORDLESS["image"])
        self.assertIn("texto", reply)
        turn = AgentTurn.objects.get(role="customer")
        self.assertEqual((turn.intent, turn.tokens), ("unreadable", 70))


class PictureTest(SellingTest):
    """An agent that says a picture."""

    url = "https://files.example.com/promo.jpg"

    def says_a_picture(self, **more) -> list[str]:
        flow = "agents.catalogue.somnio.flow.Somnio.hear"
        said = [
            Say(text="Mira la promo", key="promo", intent="precio", kind="image", media=self.url),
            Say(text="¿Cuál prefieres?", key="ask", intent="precio"),
        ]

        def hear(flow, state, text, heard, world):
            return Decision(state=state, effects=tuple(said))

        with mock.patch(flow, hear):
            return self.says("cuanto vale?", **more)

    def test_it_arrives_with_its_caption_and_is_shown(self):
        self.says_a_picture()
        chat = self.whatsapp.chat(NUMBER, self.sender, limit=10)["messages"]
        picture, question = [bubble for bubble in chat if bubble["direction"] == "out"]
        self.assertEqual(picture["type"], "image")
        self.assertEqual(question["text"], "¿Cuál prefieres?")
        row = Message.objects.get(direction="outbound", type="image")
        self.assertEqual((row.text, row.content["image"]["link"]), ("Mira la promo", self.url))
        self.assertEqual((shown.media(row, None) or {})["url"], self.url)
        self.assertEqual(Send.objects.get(message=row).body["type"], "image")

    def test_a_person_sends_it_again_as_it_was(self):
        self.says_a_picture()
        row = Message.objects.get(direction="outbound", type="image")
        Message.objects.filter(pk=row.pk).update(status="failed")
        writing.retry(self.beto, message=row)
        again = Send.objects.filter(message=row).latest("attempt")
        self.assertEqual((again.attempt, again.body["type"], again.body["link"]),
                         (2, "image", self.url))  # fmt: skip

    def test_one_that_was_interrupted_is_held_back_as_a_picture(self):
        from agents.engine import situation

        settings.set_agent(self.ana, agent=SOMNIO, speed=1.0)
        self.says_a_picture()
        Send.objects.filter(plan=Session.objects.get().last_plan).update(
            state="withdrawn", reason="interrupted"
        )
        setting = situation.setting_of(self.conversation())
        assert setting is not None
        here = situation.read(
            self.conversation(), setting, Session.objects.get(), [Message(text="y?")]
        )
        self.assertEqual([(say.kind, say.media) for say in here.world.pending],
                         [("image", self.url), ("text", "")])  # fmt: skip
