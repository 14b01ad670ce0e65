"""What models may use: tokens and money, per turn, session, day and workspace; soft, then hard.

Limits are a setting's JSON, `{"session": {"tokens": {"soft": 40000, "hard": 50000}}}`; money is US
dollars. `day` is the workspace's day, `workspace` its calendar month, all its agents together. A
soft limit that is crossed is told once (`budget.reached`); a hard one is held before a call: what
was used, what other calls under way may use, and what this one may use must fit.

What was used stands in one row per day, added to by the turn's commit in one statement. It is read
only where a limit of the day or of the workspace is set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, cast, get_args

from django.db import connection, transaction

from agents.errors import BudgetExceededError
from agents.llm import calls
from agents.llm.protocol import Usage
from agents.models import AgentSetting, Session
from morfx.tenancy import current_id
from morfx.tenancy.rows import new_id

Scope = Literal["turn", "session", "day", "workspace"]
Measure = Literal["tokens", "money"]
Hardness = Literal["soft", "hard"]
Limits = Mapping[Scope, Mapping[Measure, Mapping[Hardness, Decimal]]]

SCOPES: tuple[Scope, ...] = get_args(Scope)
MEASURES: tuple[Measure, ...] = get_args(Measure)
SHARED: tuple[Scope, ...] = ("day", "workspace")
"""Scopes that all sessions of a workspace draw on."""


@dataclass(frozen=True, kw_only=True)
class Spent:
    """Tokens, and US dollars."""

    tokens: int = 0
    money: Decimal = Decimal(0)

    def __add__(self, other: Spent) -> Spent:
        return Spent(tokens=self.tokens + other.tokens, money=self.money + other.money)

    def of(self, measure: Measure) -> Decimal:
        """Return one of the two figures."""
        return Decimal(self.tokens) if measure == "tokens" else self.money


@dataclass(frozen=True, kw_only=True)
class Crossed:
    """A limit that was reached: which, and how far."""

    scope: Scope
    measure: Measure
    hardness: Hardness
    used: Decimal
    limit: Decimal


def stored(given: Mapping[Any, Mapping[Any, Mapping[Any, Decimal]]]) -> dict[str, Any]:
    """Return limits as a setting keeps them: tokens as numbers, money as text."""
    return {
        scope: {
            measure: {
                hardness: int(limit) if measure == "tokens" else str(limit)
                for hardness, limit in limits.items()
            }
            for measure, limits in measures.items()
        }
        for scope, measures in given.items()
    }


def limits_of(setting: AgentSetting) -> Limits:
    """Return a setting's limits; a session's tokens have one even when nobody set any."""
    given: dict[Any, Any] = {
        scope: {
            measure: {hardness: Decimal(str(limit)) for hardness, limit in found.items()}
            for measure, found in measures.items()
        }
        for scope, measures in (setting.budgets or {}).items()
    }
    session = dict(given.get("session") or {})
    usual = {"hard": Decimal(setting.budget_tokens_session)}
    session["tokens"] = {**usual, **session.get("tokens", {})}
    return {**given, "session": session}


def has_shared(limits: Limits) -> bool:
    """Tell whether what the whole workspace has used has to be known."""
    return any(limits.get(scope) for scope in SHARED)


def check(limits: Limits, used: Mapping[Scope, Spent], wanted: Spent) -> None:
    """Hold a call against the hard limits: what was used and what it may use must fit.

    Raises BudgetExceededError, naming the limit, when it does not. A limit of 0 allows nothing.
    """
    for scope in SCOPES:
        before = used.get(scope, Spent())
        for measure, found in limits.get(scope, {}).items():
            limit = found.get("hard")
            if limit is None:
                continue
            past, more = before.of(measure), wanted.of(measure)
            if past >= limit or past + more > limit:
                raise BudgetExceededError(past, limit, more, scope=scope, measure=measure)


def crossed(limits: Limits, after: Mapping[Scope, Spent], added: Spent) -> list[Crossed]:
    """Return the soft limits that were crossed by adding something, each once in its life."""
    found = []
    for scope in SCOPES:
        for measure, kinds in limits.get(scope, {}).items():
            limit, now = kinds.get("soft"), after.get(scope, Spent()).of(measure)
            if limit is not None and now - added.of(measure) < limit <= now:
                found.append(
                    Crossed(scope=scope, measure=measure, hardness="soft", used=now, limit=limit)
                )
    return found


def state(limits: Limits, used: Mapping[Scope, Spent]) -> Literal["ok", "soft", "hard"]:
    """Return the worst that what was used has come to."""
    reached = {
        hardness
        for scope, spent in used.items()
        for measure, found in limits.get(scope, {}).items()
        for hardness, limit in found.items()
        if spent.of(measure) >= limit
    }
    return "hard" if "hard" in reached else "soft" if reached else "ok"


def hard(reached: Mapping[str, str]) -> Crossed:
    """Return the hard limit that a decision names."""
    return Crossed(
        scope=cast(Scope, reached["scope"]),
        measure=cast(Measure, reached["measure"]),
        hardness="hard",
        used=Decimal(reached["used"]),
        limit=Decimal(reached["limit"]),
    )


def total(usages: Iterable[Usage]) -> Spent:
    """Return what calls used together; tokens from a cache count a tenth."""
    spent = Spent()
    for usage in usages:
        spent += Spent(tokens=usage.weight, money=usage.cost)
    return spent


def of_session(session: Session) -> Spent:
    """Return what a session has used so far."""
    return Spent(tokens=session.tokens_used, money=session.cost_used)


ADD = """
INSERT INTO agents_budgetspent AS spent (id, created_at, workspace_id, day, tokens, cost)
SELECT %(id)s, now(), home.id, (now() AT TIME ZONE home.time_zone)::date, %(tokens)s, %(money)s
FROM workspaces_workspace AS home WHERE home.id = %(workspace)s
ON CONFLICT (workspace_id, day) DO UPDATE
SET tokens = spent.tokens + excluded.tokens, cost = spent.cost + excluded.cost
RETURNING tokens, cost
"""

READ = """
WITH today AS (
  SELECT (now() AT TIME ZONE time_zone)::date AS day FROM workspaces_workspace
  WHERE id = %(workspace)s
)
SELECT coalesce(sum(tokens) FILTER (WHERE spent.day = today.day), 0),
       coalesce(sum(cost) FILTER (WHERE spent.day = today.day), 0),
       coalesce(sum(tokens), 0), coalesce(sum(cost), 0)
