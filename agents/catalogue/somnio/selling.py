"""The steps of a sale, each a change to the decision being made."""

from __future__ import annotations

from agents.catalogue.somnio import orders, places, timers
from agents.catalogue.somnio.draft import PACKS_SHOWN, Draft
from agents.catalogue.somnio.fields import ALL, CRITICAL, LABELS, complete, given, missing
from agents.catalogue.somnio.filling import alternatives
from agents.catalogue.somnio.order_modes import Mode, plan_order
from agents.catalogue.somnio.prefill import PREFILLED
from agents.catalogue.somnio.texts import PROMOS
from agents.catalogue.somnio.transitions import (
    COLLECTING,
    CONFIRMED,
    NO_PACK,
    OFFERING,
    PENDING,
    SUMMARY,
    TALKING,
)

FIRST_DATA = "first_data"
REMINDED = "reminded"
SALE_MARKS = (FIRST_DATA, REMINDED, timers.WAITING, orders.ORDER_MARK, "confirmed")


def start(draft: Draft) -> None:
    """Begin to buy: collect what is missing, or show the packs when nothing is."""
    if draft.state.mode == CONFIRMED:
        _start_anew(draft)
    if complete(draft.state.data):
        offer(draft)
    elif draft.state.mode == TALKING:
        _collect(draft)
        ask_for_data(draft)
    elif draft.state.mode in (OFFERING, SUMMARY, NO_PACK, PENDING) and not blanks(draft):
        offer(draft)
    else:
        ask_missing(draft)


def open_by_data(draft: Draft) -> None:
    """Begin to collect because the customer simply gave data: an implicit yes."""
    draft.why.append("Data were given unasked: an implicit yes.")
    _collect(draft)
    if not offer_if_complete(draft):
        ask_for_data(draft)


def offer_if_complete(draft: Draft) -> bool:
    """Show the packs once everything is known; tell whether that was so."""
    if draft.state.mode != COLLECTING or not complete(draft.state.data):
        return False
    draft.why.append("The data are complete.")
    offer(draft)
    return True


def offer(draft: Draft) -> None:
    """Show the packs and wait for a choice; or, if one was made before, its summary."""
    code = draft.state.selection
    if code in draft.world.products and PACKS_SHOWN in draft.state.marks:
        summarise(draft)
        return
    draft.move(OFFERING)
    show_known(draft)
    draft.say("ofrecer_promos")
    draft.mark(timers.WAITING)


def show_packs(draft: Draft) -> None:
    """Show the packs because the customer asks for them; what was chosen is open again."""
    if draft.state.mode in (OFFERING, SUMMARY, NO_PACK, PENDING) and not blanks(draft):
        draft.select(None)
        offer(draft)
    elif draft.state.mode in (TALKING, COLLECTING) and complete(draft.state.data):
        _collect(draft)
        draft.select(None)
        offer(draft)
    else:
        draft.say(PROMOS)


def pick(draft: Draft, code: str) -> None:
    """Take a chosen pack: its summary, if the packs were shown and the five fields are known."""
    if code not in draft.world.products:
        draft.why.append(f"The catalogue has no {code}.")
        draft.say("elegir_pack")
        return
    if draft.state.mode == CONFIRMED:
        _start_anew(draft)
        draft.say("nuevo_pedido")
    draft.select(code)
    if PACKS_SHOWN not in draft.state.marks:
        _show_first(draft)
    elif blanks(draft):
        draft.say("pack_apartado")
        _ask_for_the_rest(draft)
    else:
        summarise(draft)


def summarise(draft: Draft) -> None:
    """Say back what was chosen and wait for a yes."""
    draft.move(SUMMARY)
    draft.say(f"resumen_{draft.state.selection}")
    draft.mark(timers.WAITING)


def confirm(draft: Draft) -> None:
    """Take a yes: it makes the order after a summary, and only then."""
    mode, code = draft.state.mode, draft.state.selection
    if mode == CONFIRMED:
        draft.say("ya_confirmado")
    elif code not in draft.world.products:
        draft.why.append("No pack was chosen yet.")
        draft.say("elegir_pack")
        if mode == COLLECTING and blanks(draft):
            ask_missing(draft)
    elif blanks(draft):
        _ask_for_the_rest(draft)
    elif mode in (SUMMARY, PENDING):
        _close(draft)
    else:
        summarise(draft)


def hesitate(draft: Draft) -> None:
    """Hear a "not yet": no order will be made by waiting."""
    draft.say("no_confirmado")
    if draft.state.mode in (OFFERING, SUMMARY):
        draft.move(OFFERING)
        draft.select(None)
        draft.unmark(timers.WAITING)


