"""No network inside an operation: its transaction would wait for a stranger."""

from __future__ import annotations

from morfx.events.ledger import recording


class NetworkInsideOperation(RuntimeError):
    """Somebody called out while an operation's transaction was open."""


def refuse_inside_operation() -> None:
    """Raise NetworkInsideOperation when an operation is running; HTTP clients call this first."""
    current = recording.get()
    if current is not None:
        raise NetworkInsideOperation(
            f"{current.operation} called the network. Write a row; let a job talk."
        )
