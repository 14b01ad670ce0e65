"""A customer's phone on the simulated WhatsApp, for trying things out.

Nothing here holds a transaction while the simulator is asked: first who may, then the question
over HTTP, then the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import requests
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from morfx.operations.inputs import parse_phone
from morfx.tenancy import within
from morfx.web.initials import hue, initials
from morfx.workspaces.access import MemberRequest, member_required, membership_of, needs
from morfx.workspaces.models import User

from ..context import simulated
from ..models import Channel
from ..simulator.answers import Chat, Person
from ..simulator.client import SimulatorClient, SimulatorRefused
from .chat import bubble
from .finding import place, visible

PATIENCE = 5.0
"""Seconds for one question to the simulator."""

QUICK_TEXTS = (
    "Hola, ¿cuánto vale?",
    "¿Cómo se toma?",
    "¿Hacen envíos a Cali?",
    "Quiero comprar",
    "Quiero hablar con un asesor",
)
"""What customers of the demo's shop say; its agent speaks Spanish, whatever the page does."""


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What the simulator shows: everybody, and one chat if one was asked for."""

    channel: Channel
    people: list[Person] = field(default_factory=list)
    key: str = ""
    chat: Chat | None = None


class NewCustomer(forms.Form):
    """Somebody who has not written yet."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, strip=True)
    phone = forms.CharField(
        label=gettext_lazy("Phone"), max_length=40, initial="+57 300 ", strip=True
    )

    def clean_phone(self) -> str:
        """Return the WhatsApp id of the number."""
        number = parse_phone(self.cleaned_data["phone"])
        if number is None:
            raise forms.ValidationError(_("This is not a phone number."))
        return number.lstrip("+")


@require_safe
@login_required
def phone(request: HttpRequest, slug: str, key: str = "") -> HttpResponse:
    """Show a customer's phone; looking at it marks what is there as read."""
    return _page(request, slug, _look(_number(request, slug), key))


@require_POST
@login_required
def send(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Write as the customer."""
    channel, text = _number(request, slug), request.POST.get("text", "").strip()[:4096]
    if text:
        with _asking():
            _simulator().say(channel.phone_number_id, key, text)
    if request.headers.get("HX-Request"):
        return trigger_client_event(HttpResponse(status=204), "phone")
    return redirect("inbox:phone_customer", slug, key)


@require_POST
@login_required
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Invent a customer, and pick up their phone."""
    channel, form = _number(request, slug), NewCustomer(request.POST)
    if not form.is_valid():
        return _page(request, slug, _look(channel, ""), form)
    with _asking():
        data = form.cleaned_data
        _simulator().customer(channel.phone_number_id, data["phone"], name=data["name"])
    return redirect("inbox:phone_customer", slug, form.cleaned_data["phone"])


@contextmanager
def _asking() -> Iterator[None]:
    """Turn what the simulator cannot do into 404: there is no such phone (any more)."""
    try:
        yield
    except (SimulatorRefused, requests.RequestException) as error:
        raise Http404(str(error)) from error


def _number(request: HttpRequest, slug: str) -> Channel:
    """Return the simulated number of a member's workspace. Raises Http404 when there is none."""
    assert isinstance(request.user, User)
    membership = membership_of(request.user, slug)
    if membership is None or not settings.SIMULATOR_URL:
        raise Http404
    if not membership.actor().may("whatsapp.view"):
        raise Http404
    with within(membership.workspace_id), transaction.atomic():
        channel: Channel | None = simulated().order_by("created_at").first()
    if channel is None:
        raise Http404
    return channel


def _look(channel: Channel, key: str) -> Looked:
    with _asking():
        simulator = _simulator()
        people = simulator.customers(channel.phone_number_id)
        if not key:
            return Looked(channel=channel, people=list(people))
        try:
            simulator.mark_read(channel.phone_number_id, key)
        except SimulatorRefused as refusal:
            if refusal.status != 409:  # the phone is switched off: nothing is read
                raise
        chat = simulator.chat(channel.phone_number_id, key)
    return Looked(channel=channel, people=list(people), key=key, chat=chat)


def _simulator() -> SimulatorClient:
    return SimulatorClient(settings.SIMULATOR_URL, timeout=PATIENCE)


@member_required
@needs("whatsapp.view")
def _page(request: MemberRequest, looked: Looked, form: NewCustomer | None = None) -> HttpResponse:
    chat, slug = looked.chat, request.workspace.slug
    open_now = chat["customer"] if chat else None
    context: dict[str, Any] = {
        "customers": [_customer(request, each, open_now) for each in looked.people],
        "customer": _customer(request, open_now, open_now) if open_now else None,
        "new_url": reverse("inbox:phone_new", args=[slug]),
        "new_form": form or NewCustomer(),
        "business_name": looked.channel.name or request.workspace.name,
        "phone_url": place("phone_customer", request, looked.key) if chat else None,
        "send_url": place("phone_send", request, looked.key) if chat else None,
        "quick_texts": QUICK_TEXTS,
        "inbox_url": _at_the_desk(request, looked.channel, open_now) if open_now else None,
        "bubbles": [bubble(each) for each in chat["messages"]] if chat else [],
        "writing": _("typing…") if chat and chat["business_is_typing"] else "",
        "faults_url": None,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "inbox/phone.html", context, status=status)


def _customer(request: MemberRequest, person: Person, current: Person | None) -> dict[str, Any]:
    key = person["wa_id"] or person["user_id"] or ""
    number = f"+{person['wa_id']}" if person["wa_id"] else str(person["user_id"])
    return {
        "pk": key,
        "name": person["name"] or number,
        "phone": number,
        "initials": initials(person["name"]),
        "hue": hue(key),
        "url": place("phone_customer", request, key),
        "current": current is not None and (current["wa_id"] or current["user_id"]) == key,
    }


def _at_the_desk(request: MemberRequest, channel: Channel, person: Person) -> str | None:
    """Return the same conversation as the team sees it; None while there is none."""
    addresses = [each for each in (person["wa_id"], person["user_id"]) if each]
    rows = visible(request).filter(channel=channel, address__in=addresses)
    found: UUID | None = rows.values_list("pk", flat=True).first()
    return place("conversation", request, found) if found else None