def goodbye(draft: Draft) -> None:
    """Hear a "no": say goodbye, stop asking, and stay reachable."""
    draft.say("no_interesa")
    if draft.state.mode != CONFIRMED:
        draft.move(TALKING)
        draft.select(None)
    draft.unmark(timers.WAITING)


def acknowledge_data(draft: Draft) -> None:
    """Hear a correction after the data were collected."""
    if orders.ORDER_MARK in draft.state.marks:
        draft.does.extend(orders.amend(draft.state, draft.world))
    draft.say("datos_actualizados")
    if draft.state.mode == SUMMARY:
        draft.say("reconfirmar")


def after_data(draft: Draft) -> None:
    """Follow up on data that came together with something else, already answered."""
    if orders.ORDER_MARK in draft.state.marks and not draft.does:
        draft.does.extend(orders.amend(draft.state, draft.world))
    if not offer_if_complete(draft):
        ask_which_place(draft)


def make_order(draft: Draft, mode: Mode, *, confirmed: bool) -> None:
    """Write the order of this sale, or update the one it has. Raises CannotOrderError."""
    draft.does.extend(plan_order(mode, draft.state, draft.world, confirmed=confirmed))
    if orders.ORDER_MARK not in draft.state.marks:
        draft.mark(orders.ORDER_MARK)


def blanks(draft: Draft) -> tuple[str, ...]:
    """List the fields without which no order can be made."""
    return missing(draft.state.data, CRITICAL)


def labels(names: tuple[str, ...]) -> str:
    """Write fields as the customer reads them, one per line."""
    return "\n".join(f"- {LABELS[name]}" for name in names)


def show_known(draft: Draft) -> None:
    """Show a customer who came back the data that will be used, once: they may be old."""
    if PREFILLED not in draft.state.marks:
        return
    draft.unmark(PREFILLED)
    if not draft.has_text("datos_conocidos"):
        return
    data = draft.state.data
    held = [f"- {LABELS[name]}: {data[name]}" for name in ALL if given(data, name)]
    draft.say("datos_conocidos", datos="\n".join(held))


def ask_which_place(draft: Draft) -> None:
    """Ask for the department of a municipality that has namesakes; once, when it is named."""
    city = draft.state.data.get("ciudad", "")
    if city == draft.before.data.get("ciudad", "") or draft.state.mode != COLLECTING:
        return
    homes = places.departments_of(city)
    is_open = len(homes) > 1 and not draft.state.data.get("departamento")
    if is_open and draft.has_text("aclarar_municipio"):
        draft.say("aclarar_municipio", opciones=alternatives(homes))


def ask_for_data(draft: Draft) -> None:
    """Ask for everything; or, when something is known, only for the rest."""
    show_known(draft)
    known = timers.has_data(draft.state)
    draft.say("captura_datos_si_compra", only_first=known)
    if known:
        draft.say("captura_parcial", faltantes=labels(missing(draft.state.data, ALL)))


def ask_missing(draft: Draft) -> None:
    """Ask by name for what is missing: all of it at first, only the indispensable later."""
    wanted = ALL if draft.state.mode == COLLECTING else CRITICAL
    draft.say("faltantes", faltantes=labels(missing(draft.state.data, wanted)))


def _collect(draft: Draft) -> None:
    draft.move(COLLECTING)
    marks = draft.state.marks
    nagging = REMINDED in marks and not timers.has_data(draft.state)
    if timers.WAITING not in marks and not nagging:
        draft.mark(timers.WAITING)


def _ask_for_the_rest(draft: Draft) -> None:
    if draft.state.mode == TALKING:
        _collect(draft)
        ask_for_data(draft)
    else:
        ask_missing(draft)


def _show_first(draft: Draft) -> None:
    draft.why.append("The packs must be seen before one is chosen.")
    draft.say("antes_promos")
    if not blanks(draft):
        offer(draft)
        return
    draft.say("lista_promos")
    _ask_for_the_rest(draft)


def _start_anew(draft: Draft) -> None:
    draft.why.append("The last sale is closed; this is a new one.")
    draft.move(TALKING)
    draft.select(None)
    draft.unmark(*SALE_MARKS)


def _close(draft: Draft) -> None:
    make_order(draft, "full", confirmed=True)
    draft.move(CONFIRMED)
    draft.mark("confirmed")
    draft.unmark(timers.WAITING)
    draft.say("compra_confirmada")
