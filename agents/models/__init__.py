"""What agents remember."""

from .sessions import AgentSetting, AgentText, AgentTurn, ModelCall, Session, TurnLease

__all__ = ["AgentSetting", "AgentText", "AgentTurn", "ModelCall", "Session", "TurnLease"]
