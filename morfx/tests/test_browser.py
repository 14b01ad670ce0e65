"""The main job in a real browser: the phone sells, the inbox is live, a person steps in and out."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from .browser import ARGUMENTS, CHROMIUM, PATIENCE, Phone, signed_in
from .outside import Installation

pytestmark = [pytest.mark.browser, pytest.mark.kill]


@pytest.fixture(scope="module")
def morfx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("demo"))
    installation.start()
    installation.manage(
        *("set_agent", "--workspace", "demo", "--agent", "somnio-sales-v1", "--on"),
        *("--speed", "0", "--quiet-seconds", "0.5"),
    )
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


def test_the_phone_sells_and_the_inbox_is_live(morfx: Installation, chromium: Browser):
    desk = signed_in(chromium, morfx, "owner").new_page()
    desk.goto("/demo/inbox/")
    phone = Phone(signed_in(chromium, morfx, "admin"), "Marta Rojas")
    phone.write("hola, cuanto vale?")
    phone.sees("$77,900")
    row = desk.locator(".conv", has_text="Marta Rojas")
    expect(row).to_be_visible(timeout=PATIENCE)
    row.click()
    expect(desk.locator("#bubbles")).to_contain_text("$77,900")
    expect(desk.locator(".nav-link[aria-current] .badge")).to_have_count(0, timeout=PATIENCE)
    expect(desk.locator("#inbox-filters .num")).to_have_count(0, timeout=PATIENCE)
    phone.write("quiero comprar")
    phone.sees("datos")
    phone.write("Marta Rojas 3001234567 cra 10 # 20-30 Bogota, barrio Suba, correo a@b.co")
    phone.sees("$109,900")
    phone.write("el de 2")
    expect(desk.locator("#bubbles")).to_contain_text("el de 2", timeout=PATIENCE)
    phone.sees("confirmar")
    phone.write("si, confirmo")
    board = desk.context.new_page()
    board.goto("/demo/orders/")
    expect(board.locator("body")).to_contain_text(re.compile(r"109[.,]900"), timeout=PATIENCE)
    expect(board.locator("body")).to_contain_text("Marta Rojas")
    desk.locator("#bubbles a, #bubbles button").filter(
        has_text=re.compile("why", re.I)
    ).first.click()
    expect(desk.locator("body")).to_contain_text("precio", timeout=PATIENCE)


def test_a_person_takes_over_and_gives_back(morfx: Installation, chromium: Browser):
    desk = signed_in(chromium, morfx, "owner").new_page()
    phone = Phone(signed_in(chromium, morfx, "admin"), "Pedro Gil")
    phone.write("hola, cuanto vale?")
    phone.sees("$77,900")
    desk.goto("/demo/inbox/")
    desk.locator(".conv", has_text="Pedro Gil").click()
    desk.get_by_role("button", name="Take over").click()
    expect(desk.get_by_role("button", name="Give back")).to_be_visible()
    phone.write("hacen envios a Cali?")
    expect(desk.locator("#bubbles")).to_contain_text("hacen envios a Cali?", timeout=PATIENCE)
    desk.fill("#composer textarea", "Claro, soy Ana y te ayudo yo")
    desk.press("#composer textarea", "Enter")
    phone.sees("soy Ana y te ayudo yo")
    shown = phone.page.locator("#phone-screen .phone-line:not(.mine)")
    expect(shown.last).to_contain_text("soy Ana")
    desk.get_by_role("button", name="Give back").click()
    expect(desk.get_by_role("button", name="Take over")).to_be_visible()
    phone.write("y como se paga?")
    expect(shown.last).not_to_contain_text("soy Ana", timeout=PATIENCE)


def test_after_a_cut_connection_the_screen_is_right_again(morfx: Installation, chromium: Browser):
    context = signed_in(chromium, morfx, "owner")
    desk = context.new_page()
    phone = Phone(signed_in(chromium, morfx, "admin"), "Rosa Diaz")
    phone.write("hola")
    phone.sees("Somnio")
    desk.goto("/demo/inbox/")
    desk.locator(".conv", has_text="Rosa Diaz").click()
    expect(desk.locator("#bubbles")).to_contain_text("Somnio")
    context.set_offline(True)
    phone.write("cuanto vale?")
    phone.sees("$77,900")
    context.set_offline(False)
    expect(desk.locator("#bubbles")).to_contain_text("$77,900", timeout=PATIENCE)


def test_a_card_is_dragged_to_another_stage(morfx: Installation, chromium: Browser):
    phone = Phone(signed_in(chromium, morfx, "admin"), "Luisa Tovar")
    phone.write("quiero comprar")
    phone.sees("datos")
    phone.write("Luisa Tovar 3001234567 cra 10 # 20-30 Bogota, barrio Suba, correo a@b.co")
    phone.sees("$109,900")
    phone.write("el de 2")
    phone.sees("confirmar")
    phone.write("si, confirmo")
    board = signed_in(chromium, morfx, "owner").new_page()
    board.goto("/demo/orders/")
    card = board.locator(".order-card", has_text="Luisa Tovar")
    expect(card).to_be_visible(timeout=PATIENCE)
    there = board.locator(".column").nth(1)
    board.wait_for_load_state("networkidle")  # a fresh board may be on its way
    box, target = card.bounding_box(), there.bounding_box()
    assert box is not None
    assert target is not None
    board.mouse.move(box["x"] + 40, box["y"] + 15)
    board.mouse.down()
    board.mouse.move(box["x"] + 80, box["y"] + 40, steps=4)
    board.mouse.move(target["x"] + 60, target["y"] + 120, steps=8)
    with board.expect_response(lambda response: response.request.method == "POST"):
        board.mouse.up()
    expect(there.locator(".order-card", has_text="Luisa Tovar")).to_be_visible()
    board.reload()
    moved = board.locator(".column").nth(1).locator(".order-card", has_text="Luisa Tovar")
    expect(moved).to_be_visible(timeout=PATIENCE)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_page_is_wider_than_its_screen(
    morfx: Installation, chromium: Browser, width: int, language: str
):
    page = signed_in(chromium, morfx, "owner", width=width, language=language).new_page()
    for path in PAGES:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{path} is {wide} px too wide at {width}"
        assert_words(page, language, path)


PAGES = [
    "/demo/inbox/",
    "/demo/phone/",
    "/demo/orders/",
    "/demo/contacts/",
    "/demo/tasks/",
    "/demo/agents/",
    "/demo/agents/somnio-sales-v1/content/",
    "/demo/sandbox/",
    "/demo/settings/",
]


def assert_words(page: Page, language: str, path: str) -> None:
    """Assert that the page speaks the browser's language."""
    assert page.locator("html").get_attribute("lang") == language, path
