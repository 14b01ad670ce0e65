"""The rows a turn leaves: what was heard, what was said, and every model call it took."""

from __future__ import annotations

from collections.abc import Iterable

from agents.llm.protocol import Usage
from agents.models import AgentTurn, ModelCall, Session

from .deeds import Applied
from .perceive import Perception
from .situation import Situation


def customer_turn(
    here: Situation, session: Session, perception: Perception | None, timer: str
) -> AgentTurn:
    heard = perception.heard if perception else None
    return AgentTurn.objects.create(
        session=session,
        number=_next_number(session),
        role=AgentTurn.Role.SYSTEM if timer else AgentTurn.Role.CUSTOMER,
        text=here.text,
        kind=heard.kind if heard else "",
        intent=heard.intent if heard else (timer or "unreadable"),
        confidence=heard.confidence if heard else None,
        tokens=perception.tokens if perception else 0,
        cost=sum(usage.cost for usage in perception.usages) if perception else 0,
    )


def agent_turn(session: Session, turn: AgentTurn, applied: Applied) -> None:
    if applied.says:
        AgentTurn.objects.create(
            session=session,
            number=turn.number + 1,
            role=AgentTurn.Role.AGENT,
            text="\n".join(say.text for say in applied.says),
            intent=turn.intent,
            trace={"plan": applied.plan, "answers": str(turn.pk)},
        )


def _next_number(session: Session) -> int:
    last = AgentTurn.objects.filter(session=session).order_by("-number").first()
    return last.number + 1 if last else 1


def write_calls(
    usages: Iterable[Usage],
    *,
    session: Session | None = None,
    turn: AgentTurn | None = None,
    prompt_version: str = "",
) -> None:
    """Write a ledger row for every model call, the failed ones and those of no turn too."""
    ModelCall.objects.bulk_create(
        ModelCall(
            session=session,
            turn=turn,
            source=usage.client,
            model=usage.model,
            prompt_version=prompt_version,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_write_tokens=usage.cache_write_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cost=usage.cost,
            latency_ms=usage.latency_ms,
            outcome=str(usage.outcome),
            error=usage.failure,
            request_id=usage.request_id,
        )
        for usage in usages
    )
