"""What agents remember."""

from .sandbox import SandboxSession
from .sessions import AgentSetting, AgentText, AgentTurn, ModelCall, Session, TurnLease

__all__ = [
    "AgentSetting",
    "AgentText",
    "AgentTurn",
    "ModelCall",
    "SandboxSession",
    "Session",
    "TurnLease",
]
