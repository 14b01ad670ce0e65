from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "agents"
    verbose_name = "Agents"

    def ready(self) -> None:
        """Register the agents, and our say in what is delivered."""
        from . import content, voice  # noqa: F401
        from .catalogue import load
        from .engine import checks, sentences  # noqa: F401
        from .llm import clients, health

        load()
        content.load()
        clients.load()
        health.register()
        checks.load()
