from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "inbox"
    verbose_name = "Inbox"

    def ready(self) -> None:
        """Declare the sentences our jobs write."""
        from . import sentences  # noqa: F401
