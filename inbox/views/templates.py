"""Choosing a template, filling it in, seeing what the customer will read, and only then sending.

Each step is a page by plain links and forms, and a fragment of the side sheet over htmx. What was
looked at is sealed: other words than those shown are shown again before they are sent.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from crm.models import fold
from morfx.operations import keys
from morfx.operations.errors import Forbidden, Refused
from morfx.workspaces.access import MemberRequest, member_required, needs

from ..models import Conversation, Template
from ..operations import templates
from ..providers.template_filling import Filled, Unfilled, fill, name_of, preview
from ..providers.templates import SENDABLE
from .finding import conversation_of, place
from .template_words import described

MOST = 100
"""Templates the list shows; who has more searches."""
FIELD = "v-"
"""What the name of a variable's field begins with."""


@require_safe
@member_required
@needs("whatsapp.send")
def choose(request: MemberRequest, pk: UUID) -> HttpResponse:
    """List the approved templates of the conversation's number, those that match `q`."""
    conversation = conversation_of(request, pk)
    query = request.GET.get("q", "").strip()[:100]
    rows = Template.objects.filter(account=conversation.channel.account, status__in=SENDABLE)
    found = [row for row in rows.order_by("name", "language") if _matches(row, query)]
    context = {
        "conversation": conversation,
        "back_url": place("conversation", request, pk),
        "list_url": place("templates", request, pk),
        "query": query,
        "templates": [_choice(request, pk, row) for row in found[:MOST]],
        "more": max(len(found) - MOST, 0),
        "sync_url": place("templates_sync", request)
        if request.actor.may("settings.edit")
        else None,
    }
    return _answer(request, "inbox/templates.html", context)


@member_required
@needs("whatsapp.send")
def use(request: MemberRequest, pk: UUID, template: UUID) -> HttpResponse:
    """Show a template to fill in; when posted, send what was seen, or show it first."""
    conversation = conversation_of(request, pk)
    row = _template_of(conversation, template)
    if request.method != "POST":
        return _shown(request, conversation, row, {}, {})
    params = _params(request, row)
    try:
        filled = fill(row.shape, params)
    except Unfilled as fault:
        return _shown(request, conversation, row, params, fault.problems, status=422)
    if request.POST.get("seen") != seal(row, filled):
        return _shown(request, conversation, row, params, {})
    try:
        _send_once(request, conversation, row, params)
    except Forbidden:
        raise
    except Refused as refusal:
        sentence = f"{refusal.message} {refusal.suggestion}".strip()
        return _shown(request, conversation, row, params, {"": sentence}, status=422)
    return _sent(request, pk)


@require_POST
@member_required
@needs("whatsapp.send")
def look(request: MemberRequest, pk: UUID, template: UUID) -> HttpResponse:
    """Show what the customer would read, while it is being filled in."""
    conversation = conversation_of(request, pk)
    row = _template_of(conversation, template)
    params = _params(request, row)
    wrong = _problems(row, params)
    typed = {key: wrong[key] for key, value in params.items() if value.strip() and key in wrong}
    context = {
        "key": request.POST.get("key", "")[:64],
        "fields": _fields(row, params, typed),
        **_preview(row, params),
    }
    return render(request, "inbox/template.html#looked", context)


def seal(row: Template, filled: Filled) -> str:
    """Return a mark of exactly what is sent; other words, or another template, have another."""
    parts = [str(row.pk), row.language, filled.text, filled.components, filled.buttons]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _choice(request: MemberRequest, pk: UUID, row: Template) -> dict[str, Any]:
    return {**described(row), "url": place("template", request, pk, row.pk)}


def _matches(row: Template, query: str) -> bool:
    """Tell whether every word typed is somewhere in the template, without accents."""
    shape = row.shape
    words = fold(f"{row.name} {row.name.replace('_', ' ')} {shape.header} {shape.body}")
    return all(part in words for part in fold(query).split())


def _template_of(conversation: Conversation, pk: UUID) -> Template:
    rows = Template.objects.filter(account=conversation.channel.account)
    return get_object_or_404(rows, pk=pk)


