"""A rehearsal is taken up: agent, texts, products and settings as the workspace has them."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from agents import content
from agents.content import Content
from agents.engine import budgets, hours, registry, situation, wanted
from agents.engine.registry import AgentDefinition
from agents.engine.values import Product, State, World
from agents.errors import AgentNotFoundError
from agents.models import AgentSetting, AgentVersion, SandboxSession
from morfx.operations.actor import Actor
from morfx.operations.errors import Refused
from morfx.tenancy import current_id

from .play import Rehearsal
from .stage import CUSTOMER, Stage, made_up_id, read

DRAFT = "draft"


def take_up(
    session: SandboxSession, *, stage: Stage | None = None, version: str | None = None
) -> Rehearsal:
    """Read all a rehearsal needs, in one short transaction none of which stays open.

    With `stage`, from there; with `version`, with that content instead of its own. Raises Refused
    when there is no such version.
    """
    with transaction.atomic():
        contents = content_of(session.agent, session.content if version is None else version)
        setting = setting_of(session.agent)
        setting.is_on, setting.speed = True, session.speed
        setting.timer_preset = session.timer_preset
        agent = wanted.as_set(setting, contents.agent)
        stage = stage or read(session.stage)
        limited = budgets.has_shared(budgets.limits_of(setting))
        return Rehearsal(
            agent=agent,
            setting=setting,
            texts=tuple(contents.texts),
            world=_world(agent, setting, stage),
            stage=stage,
            content_version=contents.version,
            zone=hours.zone_here(),
            spent=budgets.shared(with_calls_under_way=True) if limited else {},
        )


def content_of(agent: str, version: str) -> Content:
    """Return the published content, the draft, or a version by its number. Raises Refused."""
    if agent not in registry.agents:
        sentence = _("There is no agent called %(name)s.") % {"name": agent}
        raise Refused(sentence, field="agent", code=AgentNotFoundError.code)
    if version == DRAFT:
        found = content.draft(agent)
        if found is None:
            raise Refused(_("There is no draft."), field="version")
        return found
    if not version:
        return content.current(agent)
    try:
        return content.at(agent, int(version))
    except (ValueError, OverflowError, AgentVersion.DoesNotExist):
        raise Refused(
            _("There is no version %(name)s.") % {"name": version}, field="version"
        ) from None


def setting_of(agent: str) -> AgentSetting:
    """Return how the workspace has set an agent, not to be saved."""
    found = AgentSetting.objects.filter(agent=agent, channel=None).first()
    return found or AgentSetting(agent=agent, handover_message="")


def opening_of(agent: AgentDefinition, levels: Mapping[int, float | None] | None = None) -> Stage:
    """Return the stage every rehearsal begins on."""
    return Stage(state=State(mode=agent.flow(()).initial_mode), levels=levels or {})


def _world(agent: AgentDefinition, setting: AgentSetting, stage: Stage) -> World:
    return World(
        now=stage.now,
        first_turn=stage.turns == 0,
        products=situation.products() or _products_once_on(agent),
        contact_id=made_up_id("contact"),
        contact_phone=f"+{CUSTOMER}",
        contact={"phone": f"+{CUSTOMER}"},
        policies=wanted.policies(setting),
        thresholds=agent.thresholds,
        timers=agent.presets[setting.timer_preset],
        handover_message=_parting(agent, setting, stage),
    )


def _parting(agent: AgentDefinition, setting: AgentSetting, stage: Stage) -> str:
    """Return what is said at a hand-over, by business hours on the rehearsal's own clock."""
    usual = setting.handover_message or agent.handover_message
    instead = str((setting.hours or {}).get("handover_message") or "")
    if not instead:
        return usual
    week = hours.Hours.model_validate(setting.hours)
    return usual if week.is_open(stage.now, hours.zone_here()) else instead


def _products_once_on(agent: AgentDefinition) -> Mapping[str, Product]:
    """Return what the agent would sell once switched on; nothing of it stays."""
    workspace = current_id()
    if workspace is None:
        return {}
    with transaction.atomic():
        agent.furnish(Actor.system(workspace, "sandbox"))
        found = situation.products()
        transaction.set_rollback(True)
    return found
