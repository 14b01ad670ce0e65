#!/usr/bin/env python
"""Django's commands, and ours; they find the same database as bin/dev with the same data folder."""

import os
import sys
from contextlib import nullcontext
from pathlib import Path

WITHOUT_DATABASE = {"makemessages", "compilemessages", "collectstatic", "help", "version"}


def main() -> None:
    """Run a command, with the embedded database up for as long as it takes."""
    arguments = sys.argv[1:]
    if "--data" in arguments:
        at = arguments.index("--data")
        os.environ["MORFX_DATA"] = arguments[at + 1]
        del sys.argv[at + 1 : at + 3]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "morfx.settings")

    from django.core.management import execute_from_command_line

    from morfx.postgres import PostgresError, borrowed

    base = Path(__file__).resolve().parent
    data = Path(os.environ.get("MORFX_DATA", base / "var"))
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    embedded = not os.environ.get("DATABASE_URL") and command not in WITHOUT_DATABASE
    try:
        with borrowed(data, f"manage.py {command}") if embedded else nullcontext():
            execute_from_command_line(sys.argv)
    except PostgresError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
