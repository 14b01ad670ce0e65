"""A job cluster that knows the benchmark's own jobs: `python -m morfx.bench.cluster NAME`."""

from __future__ import annotations

import os
import sys


def main(name: str) -> None:
    """Run `qcluster` until SIGTERM."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "morfx.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from . import tiny  # noqa: F401 (registers them)

    call_command("qcluster", cluster_name=name)


if __name__ == "__main__":
    main(sys.argv[1])
