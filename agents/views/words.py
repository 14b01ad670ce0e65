"""What is the same for every agent, in words: how sure it was, which way it went, what it did."""

from __future__ import annotations

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
    """Say which wait ended, for a turn that no message began; empty for the others."""
    if turn.role != AgentTurn.Role.SYSTEM:
        return ""
    level = turn.intent.rpartition(":")[2]
    return agent.words.level(int(level)) if agent and level.isdigit() else turn.intent
