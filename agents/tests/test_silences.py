"""Why a message got no answer: a sentence for every reason; at its bubble, and by name."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agents import silences
from agents.models import AgentTurn, Session
from agents.operations import settings
from inbox.models import Conversation, Message
from inbox.operations import conversations, messages
from morfx.operations.catalogue import lookups

from . import handmade
from .test_pages import HTMX, SOMNIO, PagesTest

CODES = (
    "agent_off", "person", "bot_off", "no_answer_wanted", "deleted", "number_changed", "history",
    "error", "window_closed", "superseded", "budget", "muted",
)  # fmt: skip


class SentencesTest(PagesTest):
    where: ClassVar[Conversation]
    session: ClassVar[Session]

    @classmethod
    def furnish(cls) -> None:
        super().furnish()
        cls.where = handmade.chat(cls.channel)
        cls.session = handmade.session(cls.where, timezone.now() - timedelta(hours=1))

    def message(self, heard_by: str = "", *, minutes: float = 10) -> Message:
        then = timezone.now() - timedelta(minutes=minutes)
        row = Message.objects.create(
            conversation=self.where, direction="inbound", sender="contact", text="hola",
            heard_by=heard_by, heard_at=then if heard_by else None,
        )  # fmt: skip
        Message.objects.filter(pk=row.pk).update(created_at=then)
        row.refresh_from_db()
        return row

    def sentence(self, row: Message) -> str:
        found = silences.of([row]).get(row.pk)
        return found.sentence if found else ""

    def after(self, **turn: object) -> str:
        heard = handmade.heard(self.session, timezone.now() - timedelta(minutes=5), **turn)  # type: ignore[arg-type]
        return self.sentence(Message.objects.filter(heard_by=f"turn:{heard.pk}").latest("id"))

    def test_every_code_has_one_sentence(self):
        for code in CODES:
            with self.subTest(code):
                said = self.sentence(self.message(code))
                self.assertEqual(said, str(silences.SENTENCES[code]))
                self.assertRegex(said, r"^[A-Z].*\.$")
                self.assertNotIn(code.replace("_", " ") + ".", said.lower().split(" ")[:1])
        self.assertEqual(len({str(one) for one in silences.SENTENCES.values()}), len(CODES))

    def test_a_code_nobody_worded_is_shown_all_the_same(self):
        self.assertEqual(self.sentence(self.message("struck_by_lightning")),
                         "No answer: struck by lightning.")  # fmt: skip

    def test_what_waits_for_nobody(self):
        self.assertEqual(self.sentence(self.message(minutes=10)), "No agent has taken it up yet.")
        self.assertEqual(self.sentence(self.message(minutes=0)), "")

    def test_a_turn_that_kept_silent(self):
        said = self.after(trace={"silent_because": "Nothing fell due."})
        self.assertEqual(said, "Nothing fell due.")
        self.assertEqual(self.after(), "The agent decided to say nothing.")
        self.assertIn("handed over", self.after(trace={"handed_over": "It did."}))

    def test_bubbles_that_never_left(self):
        for reason in ("interrupted", "person", "superseded", "bot_off", "agent_off", "given_back",
                       "handed_over", "refused"):  # fmt: skip
            with self.subTest(reason):
                said = self.after(send=("withdrawn", reason))
                self.assertEqual(said, str(silences.WITHDRAWN[reason]))
        self.assertEqual(self.after(send=("rejected", "x")), "WhatsApp refused the answer.")

    def test_what_was_answered_or_will_be(self):
        for state in ("planned", "claimed", "accepted", "unknown"):
            with self.subTest(state):
                self.assertEqual(self.after(send=(state, "")), "")

    def test_a_turn_that_is_gone_or_nonsense(self):
        gone = self.message(f"turn:{uuid.uuid4()}")
        self.assertEqual(self.sentence(gone), "The agent decided to say nothing.")
        self.assertIn("No answer", self.sentence(self.message("turn:nonsense")))

    def test_two_queries_for_any_number(self):
        for n in range(6):
            handmade.heard(self.session, timezone.now() - timedelta(minutes=n + 5))
            self.message(CODES[n])
        rows = list(Message.objects.all())
        with self.assertNumQueries(2):
            found = silences.of(rows)
        self.assertEqual(len(found), 12)

    def test_the_lookup(self):
        silent = self.message("muted")
        self.message(minutes=0)
        find = lookups["agents.silence.list"].submit
        (one,) = find(self.ana, {"conversation": str(self.where.pk)})["items"]
        self.assertEqual(one["message_id"], str(silent.pk))
        self.assertEqual(one["silence"]["code"], "muted")
        self.assertEqual(one["silence"]["sentence"], str(silences.SENTENCES["muted"]))
        conversations.assign(self.ana, conversation=self.where, user=self.ana.user_id)
        with self.assertRefused(code="NOT_FOUND"):
            find(self.beto, {"conversation": str(self.where.pk)})
        with self.assertRefused(code="NOT_FOUND"):
            find(self.other_shop.owner, {"conversation": str(self.where.pk)})


class BubbleTest(PagesTest):
    def thread(self) -> str:
        url = reverse("inbox:thread", args=["lucia", self.conversation().pk])
        return self.signed_in().get(url).content.decode()

    def last(self) -> Message:
        return Message.objects.filter(direction="inbound").latest("id")

    def url(self, message: Message, slug: str = "lucia") -> str:
        return reverse("agents:silence", args=[slug, message.pk])

    def test_nothing_stands_beside_what_was_answered(self):
        self.says("hola, cuanto vale?")
        self.run_jobs()
        self.assertNotIn("why no answer?", self.thread())

    def test_a_person_has_it(self):
        self.says("hola")
        messages.send(self.beto, conversation=self.conversation(), text="Hola, soy Beto")
        self.says("gracias")
        self.assertIn(self.url(self.last()), self.thread())
        page = self.signed_in().get(self.url(self.last()), headers=HTMX)
        self.assertContains(page, "A person has this conversation.")
        self.assertNotContains(page, "<html")

    def test_the_agent_is_off(self):
        settings.set_agent(self.ana, agent=SOMNIO, on=False)
        self.says("hola")
        self.assertIn(self.url(self.last()), self.thread())
        page = self.signed_in().get(self.url(self.last()))
        self.assertContains(page, "switched off in this workspace")

    def test_the_agent_chose_to_be_silent(self):
        self.says("quiero comprar")
        self.says("Jose Romero")
        silent = self.last()
        self.assertTrue(silent.heard_by.startswith("turn:"))
        turn = AgentTurn.objects.get(pk=silent.heard_by[5:])
        if not turn.trace["silent_because"]:
            self.fail("This message was answered; the test needs one that is not.")
        self.assertIn(self.url(silent), self.thread())
        page = self.signed_in().get(self.url(silent))
        self.assertContains(page, "The whole session")
        self.assertContains(page, "Understood")

    def test_the_thread_asks_at_most_one_more_query(self):
        client = self.signed_in()
        url = reverse("inbox:thread", args=["lucia", self.conversation_after("hola").pk])
        self.run_jobs()
        client.get(url)
        with CaptureQueriesContext(connection) as answered:
            client.get(url)
        self.says("Jose Romero")
        self.says("3001234567")
        with CaptureQueriesContext(connection) as silent:
            client.get(url)
        self.assertLessEqual(len(silent), len(answered) + 1)

    def conversation_after(self, text: str) -> Conversation:
        self.says(text)
        return self.conversation()

    def test_what_was_answered_is_said_to_be(self):
        self.says("hola")
        self.assertContains(self.signed_in().get(self.url(self.last())), "An agent answered it")

    def test_who_may_ask(self):
        self.says("hola")
        last = self.last()
        theirs = self.signed_in(self.other_shop)
        self.assertEqual(theirs.get(self.url(last)).status_code, 404)
        self.assertEqual(theirs.get(self.url(last, "elsewhere")).status_code, 404)
        bubble = self.bubble()
        self.assertEqual(self.signed_in().get(self.url(bubble)).status_code, 404)
        conversations.assign(self.ana, conversation=self.conversation(), user=self.ana.user_id)
        self.assertEqual(self.signed_in(owner=False).get(self.url(last)).status_code, 404)
