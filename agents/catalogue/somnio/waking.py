"""What Somnio does when a customer has been quiet for long enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agents.catalogue.somnio import selling, timers
from agents.catalogue.somnio.draft import Draft
from agents.catalogue.somnio.fields import ALL, missing
from agents.catalogue.somnio.order_modes import Mode
from agents.catalogue.somnio.transitions import NO_PACK, PENDING

PROMOS_TIMEOUT = "promos_timeout"
REMIND = "remind"
"""The policy on packs that were shown and not answered: say so, and order nothing."""

INTENTS: Mapping[int, str] = {
    timers.NO_DATA: "timer_sindatos",
    timers.PARTIAL: "timer_faltantes",
    timers.ENOUGH: "ofrecer_promos",
    timers.NO_CHOICE: "timer_sinpack",
    timers.UNCONFIRMED: "timer_pendiente",
}
"""What each level forces, by the name its turn is known by."""


def remind(draft: Draft) -> None:
    """Level 0: nothing was given. Remind once."""
    draft.say("recordar_datos")
    draft.mark(selling.REMINDED)
    draft.unmark(timers.WAITING)


def ask_for_the_rest(draft: Draft) -> None:
    """Level 1: something is missing. List all of it; new data start a new wait."""
    lacking = missing(draft.state.data, ALL)
    draft.say("pedir_faltantes", faltantes=selling.labels(lacking))
    draft.unmark(timers.WAITING)


def order_without_pack(draft: Draft) -> None:
    """Level 3: no pack was chosen. Make an empty order that people can complete."""
    draft.say("timer_sinpack")
    if draft.world.policies.get(PROMOS_TIMEOUT) == REMIND:
        draft.why.append("This workspace only reminds of the packs; no order is made.")
        draft.unmark(timers.WAITING)
        return
    _order(draft, "draft", NO_PACK)


def order_unconfirmed(draft: Draft) -> None:
    """Level 4: a pack was chosen but not confirmed. Make its order, unconfirmed."""
    draft.say("timer_pendiente")
    known = draft.state.selection in draft.world.products
    _order(draft, "full" if known else "draft", PENDING)


def _order(draft: Draft, how: Mode, mode: str) -> None:
    draft.unmark(timers.WAITING)
    if lacking := selling.blanks(draft):
        draft.why.append(f"No order can be made without {', '.join(lacking)}.")
        return
    selling.make_order(draft, how, confirmed=False)
    draft.move(mode)


WAKES: Mapping[int, Callable[[Draft], None]] = {
    timers.NO_DATA: remind,
    timers.PARTIAL: ask_for_the_rest,
    timers.ENOUGH: selling.offer,
    timers.NO_CHOICE: order_without_pack,
    timers.UNCONFIRMED: order_unconfirmed,
}
