"""A real Chromium, people signed in at their desks, and a customer's phone."""

from __future__ import annotations

import os
import re
import uuid

from playwright.sync_api import Browser, BrowserContext, expect

from .outside import Installation

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 30_000
"""Milliseconds within which something must show."""


def signed_in(
    chromium: Browser, morfx: Installation, who: str, *, width: int = 1280, language: str = "en"
) -> BrowserContext:
    """Open a browser profile where somebody of the demo is signed in."""
    context = chromium.new_context(
        viewport={"width": width, "height": 860}, locale=language, base_url=morfx.url
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("[name=login]", f"{who}@demo.test")
    page.fill("[name=password]", "demo-demo")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/demo/**")
    page.close()
    return context


class Phone:
    """A customer's phone in a page of its own."""

    def __init__(self, context: BrowserContext, name: str) -> None:
        self.page = context.new_page()
        self.page.goto("/demo/phone/")
        form = self.page.locator("form:has([name=phone])")
        if not form.locator("[name=phone]").is_visible():
            self.page.locator("summary", has_text=re.compile("new customer|cliente", re.I)).click()
        form.locator("[name=name]").fill(name)
        form.locator("[name=phone]").fill(f"+57300{uuid.uuid4().int % 10**7:07d}")
        form.locator("button").click()
        expect(self.page.locator("#phone-form")).to_be_visible()

    def write(self, text: str) -> None:
        """Send a text."""
        self.page.fill("#phone-form [name=text]", text)
        self.page.press("#phone-form [name=text]", "Enter")

    def sees(self, text: str) -> None:
        """Wait until the screen shows a text."""
        expect(self.page.locator("#phone-screen")).to_contain_text(text, timeout=PATIENCE)
