"""The sandbox in a real Chromium: a whole sale by keyboard alone, and what only a script can do."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from morfx.tests.browser import ARGUMENTS, CHROMIUM, PATIENCE, signed_in
from morfx.tests.outside import Installation

pytestmark = [pytest.mark.browser, pytest.mark.kill]

EVERYTHING = (
    "Jose Romero 3001234567 cra 10 # 20-30 barrio Chapinero Bogota Cundinamarca jose@example.com"
)
MOST_TABS = 120
"""Presses of Tab after which something cannot be reached."""


@pytest.fixture(scope="module")
def morfx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("demo"))
    installation.start()
    yield installation
    installation.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Playwright's loop makes Django think that we are asynchronous; nothing here asks Django.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(morfx: Installation, chromium: Browser) -> Iterator[Page]:
    """Open the sandbox's first page; fail on anything a browser complains about."""
    context = signed_in(chromium, morfx, "owner")
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text))
    page.goto("/demo/sandbox/")
    yield page
    assert [line for line in said if "Security Policy" in line or "Error:" in line] == []
    context.close()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until something has the focus."""
    for _ in range(MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {target}")


def begins(page: Page, *, pauses: str = "R") -> None:
    """Begin a rehearsal by keyboard; the pauses are chosen by their first letter."""
    tab_to(page, page.locator("#sb-pauses"))
    page.keyboard.press(pauses)
    tab_to(page, page.get_by_role("button", name="Begin"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/sandbox/[0-9a-f-]{36}/$"))
    expect(page.locator("#sb-play")).to_be_visible(timeout=PATIENCE)


def says(page: Page, text: str) -> None:
    """Write as the customer, where the focus is, and wait until the server has taken it."""
    expect(page.locator("#sb-text")).to_be_focused()
    page.keyboard.type(text)
    with page.expect_response(lambda answer: answer.url.endswith("/say/")) as answered:
        page.keyboard.press("Enter")
    assert answered.value.status == 200
    expect(page.locator("#sb-text")).to_have_value("")


def test_a_whole_sale_by_keyboard_alone(page: Page):
    talk, head = page.locator("#sb-talk"), page.locator("#sb-status")
    begins(page)
    says(page, "Hola, cuanto vale?")
    expect(talk).to_contain_text("$77,900")
    says(page, "quiero comprar")
    expect(head).to_contain_text("Collecting data")
    expect(page.locator("#sb-next")).to_contain_text("10:00")
    tab_to(page, page.locator("#sb-play"))  # round the page once: forward only
    page.keyboard.press("Tab")
    expect(page.locator("#sb-rate")).to_be_focused()
    page.keyboard.press("End")  # ×100: ten minutes are six seconds
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#sb-play")).to_have_attribute("aria-pressed", "true")
    expect(talk).to_contain_text("the agent reminds of the data", timeout=PATIENCE)
    expect(talk).to_contain_text("Quedamos pendientes", timeout=PATIENCE)
    page.keyboard.press("Enter")
    expect(page.locator("#sb-play")).to_have_attribute("aria-pressed", "false")
    tab_to(page, page.locator("#sb-text"))
    says(page, "Jose Romero 3001234567 cra 10 # 20-30 Bogota")
    tab_to(page, page.locator("#sb-next-timer"))
    page.keyboard.press("Enter")
    expect(talk).to_contain_text("$109,900", timeout=PATIENCE)
    tab_to(page, page.locator("#sb-text"))
    says(page, "el de 2")
    says(page, "si, confirmo")
    expect(head).to_contain_text("Sold")
    expect(page.locator("#sb-body-tools")).to_contain_text("Made an order")
    why = talk.get_by_role("link", name="Why?").last
    tab_to(page, why)
    page.keyboard.press("Enter")
    expect(page.locator("#side-sheet")).to_be_visible()
    expect(page.locator("#sb-why")).to_contain_text("Confirms the purchase")
    page.keyboard.press("Escape")
    expect(page.locator("#side-sheet")).to_be_hidden()
    keeps_it(page)


def keeps_it(page: Page) -> None:
    """Save what is shown under a name, by keyboard."""
    tab_to(page, page.locator("#sb-keep"))
    page.keyboard.press("Enter")
    expect(page.locator("#sb-keep-name")).to_be_focused()
    page.keyboard.type("   ")
    page.keyboard.press("Enter")
    expect(page.locator("#sb-keep-error")).to_be_visible()
    expect(page.locator("#sb-talk")).to_be_visible()
    tab_to(page, page.locator("#sb-keep-name"))
    page.keyboard.type("Una venta")
    page.keyboard.press("Enter")
    expect(page.locator("#sb-status")).to_contain_text("Una venta")
    expect(page.locator("#side-sheet")).to_be_hidden()


def test_replies_come_one_by_one_and_words_interrupt_them(page: Page):
    talk, typing = page.locator("#sb-talk"), page.locator("#sb-typing")
    begins(page)
    page.click("#sb-play")
    tab_to(page, page.locator("#sb-text"))
    says(page, "Hola, cuanto vale?")
    expect(typing).to_be_visible()
    expect(page.locator("#sb-said")).to_contain_text("Bienvenido")
    expect(talk.locator(".sb-line:not(.mine):visible")).to_have_count(1)
    expect(talk).to_contain_text("$77,900", timeout=PATIENCE)
    expect(talk.locator(".sb-line:not(.mine):visible")).to_have_count(2)
    says(page, "quiero comprar")
    expect(talk.locator(".sb-line.held")).to_have_count(2)


def test_panels_are_arranged_by_keyboard_and_by_dragging(page: Page):
    begins(page)
    names = "panels => panels.map(panel => panel.dataset.panel)"
    panels = page.locator(".sb-panel")
    tab_to(page, page.locator("#sb-tab-intent"))
    page.keyboard.press("Enter")
    expect(page.locator("#sb-panel-intent")).to_be_visible()
    expect(page.locator("#sb-tab-intent")).to_be_focused()
    tab_to(page, page.locator("#sb-up-intent"))
    page.keyboard.press("Enter")
    expect(page.locator("#sb-said")).to_have_text("Intent: Moved to place 2")
    assert panels.evaluate_all(names) == ["tools", "intent", "state"]
    expect(page.locator("#sb-up-intent")).to_be_focused()
    drags(page, page.locator("#sb-panel-state .sb-grip"), page.locator("#sb-panel-tools"))
    expect(panels.first).to_have_attribute("data-panel", "state")
    drags(page, page.locator("#sb-tab-trace"), page.locator("#sb-panel-state"))
    expect(page.locator("#sb-panel-trace")).to_be_visible()
    assert len(panels.evaluate_all(names)) == 3
    page.locator("#sb-bar").focus()
    page.keyboard.press("ArrowLeft")
    with page.expect_response(lambda answer: answer.url.endswith("/arrange/")):
        page.keyboard.press("ArrowLeft")
    page.reload()
    expect(page.locator("#sb-bar")).to_have_attribute("aria-valuenow", "45")
    expect(page.locator("#sb-panel-trace")).to_be_visible()


def drags(page: Page, what: Locator, where: Locator) -> None:
    """Drag something with the mouse to just below another's upper edge."""
    start, end = what.bounding_box(), where.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 20, start["y"] + 20, steps=3)
    page.mouse.move(end["x"] + 60, end["y"] + 8, steps=5)
    with page.expect_response(lambda answer: answer.url.endswith("/arrange/")):
        page.mouse.up()


