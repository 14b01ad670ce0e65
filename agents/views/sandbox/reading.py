"""From what `agents.sandbox.read` answers to a talk: who said what, when, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.http import Http404

from agents.engine import registry
from agents.engine.registry import AgentDefinition
from morfx.operations.actor import Actor
from morfx.operations.errors import Refused

from .doors import look
from .talk import Bubble, Due, Fate, Spent, Step, Talk, Turn, moment

ROLES = {"say": "customer", "person": "person", "giveBack": "given", "set": "tester"}
"""Who began a turn, by what was asked; else the clock did."""

MOST_PAGES = 20
"""Pages of turns that are read at most: 4,000 turns are a soak, and no page."""


def talk_of(actor: Actor, session: str) -> Talk:
    """Read a rehearsal. Raises Http404 for one that cannot be read, or is not theirs to see."""
    try:
        return read_of(actor, session)
    except Refused:
        raise Http404 from None


def read_of(actor: Actor, session: str) -> Talk:
    """Read a rehearsal. Raises Http404 when it is not here, Refused when its content is gone."""
    plain = dict(look(actor, "read", {"session": session}))
    turns, page = [*plain["turns"]], plain
    for _ in range(MOST_PAGES):
        if not page.get("next"):
            break
        page = look(actor, "read", {"session": session, "after": page["next"]})
        turns += page["turns"]
    return made({**plain, "turns": turns})


def made(plain: Mapping[str, Any]) -> Talk:
    """Make a talk of plain data."""
    agent = registry.agents.get(str(plain["agent"]))
    clock = moment(plain["clock"])
    seconds = {int(level): float(value) for level, value in plain["levels"].items()}
    return Talk(
        pk=str(plain["id"]),
        agent=agent,
        agent_id=str(plain["agent"]),
        name=str(plain["name"]),
        is_shared=bool(plain["shared"]),
        is_mine=bool(plain["mine"]),
        is_live=bool(plain["live"]),
        preset=_preset(agent, seconds),
        seconds=seconds,
        speed=float(plain["speed"]),
        clock=clock,
        paced=bool(plain["paced"]),
        is_with_people=plain["owner"] == "person",
        mode=str(plain["mode"]),
        state=plain["state"],
        tokens=int(plain["session_tokens"]),
        turns=_turns(agent, plain["turns"], clock),
        timers=tuple(_due(agent, one, clock) for one in plain["timers"]),
        plain=plain,
    )


def _preset(agent: AgentDefinition | None, seconds: Mapping[int, float]) -> str:
    """Return the preset these seconds are; empty when they are somebody's own."""
    presets = agent.presets if agent else {}
    return next((name for name, levels in presets.items() if dict(levels) == seconds), "")


def _turns(
    agent: AgentDefinition | None, plain: Iterable[Mapping[str, Any]], clock: datetime
) -> tuple[Turn, ...]:
    rows = list(plain)
    spoken = [moment(row["since"]) for row in rows if row["asked"]["do"] in CUTS]
    turns: list[Turn] = []
    mode, level = agent.flow(()).initial_mode if agent else "", None
    for row in rows:
        cut = next((at for at in spoken if at > moment(row["since"])), None)
        late: Fate = "coming" if cut is None else "held"
        bubbles = tuple(_bubble(one, cut or clock, late) for one in row["replies"])
        steps = tuple(_steps(agent, row["trace"], level))
        turns.append(_turn(row, mode, steps, bubbles))
        mode, timers = turns[-1].mode, row["timers"]
        level = int(timers[0]["level"]) if timers else None
    return tuple(turns)


CUTS = ("say", "person")
"""What interrupts the replies that are still on their way."""


def _turn(
    row: Mapping[str, Any], mode: str, steps: tuple[Step, ...], bubbles: tuple[Bubble, ...]
) -> Turn:
    asked, answer = row["asked"], row
    role = ROLES.get(asked["do"], "clock")
    return Turn(
        number=int(row["turn"]),
        at=steps[0].at if role == "clock" and steps else moment(answer["since"]),
        role=role,
        text=str(asked.get("text") or ""),
        kind=str(asked.get("kind") or "text"),
        steps=steps,
        bubbles=bubbles,
        mode=str(answer["mode"]),
        mode_before=mode,
        tokens=int(answer["tokens"]),
        spent=tuple(_spent(one) for one in answer["models"]),
        plain=answer,
    )


def _steps(
    agent: AgentDefinition | None, traces: Iterable[Mapping[str, Any]], level: int | None
) -> Iterable[Step]:
    """Yield the decisions of one call; a timer is named by the level it was last set for."""
    for trace in traces:
        timer = str(trace.get("timer") or "")
        yield Step(at=moment(trace["at"]), timer=_leads_to(agent, timer, level) if timer else "")
        for effect in trace.get("effects") or []:
            if effect.get("effect") == "SetTimer":
                level = int(effect["level"])


def _leads_to(agent: AgentDefinition | None, timer: str, level: int | None) -> str:
    number = timer.rpartition(":")[2]
    if number.isdigit():
        level = int(number)
    if agent is None:
        return timer
    return agent.words.level(level) if level is not None else agent.words.intent(timer)


def _bubble(plain: Mapping[str, Any], until: datetime, late: Fate) -> Bubble:
    at = moment(plain["at"])
    return Bubble(
        text=str(plain["text"]),
        at=at,
        kind=str(plain.get("kind") or "text"),
        media=str(plain.get("media") or ""),
        key=str(plain["key"]),
        fate=late if at > until else "said",
        held_at=until if late == "held" and at > until else None,
    )


def _due(agent: AgentDefinition | None, plain: Mapping[str, Any], clock: datetime) -> Due:
    level, seconds = int(plain["level"]), float(plain["due_in"])
    return Due(
        key=str(plain["key"]),
        level=level,
        at=clock + timedelta(seconds=seconds),
        leads_to=agent.words.level(level) if agent else str(level),
        seconds=seconds,
    )


def _spent(plain: Mapping[str, Any]) -> Spent:
    return Spent(
        model=str(plain["model"] or plain["client"]),
        input=int(plain["input_tokens"]),
        output=int(plain["output_tokens"]),
        cost=Decimal(str(plain["cost"]["amount"])),
    )
