from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OperationsConfig(AppConfig):
    name = "morfx.operations"
    label = "operations"
    verbose_name = "Operations"

    def ready(self) -> None:
        """Build every registry at start, so that no worker finds one empty."""
        from . import checks  # noqa: F401

        autodiscover_modules("facts", "operations", "lookups", "jobs", "reactions", "topics")
