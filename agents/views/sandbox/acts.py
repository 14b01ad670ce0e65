"""The sandbox's buttons: each is one operation, and then the page as it is afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from morfx.operations.actor import Actor

from . import beginning, layout, pages, sheets
from .doors import Came, call, look, pressed
from .reading import talk_of

A_MOMENT = 0.001
"""Seconds by which a jump passes the last reply: answers round theirs."""


@pressed
def start(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Begin a rehearsal."""
    asked = request.POST
    inputs: dict[str, Any] = {"agent": asked.get("agent", "")}
    for name in ("timer_preset", "speed"):
        if asked.get(name):
            inputs[name] = asked[name]
    if asked.get("crm") == "live":
        inputs["live"] = True
    if asked.get("version"):
        inputs["version"] = asked["version"]
    came = call(actor, "start", inputs, where="start", typed=asked.dict())
    if came.refusal is not None:
        return beginning.beginning(request, _slug(request), came=came)
    return redirect("agents:sandbox_talk", _slug(request), came.data["session"])


@pressed
def say(request: HttpRequest, actor: Actor, session: UUID) -> HttpResponse:
    """Say something as the customer, after the time that passed on the page's clock."""
    asked = request.POST
    typed = {"text": asked.get("quick") or asked.get("text", ""), "kind": asked.get("kind", "")}
    if asked.get("elapsed"):
        came = _pass(actor, session, asked["elapsed"], where="say", typed=typed)
        if came.refusal is not None:
            return pages.after(request, _slug(request), session, came)
    inputs = {"session": str(session), "text": typed["text"].strip()}
    if typed["kind"] == "person":
        inputs["by"] = "person"
    elif typed["kind"]:
        inputs["kind"] = typed["kind"]
    came = call(actor, "say", inputs, where="say", typed=typed)
    return pages.after(request, _slug(request), session, came)


@pressed
def advance(request: HttpRequest, actor: Actor, session: UUID) -> HttpResponse:
    """Let time pass: some seconds, or until the next timer, or until the last reply is read."""
    asked = request.POST
    if asked.get("elapsed"):
        came = _pass(actor, session, asked["elapsed"])
        if came.refusal is not None:
            return pages.after(request, _slug(request), session, came)
    came = _pass(actor, session, asked.get("seconds", ""), to=asked.get("to", ""))
    if came.refusal is None and asked.get("settle"):
        came = _settle(actor, session)
    return pages.after(request, _slug(request), session, came)


def _pass(
    actor: Actor,
    session: UUID,
    seconds: str,
    *,
    to: str = "",
    where: str = "",
    typed: Mapping[str, str] | None = None,
) -> Came:
    if to == "end":
        return _settle(actor, session)
    inputs: dict[str, Any] = {"session": str(session), "seconds": seconds}
    if to:
        inputs = {"session": str(session), "to": to}
    return call(actor, "advance", inputs, where=where, typed=typed)


def _settle(actor: Actor, session: UUID) -> Came:
    """Let every reply on its way be read, as happens to who is in no hurry."""
    found = talk_of(actor, str(session))
    if not found.coming:
        return Came()
    last = max(bubble.at for bubble in found.coming)
    seconds = (last - found.clock).total_seconds() + A_MOMENT
    return call(actor, "advance", {"session": str(session), "seconds": seconds})


@pressed
def change(request: HttpRequest, actor: Actor, session: UUID) -> HttpResponse:
    """Change the state, the timers or the speed of a rehearsal."""
    asked = request.POST
    inputs: dict[str, Any] = {"session": str(session)}
    where, typed = asked.get("where", "config"), asked.dict()
    if "state" in asked:
        inputs["state"] = asked["state"]
    if asked.get("preset"):
        inputs["timer_preset"] = asked["preset"]
    elif levels := {name[6:]: asked[name] or None for name in asked if name[:6] == "level_"}:
        inputs["timers"] = levels
    if asked.get("speed"):
        inputs["speed"] = asked["speed"]
    came = call(actor, "set", inputs, where=where, typed=typed)
    return pages.after(request, _slug(request), session, came)


@pressed
def rewind(request: HttpRequest, actor: Actor, session: UUID) -> HttpResponse:
    """Go back to before a turn; what came after it is gone."""
    inputs = {"session": str(session), "turn": request.POST.get("turn", "")}
    came = call(actor, "rewind", inputs, where="sheet")
    return pages.after(request, _slug(request), session, came)


@pressed
def branch(request: HttpRequest, actor: Actor, session: UUID) -> HttpResponse:
    """Try something else from a turn on, in a rehearsal of its own."""
    inputs = {"session": str(session), "turn": request.POST.get("turn", "")}
    came = call(actor, "branch", inputs, where="sheet")
    if came.refusal is not None:
        return pages.after(request, _slug(request), session, came)
    return _go(request, came.data["session"])


@pressed
def owner(request: HttpRequest, actor: Actor, session: UUID) -> HttpResponse:
    """Take the conversation over as a person would, or give it back to the agent."""
    name = "giveBack" if request.POST.get("to") == "agent" else "takeOver"
    came = call(actor, name, {"session": str(session)})
    return pages.after(request, _slug(request), session, came)


@pressed
def keep(request: HttpRequest, actor: Actor, session: UUID) -> HttpResponse:
    """Keep a rehearsal under a name, for oneself or for everybody here."""
    asked = request.POST
    inputs = {
        "session": str(session),
        "name": asked.get("name", "").strip(),
        "shared": asked.get("shared") == "on",
    }
    came = call(actor, "keep", inputs, where="keep", typed=asked.dict())
    if came.refusal is not None:
        return sheets.sure(request, _slug(request), session, "keep", came=came)
    return pages.after(request, _slug(request), session, came)


@pressed
def delete(request: HttpRequest, actor: Actor, session: UUID) -> HttpResponse:
    """Throw a rehearsal away."""
    came = call(actor, "delete", {"session": str(session)}, where="sheet")
    if came.refusal is not None:
        return pages.after(request, _slug(request), session, came)
    return _go(request, "")


@pressed
def replay(request: HttpRequest, actor: Actor, session: UUID) -> HttpResponse:
    """Run a rehearsal again on another version, and show what differs."""
    inputs: dict[str, Any] = {"session": str(session)}
    if request.POST.get("version"):
        inputs["version"] = request.POST["version"]
    came = call(actor, "replay", inputs, where="sheet", typed=request.POST.dict())
    return sheets.difference(request, _slug(request), session, came)


@pressed
def arrange(request: HttpRequest, actor: Actor, session: UUID) -> HttpResponse:
    """Open, close or move panels, or the bar between the chat and them."""
    look(actor, "read", {"session": str(session), "limit": 1})
    layout.keep(request, layout.arranged(layout.layout_of(request), request.POST.dict()))
    if "split" in request.POST:
        return JsonResponse({})
    return pages.side(request, _slug(request), session)


def _slug(request: HttpRequest) -> str:
    assert request.resolver_match is not None
    return str(request.resolver_match.kwargs["slug"])


def _go(request: HttpRequest, session: str) -> HttpResponse:
    """Send a browser to a rehearsal, or to the first page; htmx by its own header."""
    slug = _slug(request)
    where = (
        redirect("agents:sandbox_talk", slug, session)
        if session
        else redirect("agents:sandbox", slug)
    )
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": where["Location"]})
    return where
