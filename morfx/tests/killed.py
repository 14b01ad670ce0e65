"""`bin/dev` whose job cluster knows the jobs of `morfx.tests.killing` besides its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from morfx.processes import __main__ as processes
from morfx.processes.supervisor import Plan, Supervisor


class Victim(Supervisor):
    """The supervisor, but for the program that runs jobs."""

    def __init__(self, plan: Plan, say: Callable[[str], None]) -> None:
        super().__init__(plan, say)
        self.cluster.words = [sys.executable, "-m", "morfx.tests.killed", "cluster"]


def run_cluster() -> None:
    """Be `manage.py qcluster`, with the jobs that flow."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "morfx.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from . import killed_jobs  # noqa: F401 (registers them)

    call_command("qcluster")


if __name__ == "__main__":
    if sys.argv[1:] == ["cluster"]:
        run_cluster()
    else:
        setattr(processes, "Supervisor", Victim)  # noqa: B010 (it is not exported)
        sys.exit(processes.main())
