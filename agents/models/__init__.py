"""What agents remember."""

from .assistant import AssistantLine, AssistantProposal, AssistantSwitch, AssistantTalk
from .budgets import BudgetSpent
from .content import AgentVersion
from .health import ModelHealth
from .sandbox import SandboxSession, SandboxTurn
from .sessions import AgentTurn, ModelCall, Session, TurnLease
from .settings import AgentSetting

__all__ = [
    "AgentSetting",
    "AgentTurn",
    "AgentVersion",
    "AssistantLine",
    "AssistantProposal",
    "AssistantSwitch",
    "AssistantTalk",
    "BudgetSpent",
    "ModelCall",
    "ModelHealth",
    "SandboxSession",
    "SandboxTurn",
    "Session",
    "TurnLease",
]