FROM agents_budgetspent AS spent, today
WHERE workspace_id = %(workspace)s AND spent.day >= date_trunc('month', today.day)
  AND spent.day <= today.day
"""

UNDER_WAY = """
SELECT coalesce(sum(input_tokens + output_tokens + cache_read_tokens + cache_write_tokens), 0),
       coalesce(sum(cost), 0)
FROM agents_modelcall
WHERE workspace_id = %(workspace)s AND outcome = 'started'
  AND created_at > now() - interval '10 minutes'
"""


def settle(usages: Sequence[Usage], place: str = "") -> None:
    """Settle calls that no turn pays for, and count them for the workspace all the same.

    `place` is where no customer was served by them: it stands before their purpose.
    """
    calls.settle(usages, place)
    if (spent := total(usages)) != Spent():
        with transaction.atomic():
            add(spent)


def add(spent: Spent) -> None:
    """Add what calls used to the day's row; nothing is written for nothing."""
    if spent == Spent():
        return
    values = {"id": new_id(), "workspace": current_id()}
    with connection.cursor() as cursor:
        cursor.execute(ADD, {**values, "tokens": spent.tokens, "money": spent.money})


def shared(*, with_calls_under_way: bool) -> dict[Scope, Spent]:
    """Return what the workspace has used today and this month.

    With calls under way, what these may use at most is counted too.
    """
    values = {"workspace": current_id()}
    more = Spent()
    with connection.cursor() as cursor:
        cursor.execute(READ, values)
        day_tokens, day_cost, month_tokens, month_cost = cursor.fetchone()
        if with_calls_under_way:
            cursor.execute(UNDER_WAY, values)
            tokens, cost = cursor.fetchone()
            more = Spent(tokens=int(tokens), money=Decimal(cost))
    day = Spent(tokens=int(day_tokens), money=Decimal(day_cost))
    month = Spent(tokens=int(month_tokens), money=Decimal(month_cost))
    return {"day": day + more, "workspace": month + more}
