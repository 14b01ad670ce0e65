"""The REST door: raw data in, one call, answer out."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from morfx.operations import catalogue
from morfx.operations.actor import SYSTEM
from morfx.operations.errors import Refused

from .answers import door
from .bodies import call_of, inputs_of, key_of
from .keys import actor_of
from .openapi import document, public_lookups, public_operations
from .reading import reading


class Unknown(Refused):
    """Nothing is called that; the suggestion names what comes nearest."""

    status = 404
    default_code = "UNKNOWN_OPERATION"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        near = get_close_matches(name, list(known), n=3, cutoff=0.5)
        suggestion = _("Did you mean %(names)s?") % {"names": ", ".join(near)} if near else ""
        super().__init__(_("Nothing is called %(name)s.") % {"name": name}, suggestion=suggestion)


@door("POST")
def operation(request: HttpRequest, name: str) -> HttpResponseBase:
    """Run an operation by name; the key's workspace is the only one it can touch."""
    actor = actor_of(request)
    entry = catalogue.find(name)
    if entry is None or entry.needs == SYSTEM:
        raise Unknown(name, [entry.name for entry in public_operations()])
    call, key = call_of(request), key_of(request)
    outcome = entry.submit(actor, call.inputs, dry_run=call.dry_run, key=key)
    response = JsonResponse({"ok": True, "data": outcome.data, "events": outcome.events})
    if outcome.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response


@door("GET", "HEAD")
def lookup(request: HttpRequest, name: str) -> HttpResponseBase:
    """Answer a lookup by name: a list's page, or the object itself."""
    actor = actor_of(request)
    entry = catalogue.lookups.get(name)
    if entry is None or entry.needs == SYSTEM:
        raise Unknown(name, [entry.name for entry in public_lookups()])
    return JsonResponse(entry.submit(actor, inputs_of(entry, request.GET)), safe=False)


@door("GET", "HEAD")
def openapi(request: HttpRequest) -> HttpResponseBase:
    """Describe every address as OpenAPI 3.1."""
    return JsonResponse(document())


@door("GET", "HEAD")
def docs(request: HttpRequest) -> HttpResponse:
    """Show people what there is to call."""
    operations = [reading(entry) for entry in public_operations()]
    lookups = [reading(entry) for entry in public_lookups()]
    sections = [
        (_("Operations"), "POST", "/api/v1/operations/", operations),
        (_("Lookups"), "GET", "/api/v1/lookups/", lookups),
    ]
    return render(request, "api/docs.html", {"sections": sections})


@door()
def nothing(request: HttpRequest, rest: str) -> HttpResponseBase:
    """Say no in the API's own shape."""
    raise Unknown(rest, ["openapi.json", "docs", "operations/", "lookups/"])
