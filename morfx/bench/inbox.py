"""The inbox's list and threads: server time and queries, with more and more messages."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from .filling import CONVERSATION, FUNCTIONS, LONG, MESSAGES_OF_A_CONVERSATION, Shop, fill
from .frame import Report, percentile
from .installation import Installation, superuser
from .options import Options

SHARES = (0.7, 0.1, 0.1, 0.1)
"""What part of all conversations the workspaces have; one more has SMALL, always."""
SMALL = 40
LOOKS = 25
MOST_MS, MOST_QUERIES = 40.0, 13.0
"""Below these."""
TABLES = (
    *("inbox_message", "inbox_conversation", "events_event"),
    *("crm_contact", "crm_contactidentity", "crm_order", "crm_contacttag"),
)


def run(running: Installation, options: Options) -> Report:
    """Fill up to each size, and look at every page there."""
    report = Report("inbox")
    shops = _shops()
    with superuser(running) as link:
        link.execute(FUNCTIONS)
        link.execute("SET session_replication_role = replica")
        had = {shop.number: 0 for shop in shops}
        for size in (2_000,) if options.quick else options.sizes:
            for shop in shops:
                last = int(size / MESSAGES_OF_A_CONVERSATION * shop.share) if shop.share else SMALL
                fill(link, shop, had[shop.number], max(last, had[shop.number]))
                had[shop.number] = max(last, had[shop.number])
            for table in TABLES:
                link.execute(f"VACUUM ANALYZE {table}")
            looks = 3 if options.quick else LOOKS
            said = _look(report, size, shops, had, looks)
            if options.statements:
                _write(options.statements, said)
    return report


def _shops() -> list[Shop]:
    from django.db import transaction

    from crm.models import Stage, Tag
    from morfx.tenancy import within
    from morfx.workspaces.models import Membership

    from .shops import open_shops

    shops = []
    for number, shop in enumerate(open_shops(len(SHARES) + 1, agent=False)):
        with within(UUID(shop["workspace"])), transaction.atomic():
            stages = {stage.closing: stage for stage in Stage.objects.all()}
            won, begun = stages["won"], stages["open"]
            shops.append(
                Shop(
                    number=number,
                    workspace=shop["workspace"],
                    slug=shop["slug"],
                    channel=shop["channel"],
                    share=(*SHARES, 0.0)[number],
                    user=Membership.objects.get().user_id,
                    stages=(str(begun.pk), str(won.pk)),
                    pipeline=str(won.pipeline_id),
                    tag=str(Tag.objects.create(name="Frecuente").pk),
                )
            )
    return shops


def _look(
    report: Report, size: int, shops: list[Shop], had: dict[int, int], looks: int
) -> dict[str, list[str]]:
    """Visit every page; return its queries by its name."""
    big, small = shops[0], shops[-1]
    pages = [(f"{name}", big, path) for name, path in _pages(big, had[big.number]).items()]
    few = _pages(small, SMALL)
    pages += [(f"small workspace: {name}", small, few[name]) for name in ("list", "search a name")]
    said = {}
    for name, shop, path in pages:
        seen = _visit(shop, path, looks)
        label = f"{size:,}: {name}"
        report.add(f"{label} p50", percentile(seen.wall, 50), "ms", most=MOST_MS)
        report.add(f"{label} p95", percentile(seen.wall, 95), "ms")
        report.add(f"{label} CPU of Python", percentile(seen.cpu, 50), "ms")
        report.add(f"{label} database", percentile(seen.database, 50), "ms")
        report.add(f"{label} queries", len(seen.queries), most=MOST_QUERIES)
        said[name] = list(seen.queries)
    return said


def _write(folder: Path, said: dict[str, list[str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, queries in said.items():
        (folder / f"inbox {name}.sql".replace(" ", "-")).write_text(";\n\n".join(queries) + ";\n")


def _pages(shop: Shop, conversations: int) -> dict[str, str]:
    """Return what is looked at, by name; addresses below the workspace's."""
    middle = conversations // 2 or 1
    return {
        "list": "inbox/",
        "list, unread": "inbox/?filter=unread",
        "list, mine": "inbox/?filter=mine",
        "list, unassigned": "inbox/?filter=unassigned",
        "list, archived": "inbox/?filter=archived",
        "search a name": "inbox/?q=maria+gomez",
        "search the end of a number": f"inbox/?q={middle:05d}",
        "search words nobody wrote": "inbox/?q=zzzyyx",
        "conversation": f"inbox/{_conversation(shop, middle)}/",
        "thread": f"inbox/{_conversation(shop, middle)}/thread/",
        f"thread of {LONG:,}": f"inbox/{_conversation(shop, 0)}/thread/",
    }


def _conversation(shop: Shop, number: int) -> str:
    """Return the id that `filling` gave a conversation."""
    moment = f"{1_700_000_000_000 + number:012x}"
    return f"{moment[:8]}-{moment[8:]}-7{CONVERSATION:03x}-8000-{shop.number:012x}"


def _visit(shop: Shop, path: str, looks: int) -> Looks:
    """Look at a page as the workspace's owner, after one look that warms it up."""
    from django.db import connection
    from django.test import Client

    from morfx.workspaces.models import User

    client, found = Client(), Looks()
    client.force_login(User.objects.get(pk=shop.user))
    address = f"/{shop.slug}/{path}"
    assert client.get(address).status_code == 200, address
    for _ in range(looks):
        began, used = time.perf_counter(), time.thread_time()
        client.get(address)
        found.wall.append((time.perf_counter() - began) * 1000)
        found.cpu.append((time.thread_time() - used) * 1000)
    for _ in range(max(1, looks // 5)):
        with connection.execute_wrapper(found.listen()):
            client.get(address)
    return found


@dataclass
class Looks:
    """What looking at one page several times cost; times in ms."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    """Those of one look."""

    def listen(self) -> Callable[..., Any]:
        """Return a wrapper that times the queries of one more look."""
        self.database.append(0.0)
        self.queries.clear()

        def execute(run: Any, sql: Any, *rest: Any) -> Any:
            self.queries.append(str(sql))
            began = time.perf_counter()
            try:
                return run(sql, *rest)
            finally:
                self.database[-1] += (time.perf_counter() - began) * 1000

        return execute
