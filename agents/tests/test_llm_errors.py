"""The codes agents' errors are known by outside, and the failures an HTTP status means."""

import pytest

from agents import errors
from agents.llm.failures import Failure, failure_of_status
from agents.llm.protocol import Usage

USAGE = Usage(client="c", asked_model="m", model="m")


@pytest.mark.parametrize(
    ("error", "code", "facts"),
    [
        (errors.AgentError("x"), "AGENT_ERROR", {}),
        (errors.AgentNotFoundError("a"), "AGENT_NOT_FOUND", {"agent_id": "a"}),
        (errors.SessionError("x"), "SESSION_ERROR", {}),
        (errors.SessionNotFoundError(7), "SESSION_NOT_FOUND", {"session_id": 7}),
        (
            errors.VersionConflictError(7, 3),
            "VERSION_CONFLICT",
            {"session_id": 7, "expected_version": 3, "retryable": True},
        ),
        (
            errors.BudgetExceededError(49_000, 50_000, 4_000),
            "BUDGET_EXCEEDED",
            {"used": 49_000, "limit": 50_000, "requested": 4_000, "retryable": False},
        ),
        (
            errors.ClaudeApiError("x", Failure.OVERLOADED, USAGE, status=529),
            "CLAUDE_API_ERROR",
            {"status": 529, "usage": USAGE},
        ),
        (
            errors.IntentDetectionError("x", Failure.BAD_OUTPUT, USAGE, "raw words"),
            "INTENT_DETECTION_ERROR",
            {"raw": "raw words"},
        ),
        (
            errors.ModelsUnavailableError([USAGE], ["c: server"]),
            "MODELS_UNAVAILABLE",
            {"tries": (USAGE,), "failures": ("c: server",)},
        ),
    ],
)
def test_every_error_has_its_code_and_says_what_it_knows(error, code, facts):
    assert isinstance(error, errors.AgentError)
    assert error.code == code
    assert str(error)
    assert {name: getattr(error, name) for name in facts} == facts


@pytest.mark.parametrize(
    ("status", "kind", "code", "failure"),
    [
        (403, "permission_error", "organization_on_hold", Failure.NOT_ALLOWED),
        (429, "rate_limit_error", "ramp_limit_exceeded", Failure.RATE_LIMITED),
        (429, "rate_limit_error", "contract_spend_limit_reached", Failure.SPEND_LIMIT),
        (409, "conflict_error", None, Failure.SERVER),
        (418, None, None, Failure.BAD_REQUEST),
        (599, None, None, Failure.SERVER),
    ],
)
def test_a_status_and_its_code_name_the_failure(status, kind, code, failure):
    assert failure_of_status(status, kind, code) is failure
