"""The Spanish is complete: nothing untranslated, nothing broken, and the compiled file is fresh."""

from __future__ import annotations

import gettext
import os
import re
import shutil
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.template.defaultfilters import floatformat
from django.test import TestCase, override_settings
from django.utils.formats import date_format
from django.utils.translation import override

from morfx.testing.case import CafeTest
from morfx.workspaces.operations import invitations

from . import po

MESSAGES = settings.BASE_DIR / "locale/es/LC_MESSAGES"
SOURCES = ("morfx", "crm", "inbox", "agents", "automations", "templates")
PLACE = re.compile(r"%(?:\(\w+\))?[a-z%]|</?\w+[^>]*>")
FORMS = 3
"""Plural forms of Spanish in Django: one, whole millions, others."""


def places(text: str) -> Counter[str]:
    """Return the placeholders and tags of a text."""
    return Counter(PLACE.findall(text))


def wrong(entry: po.Entry) -> str:
    """Return what is wrong with a message's translation; empty when nothing is."""
    forms = range(FORMS if entry.plural else 1)
    if entry.fuzzy:
        return "fuzzy"
    for form in forms:
        string = entry.strings.get(form, "")
        original = entry.plural if entry.plural and form else entry.msgid
        if not string.strip():
            return f"form {form} is empty"
        if places(string) != places(original):
            return f"{string!r} has other placeholders"
        if string.startswith(" ") != original.startswith(" ") or string.endswith("\n"):
            return f"{string!r} has other blanks"
    return "" if set(entry.strings) == set(forms) else "has other plural forms"


def test_every_message_has_its_spanish() -> None:
    entries = po.read(MESSAGES / "django.po")
    assert len(entries) > 700
    assert {entry.key: why for entry in entries if (why := wrong(entry))} == {}


def test_the_compiled_file_holds_exactly_the_messages() -> None:
    expected: dict[object, str] = {}
    for entry in po.read(MESSAGES / "django.po"):
        key = entry.msgid if entry.context is None else f"{entry.context}\x04{entry.msgid}"
        for form, string in entry.strings.items():
            expected[(key, form) if entry.plural else key] = string
    with (MESSAGES / "django.mo").open("rb") as file:
        compiled = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    compiled.pop("", None)
    assert compiled == expected, "Run `manage.py compilemessages -l es --ignore=.venv`."


def test_the_sources_hold_no_message_without_spanish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("xgettext") is None:
        if os.environ.get("MORFX_REQUIRE_BROWSER"):
            pytest.fail("xgettext is not installed.")
        pytest.skip("xgettext is not installed.")
    for name in SOURCES:
        unread = shutil.ignore_patterns("tests", "migrations", "__pycache__")
        shutil.copytree(settings.BASE_DIR / name, tmp_path / name, ignore=unread)
    (tmp_path / "locale").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(settings, "LOCALE_PATHS", [tmp_path / "locale"])
    call_command("makemessages", locale=["es"], verbosity=0)
    found = {entry.key for entry in po.read(tmp_path / "locale/es/LC_MESSAGES/django.po")}
    known = {entry.key for entry in po.read(MESSAGES / "django.po")}
    assert len(found) > 700
    assert found - known == set(), "Translate them in locale/es, then compile."


def test_numbers_and_months_are_written_as_in_colombia() -> None:
    with override("es"):
        assert floatformat(Decimal("109900.5"), "2g") == "109.900,50"
        assert date_format(date(2026, 5, 3), "DATE_FORMAT") == "3 de mayo de 2026"


class InvitationTest(CafeTest):
    """A job speaks the language of whoever caused it."""

    @override_settings(PUBLIC_URL="https://shop.test")
    def test_an_invitation_is_mailed_in_the_inviters_language(self) -> None:
        with override("es"):
            invitations.invite(self.ana, email="new@x.test")
        self.run_jobs(only="morfx.workspaces.send_invitation")
        (message,) = mail.outbox
        self.assertIn(" te invitó a ", message.subject)
        self.assertIn("Abre este enlace para unirte.", message.body)


class SwitchingTest(TestCase):
    """The language choice changes what pages say."""

    def test_pages_speak_the_chosen_language(self) -> None:
        for path, english, spanish in (
            ("/", "Nothing received is lost", "Nada de lo que llega se pierde"),
            ("/accounts/login/", "Welcome back", "Qué bueno verte de nuevo"),
        ):
            with self.subTest(path=path):
                self.speak("en")
                self.assertContains(self.client.get(path), english)
                self.speak("es")
                page = self.client.get(path)
                self.assertContains(page, spanish)
                self.assertContains(page, '<html lang="es">')
                self.assertNotContains(page, english)

    def speak(self, language: str) -> None:
        answer = self.client.post("/i18n/setlang/", {"language": language, "next": "/"})
        self.assertEqual(answer.status_code, 302)
