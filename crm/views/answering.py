"""How pages answer: a form in the side sheet or as a page, a toast, a list's next page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from morfx.operations.errors import Refused
from morfx.operations.paging import Page, page
from morfx.workspaces.access import MemberRequest

M = TypeVar("M", bound=Model)
Shape = dict[str, object]
"""What a template is told of one thing; the templates say at their top what they expect."""


def link(request: MemberRequest, name: str, *args: object, **query: object) -> str:
    """Return the address of one of the CRM's pages in the request's workspace."""
    url = reverse(f"crm:{name}", args=[request.workspace.slug, *args])
    given = {key: value for key, value in query.items() if value not in (None, "")}
    return f"{url}?{urlencode(given)}" if given else url


def by_htmx(request: HttpRequest) -> bool:
    """Tell whether a page's script asks, which wants a fragment."""
    return "HX-Request" in request.headers


def form_page(
    request: MemberRequest,
    form: forms.Form,
    *,
    title: str,
    section: str,
    cancel_url: str,
    **more: str,
) -> HttpResponse:
    """Show a form: 422 when it was sent and has errors."""
    context = {
        "form": form,
        "title": title,
        "section": section,
        "action": request.get_full_path(),
        "cancel_url": cancel_url,
        **more,
    }
    template = "crm/form.html#form" if by_htmx(request) else "crm/form.html"
    return render(request, template, context, status=422 if request.method == "POST" else 200)


def taken(
    request: MemberRequest,
    text: str,
    url: str,
    *,
    refresh: Sequence[str],
    action: str = "",
    close_sheet: bool = True,
) -> HttpResponse:
    """Answer to what was done: a toast where a script asked, else the page at `url`.

    `refresh` are the live names of what changed, so that who did it sees it even when the live
    connection is down. With `action`, a word, the toast leads to `url`.
    """
    if not by_htmx(request):
        messages.success(request, text)
        return redirect(url)
    toast: Shape = {"text": text, "kind": "good"}
    if action:
        toast |= {"url": url, "action": action}
    return _triggering(204, toast, [*refresh, *(["close-sheet"] if close_sheet else [])])


def refused(
    request: MemberRequest, text: str, url: str, *, refresh: Sequence[str] = ()
) -> HttpResponse:
    """Answer to what was refused: 422 and a toast, or the page at `url` with the sentence.

    `refresh` are the live names of what the person saw too late.
    """
    if not by_htmx(request):
        messages.error(request, text)
        return redirect(url)
    return _triggering(422, {"text": text, "kind": "error"}, refresh)


def _triggering(status: int, toast: Shape, events: Sequence[str]) -> HttpResponse:
    triggers: Shape = {**dict.fromkeys(events), "toast": toast}
    return HttpResponse(status=status, headers={"HX-Trigger": json.dumps(triggers)})


def current_page(
    request: MemberRequest, rows: QuerySet[M], by: Sequence[str], size: int
) -> Page[M]:
    """Return the page the request's cursor asks for; a wrong cursor asks for the first."""
    try:
        return page(rows, by=by, limit=size, cursor=request.GET.get("cursor"))
    except Refused:
        return page(rows, by=by, limit=size, cursor=None)
