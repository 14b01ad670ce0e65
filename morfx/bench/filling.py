"""A database that has been in use: conversations over ninety days, filled in by PostgreSQL itself.

Every row stands for what the application would have written; columns that the benchmark does not
care about take what the model gives a new row, so that a column more needs nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MESSAGES_OF_A_CONVERSATION = 10
LONG = 2000
"""Messages of the first conversation of each workspace."""
NAMES = "María,José,Lucía,Andrés,Sofía,Camilo,Valentina,Julián,Ángela,Héctor,Daniela,Óscar"
SURNAMES = "García,Rodríguez,Martínez,Gómez,Muñoz,Peña,Quintero,Zuluaga,Ocampo,Rincón,Lozano"
PLAIN = "translate(lower({0}), 'áéíóúñ', 'aeioun')"

FUNCTIONS = """
CREATE OR REPLACE FUNCTION bench_id(kind int, shop int, number bigint) RETURNS uuid
  LANGUAGE sql IMMUTABLE AS $$ SELECT (lpad(to_hex(1700000000000 + number), 12, '0') || '7'
  || lpad(to_hex(kind), 3, '0') || '8' || lpad(to_hex(shop), 15, '0'))::uuid $$;
CREATE OR REPLACE FUNCTION bench_id_at(moment timestamptz, fine bigint) RETURNS uuid
  LANGUAGE sql IMMUTABLE AS $$ SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint),
  12, '0') || '7' || lpad(to_hex(fine % 4096), 3, '0') || '8'
  || lpad(to_hex(fine / 4096), 15, '0'))::uuid $$;
CREATE OR REPLACE FUNCTION bench_last(shop int, number bigint) RETURNS timestamptz
  LANGUAGE sql STABLE AS $$ SELECT date_trunc('hour', now())
  - (hashint8extended(number, shop) & 1048575) / 1048575.0 * interval '90 days' $$;
"""
"""Ids and times that follow from a number, so that rows find each other without being looked up."""
CONTACT, IDENTITY, CONVERSATION, ORDER, TAGGED = range(1, 6)


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A workspace to fill: `number` goes into its ids, `share` is its part of all conversations."""

    number: int
    workspace: str
    slug: str
    channel: str
    share: float
    user: int
    stages: tuple[str, str]
    """An open and a closed stage."""
    pipeline: str
    tag: str


def fill(link: Any, shop: Shop, first: int, last: int) -> None:
    """Add the conversations from `first` up to `last` of a workspace, with all that belongs."""
    people, orders = _people(shop, first, last), _orders(shop, first, last)
    for model, columns, source in (*people, *orders, *_talk(shop, first, last)):
        _insert(link, shop, model, columns, source)


Rows = tuple[Any, dict[str, str], str]


def _people(shop: Shop, first: int, last: int) -> list[Rows]:
    from crm.models import Contact, ContactIdentity

    numbers = f"generate_series({first}::bigint, {last} - 1) AS n"
    name = f"(string_to_array('{NAMES}', ','))[1 + n % 12] || ' ' || "
    name += f"(string_to_array('{SURNAMES}', ','))[1 + n / 12 % 11]"
    phone = f"'57' || (3000000000 + {shop.number} * 10000000 + n)"
    contact = {
        "id": _id(CONTACT, shop),
        "name": name,
        "phone": f"'+' || {phone}",
        "search": f"{PLAIN.format(name)} || ' +' || {phone}",
    }
    identity = {
        "id": _id(IDENTITY, shop),
        "contact_id": _id(CONTACT, shop),
        "kind": "'phone'",
        "value": f"'+' || {phone}",
        "verified": "true",
    }
    return [(Contact, contact, numbers), (ContactIdentity, identity, numbers)]


def _orders(shop: Shop, first: int, last: int) -> list[Rows]:
    from crm.models import ContactTag, Order

    numbers = f"generate_series({first}::bigint, {last} - 1) AS n"
    order = {
        "id": _id(ORDER, shop),
        "contact_id": _id(CONTACT, shop),
        "pipeline_id": f"'{shop.pipeline}'::uuid",
        "stage_id": f"CASE WHEN n % 3 = 0 THEN '{shop.stages[0]}'::uuid "
        f"ELSE '{shop.stages[1]}'::uuid END",
        "total": "77900",
    }
    tagged = {
        "id": _id(TAGGED, shop),
        "contact_id": _id(CONTACT, shop),
        "tag_id": f"'{shop.tag}'::uuid",
    }
    return [
        (Order, order, f"{numbers} WHERE n % 3 <> 1"),
        (ContactTag, tagged, f"{numbers} WHERE n % 5 < 2"),
    ]


