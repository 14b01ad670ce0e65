"""The assistant where members are: a slot of the inbox's panel, and a page of its own.

A model may be asked for seconds, so that a button is pressed outside of any page's transaction;
the page that shows what came of it is made afterwards, in one of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from agents.assistant.showing import rows_of
from agents.models import AssistantTalk
from agents.operations import assistant as asking
from agents.operations import proposals
from crm.models import Contact
from inbox.models import Conversation
from morfx.operations.actor import Actor
from morfx.operations.errors import NotFound, Refused
from morfx.workspaces.access import MemberRequest, member_required, membership_of, needs
from morfx.workspaces.models import User

from .showing import show

P = ParamSpec("P")

NEEDED = "contacts.view"
SUBJECTS = ("conversation", "contact", "talk", "dry")
"""What a talk is about, as addresses and forms say it."""

ACTS: Mapping[str, Callable[..., Any]] = {
    "confirm": proposals.confirm.submit,
    "cancel": proposals.cancel.submit,
    "undo": proposals.undo.submit,
}


def pressed(
    view: Callable[Concatenate[HttpRequest, Actor, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
    """Let a member press a button, without a transaction around it; a stranger finds nothing."""

    @wraps(view)
    def guarded(request: Any, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
        assert isinstance(request.user, User)
        membership = membership_of(request.user, slug)
        if membership is None or not membership.actor().may(NEEDED):
            raise Http404
        return view(request, membership.actor(), *args, **kwargs)

    posted = login_required(require_POST(guarded))
    return cast(Callable[Concatenate[HttpRequest, str, P], HttpResponse], posted)


@member_required
@needs(NEEDED)
def assistant(
    request: MemberRequest, refusal: str = "", typed: str = "", talk_of: str = ""
) -> HttpResponse:
    """Show a member's talk: about a conversation, about a contact, or about nothing."""
    about = {name: request.GET.get(name) or request.POST.get(name, "") for name in SUBJECTS}
    about["talk"] = about["talk"] or talk_of
    conversation, contact = _subject(request, about)
    talk = _talk(request, about, conversation, contact)
    is_dry = talk.is_dry if talk else bool(about["dry"])
    key = str(conversation.pk if conversation else contact.pk if contact else "page")
    context = {
        "key": key,
        "about": {name: value for name, value in about.items() if value},
        "talk": talk,
        "rows": rows_of(talk) if talk else [],
        "conversation": conversation,
        "subject": contact,
        "is_dry": is_dry,
        "other_url": _other(request, about, is_dry=is_dry),
        "is_on": asking.is_on(conversation),
        "is_off_for_all": not asking.is_on(None),
        "may_switch": request.actor.may("whatsapp.send" if conversation else "settings.edit"),
        "refusal": refusal,
        "typed": typed,
        "back_url": _back(request, conversation),
    }
    return show(request, "assistant", context)


@pressed
def ask(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Say something to the assistant."""
    inputs: dict[str, Any] = {
        name: request.POST[name] for name in SUBJECTS if request.POST.get(name)
    }
    inputs["dry"] = bool(inputs.get("dry"))
    said = request.POST.get("text", "")
    try:
        answer = asking.ask.submit(actor, {**inputs, "text": said}).data
    except NotFound:
        raise Http404 from None
    except Refused as refusal:
        return _shown(request, refusal.message, said)
    return _shown(request, talk=str(answer["talk"]))


@pressed
def decide(request: HttpRequest, actor: Actor, proposal: UUID, act: str) -> HttpResponse:
    """Confirm, cancel or take back a change."""
    try:
        ACTS[act](actor, {"proposal": str(proposal)})
    except (KeyError, NotFound):
        raise Http404 from None
    except Refused as refusal:
        return _shown(request, refusal.message)
    return _shown(request)


@pressed
def switch(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Switch the assistant on or off, here or for everybody."""
    inputs: dict[str, Any] = {"on": request.POST.get("on") == "true"}
    if chat := request.POST.get("conversation"):
        inputs["conversation"] = chat
    try:
        asking.set_assistant.submit(actor, inputs)
    except NotFound:
        raise Http404 from None
    except Refused as refusal:
        return _shown(request, refusal.message)
    return _shown(request)


def _shown(
    request: HttpRequest, refusal: str = "", typed: str = "", *, talk: str = ""
) -> HttpResponse:
    """Show the talk again: its fragment to htmx, else the page, by a redirect."""
    slug = str(request.resolver_match.kwargs["slug"]) if request.resolver_match else ""
    about = {name: request.POST[name] for name in SUBJECTS if request.POST.get(name)}
    if not about.keys() & {"conversation", "contact", "talk"} and talk:
        about["talk"] = talk
    if "HX-Request" in request.headers:
        return assistant(request, slug, refusal, typed, about.get("talk", ""))
    if refusal:
        messages.error(request, refusal)
    return redirect(f"{reverse('agents:assistant', args=[slug])}?{urlencode(about)}")


def _subject(
    request: MemberRequest, about: Mapping[str, str]
) -> tuple[Conversation | None, Contact | None]:
    """Return what a talk is about. Raises Http404 for what the member does not see."""
    conversation = contact = None
    if chat := _id(about["conversation"]):
        rows = Conversation.objects.visible_to(request.membership).select_related("contact")
        conversation = rows.filter(pk=chat).first()
        contact = conversation.contact if conversation else None
        if conversation is None:
            raise Http404
    elif person := _id(about["contact"]):
        contact = Contact.objects.filter(pk=person).first()
        if contact is None:
            raise Http404
    return conversation, contact


def _talk(
    request: MemberRequest,
    about: Mapping[str, str],
    conversation: Conversation | None,
    contact: Contact | None,
) -> AssistantTalk | None:
    who = request.actor.who
    if given := _id(about["talk"]):
        talk = AssistantTalk.objects.filter(pk=given, who=who).first()
        if talk is None:
            raise Http404
        return talk
    return asking.newest(
        who,
        conversation=conversation,
        contact=None if conversation else contact,
        dry=bool(about["dry"]),
    )


def _other(request: MemberRequest, about: Mapping[str, str], *, is_dry: bool) -> str:
    """Return where the same is asked the other way: dry, or live; a talk is one of them."""
    kept = {name: about[name] for name in ("conversation", "contact") if about[name]}
    query = urlencode(kept if is_dry else {**kept, "dry": "1"})
    return f"{reverse('agents:assistant', args=[request.workspace.slug])}?{query}"


def _id(text: str) -> UUID | None:
    """Return an id of an address; None for nothing. Raises Http404 for what is none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Http404 from None


def _back(request: MemberRequest, conversation: Conversation | None) -> str:
    slug = request.workspace.slug
    if conversation is None:
        return reverse("agents:home", args=[slug])
    return reverse("inbox:conversation", args=[slug, conversation.pk])
