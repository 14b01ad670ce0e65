"""Rehearsals: the reference conversations of Somnio's specification, on a clock of their own."""

from __future__ import annotations

from agents.models import SandboxSession
from agents.operations import sandbox
from crm.models import Contact, Order, Product
from inbox.models import Message, Send
from morfx.events.models import Event
from morfx.jobs.models import Job
from morfx.testing.case import CafeTest

from .rehearsing import EVERYTHING, SOMNIO, Rehearsing, deeds, due, keys, words


class ReferenceConversations(Rehearsing):
    """Appendix D, cases 1 to 11."""

    def test_01_the_happy_path(self):
        answer = self.say("Hola, cuanto vale?")
        self.assertEqual(answer["intent"], "hola+precio")
        self.assertIn("$77,900", words(answer))
        self.assertEqual([r["after_seconds"] for r in answer["replies"]], [0, 3, 8, 11])
        answer = self.say("quiero comprar")
        self.assertEqual((answer["mode"], len(answer["replies"])), ("collecting_data", 2))
        self.assertEqual(due(answer), [(0, 600)])
        answer = self.say("Jose Romero 3001234567 cra 10 # 20-30 Bogota")
        self.assertEqual((answer["class"], answer["replies"]), ("datos", []))
        self.assertTrue(answer["silent_because"])
        data = answer["state"]["data"]
        self.assertEqual((data["nombre"], data["apellido"]), ("Jose", "Romero"))
        self.assertEqual((data["telefono"], data["ciudad"]), ("573001234567", "Bogota"))
        self.assertEqual(data["departamento"], "Cundinamarca")
        self.assertEqual([level for level, _ in due(answer)], [2])
        self.assertLessEqual(due(answer)[0][1], 120)
        answer = self.advance(120)
        self.assertEqual(answer["mode"], "ofrecer_promos")
        self.assertIn("$109,900", words(answer))
        self.assertEqual([level for level, _ in due(answer)], [3])
        answer = self.say("el de 2")
        self.assertEqual((answer["mode"], len(answer["replies"])), ("resumen", 2))
        self.assertEqual(due(answer), [(4, 600)])
        answer = self.say("si, confirmo")
        self.assertEqual((answer["mode"], len(answer["replies"])), ("confirmado", 2))
        (order,) = deeds(answer, "crm.order.create")
        self.assertEqual(order["inputs"]["products"][0]["price"], "109900.00")
        self.assertEqual(order["inputs"]["stageName"], "NUEVO PEDIDO")
        tags = [tag["inputs"] for tag in deeds(answer, "crm.tag.add")]
        self.assertIn({"order": order["result"]["id"], "tag": "WPP"}, tags)
        self.assertEqual(due(answer), [])

    def test_02_all_data_at_once_without_a_yes(self):
        answer = self.say(EVERYTHING)
        self.assertEqual((answer["class"], answer["mode"]), ("datos", "ofrecer_promos"))
        self.assertIn("$109,900", words(answer))
        self.assertEqual([level for level, _ in due(answer)], [3])

    def test_03_a_greeting_with_a_datum(self):
        answer = self.say("Hola, soy Maria")
        self.assertEqual((answer["class"], answer["mode"]), ("mixto", "collecting_data"))
        self.assertIn("hola.first.1", keys(answer))
        self.assertEqual(answer["state"]["data"]["nombre"], "Maria")

    def test_04_a_question_in_the_middle(self):
        self.say("quiero comprar")
        before = self.say("Jose Romero 3001234567")
        self.advance(60)
        answer = self.say("¿hacen envios a Cali?")
        self.assertEqual((answer["class"], answer["mode"]), ("pregunta", "collecting_data"))
        self.assertIn("envio.first.1", keys(answer))
        self.assertEqual(answer["state"]["data"], before["state"]["data"])
        self.assertEqual(due(answer)[0][1], due(before)[0][1] - 60)

    def test_05_data_and_a_question(self):
        self.say("quiero comprar")
        answer = self.say("Jose Romero, cuanto cuesta?")
        self.assertEqual(answer["class"], "mixto")
        self.assertEqual(answer["state"]["data"]["nombre"], "Jose")
        self.assertIn("$77,900", words(answer))

    def test_06_thanks_ask_for_nothing(self):
        self.say("quiero comprar")
        answer = self.say("ok gracias 👍")
        self.assertEqual((answer["class"], answer["replies"]), ("irrelevante", []))
        self.assertTrue(answer["silent_because"])

    def test_07_a_negation_counts_as_given(self):
        self.say("quiero comprar")
        answer = self.say("no tengo correo")
        self.assertEqual(answer["state"]["data"]["correo"], "N/A")

    def test_08_the_reminder_and_the_list_of_what_is_missing(self):
        self.say("quiero comprar")
        answer = self.advance(599)
        self.assertEqual(answer["replies"], [])
        answer = self.advance(1)
        self.assertEqual(keys(answer), ["recordar_datos.first.1"])
        self.assertEqual(self.advance(7200)["replies"], [])
        self.say("soy Jose Romero")
        self.advance(300)
        later = self.say("mi telefono es 3001234567")
        self.assertEqual([level for level, _ in due(later)], [1])
        self.assertLessEqual(due(later)[0][1], 60)
        answer = self.advance(60)
        self.assertEqual(len(answer["replies"]), 1)
        self.assertIn("Direccion completa", words(answer))
        self.assertNotIn("Apellido", words(answer))

    def test_09_promotions_unanswered(self):
        self.say(EVERYTHING)
        answer = self.advance(600)
        self.assertEqual(answer["mode"], "pedido_sinpack")
        (order,) = deeds(answer, "crm.order.create")
        self.assertEqual(order["inputs"]["products"], [])
        self.assertEqual([r["after_seconds"] for r in answer["replies"]], [600])

    def test_09_a_pack_unconfirmed(self):
        self.say(EVERYTHING)
        self.say("el de 2")
        answer = self.advance(603)
        self.assertEqual(answer["mode"], "pedido_pendiente")
        (order,) = deeds(answer, "crm.order.create")
        self.assertEqual(order["inputs"]["products"][0]["price"], "109900.00")
        self.assertFalse(order["inputs"]["confirmed"])

    def test_10_a_change_of_mind(self):
        self.say(EVERYTHING)
        self.say("el de 2")
        answer = self.say("mejor el de 3")
        self.assertEqual((answer["mode"], answer["state"]["selection"]), ("resumen", "3x"))
        self.assertIn("$139,900", words(answer))
        answer = self.say("muestrame las promos")
        self.assertEqual(answer["mode"], "ofrecer_promos")

    def test_11_a_pack_before_the_promotions(self):
        answer = self.say("quiero el 2x")
        self.assertNotEqual(answer["mode"], "resumen")
        self.assertIn("$109,900", words(answer))
        self.assertEqual(deeds(answer, "crm.order.create"), [])

    def test_11_a_yes_without_a_summary(self):
        answer = self.say("confirmo")
        self.assertEqual(keys(answer), ["elegir_pack.first.1"])
        self.say(EVERYTHING)
        answer = self.say("confirmo")
        self.assertEqual(answer["mode"], "ofrecer_promos")
        self.assertEqual(len(answer["replies"]), 1)
        self.assertTrue(all(pack in words(answer).lower() for pack in ("1x", "2x", "3x")))
        self.assertEqual(deeds(answer, "crm.order.create"), [])


