"""How the API says things: always JSON, and one shape for every no."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

import structlog
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from morfx.operations.errors import RateLimited, Refused, Unavailable

P = ParamSpec("P")
log = structlog.get_logger()


def refusal(error: Refused) -> JsonResponse:
    """Return an error as its status and body."""
    response = JsonResponse({"ok": False, "error": error.as_answer()}, status=error.status)
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.retry_after)
    elif isinstance(error, Unavailable):
        response.headers["Retry-After"] = "5"
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


class NotAllowed(Refused):
    """The address exists, the method does not."""

    status = 405
    default_code = "METHOD_NOT_ALLOWED"


class Broken(Refused):
    """We failed; the log says how."""

    status = 500
    default_code = "INTERNAL_ERROR"


class OutOfRange(Refused):
    """The database cannot hold a value."""

    default_code = "VALIDATION_ERROR"


def door(
    *methods: str,
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Make a view answer every failure in the API's shape, and only to `methods`, if given."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if methods and request.method not in methods:
                allowed = ", ".join(methods)
                message = _("This address answers %(method)s.") % {"method": allowed}
                response = refusal(NotAllowed(message))
                response.headers["Allow"] = allowed
                return response
            try:
                return view(request, *args, **kwargs)
            except Refused as error:
                return refusal(error)
            except DataError:
                return refusal(OutOfRange(_("A value is out of range.")))
            except (OperationalError, InterfaceError) as error:
                log.warning("api unavailable", path=request.path, error=repr(error))
                return refusal(Unavailable(_("The database is busy. Try again in a moment.")))
            except Exception:
                log.exception("api failed", path=request.path)
                return refusal(Broken(_("Something went wrong on our side.")))

        return csrf_exempt(guarded)

    return decorate
