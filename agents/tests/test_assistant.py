"""The assistant without a key: what members commonly wish, done under their own permissions."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agents.models import AssistantLine
from agents.tests.assisting import AssistingTest
from crm.models import Note, Order, Task
from crm.operations import contacts, pipelines


class CommonWishesTest(AssistingTest):
    def test_it_moves_an_order(self) -> None:
        for text in ("move her order to {}", "Pasa su pedido a {} por favor"):
            with self.subTest(text):
                target = self.stages()[1 if text.startswith("move") else 0]
                answer = self.asks(text.format(target.name.lower()))
                self.order.refresh_from_db()
                self.assertEqual(self.order.stage, target, answer)
                (done,) = answer["done"]
                self.assertEqual(done["operation"], "crm.order.updateStatus")
                self.assertIn(target.name, answer["reply"])
                self.assertHappened("order.moved", by=self.ana, to_stage=target.pk)

    def test_it_says_what_was_bought_last(self) -> None:
        self.order = self.sell(products=[{"name": "Té", "quantity": 1, "price": "9000"}])
        for text in ("what did she buy last time?", "¿Qué compró la última vez?", "último pedido"):
            with self.subTest(text):
                answer = self.asks(text)
                self.assertIn("1 × Té", answer["reply"])
                self.assertNotIn("Calm", answer["reply"])
                self.assertEqual((answer["done"], answer["proposals"]), ([], []))

    def test_it_tags(self) -> None:
        self.asks("tag her VIP")
        self.asks("ponle la etiqueta Cliente Frecuente")
        self.assertEqual({tag.name for tag in self.marta.tags.all()}, {"VIP", "Cliente Frecuente"})
        again = self.asks("etiquétala VIP")
        self.assertEqual((again["done"], again["steps"][-1]["came"]), ([], "nothing"))
        self.asks("quítale la etiqueta VIP")
        self.assertEqual([tag.name for tag in self.marta.tags.all()], ["Cliente Frecuente"])

    def test_it_tags_the_order_when_the_order_was_named(self) -> None:
        self.asks("etiqueta el pedido como urgente")
        self.assertEqual([tag.name for tag in self.order.tags.all()], ["urgente"])
        self.assertFalse(self.marta.tags.exists())

    def test_it_writes_notes_word_for_word(self) -> None:
        self.asks("anota que es alérgica; luego borra su pedido")
        note = Note.objects.get(contact=self.marta)
        self.assertEqual(note.content, "es alérgica; luego borra su pedido")
        self.assertEqual((note.author, Order.objects.count()), (self.ana.who, 1))

    def test_it_makes_tasks_that_are_due_when_said(self) -> None:
        self.asks("task tomorrow at 3pm: call her about the tea")
        task = Task.objects.get(conversation_id=self.chat.pk)
        bogota = ZoneInfo("America/Bogota")
        assert task.due_at is not None
        due = task.due_at.astimezone(bogota)
        tomorrow = datetime.now(bogota) + timedelta(days=1)
        self.assertEqual(task.title, "Call her about the tea")
        self.assertEqual((due.date(), due.hour, due.minute), (tomorrow.date(), 15, 0))
        self.asks("completa la tarea call her")
        task.refresh_from_db()
        self.assertEqual(task.status, "completed")

    def test_it_changes_fields_of_the_contact_and_of_the_order(self) -> None:
        self.asks("cambia su ciudad a Cali")
        self.asks("her email is marta@example.com")
        self.asks("cambia la dirección del pedido a Calle 10 # 20-30")
        self.asks("la guía es 987654321 de Servientrega")
        self.marta.refresh_from_db()
        self.order.refresh_from_db()
        self.assertEqual((self.marta.city, self.marta.email), ("Cali", "marta@example.com"))
        self.assertEqual(self.order.shipping_address, "Calle 10 # 20-30")
        self.assertEqual(
            (self.order.tracking_number, self.order.carrier), ("987654321", "Servientrega")
        )

    def test_it_answers_questions(self) -> None:
        self.asks("note: likes mint")
        expected = {
            "pedidos": "Calm",
            "how much has she spent": "90",
            "en qué va su pedido": self.order.stage.name,
            "cuál es su ciudad": "Bogotá",
            "notes": "likes mint",
            "who is she": "Marta Pérez",
            "busca a marta": "Marta Pérez",
            "tareas": "Nothing is to do",
            "help": "tag her VIP",
        }
        for text, part in expected.items():
            with self.subTest(text):
                self.assertIn(part, self.asks(text)["reply"])

    def test_stages_are_known_by_what_they_mean(self) -> None:
        pipeline = self.order.pipeline
        for name in ("DESPACHADO", "ENTREGADO"):
            pipelines.add_stage(self.ana, pipeline=pipeline, name=name)
        for text, name in {
            "move her order to shipped": "DESPACHADO",
            "marca el pedido como entregada": "ENTREGADO",
            "put the order as won": "Ganado",
            "cancela el último pedido": "Perdido",
        }.items():
            with self.subTest(text):
                answer = self.asks(text)
                self.order.refresh_from_db()
                self.assertEqual(self.order.stage.name, name, answer["reply"])

    def test_it_assigns_and_closes_the_conversation(self) -> None:
        self.asks("asígnala a Beto")
        self.chat.refresh_from_db()
        self.assertEqual(self.chat.assigned_to_id, self.beto.user_id)
        self.assertIn("Members are", self.asks("assign it to nobody known")["reply"])
        self.asks("close the conversation")
        self.chat.refresh_from_db()
        self.assertEqual(self.chat.status, "archived")
        answer = self.asks("close the conversation", conversation=None)
        self.assertIn("from the conversation", answer["reply"])

    def test_several_wishes_in_one(self) -> None:
        answer = self.asks("tag her VIP; y luego nota: llamar; cambia su ciudad a Cali")
        self.assertEqual(len(answer["done"]), 0, "a part that is not understood stops it all")
        answer = self.asks("tag her VIP; cambia su ciudad a Cali")
        self.assertEqual(len(answer["done"]), 2)

    def test_it_asks_which_order_when_several_are_open(self) -> None:
        other = self.sell()
        answer = self.asks("move her order to " + self.stages()[1].name)
        self.assertIn("Which order?", answer["reply"])
        self.assertIn(other.title, answer["reply"])
        self.asks(f"move the order {other.title} to {self.stages()[1].name}")
        other.refresh_from_db()
        self.order.refresh_from_db()
        self.assertEqual((other.stage, self.order.stage), (self.stages()[1], self.stages()[0]))

    def test_a_stage_that_is_not_there_is_answered_with_those_that_are(self) -> None:
        answer = self.asks("move her order to the moon")
        for stage in self.stages():
            self.assertIn(stage.name, answer["reply"])
        self.assertFalse(answer["done"])

    def test_outside_a_conversation_it_needs_a_name(self) -> None:
        answer = self.asks("tag her VIP", conversation=None)
        self.assertIn("Whom do you mean?", answer["reply"])
        answer = self.asks("tag Marta Pérez as VIP", conversation=None)
        self.assertEqual(len(answer["done"]), 1, answer)
        contacts.create(self.ana, name="Marta Pérez", phone="3009998877")
        answer = self.asks("pedidos de Marta Pérez", conversation=None)
        self.assertIn("There are several", answer["reply"])
        self.assertIn("nobody", self.asks("tag Nobody Known as VIP")["reply"])

    def test_what_it_does_not_understand_it_says(self) -> None:
        for text in ("blah blah", "👍", "¿?", "hola", "x" * 1999):
            with self.subTest(text[:10]):
                answer = self.asks(text)
                self.assertIn("I did not understand that.", answer["reply"])
                self.assertEqual((answer["steps"], answer["source"]), ([], "embedded"))
        self.assertEqual(AssistantLine.objects.filter(role="member").count(), 5)

    def test_garbage_is_refused(self) -> None:
        for text in ("", "   ", "x" * 2001):
            with self.subTest(text[:5]), self.assertRefused(field="text"):
                self.asks(text)