class TheClock(Rehearsing):
    def test_who_speaks_without_touching_the_clock_has_read_everything(self):
        self.say("hola, cuanto vale?")
        answer = self.say("hacen envios a Cali?")
        self.assertFalse({"precio.first.2", "precio.first.3"} & set(keys(answer)))

    def test_who_keeps_the_time_interrupts(self):
        self.say("hola, cuanto vale?")
        self.advance(4)
        answer = self.say("hacen envios a Cali?")
        said = keys(answer)
        self.assertEqual(said[0], "envio.first.1")
        self.assertIn("precio.first.2", said)
        self.assertNotIn("precio.first.1", said)
        self.assertTrue(any("held back" in sentence for sentence in answer["why"]))

    def test_speed_stretches_the_pauses_and_not_the_timers(self):
        session = self.start(speed=0)
        answer = self.say("hola, cuanto vale?", session)
        self.assertEqual({reply["after_seconds"] for reply in answer["replies"]}, {0})
        self.assertEqual(due(self.say("quiero comprar", session)), [(0, 600)])

    def test_the_fast_preset(self):
        session = self.start(timer_preset="instantaneo", speed=0)
        self.say(EVERYTHING, session)
        self.assertEqual(self.advance(2, session)["mode"], "pedido_sinpack")

    def test_after_a_day_a_new_session_begins(self):
        self.say("hola")
        self.say("quiero comprar")
        self.advance(25 * 3600)
        answer = self.say("hola")
        self.assertIn("hola.first.1", keys(answer))
        self.assertEqual(answer["mode"], "conversacion")


