"""What an agent says and goes by, for doors and pages."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from agents.content import checking, drafts, versions
from agents.content.difference import difference
from agents.content.documents import document
from agents.engine import registry, situation
from agents.models import AgentVersion
from agents.operations.settings import _known
from morfx.operations.actor import Actor
from morfx.operations.catalogue import lookup
from morfx.operations.paging import Cursor, Limit, Page, page

Number = Annotated[int, Field(ge=0)]


@lookup("agents.content.read", needs="settings.view")
def read_content(
    actor: Actor, *, agent: str, version: Number | Literal["draft", "published"] = "draft"
) -> dict[str, Any]:
    """Return one version's content: by number (0 is the agent's own), the published, or the draft.

    Without a draft, what is published is returned. `revision` is what an edit must have seen;
    `variables` and `intents` are what texts and examples may name.
    """
    definition = _known(agent)
    number, state, found = _found(definition, version)
    return {
        "agent": agent,
        "version": number,
        "state": state,
        "published": versions.current(agent).version,
        "revision": drafts.newest_revision(agent),
        "content": found,
        "variables": sorted(checking.variables(definition, situation.products())),
        "intents": {
            "texts": checking.text_intents(definition),
            "examples": checking.example_intents(definition),
        },
    }


@lookup("agents.content.diff", needs="settings.view")
def diff_content(
    actor: Actor, *, agent: str, before: Number | None = None, after: Number | None = None
) -> dict[str, Any]:
    """Return what one version says otherwise than another, part by part.

    Without numbers: what the draft changes of what is published.
    """
    definition = _known(agent)
    published = versions.current(agent).version
    first = published if before is None else before
    draft = drafts.find(definition)
    newest = draft.number if draft else published
    last = newest if after is None else after
    return {
        "agent": agent,
        "before": first,
        "after": last,
        "revision": drafts.newest_revision(agent),
        "changes": difference(drafts.stored(definition, first), drafts.stored(definition, last)),
    }


@lookup("agents.content.versions", needs="settings.view")
def list_versions(
    actor: Actor, *, agent: str, limit: Limit = 50, cursor: Cursor = None
) -> Page[AgentVersion]:
    """List the versions of an agent's content, newest first; the draft is one of them."""
    rows = AgentVersion.objects.filter(agent=_known(agent).id).defer("content")
    return page(rows, by=["-number"], limit=limit, cursor=cursor)


def _found(agent: registry.AgentDefinition, version: int | str) -> tuple[int, str, dict[str, Any]]:
    draft = drafts.find(agent) if version == "draft" else None
    if draft is not None:
        return draft.number, draft.state, dict(document(draft.content, agent))
    number = version if isinstance(version, int) else versions.current(agent.id).version
    row = AgentVersion.objects.filter(agent=agent.id, number=number).defer("content").first()
    state = row.state if row else AgentVersion.State.PUBLISHED if number == 0 else ""
    return number, state, dict(drafts.stored(agent, number))
