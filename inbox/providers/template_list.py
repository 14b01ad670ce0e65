"""All templates of a business account, page by page, or nothing: half a list would lose some.

Meta and Kapso page with a cursor, 360dialog with an offset. The address Meta names for its next
page is never followed: it carries the token, and behind a proxy it leads past the proxy. Sources:
Meta, Graph API, "Paginated results", "WhatsApp Business Account > Message Templates"; Kapso, "Meta
proxy"; 360dialog, "Create and manage template messages".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, urlsplit

import requests

from .client import WhatsAppClient, refuse_inside_operation
from .outcomes import Rejected, outcome_of_answer, outcome_of_exception
from .payload_fields import Raw, objects, text_at
from .raw_json import open_json

PAGE = 100
MOST_PAGES = 200
"""A provider that never ends its list is not believed."""

FIELDS = (
    "id,name,language,category,status,quality_score,rejected_reason,parameter_format,components"
)


class ListFailed(Exception):
    """There is no complete list now. `retryable` says whether a later try may work."""

    def __init__(self, reason: str, *, retryable: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.retryable = reason, retryable


def list_templates(client: WhatsAppClient, waba_id: str) -> list[Raw]:
    """Return every template's definition as it came, each once. Raises ListFailed."""
    refuse_inside_operation()
    pages = _by_offset(client) if client.preset.templates_by_offset else _by_cursor(client, waba_id)
    found: dict[tuple[str | None, ...], Raw] = {}
    for number, page in enumerate(pages):
        if number >= MOST_PAGES:
            raise ListFailed("the list of templates has no end")
        for raw in page:
            found[text_at(raw, "name"), text_at(raw, "language")] = raw
    return list(found.values())


def _by_cursor(client: WhatsAppClient, waba_id: str) -> Iterator[list[Raw]]:
    """Follow Meta's cursors, also where a proxy drops the address of the next page."""
    after, seen = "", {""}
    while True:
        query = {"limit": str(PAGE), "fields": FIELDS} | ({"after": after} if after else {})
        body = _get(client, client.preset.templates_path.format(waba_id=waba_id), query)
        page = list(objects(body.get("data")))
        yield page
        after, more = _next(body.get("paging"))
        if not after or not (more or len(page) >= PAGE):
            return
        if after in seen:
            raise ListFailed("the list of templates turns in a circle")
        seen.add(after)


def _next(paging: object) -> tuple[str, bool]:
    """Return the next page's cursor, and whether the provider says that there is such a page."""
    if not isinstance(paging, Mapping):
        return "", False
    cursors, address = paging.get("cursors"), text_at(paging, "next") or ""
    after = text_at(cursors, "after") if isinstance(cursors, Mapping) else None
    if not after and address:
        after = parse_qs(urlsplit(address).query).get("after", [""])[0]
    return after or "", bool(address)


def _by_offset(client: WhatsAppClient) -> Iterator[list[Raw]]:
    """Go through 360dialog's list; its `total` is believed only as far as rows come."""
    offset = 0
    while True:
        query = {"limit": str(PAGE), "offset": str(offset), "sort": "business_templates.name"}
        body = _get(client, client.preset.templates_path, query)
        page = list(objects(body.get("waba_templates") or body.get("data")))
        yield page
        offset += len(page)
        total = body.get("total")
        more = offset < total if isinstance(total, int) else len(page) >= PAGE
        if not page or not more:
            return


def _get(client: WhatsAppClient, path: str, query: dict[str, str]) -> Raw:
    try:
        answer = client.session.get(
            client.root + path, params=query, timeout=client.timeout, allow_redirects=False
        )
    except requests.RequestException as error:
        outcome = outcome_of_exception(error)
        title = outcome.title if isinstance(outcome, Rejected) else outcome.reason
        raise ListFailed(title, retryable=True) from None
    if answer.status_code != 200:
        raise _refused(answer)
    try:
        body = open_json(answer.content)
    except ValueError:
        raise ListFailed("the list of templates cannot be read", retryable=True) from None
    if not isinstance(body, dict):
        raise ListFailed("the list of templates cannot be read", retryable=True)
    return body


def _refused(answer: requests.Response) -> ListFailed:
    outcome = outcome_of_answer(answer)
    if isinstance(outcome, Rejected):
        words = ": ".join(part for part in (outcome.title, outcome.details) if part)
        again = outcome.retryable or answer.status_code == 429
        return ListFailed(words[:300], retryable=again)
    return ListFailed(f"HTTP {answer.status_code}", retryable=answer.status_code >= 500)
