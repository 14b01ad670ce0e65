"""What opens beside a rehearsal: why, questions before something is lost, the phone, a replay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _

from agents.views.showing import show
from morfx.workspaces.access import MemberRequest, member_required, needs

from . import doors, panels
from .beginning import offer
from .doors import NEEDED, Came, look
from .lines import lines
from .reading import talk_of
from .talk import Talk

QUESTIONS = ("new", "rewind", "delete", "keep")


@member_required
@needs(NEEDED)
def why(request: MemberRequest, session: UUID, turn: int) -> HttpResponse:
    """Explain one turn, and offer to go back to it."""
    found = talk_of(request.actor, str(session))
    row = found.turn(turn)
    if row is None:
        raise Http404
    context = {
        "talk": found,
        "turn": row,
        "heard": panels.heard(found, row),
        "deeds": panels.deeds(found, row),
        "offered": doors.offered(),
        "mode_before": found.called(row.mode_before),
        "mode_after": found.called(row.mode),
        "spent": [panels.priced(one) for one in row.spent],
        **panels.decided(row),
    }
    return show(request, "sandbox-why", context)


@member_required
@needs(NEEDED)
def sure(request: MemberRequest, session: UUID, act: str, came: Came | None = None) -> HttpResponse:
    """Ask before something is lost, or for a name before it is kept."""
    if act not in QUESTIONS:
        raise Http404
    came = came or Came()
    found = talk_of(request.actor, str(session))
    number = request.GET.get("turn", "")
    turn = found.turn(int(number)) if number.isdecimal() else None
    if act == "rewind" and turn is None:
        raise Http404
    context = {
        "talk": found,
        "act": act,
        "turn": turn,
        "came": came,
        **offer(request, came, chosen=request.GET.get("agent") or found.agent_id),
    }
    answer = show(request, "sandbox-sure", context)
    if came.refusal is not None:  # the form aims at the chat; what is wrong with it stays beside it
        answer.status_code = 422
        answer.headers["HX-Retarget"] = "#side-sheet-body"
        answer.headers["HX-Reswap"] = "innerHTML"
    return answer


@member_required
@needs(NEEDED)
def phone(request: MemberRequest, session: UUID) -> HttpResponse:
    """Show the talk as the customer's phone would, and nothing else."""
    found = talk_of(request.actor, str(session))
    return show(request, "sandbox-phone", {"talk": found, "lines": lines(found)})


@member_required
@needs(NEEDED)
def export(request: MemberRequest, session: UUID) -> HttpResponse:
    """Hand a rehearsal over as a file."""
    plain = look(request.actor, "export", {"session": str(session)})
    answer = JsonResponse(plain, json_dumps_params={"ensure_ascii": False, "indent": 2}, safe=False)
    answer.headers["Content-Disposition"] = f'attachment; filename="sandbox-{session}.json"'
    return answer


@member_required
@needs(NEEDED)
def difference(request: MemberRequest, session: UUID, came: Came) -> HttpResponse:
    """Show what another version would have done otherwise."""
    found = talk_of(request.actor, str(session))
    turns = [_compared(found, turn) for turn in came.data.get("turns") or []]
    context = {
        "talk": found,
        "came": came,
        "version": came.typed.get("version") or came.data.get("version"),
        "turns": turns,
        "differing": sum(1 for turn in turns if not turn["is_same"]),
    }
    answer = show(request, "sandbox-replay", context)
    answer.status_code = 422 if came.refusal else 200
    return answer


COMPARED = {
    "replies": _("its words"),
    "mode": _("where it stands"),
    "intent": _("the intent"),
    "class": _("the kind of message"),
    "confidence": _("how sure it was"),
    "alternatives": _("what else it could have meant"),
    "fields": _("the data it took"),
    "state": _("the state"),
    "timers": _("the timers"),
    "effects": _("what it does"),
    "silent_because": _("why it is silent"),
    "handed_over": _("the hand-over"),
    "refused": _("it is refused now"),
}
"""What may come out differently, in words."""


def _compared(found: Talk, turn: Mapping[str, Any]) -> dict[str, Any]:
    refused = turn["differences"].get("refused") or {}
    return {
        "number": turn["turn"],
        "said": turn["asked"].get("text") or "",
        "is_same": turn["same"],
        "what": [str(COMPARED.get(name, name)) for name in turn["differences"]],
        "refused": (refused.get("again") or {}).get("message", ""),
        "kept": {**turn["kept"], "mode": found.called(str(turn["kept"]["mode"]))},
        "again": {**turn["again"], "mode": found.called(str(turn["again"]["mode"]))},
    }
