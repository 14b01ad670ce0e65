"""One soak, from its first process to its judgement."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from morfx.bench.machine import pss_bytes

from . import judge_in, judge_out, judge_rest
from .customers import Crowd, people_of
from .evidence import Evidence, read_simulator
from .figures import figures
from .killer import Killer
from .people import People
from .plan import Plan
from .quiet import NotQuiet, age_the_unconfirmed, await_rest, snapshot
from .report import Line, Report, say
from .scenes import Scenes
from .trouble import Trouble
from .weather import Weather
from .world import World

MEGABYTE = 2**20
WEATHER_LASTS = 10.0
FLOOD_KILLS = 2.0
"""Seconds between kills of workers during the flood."""
PERSON_EVERY = 1.5


@dataclass
class Course:
    """What was measured on the way."""

    began: float = 0.0
    ended: float = 0.0
    memory_before: float = 0.0
    memory_after: float = 0.0
    rest: float = 0.0
    restless: str = ""
    aged: int = 0
    flood: tuple[float, float] = (0.0, 0.0)
    errors: tuple[str, ...] = ()


class Soak:
    """All parts, started and stopped together."""

    def __init__(self, world: World, plan: Plan) -> None:
        self.world, self.plan, self.course = world, plan, Course()
        customers = people_of(plan, world.shops, "c", plan.customers)
        self.scenes = Scenes(world, plan)
        self.everybody = [*customers, *self.scenes.customers]
        self.crowd = Crowd(world, plan, customers)
        self.people = People(world, customers, plan.seed, PERSON_EVERY)
        self.trouble = Trouble(world, plan.seed)
        self.weather = Weather(world.simulator, world.shops, plan.seed)
        self.killer = Killer(world, plan.seed)

    def run(self) -> None:
        """Let everything happen for as long as planned, then wait for the end of it."""
        course, plan = self.course, self.plan
        course.memory_before = pss_bytes(self.world.top) / MEGABYTE
        course.began = time.time()
        for part in (self.scenes, self.crowd, self.people, self.trouble):
            part.start()
        self._harm(time.monotonic())
        course.ended = time.time()
        course.errors = tuple(self.crowd.stop())
        self.people.going = self.trouble.going = False
        for thread in (self.scenes, self.people, self.trouble):
            thread.join()
        self.weather.clear()
        say(f"Quiet now; {len(self.killer.kills)} kills. Waiting until all is at rest.")
        try:
            course.rest = await_rest(self.world, plan.quiet_within)
            course.aged = age_the_unconfirmed(self.world)
            await_rest(self.world, plan.quiet_within)
        except NotQuiet as error:
            course.restless = str(error)
        course.memory_after = pss_bytes(self.world.top) / MEGABYTE

    def _harm(self, began: float) -> None:
        """Change the weather and kill, until the time is over."""
        change_at = kill_at = began
        spent = False
        while (now := time.monotonic()) - began < self.plan.seconds:
            if now >= change_at:
                self.weather.change()
                change_at = now + WEATHER_LASTS
            if now - began >= self.plan.spend_limit_at and not spent:
                self.world.spend_the_money()
                spent = True
            if now >= kill_at:
                floods = self.scenes.floods()
                if floods:
                    self.course.flood = (self.course.flood[0] or time.time(), time.time() + 3)
                self.killer.strike(workers_only=floods)
                kill_at = max(kill_at + (FLOOD_KILLS if floods else self.plan.kill_every), now)
            time.sleep(0.1)

    def judge(self) -> Report:
        """Look at both sides and compare."""
        found = snapshot(self.world, self.everybody, 20.0)
        read_simulator(self.world.simulator, found)
        model = self.world.model_counts()
        course = self.course
        report = Report()
        calm = course.began + (self.plan.rush[0] if self.plan.scenes else self.plan.seconds)
        report.figures = figures(
            found, self.killer, model, began=course.began, ended=course.ended, calm=calm
        )
        report.figures["seconds until all was at rest"] = round(course.rest, 1)
        report.lines = [self._rested(found), *self._lines(found, report)]
        return report

    def _rested(self, found: Evidence) -> Line:
        still = judge_rest.stopped(found.channels)
        wrong = [self.course.restless] if self.course.restless else []
        wrong += [f"number {number} is stopped" for number in still]
        wrong += self.course.errors
        return Line("All comes to rest", not wrong, f"after {self.course.rest:.1f} s", wrong)

    def _lines(self, found: Evidence, report: Report) -> list[Line]:
        course, takings = self.course, self.people.takings
        heard, fates = judge_in.heard(found)
        in_order, otherwise = judge_in.order(found)
        person, on_the_wire = judge_out.person(found, takings)
        going_on, within = judge_rest.going_on(
            found, self.killer.kills, course.began, course.ended, self.killer.away
        )
        report.figures |= {
            "fates of messages": fates,
            "neighbours delivered otherwise than written": otherwise,
            "bubbles on the wire when a person wrote": on_the_wire,
            "conversations taken and given back": f"{len(takings)} and {self.people.given_back}",
            "next answer after a kill, s at most": {k: round(v, 1) for k, v in within.items()},
        }
        lines = [
            judge_in.envelopes(found), judge_in.opened(found), heard,
            judge_in.answered_once(found), judge_out.once(found), in_order,
            judge_out.order(found), person, judge_out.people(found, takings, self.people.refused),
            judge_out.unknown(found, course.aged), judge_out.ticks(found), going_on,
            judge_rest.parked(found), judge_rest.timers(found),
            judge_rest.trouble(found, self.trouble.answers),
            judge_rest.memory(course.memory_before, course.memory_after),
        ]  # fmt: skip
        if self.plan.scenes:
            lines.append(judge_rest.rush(found, self.scenes))
            lines.append(judge_rest.flood(found, self.scenes, self.killer.kills, course.flood))
        return lines


def soak(plan: Plan, folder: Path) -> Report:
    """Run a soak in a folder and judge it. Raises NotReady when it cannot begin."""
    say(f"Starting a MorfX of its own in {folder} …")
    with World(folder, plan.seed) as world:
        say(f"{plan.customers} customers write for {plan.minutes:g} minutes.")
        one = Soak(world, plan)
        one.run()
        return one.judge()
