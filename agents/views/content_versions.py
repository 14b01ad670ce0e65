"""What the draft changes, publishing it, and going back to an earlier version."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agents.content import drafts
from agents.content.difference import Change, difference
from agents.engine.registry import AgentDefinition
from agents.models import AgentVersion
from agents.operations import content as contents
from morfx.operations.errors import Refused
from morfx.workspaces.access import MemberRequest, member_required, needs
from morfx.workspaces.models import User

from .content import found, head

SHOWN = 50
"""Versions the history lists."""


@member_required
@needs("settings.view")
def changes(request: MemberRequest, agent: str) -> HttpResponse:
    """Show what the draft, or one version, says otherwise than another."""
    definition = found(agent)
    context = head(request, definition, "changes")
    first, last = _asked(request, "before"), _asked(request, "after")
    if first is not None and last is not None:
        context["changes"] = difference(
            drafts.stored(definition, first), drafts.stored(definition, last)
        )
        context["compared"] = {"before": first, "after": last}
    context["parts"] = [_part(definition, change) for change in context["changes"]]
    return render(request, "agents/content/changes.html", context)


@require_POST
@member_required
@needs("settings.edit")
def publish(request: MemberRequest, agent: str) -> HttpResponse:
    """Let the agent speak by the draft."""
    definition = found(agent)
    try:
        version = contents.publish(
            request.actor,
            agent=definition.id,
            revision=_sent(request),
            note=request.POST.get("note", "")[:300],
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("agents:content_changes", request.workspace.slug, definition.id)
    words = _("Version %(version)s is published: %(name)s speaks by it now.")
    messages.success(request, words % {"version": version.number, "name": definition.name})
    return redirect("agents:content_versions", request.workspace.slug, definition.id)


@require_POST
@member_required
@needs("settings.edit")
def discard(request: MemberRequest, agent: str) -> HttpResponse:
    """Give the draft's changes up."""
    definition = found(agent)
    try:
        contents.discard(request.actor, agent=definition.id, revision=_sent(request))
        messages.success(request, _("The changes are gone."))
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("agents:content_changes", request.workspace.slug, definition.id)


@member_required
@needs("settings.view")
def versions(request: MemberRequest, agent: str) -> HttpResponse:
    """List the versions, newest first, the agent's own last."""
    definition = found(agent)
    context = head(request, definition, "versions")
    rows = list(
        AgentVersion.objects.filter(agent=definition.id)
        .defer("content")
        .order_by("-number")[:SHOWN]
    )
    ids = {row.published_by.removeprefix("user:") for row in rows if "user:" in row.published_by}
    names = {f"user:{user.pk}": user.display_name for user in User.objects.filter(pk__in=ids)}
    context["versions"] = [(row, names.get(row.published_by, row.published_by)) for row in rows]
    return render(request, "agents/content/versions.html", context)


@require_POST
@member_required
@needs("settings.edit")
def roll_back(request: MemberRequest, agent: str) -> HttpResponse:
    """Let the agent speak by an earlier version."""
    definition = found(agent)
    number = request.POST.get("version", "")
    if not number.isdecimal() or len(number) > 9:
        raise Http404
    try:
        contents.roll_back(request.actor, agent=definition.id, version=int(number))
        words = _("%(name)s speaks by version %(version)s again.")
        messages.success(request, words % {"version": number, "name": definition.name})
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("agents:content_versions", request.workspace.slug, definition.id)


def _asked(request: MemberRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


def _sent(request: MemberRequest) -> int | None:
    given = request.POST.get("revision", "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


def _part(agent: AgentDefinition, change: Change) -> dict[str, Any]:
    """Return one difference as the page shows it, under a name for people."""
    part: dict[str, Any] = {**change, "title": agent.title(change["name"])}
    if change["part"] == "texts":
        part["before"] = _marked(change["before"], change["after"])
        part["after"] = _marked(change["after"], change["before"])
    elif change["part"] == "fields":
        part["title"] = agent.words.field(change["name"])
    elif change["part"] == "timers":
        preset, _dot, level = change["name"].partition(".")
        part["title"] = f"{agent.words.level(int(level))} ({preset})"
    return part


def _marked(rows: list[dict[str, Any]], others: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return texts, each told whether the other side has it just so."""
    said = {(row["visit"], row["kind"], row["delay"], row["text"]) for row in others}
    return [
        {**row, "is_same": (row["visit"], row["kind"], row["delay"], row["text"]) in said}
        for row in rows
    ]
