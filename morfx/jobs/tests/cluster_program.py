"""A real cluster that knows the test jobs: `python -m morfx.jobs.tests.cluster_program QUEUE`."""

from __future__ import annotations

import importlib
import os
import sys

import django
from django.core.management import call_command

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "morfx.settings")
    django.setup()
    importlib.import_module("morfx.jobs.tests.workload")
    call_command("qcluster", "-n", sys.argv[1])
