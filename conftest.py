"""The suite's database: DATABASE_URL, or an embedded server of its own, shared by all workers."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

server = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the embedded server once, in the main process, before Django connects.

    The workers of pytest-xdist find it there; each makes a test database of its own in it.
    """
    if os.environ.get("DATABASE_URL") or hasattr(config, "workerinput"):
        return
    from morfx.postgres import PostgresError, borrowed
    from morfx.settings import DATA

    try:
        server.enter_context(borrowed(DATA, "the test suite"))
    except PostgresError as error:
        pytest.exit(str(error), returncode=1)


def pytest_unconfigure() -> None:
    """Stop what was started."""
    server.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none; fail instead if one is required."""
    if shutil.which("chromium") or os.environ.get("MORFX_REQUIRE_BROWSER"):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed."))


@pytest.fixture(autouse=True)
def _own_data_folder(settings: Any, tmp_path: Path) -> None:
    """Keep mail and other files of a test out of the project."""
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
