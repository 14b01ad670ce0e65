"""The suite's database: DATABASE_URL, or an embedded server of its own."""

import os

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the embedded server once, in the main process, before Django connects."""
    if os.environ.get("DATABASE_URL") or hasattr(config, "workerinput"):
        return
    from morfx.postgres import borrowed
    from morfx.settings import DATA

    config._embedded = borrowed(DATA, "the test suite")
    config._embedded.__enter__()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started."""
    if embedded := getattr(config, "_embedded", None):
        embedded.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _own_data_folder(settings, tmp_path):
    """Keep mail and other files of a test out of the project."""
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
