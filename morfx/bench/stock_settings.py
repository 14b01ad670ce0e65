"""MorfX's settings with django-q2's own ORM broker in place of ours, to compare with."""

from __future__ import annotations

import os

from morfx.settings import *  # noqa: F403

Q_CLUSTER = {
    "name": Q_CLUSTER["name"],  # noqa: F405 (packages are signed with it)
    "orm": "default",
    "workers": 4,
    "timeout": 60,
    "retry": 120,
    "log_level": "WARNING",
    "ALT_CLUSTERS": {},
}
"""django-q2's defaults but for the workers, and times it would warn about."""
if "STOCK_SAVE_LIMIT" in os.environ:
    Q_CLUSTER["save_limit"] = int(os.environ["STOCK_SAVE_LIMIT"])
