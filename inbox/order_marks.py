"""How far a customer's orders are, as marks in the list: read off the names of their stages."""

from __future__ import annotations

from collections.abc import Iterable

from crm.models import Order, Stage, fold

MOST = 3
PHASES: dict[str, tuple[str, ...]] = {
    "✅": ("confirmado", "en proceso", "por despachar", "listo para envio", "preparando"),
    "🚚": ("despachado", "enviado", "en reparto", "en camino", "novedad", "en transito"),
    "❌": ("perdido", "devuelto", "cancelado", "rechazado", "no entregado"),
    "": ("ganado", "entregado", "completado"),
}
PENDING = "⏳"
MARKS = {name: mark for mark, names in PHASES.items() for name in names}


def marks(orders: Iterable[Order]) -> str:
    """Return the marks of a customer's open orders, the newest first; more than three as `+2`."""
    newest = sorted(orders, key=lambda order: order.pk, reverse=True)
    found = [mark for order in newest if (mark := mark_of(order.stage))]
    more = f"+{len(found) - MOST}" if len(found) > MOST else ""
    return "".join(found[:MOST]) + more


def mark_of(stage: Stage) -> str:
    """Return the mark of a stage; a closed one has none, an unknown one is pending."""
    if stage.closing != Stage.Closing.OPEN:
        return ""
    return MARKS.get(fold(stage.name).strip(), PENDING)
