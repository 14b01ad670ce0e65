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
from decimal import Decimal

from agents.engine import resting, situation
from agents.engine.budgets import Scope, Spent
from agents.engine.considering import consider
from agents.engine.perceive import Perception
from agents.engine.registry import AgentDefinition
from agents.engine.situation import Situation
from agents.engine.values import Decision, HandOver, Say, State, Turn, World
from agents.models import AgentSetting, Session
from inbox.models import Conversation, Message

from .consequences import Noted, note
from .stage import Stage

MOST_WAKES = 200
"""Timers one call may fire: a flow that sets them without end is broken, and is told so."""

NEVER_ANSWERED = ("sticker", "reaction")
"""Messages that start no turn, in production neither."""

NO_TURN = "Stickers and reactions start no turn."
PEOPLE = "People have this conversation."
NOTHING_DUE = "Nothing fell due."


@dataclass(frozen=True, kw_only=True)
class Step:
    """One decision of a rehearsal, and how it came about."""

    at: datetime
    before: Stage
    here: Situation
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
    content_version: int = 0
    zone: str = "UTC"
    """The workspace's time zone, by which its nights are told."""
    spent: Mapping[Scope, Spent] = field(default_factory=dict)
    """What the workspace has used of its budgets, where it has any."""
    steps: list[Step] = field(default_factory=list)
    silence: str = NOTHING_DUE
    """Why the agent says nothing when it took no decision."""
    spoken_at: datetime = field(init=False)
    """When the words of this call fell, on the rehearsal's clock."""

    def __post_init__(self) -> None:
        self.spoken_at = self.stage.now

    def say(self, text: str, kind: str = "text") -> None:
        """Let the customer send something at the present moment."""
        if not self.stage.paced:
            self._run_to_the_last_bubble()
        self.spoken_at = self.stage.now
        if kind in NEVER_ANSWERED:
            self.silence = NO_TURN
            return
        self._forget_if_long_ago()
        held = tuple(coming.say for coming in self.stage.coming)
        here = self._situation(text, held, kind)
        self._heard("customer", text)
        if self.stage.handed_over or self.stage.owned:
            self.silence = PEOPLE
            return
        perception, decision = consider(here)
        self._take(here, decision, perception=perception)

    def take_over(self, text: str = "") -> None:
        """Let a person take the conversation, with words or without: the agent stops at once."""
        if not self.stage.paced:
            self._run_to_the_last_bubble()
        self.spoken_at, self.silence = self.stage.now, PEOPLE
        self._heard("person", text)
        self.stage = replace(self.stage, owned=True)

    def give_back(self) -> None:
        """Let the agent answer again; after a hand-over it begins anew, as production does."""
        self.silence = "The agent answers the next message."
        self.stage = replace(self.stage, owned=False)
        if self.stage.handed_over:
            self._begin_anew()

    def advance(self, seconds: float) -> None:
        """Let time pass; what is due on the way happens in order."""
        self._pass(self.stage.now + timedelta(seconds=seconds))
        self.stage = replace(self.stage, paced=True)

    def advance_to_the_next_timer(self) -> None:
        """Let time pass until the next timer has run out; not at all when none is set."""
        if self.stage.timers:
            self._pass(min(timer.due for timer in self.stage.timers))
        self.stage = replace(self.stage, paced=True)

    def give_up(self, step: Step, reason: str) -> None:
        """Take a step back whose deed was refused, with all after it: people take over instead."""
        del self.steps[self.steps.index(step) :]
        done = [effect for effect in step.noted.effects if effect["effect"] == "Do"]
        self.stage = step.before
        parting = HandOver(reason=reason, message=self.world.handover_message)
        decision = Decision(
            state=step.before.state, effects=(parting,), why=(*step.decision.why, reason)
        )
        self._take(step.here, decision, perception=step.perception, timer=step.timer, done=done)

    def _heard(self, who: str, text: str) -> None:
        said = self.stage.said
        if text:
            said = (*said, Turn(role=who, text=text))[-situation.HISTORY :]  # type: ignore[arg-type]
        self.stage = replace(self.stage, coming=(), said=said, paced=False)

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
            if not (self.stage.owned or self._is_over()):
                self._wake(due.name, due.level)
        raise RuntimeError(f"{self.agent.id} set {MOST_WAKES} timers without end.")

    def _wake(self, name: str, level: int) -> None:
        here = self._situation("", ())
        flow = self.agent.flow(self.texts)
        decision = flow.wake(self.stage.state, name, level, here.world)
        self._take(here, decision, timer=decision.intent or f"{name}:{level}")

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
        self,
        here: Situation,
        decision: Decision,
        *,
        perception: Perception | None = None,
        timer: str = "",
        done: list[dict[str, object]] | None = None,
    ) -> None:
        before = self.stage
        noted = note(before, decision, speed=self.speed)
        if done:
            noted = replace(noted, effects=[*done, *noted.effects])
        usages = perception.usages if perception else ()
        self.stage = replace(
            noted.stage,
            active_at=before.now,
            turns=before.turns + 1,
            steps=before.steps + 1,
            tokens=before.tokens + sum(usage.tokens for usage in usages),
            cost=before.cost + sum(usage.cost for usage in usages),
            said=noted.stage.said[-situation.HISTORY :],
        )
        step = Step(
            at=before.now,
            before=before,
            here=here,
            decision=decision,
            noted=noted,
            perception=perception,
            timer=timer,
        )
        self.steps.append(step)
        if noted.refused:
            self.give_up(step, noted.refused)

    def _forget_if_long_ago(self) -> None:
        """Begin a new session after a long silence or a night, as production does."""
        if self._is_over() and not self.stage.handed_over:
            self._begin_anew()

    def _is_over(self) -> bool:
        """Tell whether production would have closed the session by now."""
        over = resting.why_over(
            self.stage.active_at,
            self.stage.now,
            self.zone,
            idle=timedelta(hours=self.setting.idle_hours),
            nightly=self.setting.closes_nightly,
        )
        return bool(over)

    def _begin_anew(self) -> None:
        self.stage = replace(
            self.stage,
            state=State(mode=self.agent.flow(()).initial_mode),
            timers=(),
            coming=(),
            turns=0,
            tokens=0,
            cost=Decimal(0),
            made={},
            handed_over="",
        )

    @property
    def speed(self) -> float:
        """Return what the pauses between bubbles are multiplied by."""
        return self.setting.speed if self.stage.speed is None else self.stage.speed

    @property
    def levels(self) -> dict[int, float]:
        """Return the seconds of each timer level that is on."""
        preset = self.agent.presets.get(self.stage.preset or "", self.world.timers)
        every = {**preset, **self.stage.levels}
        return {level: seconds for level, seconds in every.items() if seconds is not None}

    def _world(self, held: tuple[Say, ...]) -> World:
        return replace(
            self.world,
            now=self.stage.now,
            first_turn=self.stage.turns == 0,
            contact={**self.world.contact, **self.stage.contact},
            timers=self.levels,
            pending=held,
        )

    def _situation(self, text: str, held: tuple[Say, ...], kind: str = "text") -> Situation:
        message = Message(text=text, type=kind, direction=Message.Direction.INBOUND)
        return Situation(
            agent=self.agent,
            setting=self.setting,
            conversation=Conversation(),
            session=Session(agent=self.agent.id),
            state=self.stage.state,
            world=self._world(held),
            messages=(message,) if text or kind != "text" else (),
            history=self.stage.said,
            texts=self.texts,
            tokens_used=self.stage.tokens,
            content_version=self.content_version,
            spent={
                **self.spent,
                "session": Spent(tokens=self.stage.tokens, money=self.stage.cost),
            },
        )


def replies(steps: list[Step]) -> Iterator[tuple[Say, datetime]]:
    """Yield every bubble the steps decided on, with its moment, in the order they are read."""
    every = [(coming.say, coming.at) for step in steps for coming in step.noted.coming]
    yield from sorted(every, key=lambda one: one[1])
