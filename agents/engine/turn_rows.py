"""The rows a turn leaves: what was heard, what was said, and every model call it took."""

from __future__ import annotations

from collections.abc import Iterable

from agents.llm import calls
from agents.llm.protocol import Usage
from agents.models import AgentTurn, Session

from .deeds import Applied
from .perceive import Perception
from .situation import Situation


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
        confidence=heard.confidence if heard else None,
        tokens=perception.tokens if perception else 0,
        cost=sum(usage.cost for usage in perception.usages) if perception else 0,
    )


def write_turns(session: Session, turn: AgentTurn, applied: Applied) -> None:
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
    session.tokens_used += turn.tokens


def write_calls(
    usages: Iterable[Usage],
    *,
    session: Session | None = None,
    turn: AgentTurn | None = None,
    prompt_version: str = "",
) -> None:
    """Settle the ledger's row of every model call, the failed ones and those of no turn too.

    A call whose row was not written before it was made gets one here.
    """
    calls.write(calls.row_of(usage, session, turn, prompt_version) for usage in usages)
