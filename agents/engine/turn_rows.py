"""The rows a turn leaves: what was heard, what was said, and every model call it took."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agents.facts import BudgetReached
from agents.llm import calls
from agents.llm.protocol import Usage
from agents.models import AgentTurn, Session
from morfx.events.ledger import record

from . import budgets
from .budgets import Crossed, Scope, Spent
from .deeds import Applied
from .perceive import Perception
from .situation import Situation

FORCED = 100
"""How sure a timer is of what it forces: nothing was to be understood."""


def customer_turn(
    here: Situation, session: Session, perception: Perception | None, timer: str
) -> AgentTurn:
    """Return what the customer's turn will be written as, but for its trace."""
    heard = perception.heard if perception else None
    return AgentTurn(
        session=session,
        number=session.turns_taken + 1,
        role=AgentTurn.Role.SYSTEM if timer else AgentTurn.Role.CUSTOMER,
        text=here.text,
        kind=heard.kind if heard else "",
        intent=heard.intent if heard else (timer or "unreadable"),
        confidence=heard.confidence if heard else (FORCED if timer else None),
        tokens=perception.tokens if perception else 0,
        cost=sum(usage.cost for usage in perception.usages) if perception else 0,
    )


def write_turns(
    session: Session, turn: AgentTurn, applied: Applied, usages: Iterable[Usage] = ()
) -> None:
    """Write the customer's turn and the agent's, and what the session keeps of them."""
    rows = [turn]
    if applied.says:
        answer = AgentTurn(
            session=session,
            number=turn.number + 1,
            role=AgentTurn.Role.AGENT,
            text="\n".join(say.text for say in applied.says),
            intent=turn.intent,
            trace={"plan": applied.plan, "answers": str(turn.pk)},
        )
        rows.append(answer)
        session.last_plan = applied.plan
    AgentTurn.objects.bulk_create(rows)
    session.turns_taken = rows[-1].number
    session.tokens_used += budgets.total(usages).tokens
    session.cost_used += turn.cost


def pay(here: Situation, session: Session, turn: AgentTurn, usages: Sequence[Usage]) -> None:
    """Settle a turn's calls, and tell of the soft limits that they crossed.

    Call last in a turn's transaction: the counter of the day that it adds to is the whole
    workspace's, and locked from then on.
    """
    write_calls(usages, session=session, turn=turn, prompt_version=here.agent.prompt_version)
    added = budgets.total(usages)
    if added == Spent():
        return
    limits = budgets.limits_of(here.setting)
    after: dict[Scope, Spent] = {"turn": added, "session": budgets.of_session(session)}
    if budgets.has_shared(limits):
        after |= budgets.shared(with_calls_under_way=False)
    for crossed in budgets.crossed(limits, after, added):
        tell(here, session, crossed)


def tell(here: Situation, session: Session, crossed: Crossed) -> None:
    """Record that a limit was reached."""
    record(
        BudgetReached(
            agent=here.agent.id,
            scope=crossed.scope,
            measure=crossed.measure,
            hardness=crossed.hardness,
            used=f"{crossed.used:f}",
            limit=f"{crossed.limit:f}",
            session=session.pk,
            conversation=here.conversation.pk,
        )
    )


def write_calls(
    usages: Iterable[Usage],
    *,
    session: Session | None = None,
    turn: AgentTurn | None = None,
    prompt_version: str = "",
) -> None:
    """Settle the ledger's row of every model call, the failed ones and those of no turn too.

    A call whose row was not written before it was made gets one here. The workspace's counter of
    the day is written last, in one statement: all turns of the workspace share its row.
    """
    usages = list(usages)
    calls.write(calls.row_of(usage, session, turn, prompt_version) for usage in usages)
    budgets.add(budgets.total(usages))
