"""Query strings without the one character that PostgreSQL cannot store or compare."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict


class QueriesWithoutNul:
    """Drops U+0000 from query strings, before any page searches for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query or "\x00" in query:
            clean = query.replace("%00", "").replace("\x00", "")
            request.META["QUERY_STRING"] = clean
            request.GET = QueryDict(clean, encoding=request.encoding)
        return self.get_response(request)
