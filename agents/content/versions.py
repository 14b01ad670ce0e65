"""The content an agent goes by in this workspace, kept per process and version.

The hot path asks one small query (which version is published); the version itself is read and
built when a process meets it first. A version's content never changes once it is published, so
what is kept can never be stale; a draft is kept under its revision.
"""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.db.models import QuerySet

from agents.engine import registry
from agents.models.content import AgentVersion
from morfx.tenancy.compiled import compiled

from .building import build, build_own
from .documents import document
from .values import OWN, Content

KEPT = 32
"""Versions a process keeps; the least used goes first."""


def current(agent_id: str) -> Content:
    """Return the content in force: the published version, or the agent's own as version 0.

    Raises AgentNotFoundError.
    """
    published = _published.first(agent_id)
    return content_of(published) if published else own(agent_id)


def load() -> None:
    """Make every agent's own content ready, before a process serves or forks: it takes a tenth
    of a second, which else the first customer would wait."""
    for agent_id in registry.agents:
        own(agent_id)


def at(agent_id: str, number: int) -> Content:
    """Return one version, the draft too. Raises AgentVersion.DoesNotExist, AgentNotFoundError."""
    if number == OWN:
        return own(agent_id)
    rows = AgentVersion.objects.defer("content")
    return content_of(rows.get(agent=agent_id, number=number))


def draft(agent_id: str) -> Content | None:
    """Return the draft; None when nobody has begun one."""
    rows = AgentVersion.objects.defer("content")
    row = rows.filter(agent=agent_id, state=AgentVersion.State.DRAFT).first()
    return content_of(row) if row else None


@lru_cache(maxsize=16)
def own(agent_id: str) -> Content:
    """Return what the agent's code brings along: version 0."""
    return build_own(registry.find(agent_id))


def content_of(row: AgentVersion) -> Content:
    """Return a version's content, built once per process."""
    return _built(row.agent, row.pk, row.revision)


@lru_cache(maxsize=KEPT)
def _built(agent_id: str, pk: UUID, revision: int) -> Content:
    agent = registry.find(agent_id)
    row = AgentVersion.objects.get(pk=pk, revision=revision)
    return build(agent, row.number, document(row.content, agent))


@compiled
def _published(agent: str) -> QuerySet[AgentVersion]:
    rows = AgentVersion.objects.filter(agent=agent, state="published")
    return rows.only("agent", "number", "revision")