def _talk(shop: Shop, first: int, last: int) -> list[Rows]:
    from inbox.models import Conversation, Message
    from morfx.events.models import Event

    at = f"bench_last({shop.number}, n)"
    numbers = f"generate_series({first}::bigint, {last} - 1) AS n"
    said = f"{numbers}, LATERAL generate_series(1, CASE WHEN n = 0 THEN {LONG} "
    said += f"ELSE {MESSAGES_OF_A_CONVERSATION} END) AS turn"
    since = f"{at} - (CASE WHEN n = 0 THEN {LONG} ELSE {MESSAGES_OF_A_CONVERSATION} END - turn)"
    moment = f"{since} * interval '3 minutes'"
    fine = f"((n * 8 + {shop.number}) * 4096 + turn)"
    message = {
        "id": f"bench_id_at({moment}, {fine})",
        "created_at": moment,
        "occurred_at": moment,
        "conversation_id": _id(CONVERSATION, shop),
        "direction": "CASE WHEN turn % 2 = 1 THEN 'inbound' ELSE 'outbound' END",
        "sender": "CASE WHEN turn % 2 = 1 THEN 'contact' ELSE 'agent' END",
        "status": "CASE WHEN turn % 2 = 1 THEN 'received' ELSE 'read' END",
        "text": "'Mensaje ' || turn || ': ¿cuánto cuesta el envío a la dirección ' || n || '?'",
        "provider_id": f"'wamid.' || {shop.number} || '.' || n || '.' || turn",
        "heard_at": moment,
    }
    return [
        (Conversation, _conversation(shop, at), numbers),
        (Message, message, said),
        (Event, _event(shop, moment, fine), said),
    ]


def _event(shop: Shop, moment: str, fine: str) -> dict[str, str]:
    return {
        "id": f"bench_id_at({moment}, {fine} + 2048)",
        "created_at": moment,
        "name": "CASE WHEN turn % 2 = 1 THEN 'message.received' WHEN turn = 4 AND n % 3 = 0 "
        "THEN 'conversation.assigned' ELSE 'agent.turnTaken' END",
        "facts": f"jsonb_build_object('conversation', {_id(CONVERSATION, shop)})",
        "who": "'agent:somnio-sales-v1'",
        "via": "'agent'",
    }


def _conversation(shop: Shop, at: str) -> dict[str, str]:
    return {
        "id": _id(CONVERSATION, shop),
        "channel_id": f"'{shop.channel}'::uuid",
        "identity_id": _id(IDENTITY, shop),
        "contact_id": _id(CONTACT, shop),
        "address": f"'57' || (3000000000 + {shop.number} * 10000000 + n)",
        "profile_name": "'Cliente ' || n",
        "status": "CASE WHEN n % 10 = 9 THEN 'archived' ELSE 'active' END",
        "unread_count": "CASE WHEN n % 7 = 0 THEN 2 ELSE 0 END",
        "assigned_to_id": f"CASE WHEN n % 4 = 1 THEN {shop.user} END",
        "last_message_at": at,
        "last_customer_message_at": at,
        "last_preview": "'Mensaje: ¿cuánto cuesta el envío a la dirección ' || n || '?'",
        "last_sender": "'agent'",
        "created_at": f"{at} - interval '1 hour'",
    }


def _id(kind: int, shop: Shop) -> str:
    return f"bench_id({kind}, {shop.number}, n)"


def _insert(link: Any, shop: Shop, model: Any, given: dict[str, str], source: str) -> None:
    """Insert one row for each row of `source`; columns not given are those of a new row."""
    from django.db import connection
    from django.db.models.expressions import DatabaseDefault

    new, names, values = model(workspace_id=shop.workspace), [], []
    columns: list[str] = []
    for field in model._meta.concrete_fields:
        if field.generated:
            continue
        ours = getattr(new, field.attname)
        if isinstance(ours, DatabaseDefault):
            continue
        names.append(f'"{field.column}"')
        if field.column in given:
            columns.append(given[field.column].replace("%", "%%"))
        elif getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            columns.append("now()")
        else:
            columns.append(f"%s::{field.cast_db_type(connection)}")
            values.append(field.get_db_prep_save(ours, connection))
    into = f"INSERT INTO {model._meta.db_table} ({', '.join(names)})"
    chosen = f"SELECT {', '.join(columns)} FROM {source.replace('%', '%%')}"  # noqa: S608
    link.execute(f"{into} {chosen}", values)
