"""Files: uploads, and what customers sent, asked for and fetched as each seller wants it."""

import sqlite3
import time

from inbox.simulator import journal, media, numbers
from inbox.simulator.access import mine, one_of_mine, routes
from inbox.simulator.dialect_table import DIALECTS, spoken
from inbox.simulator.numbers import Registered
from inbox.simulator.routing import Answer, Request, Simulator
from inbox.simulator.world import Transaction

BROKEN = Answer({"error": {"message": "Something went wrong.", "code": 1}}, 500)


@routes.on("POST", "/media")
@routes.on("POST", "/{phone_number_id}/media")
def upload(simulator: Simulator, request: Request, phone_number_id: str = "") -> Answer:
    """Keep an uploaded file."""
    mime_type, content = media.uploaded(request.headers.get("content-type") or "", request.raw)
    with simulator.world.transaction() as tx:
        one = one_of_mine(tx, request, phone_number_id)
        return Answer({"id": media.keep(tx, one.id, mime_type, content)})


def described(
    tx: Transaction, request: Request, owners: list[Registered], media_id: str
) -> Answer | None:
    """Give a file's five-minute address; None when there is no such file (any more)."""
    row = media.find(tx, media_id, [one.id for one in owners])
    if row is None:
        return None
    if _fails(tx, row):
        return BROKEN
    dialect = DIALECTS[spoken(request.path, request.headers)]
    return Answer(media.described(row, dialect, f"http://{request.host}", time.time()))


@routes.on("GET", "/media-file/{media_id}")
def download(simulator: Simulator, request: Request, media_id: str) -> Answer:
    """Hand out a file under its five-minute address, to its own number only."""
    with simulator.world.transaction() as tx:
        row = media.find(tx, media_id, [one.id for one in mine(tx, request)])
        good = media.still_good(media_id, request.query, time.time())
        return _handed_out(tx, row if good else None)


@routes.on("GET", "/whatsapp_business/attachments/")
def download_from_360dialog(simulator: Simulator, request: Request) -> Answer:
    """Hand out a file under Meta's path on 360dialog's host."""
    return download(simulator, request, request.query.get("mid", ""))


@routes.on("GET", "/media_download")
def download_from_kapso(simulator: Simulator, request: Request) -> Answer:
    """Hand out a file to whoever has the token of its address; no key is asked for."""
    with simulator.world.transaction() as tx:
        media_id = media.named_by(request.query.get("token", ""), time.time())
        everyone = [one.id for one in numbers.everything(tx)]
        return _handed_out(tx, media.find(tx, media_id, everyone) if media_id else None)


def _handed_out(tx: Transaction, row: sqlite3.Row | None) -> Answer:
    if row is None:
        return Answer(b"Not found", 404, "text/plain")
    if _fails(tx, row):
        return BROKEN
    one = numbers.find(tx, row["phone_number_id"])
    wrong = one is not None and one.faults.media_corrupt
    return Answer(b"another file" if wrong else row["content"], content_type=row["mime_type"])


def _fails(tx: Transaction, row: sqlite3.Row) -> bool:
    """Note a request about a file, and tell whether it is to fail."""
    one = numbers.find(tx, row["phone_number_id"])
    left = one.faults.media_failures if one else 0
    journal.note(tx, "media_asked", row["phone_number_id"], id=row["id"], failed=left > 0)
    if one and left:
        fewer = one.faults.model_copy(update={"media_failures": left - 1})
        numbers.keep_faults(tx, one.id, fewer)
    return left > 0
