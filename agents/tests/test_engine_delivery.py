"""From a committed turn to the phone: workers die, people switch off, customers interrupt."""

from __future__ import annotations

from django.utils import timezone

from agents.engine import turn
from agents.models import AgentTurn
from agents.operations import settings
from agents.tests.selling import SOMNIO, SellingTest
from inbox import clients, delivery
from inbox.jobs import deliver
from inbox.models import Message, Send
from inbox.operations import conversations, messages


class DeliveryTest(SellingTest):
    """Real pauses; time is moved by hand."""

    speed = 1.0

    def plan(self, text: str) -> None:
        """Let the agent answer, and nothing of it be sent yet."""
        self.customer_writes(text)
        self.run_jobs(only="agents.wake_the_agent")
        self.run_jobs(only="agents.answer", ahead=1)

    def next_bubble(self) -> list[str]:
        """Let the pause before the next bubble be over, and send it; return what was new."""
        before = len(self.phone_shows())
        planned = Send.objects.filter(state="planned").exclude(due_at=None)
        planned.update(due_at=timezone.now())
        deliver(self.conversation().pk)
        return self.phone_shows()[before:]

    def all_bubbles(self) -> list[str]:
        """Send what is left, bubble by bubble."""
        shown: list[str] = []
        while Send.objects.filter(state="planned").exists():
            shown += self.next_bubble()
        return shown

    def states(self) -> list[tuple[str, str]]:
        rows = Send.objects.order_by("created_at", "position")
        return [(row.state, row.reason) for row in rows]

    # -- workers that die ------------------------------------------------------------------------

    def test_a_worker_killed_after_the_commit_sends_nothing_twice(self):
        self.plan("hola, cuanto vale?")
        for _ in range(3):
            deliver(self.conversation().pk)
        self.assertEqual(len(self.phone_shows()), 1)
        self.all_bubbles()
        deliver(self.conversation().pk)
        self.assertEqual(len(self.phone_shows()), 4)
        self.assertEqual(len(set(self.phone_shows())), 4)

    def test_a_turn_run_again_says_nothing_again(self):
        self.plan("hola, cuanto vale?")
        self.run_jobs(only="agents.answer", ahead=1)
        turn.answer(self.conversation().pk)
        self.all_bubbles()
        self.assertEqual(len(self.phone_shows()), 4)
        self.assertEqual(AgentTurn.objects.filter(role="customer").count(), 1)

    def test_killed_while_sending_a_bubble_is_unknown_and_the_rest_follows(self):
        self.plan("hola, cuanto vale?")
        claimed = delivery.claim_next(self.conversation().pk)
        assert claimed is not None
        clients.send(self.conversation(), claimed)
        self.all_bubbles()
        self.assertEqual(len(self.phone_shows()), 4)
        self.assertEqual(len(set(self.phone_shows())), 4)
        claimed.refresh_from_db()
        self.assertEqual(claimed.state, "unknown")

    def test_killed_before_sending_a_bubble_is_unknown_too_and_never_sent(self):
        self.plan("hola, cuanto vale?")
        claimed = delivery.claim_next(self.conversation().pk)
        assert claimed is not None
        self.all_bubbles()
        self.assertEqual(len(self.phone_shows()), 3)
        self.assertNotIn(claimed.body["text"], self.phone_shows())

    # -- people who take the word ----------------------------------------------------------------

    def test_switching_the_agent_off_stops_what_is_planned(self):
        self.plan("hola, cuanto vale?")
        self.next_bubble()
        settings.set_agent(self.ana, agent=SOMNIO, on=False)
        self.assertEqual(self.all_bubbles(), [])
        self.assertEqual(set(self.states()[1:]), {("withdrawn", "agent_off")})

    def test_switching_the_bot_off_here_stops_what_is_planned(self):
        self.plan("hola, cuanto vale?")
        self.next_bubble()
        conversations.set_bot(self.beto, conversation=self.conversation(), enabled=False)
        self.assertEqual(self.all_bubbles(), [])
        self.assertEqual({state for state, _ in self.states()[1:]}, {"withdrawn"})

    def test_a_persons_reply_stops_what_is_planned(self):
        self.plan("hola, cuanto vale?")
        self.next_bubble()
        messages.send(self.beto, conversation=self.conversation(), text="Hola, soy Beto")
        self.all_bubbles()
        self.assertEqual(self.phone_shows()[1:], ["Hola, soy Beto"])

    # -- customers who interrupt -----------------------------------------------------------------

    def test_what_an_interruption_held_back_follows_the_new_answer(self):
        self.plan("hola, cuanto vale?")
        self.next_bubble()
        self.next_bubble()
        waiting = list(
            Send.objects.filter(state="planned").order_by("position").values_list("pause")
        )
        self.plan("hacen envios a Cali?")
        shown = self.all_bubbles()
        self.assertIn("envíos", shown[0])
        self.assertTrue(any("resultados" in text for text in shown), shown)
        self.assertTrue(any("efectivo" in text for text in shown), shown)
        self.assertEqual(len(self.phone_shows()), len(set(self.phone_shows())))
        resumed = Send.objects.filter(state="accepted", body__key__startswith="precio.first.")
        again = resumed.order_by("created_at", "position").values_list("pause")
        self.assertEqual(list(again)[1:], waiting)

    def test_interrupting_twice_repeats_and_loses_nothing(self):
        self.plan("hola, cuanto vale?")
        self.next_bubble()
        self.plan("hacen envios a Cali?")
        self.next_bubble()
        self.plan("tienen registro invima?")
        self.all_bubbles()
        shown = self.phone_shows()
        self.assertEqual(len(shown), len(set(shown)))
        for word in ("Bienvenido", "envíos", "Invima", "$77,900", "resultados", "efectivo"):
            self.assertTrue(any(word in text for text in shown), (word, shown))

    def test_a_picture_takes_nothing_back(self):
        self.plan("hola, cuanto vale?")
        self.next_bubble()
        self.sends_a_picture()
        shown = self.all_bubbles()
        self.assertTrue(any("$77,900" in text for text in shown), shown)

    def test_a_half_speed_shortens_a_pause_once(self):
        settings.set_agent(self.ana, agent=SOMNIO, speed=0.5)
        self.plan("hola, cuanto vale?")
        pauses = dict(Send.objects.values_list("body__key", "pause"))
        self.plan("hacen envios a Cali?")
        plan = f"turn:{AgentTurn.objects.filter(role='customer').latest('number').pk}"
        for key, pause in Send.objects.filter(plan=plan).values_list("body__key", "pause"):
            if key in pauses:
                self.assertEqual(pause, pauses[key], key)

    def test_every_bubble_names_its_turn(self):
        self.plan("hola")
        self.all_bubbles()
        heard = AgentTurn.objects.get(role="customer")
        for bubble in Message.objects.filter(sender="agent"):
            self.assertEqual(bubble.content["plan"], f"turn:{heard.pk}")
