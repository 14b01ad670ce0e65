"""What both sides know in the end: the database in one snapshot, the simulator's journal."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from inbox.simulator.answers import Bubble, Entry
from inbox.simulator.client import SimulatorClient
from inbox.simulator.deliveries import about

from .customers import Customer

Row = dict[str, Any]
PAGE = 5000

TABLES = {
    "envelopes": "SELECT id, state, error, attempts, created_at, body FROM inbox_envelope",
    "messages": "SELECT id, conversation_id, direction, type, text, provider_id, sender, status,"
    " heard_at, heard_by, created_at FROM inbox_message ORDER BY id",
    "sends": "SELECT id, conversation_id, message_id, sender, plan, position, epoch, state, reason,"
    " attempt, created_at, claimed_at, reported_at FROM inbox_send ORDER BY created_at, position",
    "turns": "SELECT id, session_id, number, role, intent, trace, created_at FROM agents_agentturn"
    " ORDER BY session_id, number",
    "sessions": "SELECT id, conversation_id, status FROM agents_session",
    "jobs": "SELECT id, queue, name, key, args, attempts, error, parked_at, ready_at, due_at, lease"
    " FROM jobs_job",
    "events": "SELECT name, facts, created_at FROM events_event WHERE name IN ('message.failed',"
    " 'conversation.handedOver', 'conversation.taken', 'conversation.givenBack', 'channel.stopped',"
    " 'channel.paused') ORDER BY created_at",
    "calls": "SELECT outcome, error, source FROM agents_modelcall",
    "reconciled": "SELECT part, settled, failed FROM inbox_reconciliation",
    "channels": "SELECT phone_number_id, refused_deliveries, stopped_at FROM inbox_channel",
}


@dataclass
class Evidence:
    """All that is judged, by where it comes from; rows are dictionaries by column."""

    taken_at: float
    """The moment of the snapshot, in seconds since 1970."""
    customers: list[Customer]
    journal: list[Entry] = field(default_factory=list)
    phones: dict[str, list[Bubble]] = field(default_factory=dict)
    """What stands on each customer's phone, by the customer's name."""
    envelopes: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    sends: list[Row] = field(default_factory=list)
    turns: list[Row] = field(default_factory=list)
    sessions: list[Row] = field(default_factory=list)
    jobs: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    calls: list[Row] = field(default_factory=list)
    reconciled: list[Row] = field(default_factory=list)
    channels: list[Row] = field(default_factory=list)

    def entries(self, kind: str) -> list[Row]:
        """Return the data of the journal's lines of a kind, with `at` and `number` added."""
        return [
            {**line["data"], "at": line["at"], "number": line["phone_number_id"]}
            for line in self.journal
            if line["kind"] == kind
        ]

    @cached_property
    def attempts(self) -> list[Row]:
        """Return every attempt to deliver a webhook."""
        return [*self.entries("webhook_attempt"), *self.entries("raw_attempt")]

    @cached_property
    def accepted(self) -> dict[str, list[Row]]:
        """Return what the simulator accepted from us, by our own id."""
        found: dict[str, list[Row]] = defaultdict(list)
        for line in self.entries("send_accepted"):
            found[str(line["biz_opaque_callback_data"])].append(line)
        return found

    @cached_property
    def by_wamid(self) -> dict[str, list[Row]]:
        """Return messages by the provider's id."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.messages:
            found[row["provider_id"]].append(row)
        return found

    @cached_property
    def message(self) -> dict[str, Row]:
        """Return messages by our id."""
        return {str(row["id"]): row for row in self.messages}

    @cached_property
    def send(self) -> dict[str, Row]:
        """Return sends by our id."""
        return {str(row["id"]): row for row in self.sends}

    @cached_property
    def turn(self) -> dict[str, Row]:
        """Return turns by id."""
        return {str(row["id"]): row for row in self.turns}

    @cached_property
    def attempts_of(self) -> dict[str, int]:
        """Return the number of the newest attempt to send each message."""
        found: dict[str, int] = {}
        for row in self.sends:
            message = str(row["message_id"])
            found[message] = max(row["attempt"], found.get(message, 0))
        return found

    @cached_property
    def turns_of(self) -> dict[str, list[Row]]:
        """Return the turns that answered customers, by conversation."""
        where = {row["id"]: str(row["conversation_id"]) for row in self.sessions}
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.turns:
            if row["role"] == "customer":
                found[where[row["session_id"]]].append(row)
        return found

    @cached_property
    def plans(self) -> dict[str, list[Row]]:
        """Return sends by plan, in the order they were planned."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.sends:
            if row["plan"]:
                found[row["plan"]].append(row)
        return found

    @cached_property
    def happened(self) -> dict[tuple[str, str], list[Row]]:
        """Return events by name and conversation."""
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.events:
            found[row["name"], str(row["facts"].get("conversation", ""))].append(row)
        return found

    @cached_property
    def stored(self) -> list[tuple[Row, list[Row]]]:
        """Return each envelope with the messages and statuses in it; none for what is no JSON."""
        return [(row, contents(row["body"])) for row in self.envelopes]


def contents(raw: bytes) -> list[Row]:
    """Return the messages and statuses in a webhook body."""
    try:
        found: list[Any] = about(json.loads(raw))
    except (ValueError, RecursionError):
        return []
    return found


def read_database(link: Connection[Any], into: Evidence) -> None:
    """Read all tables in the transaction that is open."""
    for name, sql in TABLES.items():
        with link.cursor(row_factory=dict_row) as cursor:
            setattr(into, name, cursor.execute(sql).fetchall())


def read_simulator(client: SimulatorClient, into: Evidence) -> None:
    """Read the journal up to the snapshot, and the customers' phones."""
    after, more = 0, True
    while more:
        page = client.journal(after, limit=PAGE)
        into.journal += [line for line in page["entries"] if line["at"] <= into.taken_at]
        after, more = page["next"], page["more"]
    for who in into.customers:
        if who.count:
            into.phones[who.name] = client.chat(who.shop.number, who.key, limit=2000)["messages"]
