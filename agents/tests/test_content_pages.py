"""The editor's pages: list, edit, preview, review, publish, go back; and who may."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from agents import content
from agents.models import AgentVersion
from agents.operations import content as contents
from agents.operations import settings
from crm.models import Product
from morfx.testing.case import CafeTest

SOMNIO = "somnio-sales-v1"
HTMX = {"HX-Request": "true"}
NEW = "Vale {{precio_1x}} con envío gratis"


class EditorTest(CafeTest):
    @classmethod
    def furnish(cls) -> None:
        settings.set_agent(cls.ana, agent=SOMNIO, on=True)

    def setUp(self) -> None:
        super().setUp()
        self.browser = self.signed_in()

    def url(self, name: str = "content", *args: object) -> str:
        return reverse(f"agents:{name}", args=["lucia", SOMNIO, *args])

    def form(self, *texts: str, **more: Any) -> dict[str, Any]:
        """Return the price's form with these texts, its examples as they are."""
        examples = [e.text for e in content.own(SOMNIO).examples if e.intent == "precio"]
        return {
            "key": ["" for _ in texts],
            "visit": ["first" for _ in texts],
            "kind": ["text" for _ in texts],
            "delay": ["2" for _ in texts],
            "text": list(texts),
            "examples": "\n".join(examples),
            **more,
        }

    def post(self, *texts: str, **more: Any) -> Any:
        return self.browser.post(
            self.url("content_texts", "precio"), self.form(*texts, **more), follow=True
        )

    def test_the_list_names_every_text(self):
        page = self.browser.get(self.url())
        self.assertContains(page, "Side effects and safety")
        self.assertContains(page, "Its own texts in force")
        for intent in {text.intent for text in content.own(SOMNIO).texts}:
            self.assertContains(page, self.url("content_texts", intent))

    def test_a_text_shows_with_its_preview_and_examples(self):
        page = self.browser.get(self.url("content_texts", "precio"))
        self.assertContains(page, "{{precio_1x}}")
        self.assertContains(page, "tiene un valor de $77,900 con envío gratis")
        self.assertContains(page, "cuanto vale")

    def test_saving_makes_a_draft_and_says_so(self):
        page = self.post(NEW)
        self.assertContains(page, "Saved in the draft")
        self.assertContains(page, "Review one change")
        self.assertEqual(content.current(SOMNIO).version, 0)
        draft = content.draft(SOMNIO)
        assert draft is not None
        self.assertEqual([t.text for t in draft.texts if t.intent == "precio"], [NEW])

    def test_what_is_refused_stays_in_the_form_with_the_sentence(self):
        page = self.post("Vale {{descuento}}")
        self.assertEqual(page.status_code, 422)
        self.assertContains(page, "which is no variable", status_code=422)
        self.assertContains(page, "Vale {{descuento}}", status_code=422)
        page = self.post(NEW, delay=["pronto"])
        self.assertContains(page, "0 to 60 s", status_code=422)
        self.assertContains(page, 'value="pronto"', status_code=422)
        self.assertFalse(AgentVersion.objects.exists())

    def test_who_comes_second_is_told_and_may_then_save(self):
        contents.edit(self.ana, agent=SOMNIO, thresholds={"clarify": 35})
        page = self.post(NEW, revision="0")
        self.assertContains(page, "Somebody has changed this content", status_code=422)
        self.assertContains(page, 'name="revision" value="1"', status_code=422)
        self.assertContains(self.post(NEW, revision="1"), "Saved in the draft")

    def test_rows_are_added_moved_and_taken_away_without_saving(self):
        url = self.url("content_texts", "precio")
        more = self.browser.post(url, self.form("uno", "dos", do="add:first"), headers=HTMX)
        self.assertContains(more, 'name="text"', count=3)
        self.assertNotContains(more, "<html")
        moved = self.browser.post(url, self.form("uno", "dos", do="up:1"), headers=HTMX)
        body = moved.content.decode()
        self.assertLess(body.index(">dos<"), body.index(">uno<"))
        gone = self.browser.post(url, self.form("uno", "dos", do="remove:0"), headers=HTMX)
        self.assertNotContains(gone, ">uno<")
        for nonsense in ("remove:99", "up:0", "down:1", "x", "add:never", "up:-1"):
            kept = self.browser.post(url, self.form("uno", "dos", do=nonsense), headers=HTMX)
            self.assertContains(kept, 'name="text"', count=2)
        self.assertFalse(AgentVersion.objects.exists())

    def test_the_preview_fills_variables_and_never_is_markup(self):
        form = self.form("Hola {{nombre}}, {{precio_2x}} <script>x</script>", do="preview")
        page = self.browser.post(self.url("content_texts", "precio"), form, headers=HTMX)
        self.assertContains(page, "Hola María, $109,900 &lt;script&gt;")
        self.assertContains(page, "2 s later")

    def test_a_picture_is_previewed_by_its_address_only(self):
        form = self.form("https://cdn.co/a.jpg|Mira", do="preview") | {"kind": ["image"]}
        page = self.browser.post(self.url("content_texts", "precio"), form, headers=HTMX)
        self.assertContains(page, 'src="https://cdn.co/a.jpg"')
        form["text"] = ["javascript:alert(1)|Mira"]
        page = self.browser.post(self.url("content_texts", "precio"), form, headers=HTMX)
        self.assertNotContains(page, "<img")

    def test_review_publish_and_go_back(self):
        self.post(NEW, examples="cuanto vale\ncuanto cuesta el coso ese")
        page = self.browser.get(self.url("content_changes"))
        self.assertContains(page, NEW.replace("í", "í"))
        self.assertContains(page, "cuanto cuesta el coso ese")
        revision = page.context["revision"]
        page = self.browser.post(
            self.url("content_publish"), {"revision": revision, "note": "Más corto"}, follow=True
        )
        self.assertContains(page, "Version 1 is published")
        self.assertContains(page, "Más corto")
        self.assertEqual(content.current(SOMNIO).version, 1)
        page = self.browser.post(self.url("content_roll_back"), {"version": "0"}, follow=True)
        self.assertContains(page, "speaks by version 0 again")
        self.assertEqual(content.current(SOMNIO).version, 0)
        page = self.browser.get(self.url("content_changes"), {"before": "0", "after": "1"})
        self.assertContains(page, "From version 0 to version 1")

    def test_a_draft_that_changed_after_it_was_reviewed_is_not_published(self):
        self.post(NEW)
        self.post("Otra cosa")
        page = self.browser.post(self.url("content_publish"), {"revision": "1"}, follow=True)
        self.assertContains(page, "Somebody has changed this content")
        self.assertEqual(content.current(SOMNIO).version, 0)

    def test_changes_are_given_up(self):
        self.post(NEW)
        page = self.browser.post(self.url("content_discard"), {"revision": "1"}, follow=True)
        self.assertContains(page, "Nothing is changed")

    def test_data_certainty_and_waits(self):
        page = self.browser.get(self.url("content_limits"))
        sent = {f"field.{name}": note for name, _label, note in page.context["fields"]}
        sent |= {f"threshold.{step}": value for step, _words, value in page.context["thresholds"]}
        sent |= {n: v for _w, waits in page.context["timers"] for n, _p, v in waits}
        sent |= {"timer.real.0": "900", "threshold.clarify": "35", "revision": "0"}
        page = self.browser.post(self.url("content_limits"), sent, follow=True)
        self.assertContains(page, "Saved in the draft")
        draft = content.draft(SOMNIO)
        assert draft is not None
        self.assertEqual((draft.timers["real"][0], draft.thresholds["clarify"]), (900, 35))
        sent |= {"timer.real.0": "mucho", "revision": "1"}
        page = self.browser.post(self.url("content_limits"), sent)
        self.assertContains(page, "A timer waits", status_code=422)
        self.assertContains(page, 'value="mucho"', status_code=422)

    def test_a_price_changes_by_the_products_operation(self):
        product = Product.objects.get(code="2x")
        page = self.browser.get(self.url("content_prices"))
        self.assertContains(page, product.title)
        url = self.url("content_price", product.pk)
        self.assertContains(
            self.browser.post(url, {"price": "119900"}, follow=True), "the new price"
        )
        self.assertHappened("product.updated", by=None, product=product.pk)
        product.refresh_from_db()
        self.assertEqual(product.price, 119_900)
        self.assertEqual(self.browser.post(url, {"price": "-1"}).status_code, 422)

    def test_who_may_only_look_sees_no_buttons_and_cannot_save(self):
        beto = self.signed_in(owner=False)
        page = beto.get(self.url("content_texts", "precio"))
        if page.status_code == 200:
            self.assertContains(page, "Only owners and admins change this.")
            self.assertNotContains(page, "Save in the draft</button>")
        sent = beto.post(self.url("content_texts", "precio"), self.form(NEW))
        self.assertIn(sent.status_code, (403, 422))
        self.assertFalse(AgentVersion.objects.exists())

    def test_what_is_not_there_and_who_is_not_here(self):
        self.assertEqual(self.browser.get(self.url("content_texts", "regalo")).status_code, 404)
        other = reverse("agents:content", args=["lucia", "nobody"])
        self.assertEqual(self.browser.get(other).status_code, 404)
        stranger = self.signed_in(self.other_shop)
        self.assertEqual(stranger.get(self.url()).status_code, 404)
