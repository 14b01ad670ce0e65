"""No model call inside an operation: its transaction would wait for a stranger."""

from __future__ import annotations

from django.apps import apps


def refuse_inside_operation() -> None:
    """Raise `NetworkInsideOperation` while an operation runs; without Django there are none."""
    if apps.ready:
        from morfx.operations import network

        network.refuse_inside_operation()


def is_refusal(error: Exception) -> bool:
    """Say whether an error is that refusal: a mistake to be seen, not to fall back from."""
    if not apps.ready:
        return False
    from morfx.operations.network import NetworkInsideOperation

    return isinstance(error, NetworkInsideOperation)
