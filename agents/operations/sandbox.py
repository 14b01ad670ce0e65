"""Rehearse with an agent on a clock of its own: nothing leaves, nobody hears.

No facts are recorded here, on purpose: a rehearsal must start no automation and fill no feed. What
a live one writes to the CRM records facts of the CRM, to which nothing reacts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field

from agents.models import SandboxSession, SandboxTurn
from agents.sandbox import history
from agents.sandbox.answers import answer_of
from agents.sandbox.editing import levels_of
from agents.sandbox.live import carry_out, opened
from agents.sandbox.play import Rehearsal
from agents.sandbox.stage import Stage, stored
from agents.sandbox.taking_up import content_of, opening_of, setting_of, take_up
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from morfx.operations.inputs import Label, Locked, Ref

from .settings import _known

KEPT = timedelta(days=7)
"""How long a rehearsal without a name is kept after its last use."""

A_WEEK = 7 * 24 * 3600.0

Preset = Literal["real", "rapido", "instantaneo"]
Speed = Annotated[float, Field(ge=0, le=10)]
Level = Annotated[str, Field(pattern=r"^[0-9]$")]
Seconds = Annotated[float, Field(ge=0, le=A_WEEK)]
Words = Annotated[str, Field(max_length=10_000)]
Version = int | Literal["draft"]
Kind = Literal[
    "text", "image", "audio", "voice", "video", "document", "sticker", "location", "contacts",
    "reaction", "button", "interactive", "order", "unsupported",
]  # fmt: skip


@operation("agents.sandbox.start", needs="whatsapp.view")
def start(
    actor: Actor,
    *,
    agent: str,
    timer_preset: Preset | None = None,
    speed: Speed | None = None,
    timers: dict[Level, Seconds | None] | None = None,
    live: bool = False,
    version: Version | None = None,
    name: Label | None = None,
) -> dict[str, Any]:
    """Begin a rehearsal with an agent. What is not given is as the workspace has it.

    `timers` are seconds by level, null for a level that is off. `version` is the content to go
    by: a number, or `draft`; the published one otherwise. With `live`, deeds are done in the CRM,
    marked as test data. With a `name` it is kept until somebody deletes it.
    """
    definition, setting = _known(agent), setting_of(agent)
    pin = "" if version is None else str(version)
    content_of(agent, pin)
    forget_old()
    own = setting.timers if timers is None and timer_preset is None else timers or {}
    opening = opening_of(definition, levels_of(definition, own))
    if live:
        opening = opened(actor, definition, opening)
    session = SandboxSession.objects.create(
        agent=agent,
        timer_preset=timer_preset or setting.timer_preset,
        speed=setting.speed if speed is None else speed,
        created_by=actor.who,
        stage=stored(opening),
        opening=stored(opening),
        content=pin,
        name=name or "",
        live=live,
    )
    return {"session": session.pk}


def forget_old() -> None:
    """Delete the rehearsals nobody named and nobody used for a week."""
    old = SandboxSession.objects.filter(used_at__lt=timezone.now() - KEPT, name="")
    old.delete()


@operation("agents.sandbox.say", needs="whatsapp.view", talks=True)
def say(
    actor: Actor,
    *,
    session: Ref[SandboxSession],
    text: Words = "",
    kind: Kind = "text",
    by: Literal["customer", "person"] = "customer",
) -> dict[str, Any]:
    """Say something as the customer, at the present moment of the rehearsal's clock.

    `kind` is what the customer sends; the words of what is no text are its caption, or what a
    model would have heard in it. `by` a person it is a word of the shop's own people, who then
    have the conversation until it is given back.

    Unless the clock was advanced since the last words, it first runs to the end of the replies on
    their way: the customer has read them. After an `advance` it does not, and replies whose moment
    has not come are interrupted. `after_seconds` counts from these words. With a key for models
    elsewhere, the words are sent to the model; nothing else leaves.
    """
    if kind == "text" and not text.strip():
        raise Invalid({"text": _("This must not be empty.")})
    if by == "person":
        return _go_on(actor, session, "person", text=text)
    return _go_on(actor, session, "say", text=text, kind=kind)


@operation("agents.sandbox.takeOver", needs="whatsapp.view", talks=True)
def take_over(actor: Actor, *, session: Ref[SandboxSession]) -> dict[str, Any]:
    """Switch the agent off in a rehearsal, as a person would: it stops at once."""
    return _go_on(actor, session, "person", text="")


@operation("agents.sandbox.giveBack", needs="whatsapp.view", talks=True)
def give_back(actor: Actor, *, session: Ref[SandboxSession]) -> dict[str, Any]:
    """Give a rehearsal back to the agent; after a hand-over it begins anew."""
    return _go_on(actor, session, "giveBack")


@operation("agents.sandbox.advance", needs="whatsapp.view", talks=True)
def advance(
    actor: Actor,
    *,
    session: Ref[SandboxSession],
    seconds: Seconds | None = None,
    to: Literal["next_timer"] | None = None,
) -> dict[str, Any]:
    """Let time pass in a rehearsal; timers that run out on the way wake the agent, in order.

    By `seconds`, or `to` the moment the next timer runs out. `replies` are what the timers led
    to; `after_seconds` counts from the moment of this call.
    """
    if (seconds is None) == (to is None):
        raise Refused(_("Say how many seconds, or up to what."), field="seconds")
    if to is None:
        return _go_on(actor, session, "advance", seconds=seconds)
    if not session.stage.get("timers"):
        raise Refused(_("No timer is set."), field="to")
    return _go_on(actor, session, "advance", to=to)


@operation("agents.sandbox.set", needs="whatsapp.view", talks=True)
def change(
    actor: Actor,
    *,
    session: Ref[SandboxSession],
    state: dict[str, Any] | Words | None = None,
    timers: dict[Level, Seconds | None] | None = None,
    timer_preset: Preset | None = None,
    speed: Speed | None = None,
) -> dict[str, Any]:
    """Change how a rehearsal stands: its state, the seconds of its timers, its speed.

    `state` may be JSON text; what it leaves out stays. `timers` are seconds by level, null for
    one that is off. A timer that runs starts again when its level now lasts another time.
    """
    given = {"state": state, "timers": timers, "timer_preset": timer_preset, "speed": speed}
    wanted = {name: value for name, value in given.items() if value is not None}
    if not wanted:
        raise Refused(_("Say what to change."), code="NO_FIELDS_TO_UPDATE")
    return _go_on(actor, session, "set", **wanted)


@operation("agents.sandbox.save", needs=SYSTEM)
def save(
    actor: Actor,
    *,
    session: Locked[SandboxSession],
    version: int,
    rehearsal: Any,
    asked: dict[str, Any],
    since: datetime,
    tester: Any,
) -> dict[str, Any]:
    """Keep where a rehearsal stands, and its turn. Refused when somebody went on with it meanwhile.

    A live one's deeds are done here, in the same transaction.
    """
    unchanged(session, version)
    if session.live:
        carry_out(tester, rehearsal)
    is_kept = history.is_kept(asked, rehearsal)
    if is_kept:
        rehearsal.stage = history.counted(rehearsal.stage)
    answer = answer_of(rehearsal, since=since)
    if is_kept:
        kept = history.pack(asked, answer, rehearsal.stage)
        SandboxTurn.objects.create(session=session, number=rehearsal.stage.turn, kept=kept)
    stand(session, rehearsal.stage)
    return answer


def unchanged(session: SandboxSession, version: int) -> None:
    """Raise Conflict when somebody went on with a rehearsal since it was read."""
    if session.version != version:
        raise Conflict(_("Somebody else went on with this rehearsal."), retryable=True)


def stand(session: SandboxSession, stage: Stage) -> None:
    """Let a rehearsal, which is locked, stand at a stage from now on."""
    session.stage, session.version = stored(stage), session.version + 1
    session.used_at = timezone.now()
    session.save(update_fields=["stage", "version", "used_at"])


def seen_by(actor: Actor, session: SandboxSession) -> SandboxSession:
    """Return a rehearsal that an actor may see: their own, or a shared one. Raises NotFound."""
    if session.created_by != actor.who and not session.shared:
        raise NotFound("session")
    return session


def own_of(actor: Actor, session: SandboxSession) -> SandboxSession:
    """Return an actor's own rehearsal. Raises NotFound, or Forbidden for somebody's shared one."""
    if seen_by(actor, session).created_by != actor.who:
        raise Forbidden(_("This rehearsal is somebody else's: branch off to go on from it."))
    return session


def _go_on(actor: Actor, session: SandboxSession, do: str, **more: Any) -> dict[str, Any]:
    """Do what is asked, with no transaction open while a model thinks, and keep what came of it."""
    rehearsal: Rehearsal = take_up(own_of(actor, session))
    asked = history.asked_of(rehearsal.stage, do, **more)
    since = history.perform(rehearsal, asked)
    answer = save(
        Actor.system(actor.workspace_id, "sandbox"),
        session=session,
        version=session.version,
        rehearsal=rehearsal,
        asked=asked,
        since=since,
        tester=actor,
    )
    return {"session": session.pk, **answer}
