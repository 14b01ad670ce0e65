"""The editor of what an agent says: every intent with its texts and examples, and a preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from agents.content import checking, drafts, versions
from agents.content.difference import difference
from agents.content.documents import Document, document
from agents.engine import registry, situation
from agents.engine.registry import AgentDefinition
from agents.operations import content as contents
from morfx.operations.errors import Conflict, Refused
from morfx.workspaces.access import MemberRequest, member_required, needs

from .lines import Lines, lines_of, preview

PREVIEW = "preview"


def found(agent: str) -> AgentDefinition:
    """Return an agent; a page that does not exist when there is none of that name."""
    if agent not in registry.agents:
        raise Http404
    return registry.agents[agent]


def head(request: MemberRequest, agent: AgentDefinition, here: str) -> dict[str, Any]:
    """Return what every page of the editor shows: which version is in force, what the draft is."""
    draft = drafts.find(agent)
    now = drafts.in_force(agent)
    mine = document(draft.content, agent) if draft else now
    changes = difference(now, mine)
    return {
        "agent": agent,
        "here": here,
        "published": versions.current(agent.id).version,
        "draft": draft,
        "mine": mine,
        "changes": changes,
        "revision": drafts.newest_revision(agent.id),
        "may_edit": request.actor.may("settings.edit"),
    }


@member_required
@needs("settings.view")
def content(request: MemberRequest, agent: str) -> HttpResponse:
    """List everything the agent has something to say to."""
    definition = found(agent)
    context = head(request, definition, "texts")
    context["groups"] = _groups(definition, context["mine"], context["changes"], "")
    return render(request, "agents/content/texts.html", context)


@member_required
@needs("settings.view")
def texts(request: MemberRequest, agent: str, intent: str) -> HttpResponse:
    """Show, and change, what is said to one intent and the examples it is known by."""
    definition = found(agent)
    if intent not in checking.text_intents(definition):
        raise Http404
    if request.method != "POST":
        return _editor(request, definition, intent)
    lines = Lines.sent(request.POST)
    wish = request.POST.get("do", "")
    if wish == PREVIEW:
        shown = preview(definition, lines.rows, situation.products())
        return render(
            request, "agents/content/preview.html", {"preview": shown, "agent": definition}
        )
    if wish:
        return _editor(request, definition, intent, lines.done(wish))
    return _save(request, definition, intent, lines)


def _save(
    request: MemberRequest, agent: AgentDefinition, intent: str, lines: Lines
) -> HttpResponse:
    examples = None
    if intent in checking.example_intents(agent):
        examples = [text.strip() for text in lines.examples.splitlines() if text.strip()]
    try:
        contents.edit(
            request.actor,
            agent=agent.id,
            revision=lines.revision,
            intent=intent,
            texts=lines.wanted(),
            examples=examples,
        )
    except Conflict as refusal:
        return _editor(request, agent, intent, lines.of(drafts.newest_revision(agent.id)), refusal)
    except Refused as refusal:
        return _editor(request, agent, intent, lines, refusal)
    messages.success(request, _("Saved in the draft. Customers see it once it is published."))
    return redirect("agents:content_texts", request.workspace.slug, agent.id, intent)


def _editor(
    request: MemberRequest,
    agent: AgentDefinition,
    intent: str,
    lines: Lines | None = None,
    refusal: Refused | None = None,
) -> HttpResponse:
    context = head(request, agent, "texts")
    mine: Document = context["mine"]
    lines = lines or lines_of(mine, intent, context["revision"])
    products = situation.products()
    context |= {
        "groups": _groups(agent, mine, context["changes"], intent),
        "intent": intent,
        "title": agent.title(intent),
        "lines": lines,
        "teaches": intent in checking.example_intents(agent),
        "variables": sorted(checking.variables(agent, products)),
        "preview": preview(agent, lines.rows, products),
        "refusal": refusal,
    }
    template = "agents/content/texts.html"
    if "HX-Request" in request.headers:
        template += "#editor"
    return render(request, template, context, status=422 if refusal else 200)


def _groups(
    agent: AgentDefinition,
    mine: Document,
    changes: Sequence[Mapping[str, Any]],
    intent: str,
) -> list[dict[str, Any]]:
    """Return the intents under their titles, each with how it begins and whether it is changed."""
    changed = {change["name"] for change in changes if change["part"] in ("texts", "examples")}
    first = {row["intent"]: row["text"] for row in reversed(mine["texts"])}
    known = checking.text_intents(agent)
    listed = [(name, [one for one in of if one in known]) for name, of in agent.editing.groups]
    rest = [one for one in known if not any(one in of for _name, of in listed)]
    return [
        {
            "name": name,
            "intents": [
                {
                    "key": one,
                    "title": agent.title(one),
                    "begins": first.get(one, ""),
                    "count": sum(row["intent"] == one for row in mine["texts"]),
                    "is_changed": one in changed,
                    "is_here": one == intent,
                }
                for one in of
            ],
        }
        for name, of in [*listed, (_("Other texts"), rest)]
        if of
    ]
