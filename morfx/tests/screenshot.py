"""The README's picture: a demo sells, and the inbox shows it (see bin/screenshot)."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from .browser import ARGUMENTS, CHROMIUM, Phone, signed_in
from .outside import Installation

SALE = [
    ("hola, cuanto vale?", "77,900"),
    ("quiero comprar", "datos"),
    (
        "Marta Rojas 3001234567 cra 10 # 20-30 Bogota, barrio Suba, correo marta@correo.co",
        "109,900",
    ),
    ("el de 2", "confirmar"),
    ("si, confirmo", "espach"),
]


def main(target: Path) -> None:
    """Start a demo, sell, and save what the inbox looks like."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        morfx = Installation(Path(folder))
        morfx.start()
        try:
            morfx.manage(
                *("set_agent", "--workspace", "demo", "--agent", "somnio-sales-v1", "--on"),
                *("--speed", "0", "--quiet-seconds", "0.2"),
            )
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            context = signed_in(browser, morfx, "owner")
            for name in ("Julián Mejía", "Sofía Cárdenas", "Marta Rojas"):
                phone = Phone(context, name)
                for text, answer in SALE if name == "Marta Rojas" else SALE[:1]:
                    phone.write(text)
                    phone.sees(answer)
            page = context.new_page()
            page.goto("/demo/inbox/")
            page.locator(".conv", has_text="Marta Rojas").click()
            expect(page.locator("#bubbles")).to_contain_text("si, confirmo")
            page.wait_for_timeout(1500)
            page.screenshot(path=target)
        finally:
            morfx.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
