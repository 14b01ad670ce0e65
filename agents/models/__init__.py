"""What agents remember."""

from .health import ModelHealth
from .sandbox import SandboxSession
from .sessions import AgentSetting, AgentText, AgentTurn, ModelCall, Session, TurnLease

__all__ = [
    "AgentSetting",
    "AgentText",
    "AgentTurn",
    "ModelCall",
    "ModelHealth",
    "SandboxSession",
    "Session",
    "TurnLease",
]
