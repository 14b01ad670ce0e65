"""A rehearsal goes on: the customer speaks, or time passes; the engine decides as in production.

`consider` perceives and decides over a situation, here made of values instead of rows. What
follows of a decision is only noted: bubbles wait for the clock, timers too, and deeds get made-up
results. Nothing else is written, sent or enqueued.

Time passes by `advance`, and by nothing else but this: a customer who speaks without the tester
having touched the clock is taken to have read everything first, so the clock runs to the last
bubble on its way. Whoever advances keeps the time, and who then speaks before a bubble's moment
interrupts it: it is held back, and the next decision gets it as `World.pending`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import transaction

from agents.engine import situation
from agents.engine.considering import consider
from agents.engine.perceive import Perception
from agents.engine.registry import AgentDefinition
from agents.engine.situation import Situation
from agents.engine.values import Decision, Product, Say, State, Turn, World
from agents.models import AgentSetting, Session
from agents.operations.sessions import IDLE
from inbox.models import Conversation, Message
from morfx.operations.actor import Actor
from morfx.tenancy import current_id

from .consequences import Noted, note
from .stage import CUSTOMER, Stage, made_up_id

MOST_WAKES = 200
"""Timers one call may fire: a flow that sets them without end is broken, and is told so."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One decision of a rehearsal, and how it came about."""

    at: datetime
    decision: Decision
    noted: Noted
    perception: Perception | None = None
    timer: str = ""


@dataclass
class Rehearsal:
    """One call's worth of a rehearsal; `stage` moves on with every step."""

    agent: AgentDefinition
    setting: AgentSetting
    texts: tuple[object, ...]
    world: World
    """What does not change during the call; the moment and the held bubbles do."""
    stage: Stage
    steps: list[Step] = field(default_factory=list)
    spoken_at: datetime = field(init=False)
    """When the customer's words of this call fell, on the rehearsal's clock."""

    def __post_init__(self) -> None:
        self.spoken_at = self.stage.now

    def say(self, text: str) -> None:
        """Let the customer say something at the present moment."""
        if not self.stage.paced:
            self._run_to_the_last_bubble()
        self.spoken_at = self.stage.now
        self._forget_if_long_ago()
        held = tuple(coming.say for coming in self.stage.coming)
        here = self._situation(text, held)
        said = (*self.stage.said, Turn(role="customer", text=text))
        self.stage = replace(self.stage, coming=(), said=said, paced=False)
        if self.stage.handed_over:
            return
        perception, decision = consider(here)
        self._take(decision, perception=perception)

    def advance(self, seconds: float) -> None:
        """Let time pass; what is due on the way happens in order."""
        self._pass(self.stage.now + timedelta(seconds=seconds))
        self.stage = replace(self.stage, paced=True)

    def _run_to_the_last_bubble(self) -> None:
        while self.stage.coming:
            self._pass(self.stage.coming[-1].at)

    def _pass(self, until: datetime) -> None:
        """Move the clock; at the same moment a bubble comes before a timer."""
        for _ in range(MOST_WAKES):
            due = min(self.stage.timers, key=lambda timer: timer.due, default=None)
            if due is None or due.due > until:
                self._show(until)
                return
            self._show(max(self.stage.now, due.due))
            others = tuple(timer for timer in self.stage.timers if timer is not due)
            self.stage = replace(self.stage, timers=others)
            flow = self.agent.flow(self.texts)
            decision = flow.wake(self.stage.state, due.name, due.level, self._world(()))
            self._take(decision, timer=f"{due.name}:{due.level}")
        raise RuntimeError(f"{self.agent.id} set {MOST_WAKES} timers without end.")

    def _show(self, until: datetime) -> None:
        """Let the bubbles whose moment has come be read."""
        read = [coming for coming in self.stage.coming if coming.at <= until]
        self.stage = replace(
            self.stage,
            now=until,
            coming=tuple(coming for coming in self.stage.coming if coming.at > until),
            said=(*self.stage.said, *(Turn(role="agent", text=one.say.text) for one in read)),
        )

    def _take(
        self, decision: Decision, *, perception: Perception | None = None, timer: str = ""
    ) -> None:
        noted = note(self.stage, decision, speed=self.setting.speed)
        spent = perception.tokens if perception else 0
        self.stage = replace(
            noted.stage,
            active_at=self.stage.now,
            turns=self.stage.turns + 1,
            steps=self.stage.steps + 1,
            tokens=self.stage.tokens + spent,
            said=noted.stage.said[-situation.HISTORY :],
        )
        self.steps.append(
            Step(
                at=self.stage.now,
                decision=decision,
                noted=noted,
                perception=perception,
                timer=timer,
            )
        )

    def _forget_if_long_ago(self) -> None:
        """Begin a new session after a day of silence, as production does."""
        if self.stage.now - self.stage.active_at > IDLE:
            self.stage = replace(
                self.stage,
                state=State(mode=self.agent.flow(()).initial_mode),
                timers=(),
                coming=(),
                turns=0,
                tokens=0,
                made={},
            )

    def _world(self, held: tuple[Say, ...]) -> World:
        return replace(
            self.world,
            now=self.stage.now,
            first_turn=self.stage.turns == 0,
            pending=held,
        )

    def _situation(self, text: str, held: tuple[Say, ...]) -> Situation:
        return Situation(
            agent=self.agent,
            setting=self.setting,
            conversation=Conversation(),
            session=Session(agent=self.agent.id),
            state=self.stage.state,
            world=self._world(held),
            messages=(Message(text=text),),
            history=self.stage.said,
            texts=self.texts,
            tokens_used=self.stage.tokens,
        )


def rehearse(agent: AgentDefinition, setting: AgentSetting, stage: Stage) -> Rehearsal:
    """Take a rehearsal up: the workspace's products and texts, a made-up customer.

    Reads rows, in the caller's transaction.
    """
    world = World(
        now=stage.now,
        first_turn=stage.turns == 0,
        products=situation.products() or _products_once_on(agent),
        contact_id=made_up_id("contact"),
        contact_phone=CUSTOMER,
        timers=agent.presets[setting.timer_preset],
        handover_message=setting.handover_message or agent.handover_message,
    )
    return Rehearsal(
        agent=agent,
        setting=setting,
        texts=tuple(situation.texts(agent)),
        world=world,
        stage=stage,
    )


def _products_once_on(agent: AgentDefinition) -> Mapping[str, Product]:
    """Return what the agent would sell once switched on; nothing of it stays."""
    workspace = current_id()
    if workspace is None:
        return {}
    with transaction.atomic():
        agent.furnish(Actor.system(workspace, "sandbox"))
        found = situation.products()
        transaction.set_rollback(True)
    return found


def replies(steps: list[Step]) -> Iterator[tuple[Say, datetime]]:
    """Yield every bubble the steps decided on, with its moment, in the order they are read."""
    every = [(coming.say, coming.at) for step in steps for coming in step.noted.coming]
    yield from sorted(every, key=lambda one: one[1])