class NotSwitchedOnTest(CafeTest):
    def test_an_agent_can_be_rehearsed_before_it_is_on_and_furnishes_nothing(self):
        session = sandbox.start(self.beto, agent=SOMNIO)["session"]
        answer = sandbox.say(self.beto, session=session, text="cuanto vale?")
        self.assertIn("$77,900", words(answer))
        self.assertFalse(Product.objects.exists())
        self.assertNothingHappened("product.created")


class NothingLeaves(Rehearsing):
    def test_a_sale_leaves_no_row_but_the_rehearsal(self):
        before = [m.objects.count() for m in (Event, Job, Contact, Order, Product, Message, Send)]
        self.say(EVERYTHING)
        self.say("el de 2")
        self.assertEqual(self.say("si, confirmo")["mode"], "confirmado")
        after = [m.objects.count() for m in (Event, Job, Contact, Order, Product, Message, Send)]
        self.assertEqual(before, after)
        self.assertEqual(SandboxSession.objects.get(pk=self.session).created_by, self.beto.who)

    def test_after_a_hand_over_the_agent_is_silent(self):
        answer = self.say("quiero hablar con un asesor")
        self.assertEqual((len(answer["replies"]), answer["status"]), (1, "handed_off"))
        answer = self.say("hola?")
        self.assertEqual((answer["replies"], answer["mode"]), ([], "handoff"))
        self.assertEqual(self.advance(9000)["replies"], [])

    def test_deeds_are_checked_though_they_are_not_done(self):
        self.say(EVERYTHING)
        self.say("el de 1")
        does = [e for e in self.say("si, confirmo")["effects"] if e["effect"] == "Do"]
        self.assertTrue(does)
        self.assertFalse([deed for deed in does if "error" in deed])

    def test_nonsense_and_strangers_are_refused(self):
        with self.assertRefused(code="AGENT_NOT_FOUND", field="agent"):
            sandbox.start(self.beto, agent="nobody")
        with self.assertRefused(code="VALIDATION_ERROR"):
            self.advance(-1)
        with self.assertRefused(code="PERMISSION_DENIED"):
            sandbox.say.submit(self.nobody, {"session": self.session, "text": "a"})
        with self.assertRefused(code="NOT_FOUND"):
            sandbox.say.submit(self.other_shop.owner, {"session": self.session, "text": "hola"})
        with self.assertRefused(code="PERMISSION_DENIED"):
            sandbox.save.submit(self.ana, {"session": self.session, "version": 1, "stage": {}})

    def test_two_at_once_do_not_overwrite_each_other(self):
        stale = SandboxSession.objects.get(pk=self.session)
        self.say("hola")
        with self.assertRefused(code="CONFLICT"):
            sandbox.say(self.beto, session=stale, text="cuanto vale?")
