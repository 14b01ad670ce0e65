"""The agents there are: one package each."""


def load() -> None:
    """Register every agent; called once at start-up."""
    from .somnio import definition, sentences  # noqa: F401
