"""What is the same for every agent, in words: how sure it was, which way it went, what it did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agents.engine.registry import THRESHOLDS, AgentDefinition
from agents.models import AgentTurn

ROUTES = {
    "proceed": _("It was sure, and went on."),
    "reanalyse": _("It was fairly sure, looked twice, and went on."),
    "clarify": _("It was not sure enough to act."),
    "handover": _("It did not understand enough to answer."),
}
CLASSES = {
    "datos": _("personal data"),
    "pregunta": _("something to answer"),
    "mixto": _("data and something to answer"),
    "irrelevante": _("nothing to answer"),
}
STATUSES = {
    "active": _("under way"),
    "closed": _("ended"),
    "handed_off": _("with people"),
}
ENDINGS = {
    "inactivity": _("nobody wrote for long"),
    "night": _("the night's close"),
    "handoff": _("a person took over"),
}
"""Why sessions end."""

BUBBLES = {
    "planned": _("waits to be sent"),
    "claimed": _("is being sent"),
    "accepted": _("sent"),
    "rejected": _("refused by WhatsApp"),
    "unknown": _("not confirmed"),
    "withdrawn": _("held back"),
}
DEEDS = {
    "crm.contact.update": _("Updated the contact"),
    "crm.order.create": _("Made an order"),
    "crm.order.update": _("Updated the order"),
    "crm.tag.add": _("Added a tag"),
}


def band(confidence: int) -> str:
    """Say in words how sure a confidence is."""
    if confidence >= THRESHOLDS["proceed"]:
        return gettext("sure")
    if confidence >= THRESHOLDS["reanalyse"]:
        return gettext("fairly sure")
    return gettext("unsure") if confidence >= THRESHOLDS["clarify"] else gettext("lost")


def source(name: str) -> str:
    """Say who understood a message."""
    if name == "embedded":
        return gettext("the embedded model, on our own machine")
    return name.partition(":")[2] or name


def timer(agent: AgentDefinition | None, turn: AgentTurn) -> str:
    """Say what a wait that ended meant, for a turn that no message began; empty for the others."""
    if turn.role != AgentTurn.Role.SYSTEM:
        return ""
    level = turn.intent.rpartition(":")[2]
    if agent is not None and level.isdigit():
        words = gettext("The customer was quiet. The agent %(what)s.")
        return words % {"what": agent.words.level(int(level))}
    if agent is None or turn.intent not in agent.words.intents:
        return gettext("The customer was quiet.")
    return gettext("The customer %(meaning)s.") % {"meaning": agent.words.intent(turn.intent)}


def timer_effect(agent: AgentDefinition | None, effect: Mapping[str, Any]) -> str:
    """Say what a turn did to a timer."""
    if effect.get("effect") == "CancelTimer":
        return gettext("It waits no longer.")
    level = effect.get("level", 0)
    leads_to = agent.words.level(int(level)) if agent else str(level)
    shown = {"seconds": f"{float(effect.get('seconds') or 0):g}", "what": leads_to}
    return gettext("After %(seconds)s seconds of quiet it %(what)s.") % shown