def _params(request: MemberRequest, row: Template) -> dict[str, str]:
    keys_wanted = [variable.key for variable in row.shape.variables]
    return {key: request.POST.get(FIELD + key, "").replace("\x00", "") for key in keys_wanted}


def _shown(
    request: MemberRequest,
    conversation: Conversation,
    row: Template,
    params: dict[str, str],
    problems: dict[str, str],
    *,
    status: int = 200,
) -> HttpResponse:
    """Show the form with what was typed, what is wrong with it, and what it comes to."""
    context = {
        "conversation": conversation,
        "template": described(row),
        "fields": _fields(row, params, problems),
        "error": problems.get("") or _cannot(row, conversation),
        "key": request.POST.get("key", "")[:64] or secrets.token_urlsafe(18),
        "use_url": place("template", request, conversation.pk, row.pk),
        "look_url": place("template_look", request, conversation.pk, row.pk),
        "list_url": place("templates", request, conversation.pk),
        "back_url": place("conversation", request, conversation.pk),
        **_preview(row, params),
    }
    return _answer(request, "inbox/template.html", context, status=status)


def _cannot(row: Template, conversation: Conversation) -> str:
    """Return why it cannot be sent, before anybody fills it in for nothing."""
    try:
        templates.refuse_unsendable(row, conversation)
    except Refused as refusal:
        return f"{refusal.message} {refusal.suggestion}".strip()
    return ""


def _fields(
    row: Template, params: dict[str, str], problems: dict[str, str]
) -> list[dict[str, Any]]:
    """Return a field for each variable, with what was typed and what is wrong with it."""
    return [
        {
            "id": f"variable-{number}",
            "name": FIELD + variable.key,
            "label": name_of(variable),
            "value": params.get(variable.key, ""),
            "example": variable.example,
            "error": problems.get(variable.key, ""),
            "type": "url" if variable.kind == "link" else "text",
        }
        for number, variable in enumerate(row.shape.variables)
    ]


def _problems(row: Template, params: dict[str, str]) -> dict[str, str]:
    try:
        fill(row.shape, params)
    except Unfilled as fault:
        return fault.problems
    return {}


def _preview(row: Template, params: dict[str, str]) -> dict[str, Any]:
    """Return what the customer would read, and its seal once nothing is missing."""
    try:
        filled = fill(row.shape, params)
        seen, missing = seal(row, filled), ""
    except Unfilled as fault:
        filled, seen = preview(row.shape, params), ""
        missing = next(iter(fault.problems.values()))
    return {
        "filled": filled,
        "header_format": row.shape.header_format,
        "seen": seen,
        "missing": missing,
        "cannot_send": not row.is_sendable or bool(row.shape.unsendable),
    }


def _send_once(
    request: MemberRequest, conversation: Conversation, row: Template, params: dict[str, str]
) -> None:
    """Send unless the page's key has sent it already. Raises Refused, which frees the key."""
    key = request.POST.get("key", "")[:64]
    mine = f"page:{request.user.pk}:{key}"
    inputs = {"conversation": str(conversation.pk), "template": str(row.pk), "params": params}
    with transaction.atomic():
        if key and keys.first_answer("whatsapp.template.send", mine, inputs) is not None:
            return
        sent = templates.send(
            request.actor,
            conversation=conversation,
            template_name=row.name,
            language=row.language,
            template_params=params,
        )
        if key:
            keys.remember(mine, {"message": str(sent.pk)})


def _sent(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Go back to the conversation; where the sheet lies over it, just close the sheet."""
    url = place("conversation", request, pk)
    if not request.headers.get("HX-Request"):
        return redirect(url)
    if "/templates/" in request.headers.get("HX-Current-URL", ""):
        return HttpResponseClientRedirect(url)
    response = HttpResponse(status=204)
    for name in (f"conversation-{pk}", "close-sheet"):
        trigger_client_event(response, name)
    return trigger_client_event(response, "toast", {"text": _("Sent."), "kind": "good"})


def _answer(
    request: MemberRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render the sheet alone for htmx, else the page around it."""
    piece = f"{template}#sheet" if request.headers.get("HX-Request") else template
    response = render(request, piece, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