def test_what_is_typed_survives_a_refusal_an_answer_and_a_lost_line(page: Page):
    begins(page)
    state = page.locator("#sb-state")
    state.fill('{"mode": "kitchen"}')
    page.click("#sb-state-save")
    expect(page.locator("#sb-state-error")).to_contain_text("kitchen")
    expect(state).to_have_value('{"mode": "kitchen"}')
    state.fill('{"mode": "resumen"')
    page.locator("#sb-text").focus()
    says(page, "hola")
    expect(state).to_have_value('{"mode": "resumen"')
    expect(page.locator("[data-stale]")).to_be_visible()
    page.context.set_offline(True)
    page.locator("#sb-text").fill("quiero comprar")
    page.keyboard.press("Enter")
    expect(page.locator("#sb-text")).to_have_value("quiero comprar")
    page.context.set_offline(False)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_is_wider_than_its_screen(
    morfx: Installation, chromium: Browser, width: int, language: str
):
    context = signed_in(chromium, morfx, "owner", width=width, language=language)
    page = context.new_page()
    page.goto("/demo/sandbox/")
    page.locator("#sb-start button").click()
    page.wait_for_url(re.compile(r"/sandbox/[0-9a-f-]{36}/$"))
    page.fill("#sb-text", EVERYTHING)
    page.press("#sb-text", "Enter")
    expect(page.locator("#sb-talk .sb-line:not(.mine)").first).to_be_visible(timeout=PATIENCE)
    assert_fits(page)
    if width < 720:
        expect(page.locator("#sb-side")).to_be_hidden()
        page.locator("#sb-view-panels").check(force=True)
        expect(page.locator("#sb-chat")).to_be_hidden()
    for name in ("intent", "timers", "ingest", "config", "trace", "tokens"):
        page.locator(f"#sb-tab-{name}").click()
        expect(page.locator(f"#sb-panel-{name}")).to_be_visible()
        assert_fits(page)
    context.close()


def assert_fits(page: Page) -> None:
    """Assert that the page needs no scrolling sideways, and none of its panels either."""
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    wide = "found => found.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.id)"
    assert page.locator(".sb-panel-body, .sb-talk").evaluate_all(wide) == []
