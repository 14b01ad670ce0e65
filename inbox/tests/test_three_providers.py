"""Three workspaces on three sellers, each against its dialect: the same talk, the same end.

Everything between the two sides is HTTP: what the customer says is posted by the server in its
seller's shape and proof, what the agent says is posted by us to the seller's address.
"""

from __future__ import annotations

import uuid

from agents.operations import settings
from inbox import simulator
from inbox.models import Channel, Conversation, Envelope, Message
from inbox.tests.sellers import (
    CLOUD,
    DIALOG360,
    DIALOG360_BARE,
    DIALOG360_HEADER,
    KAPSO,
    KAPSO_BATCHES,
    KAPSO_META,
    Door,
    Seller,
    door,
)
from morfx.operations.actor import Actor
from morfx.tenancy import within
from morfx.testing.case import CafeTest
from morfx.testing.cast import Shop, open_shop

PICTURE = b"\x89PNG\r\n\x1a\n a picture of the mattress"
TALK = (
    "Hola, buenas tardes",
    "Cuánto vale?",
    "Me interesa el de 2",
    "Jose Romero 3001234567 cra 10 # 20-30 barrio Chapinero Bogota Cundinamarca jose@example.com",
)


class OneShop:
    """A workspace with a number at one seller, and its only customer."""

    def __init__(self, test: CafeTest, shop: Shop, seller: Seller) -> None:
        self.test, self.shop, self.seller = test, shop, seller
        running = simulator.running()
        self.whatsapp = running.__enter__()
        test.addCleanup(running.__exit__, None, None, None)
        opened = door()
        self.door: Door = opened.__enter__()
        test.addCleanup(opened.__exit__, None, None, None)
        self.customer = "573001112233"
        self.channel = self._furnish(shop.owner)
        self.whatsapp.customer(seller.number, self.customer, name="Marta")

    def _furnish(self, owner: Actor) -> Channel:
        with within(self.shop.workspace.pk):
            settings.set_agent(
                owner, agent="somnio-sales-v1", on=True, speed=0, quiet_seconds=0,
                timer_preset="real",
            )  # fmt: skip
            return self.seller.connect(owner, self.whatsapp, self.door.url)

    def settle(self) -> None:
        """Let both sides work until nobody has anything to say."""
        for _ in range(10):
            self.whatsapp.settle()
            with within(self.shop.workspace.pk):
                taken = self.door.take_in(self.channel)
            if not self.test.run_jobs(ahead=1) and not taken:
                return
        raise AssertionError("They never come to an end.")

    def says(self, text: str) -> None:
        """Let the customer write, and everything follow from it."""
        self.whatsapp.say(self.seller.number, self.customer, text)
        self.settle()

    def read_all(self) -> None:
        """Let the customer open the chat."""
        self.whatsapp.mark_read(self.seller.number, self.customer)
        self.settle()

    def answers(self) -> list[str]:
        """Return what the customer's phone shows of us."""
        chat = self.whatsapp.chat(self.seller.number, self.customer, limit=500)
        return [one["text"] for one in chat["messages"] if one["direction"] == "out"]

    def thread(self) -> list[tuple[str, str, str, str]]:
        """Return our thread: who, what kind, which words, how far it came."""
        with within(self.shop.workspace.pk):
            rows = Message.objects.order_by("id")
            return [(row.sender, row.type, row.text, row.status) for row in rows]


class ThreeProvidersTest(CafeTest):
    maxDiff = None

    def talk(self, shop: Shop, seller: Seller) -> OneShop:
        """Run the whole conversation at one seller."""
        one = OneShop(self, shop, seller)
        for text in TALK:
            one.says(text)
        said = one.whatsapp.send_file(seller.number, one.customer, "image", PICTURE, "image/png")
        one.settle()
        one.whatsapp.react(seller.number, one.customer, self.last_answer(one), "👍")
        one.settle()
        one.read_all()
        self.assertTrue(said["wamid"])
        return one

    def last_answer(self, one: OneShop) -> str:
        chat = one.whatsapp.chat(one.seller.number, one.customer, limit=500)
        return [each["wamid"] for each in chat["messages"] if each["direction"] == "out"][-1]

    def shops(self) -> list[Shop]:
        return [self.shop, self.other_shop, open_shop("third", "tere", "toño")]

    def test_the_same_conversation_ends_the_same_at_all_three(self):
        found = [
            self.talk(shop, seller)
            for shop, seller in zip(self.shops(), (CLOUD, DIALOG360, KAPSO), strict=True)
        ]
        first = found[0]
        self.assertGreaterEqual(len(first.answers()), 4)
        for one in found[1:]:
            self.assertEqual(one.answers(), first.answers())
            self.assertEqual(one.thread(), first.thread())
        for one in found:
            ours = [row for row in one.thread() if row[0] == "agent"]
            self.assertTrue(ours)
            self.assertEqual({status for *_, status in ours}, {"read"}, one.seller)
            kinds = [kind for who, kind, *_ in one.thread() if who == "contact"]
            self.assertEqual(kinds, ["text"] * 4 + ["image", "reaction"])
            with within(one.shop.workspace.pk):
                self.assertEqual(Conversation.objects.count(), 1)
                self.assertEqual(set(Envelope.objects.values_list("state", flat=True)), {"parsed"})

    def test_the_other_ways_of_the_resellers_end_the_same_too(self):
        ways = (DIALOG360_BARE, DIALOG360_HEADER, KAPSO_META, KAPSO_BATCHES)
        shops = [open_shop(f"way-{n}-{uuid.uuid4().hex[:6]}", f"a{n}", f"b{n}") for n in range(4)]
        first = self.talk(self.shop, CLOUD)
        for shop, seller in zip(shops, ways, strict=True):
            one = self.talk(shop, seller)
            self.assertEqual(one.answers(), first.answers(), seller)
            self.assertEqual(one.thread(), first.thread(), seller)
