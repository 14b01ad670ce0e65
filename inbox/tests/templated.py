"""A café with templates: what its business account has on the simulated WhatsApp."""

from __future__ import annotations

from typing import Any

from inbox import template_jobs
from inbox.models import Channel, Template
from inbox.operations import channels
from inbox.testing import NUMBER, InboxTest

WABA = "102290129340398"

Raw = dict[str, Any]


def raw_template(
    name: str, words: str = "Hola {{1}}, tu pedido {{2}} va en camino.", **more: Any
) -> Raw:
    """Return a template as WhatsApp lists it; Spanish, approved, with a body alone."""
    components = [{"type": "BODY", "text": words}, *more.pop("parts", [])]
    return {"name": name, "language": "es", "status": "APPROVED", "category": "UTILITY",
            "components": components, **more}  # fmt: skip


ON_ITS_WAY = raw_template("pedido_en_camino")
PLAIN = raw_template("gracias", "Gracias por tu compra.")


class TemplatedTest(InboxTest):
    """The café's number knows its business account, whose templates were fetched."""

    @classmethod
    def furnish(cls) -> None:
        super().furnish()
        cls.whatsapp.register_number(
            NUMBER,
            display_phone_number="573110000000",
            token="token",
            app_secret="secret",
            webhook_url="http://127.0.0.1:9/nobody",
            waba_id=WABA,
        )
        cls.channel = channels.connect(
            cls.ana, provider="cloud", phone_number_id=NUMBER, token="token", waba_id=WABA
        )  # fmt: skip

    def setUp(self) -> None:
        super().setUp()
        self.whatsapp.set_templates(NUMBER)
        self.addCleanup(self.whatsapp.set_templates, NUMBER)

    def listed(self, *raw: Raw) -> list[Template]:
        """Let WhatsApp have these templates and no others, and fetch them."""
        self.whatsapp.set_templates(NUMBER, *raw)
        self.fetch()
        return list(Template.objects.order_by("name", "language"))

    def fetch(self, channel: Channel | None = None) -> None:
        """Fetch the templates of a number now."""
        template_jobs.fetch_templates((channel or self.channel).pk)
