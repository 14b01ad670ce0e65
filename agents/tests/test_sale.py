"""A sale from the first hello to the order, through the real rows and a WhatsApp on HTTP."""

from __future__ import annotations

from agents.models import AgentTurn, ModelCall, Session
from agents.operations import settings
from crm.models import Order, Task
from inbox.models import Message, Send
from inbox.operations import availability, conversations, messages
from inbox.testing import InboxTest
from morfx.events.models import Event


class SaleTest(InboxTest):
    @classmethod
    def furnish(cls) -> None:
        super().furnish()
        settings.set_agent(
            cls.ana, agent="somnio-sales-v1", on=True, speed=0, quiet_seconds=0, timer_preset="real"
        )

    def says(self, text: str, **kwargs: object) -> list[str]:
        before = len(self.phone_shows())
        self.customer_writes(text, **kwargs)
        self.run_jobs(ahead=1)
        return self.phone_shows()[before:]

    def test_it_sells_the_pack_of_two(self):
        replies = self.says("hola, cuanto vale?")
        self.assertTrue(any("$77,900" in reply for reply in replies), replies)
        self.assertTrue(self.says("quiero comprar"))
        self.says("Jose Romero 3001234567 cra 10 # 20-30 Bogota")
        self.says("barrio Chapinero, correo jose@example.com")
        replies = self.phone_shows()
        self.assertTrue(any("$109,900" in reply for reply in replies), replies)
        self.assertTrue(any("$109,900" in reply for reply in self.says("el de 2")))
        self.assertTrue(self.says("si, confirmo"))
        order = Order.objects.get()
        self.assertEqual(str(order.total), "109900.00")
        self.assertEqual(order.stage.name, "NUEVO PEDIDO")
        self.assertEqual([tag.name for tag in order.tags.all()], ["WPP"])
        self.assertTrue(order.confirmed)
        contact = self.conversation().contact
        assert contact is not None
        self.assertEqual(order.contact, contact)
        self.assertEqual((contact.name, contact.city), ("Jose Romero", "Bogota"))
        session = Session.objects.get()
        self.assertEqual(session.state["mode"], "confirmado")
        said = Message.objects.filter(direction="outbound")
        self.assertEqual(set(said.values_list("sender", flat=True)), {"agent"})
        self.assertFalse(Send.objects.exclude(state="accepted").exists())
        self.assertTrue(ModelCall.objects.filter(turn__session=session).exists())
        self.assertEqual(AgentTurn.objects.filter(role="customer").count(), 6)

    def test_a_person_takes_over_and_gives_back(self):
        self.says("hola")
        conversation = self.conversation()
        messages.send(self.beto, conversation=conversation, text="Hola, soy Beto")
        self.run_jobs()
        self.assertEqual(self.phone_shows()[-1], "Hola, soy Beto")
        self.assertEqual(self.says("cuanto vale?"), [])
        message = Message.objects.filter(direction="inbound").latest("id")
        self.assertEqual(message.heard_by, "person")
        conversations.give_back(self.beto, conversation=conversation)
        replies = self.says("cuanto vale entonces?")
        self.assertTrue(any("$77,900" in reply for reply in replies), replies)

    def test_it_hands_over_once(self):
        availability.set_online(self.beto, online=True)
        self.assertEqual(len(self.says("quiero hablar con un asesor")), 1)
        self.assertEqual(self.says("hola?"), [])
        conversation = self.conversation()
        self.assertEqual(conversation.assigned_to_id, self.beto.user_id)
        self.assertIs(conversation.bot_enabled, False)
        task = Task.objects.get()
        self.assertEqual((task.priority, task.conversation_id), ("high", conversation.pk))
        self.assertHappened("conversation.handedOver")
        conversations.give_back(self.beto, conversation=conversation)
        self.assertTrue(self.says("cuanto vale?"))

    def test_the_same_delivery_is_one_message_and_one_turn(self):
        for _ in range(3):
            self.customer_writes("hola", wamid="wamid.same")
        self.run_jobs(ahead=1)
        self.assertEqual(Message.objects.filter(direction="inbound").count(), 1)
        self.assertEqual(AgentTurn.objects.filter(role="customer").count(), 1)
        self.assertEqual(Event.objects.filter(name="message.received").count(), 1)

    def test_a_new_message_interrupts_what_is_planned(self):
        self.customer_writes("hola, cuanto vale?")
        self.run_jobs(only="agents.wake_the_agent")
        self.run_jobs(ahead=1, only="agents.answer")
        self.assertTrue(Send.objects.filter(state="planned").exists())
        self.customer_writes("hacen envios a Cali?")
        self.run_jobs(ahead=1)
        texts = self.phone_shows()
        self.assertEqual(len(texts), len(set(texts)))
        self.assertTrue(any("$77,900" in text for text in texts), texts)
        self.assertTrue(any("env" in text for text in texts), texts)
        self.assertFalse(Send.objects.filter(state="planned").exists())
