"""What can go wrong in an agent, each with the code it is known by outside."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from .llm.failures import Failure
    from .llm.protocol import CompletionRequest, Usage


class AgentError(Exception):
    """Base of all. `retryable` says whether the same call may work a moment later."""

    code: ClassVar[str] = "AGENT_ERROR"
    retryable: ClassVar[bool] = False


class AgentNotFoundError(AgentError):
    """No agent of this id is registered."""

    code = "AGENT_NOT_FOUND"

    def __init__(self, agent_id: str) -> None:
        super().__init__(f"no agent {agent_id!r}")
        self.agent_id = agent_id


class SessionError(AgentError):
    """A session cannot do what was asked of it."""

    code = "SESSION_ERROR"


class SessionNotFoundError(SessionError):
    """No session of this id exists."""

    code = "SESSION_NOT_FOUND"

    def __init__(self, session_id: object) -> None:
        super().__init__(f"no session {session_id}")
        self.session_id = session_id


class VersionConflictError(AgentError):
    """Somebody else changed the session since it was read."""

    code = "VERSION_CONFLICT"
    retryable = True

    def __init__(self, session_id: object, expected_version: int) -> None:
        super().__init__(f"session {session_id} is no longer at version {expected_version}")
        self.session_id = session_id
        self.expected_version = expected_version


class BudgetExceededError(AgentError):
    """What is asked for would pass a limit. All three figures are tokens, or US dollars."""

    code = "BUDGET_EXCEEDED"

    def __init__(
        self,
        used: Decimal | int,
        limit: Decimal | int,
        requested: Decimal | int,
        *,
        scope: str = "session",
        measure: str = "tokens",
    ) -> None:
        what = "tokens" if measure == "tokens" else "US dollars"
        super().__init__(f"{used} of {limit} {what} used, {requested} more requested ({scope})")
        self.scope = scope
        self.measure = measure
        self.used = used
        self.limit = limit
        self.requested = requested


class ModelError(AgentError):
    """A model did not give a usable answer. `usage` is what the try cost all the same."""

    def __init__(self, message: str, failure: Failure, usage: Usage) -> None:
        super().__init__(message)
        self.failure = failure
        self.usage = usage


class ModelApiError(ModelError):
    """A model's API refused, failed or fell silent. `status` is `None` without an answer.

    `retry_after` is how many seconds the API asked us to wait, if it did; `again` the
    conversation to try again with, in which the model is told what was wrong.
    """

    code = "MODEL_API_ERROR"

    def __init__(
        self,
        message: str,
        failure: Failure,
        usage: Usage,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        again: CompletionRequest | None = None,
    ) -> None:
        super().__init__(message, failure, usage)
        self.status = status
        self.retry_after = retry_after
        self.again = again


class ClaudeApiError(ModelApiError):
    """The Messages API refused, failed or fell silent."""

    code = "CLAUDE_API_ERROR"


class IntentDetectionError(ModelError):
    """The model answered, but not with an understanding we can use. `raw` is what it said."""

    code = "INTENT_DETECTION_ERROR"

    def __init__(self, message: str, failure: Failure, usage: Usage, raw: str) -> None:
        super().__init__(message, failure, usage)
        self.raw = raw


class ModelsUnavailableError(AgentError):
    """No client of the chain could answer: a person has to. `tries` is what it cost."""

    code = "MODELS_UNAVAILABLE"

    def __init__(self, tries: Sequence[Usage], failures: Sequence[str]) -> None:
        super().__init__("no model could answer: " + ", ".join(failures))
        self.tries = tuple(tries)
        self.failures = tuple(failures)
