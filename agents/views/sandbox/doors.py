"""What the sandbox's buttons call: operations by name, outside of any page's transaction.

An agent may ask a model elsewhere, for seconds; a page must not hold a transaction meanwhile. So a
button first finds out who may, then calls, and only then a page is made of what came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from morfx.operations.actor import Actor
from morfx.operations.catalogue import find, lookups, operations
from morfx.operations.errors import NotFound, Refused
from morfx.workspaces.access import membership_of
from morfx.workspaces.models import User

P = ParamSpec("P")

PREFIX = "agents.sandbox."
NEEDED = "whatsapp.view"


@dataclass(frozen=True, kw_only=True)
class Came:
    """What came of a button: data, or a refusal and what was typed."""

    data: Mapping[str, Any] = field(default_factory=dict)
    refusal: Refused | None = None
    where: str = ""
    """The form that was sent: `say`, `sheet`, `start`, `keep`, or a panel's name."""
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_above(self) -> bool:
        """Tell whether the refusal is shown above the box: panels and forms show their own."""
        return self.where in ("", "say", "sheet")


Button = Callable[Concatenate[HttpRequest, Actor, P], HttpResponse]


def pressed(view: Button[P]) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
    """Let a member who may see chats press a button; everybody else finds nothing there."""

    @wraps(view)
    def guarded(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        assert isinstance(request.user, User)
        membership = membership_of(request.user, slug)
        if membership is None or not membership.actor().may(NEEDED):
            raise Http404
        return view(request, membership.actor(), *args, **kwargs)

    posted = login_required(require_POST(guarded))
    return cast(Callable[Concatenate[HttpRequest, str, P], HttpResponse], posted)


def offered() -> dict[str, bool]:
    """Tell which of the sandbox's operations and lookups this installation has, by short name."""
    names = [*operations, *lookups]
    return {name.removeprefix(PREFIX): True for name in names if name.startswith(PREFIX)}


def takes(name: str, field_name: str) -> bool:
    """Tell whether an operation of the sandbox knows an input."""
    operation = find(PREFIX + name)
    return operation is not None and field_name in operation.names


def call(
    actor: Actor,
    name: str,
    inputs: Mapping[str, Any],
    *,
    where: str = "",
    typed: Mapping[str, str] | None = None,
) -> Came:
    """Call one of the sandbox's operations. Raises Http404 for a rehearsal that is not here."""
    operation = find(PREFIX + name)
    if operation is None:
        raise Http404(name)
    try:
        return Came(data=operation.submit(actor, inputs).data, where=where)
    except NotFound as refusal:
        if refusal.field == "session":
            raise Http404 from None
        return Came(refusal=refusal, where=where, typed=typed or {})
    except Refused as refusal:
        return Came(refusal=refusal, where=where, typed=typed or {})


def look(actor: Actor, name: str, inputs: Mapping[str, Any]) -> Any:
    """Ask one of the sandbox's lookups. Raises Http404 for what is not here, else Refused."""
    try:
        return lookups[PREFIX + name].submit(actor, inputs)
    except NotFound:
        raise Http404 from None
