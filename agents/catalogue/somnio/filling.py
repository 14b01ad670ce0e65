"""Fill a text's variables from the product catalogue and from what the customer told us."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agents.catalogue.somnio.fields import FIELDS, NOT_GIVEN
from agents.engine.values import State, World

VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
MONEY = ("precio", "ahorro")
UNIT = "1x"


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A text ready to be sent, and sentences on what could not be filled."""

    text: str
    notes: tuple[str, ...] = ()


def money(amount: Decimal) -> str:
    """Write pesos as Colombians read them: `$109,900`, with cents only when there are any."""
    return f"${amount:,.0f}" if amount == amount.to_integral_value() else f"${amount:,.2f}"


def alternatives(names: Sequence[str]) -> str:
    """Write names to choose among: `el precio, el envío o la dosis`."""
    *others, last = names
    return " o ".join(filter(None, (", ".join(others), last)))


def variables(state: State, world: World) -> dict[str, str]:
    """Collect every variable a text may use. A field that was declined is empty."""
    found = {name: state.data.get(name, "") for name in FIELDS}
    found = {name: "" if value == NOT_GIVEN else value for name, value in found.items()}
    unit = world.products.get(UNIT)
    for code, product in world.products.items():
        found[f"precio_{code}"] = money(product.price)
        times = re.match(r"\d+", code)
        if unit and times:
            saved = unit.price * int(times.group()) - product.price
            found[f"ahorro_{code}"] = money(max(saved, Decimal(0)))
    chosen = world.products.get(state.selection or "")
    found["pack"] = (state.selection or "").upper()
    found["precio"] = money(chosen.price) if chosen else ""
    return found


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Replace variables. What is unknown becomes empty; a line whose price is unknown is left out.

    A price that is not in the catalogue must not be shown as a gap: "a value of , free delivery".
    """
    notes: list[str] = []
    lines = [_line(line, values, notes) for line in text.split("\n")]
    return Filled(text="\n".join(line for line in lines if line is not None), notes=tuple(notes))


def _line(line: str, values: Mapping[str, str], notes: list[str]) -> str | None:
    for name in VARIABLE.findall(line):
        if values.get(name):
            continue
        if name.startswith(MONEY):
            notes.append(f"A line was left out: {{{{{name}}}}} has no price in the catalogue.")
            return None
        if name not in values:
            notes.append(f"{{{{{name}}}}} is no known variable and was left empty.")
    return VARIABLE.sub(lambda match: values.get(match.group(1), ""), line)
