"""How an operation says no: one family of exceptions, each a sentence for a person."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _


class Refused(Exception):
    """The operation will not do this. `message` is for people; `code` is for programs.

    `field` names the input at fault, `suggestion` what to do instead, and `retryable` whether
    the same call may succeed later.
    """

    status = 422
    default_code = "REFUSED"

    def __init__(
        self,
        message: str,
        *,
        field: str = "",
        code: str = "",
        suggestion: str = "",
        retryable: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = str(message)
        self.field = field
        self.code = code or self.default_code
        self.suggestion = suggestion
        self.retryable = retryable

    def as_answer(self) -> dict[str, object]:
        """Return the error as doors show it."""
        answer: dict[str, object] = {
            "code": self.code,
            "message": self.message,
            "retryable": self.retryable,
        }
        if self.field:
            answer["field"] = self.field
        if self.suggestion:
            answer["suggestion"] = str(self.suggestion)
        return answer


class Invalid(Refused):
    """Inputs of the wrong shape; `fields` says what is wrong with each."""

    default_code = "VALIDATION_ERROR"

    def __init__(self, fields: Mapping[str, str]) -> None:
        name, sentence = next(iter(fields.items()))
        super().__init__(f"{name}: {sentence}" if name else sentence, field=name)
        self.fields = dict(fields)

    def as_answer(self) -> dict[str, object]:
        """Return the error with the sentence of each field."""
        return {**super().as_answer(), "fields": self.fields}


class Forbidden(Refused):
    """The actor may not do this."""

    status = 403
    default_code = "PERMISSION_DENIED"


class NotFound(Refused):
    """The row does not exist here; a row of another workspace does not either."""

    status = 404
    default_code = "NOT_FOUND"

    def __init__(self, field: str, *, code: str = "") -> None:
        super().__init__(_("That does not exist."), field=field, code=code)

    def as_answer(self) -> dict[str, object]:
        """Return the error under the one code doors promise; `reason` says which row it was."""
        answer = {**super().as_answer(), "code": self.default_code}
        return {**answer, "reason": self.code} if self.code != self.default_code else answer


class Conflict(Refused):
    """Somebody else was faster, or the same key was used for something else."""

    status = 409
    default_code = "CONFLICT"


class RateLimited(Refused):
    """Too many calls in a minute; `retry_after` is in seconds."""

    status = 429
    default_code = "RATE_LIMITED"

    def __init__(self, retry_after: int) -> None:
        message = _("Too many calls in a minute. Try again in %(seconds)s s.")
        super().__init__(message % {"seconds": retry_after}, retryable=True)
        self.retry_after = retry_after


class Unavailable(Refused):
    """Something this needs is down for the moment."""

    status = 503
    default_code = "UNAVAILABLE"

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=True)
