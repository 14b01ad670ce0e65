"""Whose key is it: what a request may see of the numbers, as its seller understands keys."""

from inbox.simulator import numbers
from inbox.simulator.dialect_table import DIALECTS, spoken
from inbox.simulator.errors import GraphError
from inbox.simulator.numbers import Registered
from inbox.simulator.routing import Request, Routes
from inbox.simulator.world import Transaction

routes = Routes()
"""Everything a business program may ask for; filled by `graph`, `files` and `accounts`."""


def no_such_object(name: str) -> GraphError:
    """Give Meta's answer about what is not there, or not yours."""
    return GraphError(
        100,
        f"Unsupported request. Object with ID '{name}' does not exist, cannot be loaded due to"
        " missing permissions, or does not support this operation.",
        subcode=33,
    )


def mine(tx: Transaction, request: Request) -> list[Registered]:
    """Give the numbers that the key of a request opens at its seller, or refuse with 190."""
    dialect = spoken(request.path, request.headers)
    key = DIALECTS[dialect].key(request.headers)
    found = [
        one
        for one in numbers.everything(tx)
        if one.number.dialect == dialect and one.number.token == key
    ]
    if not found:
        raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
    return found


def one_of_mine(tx: Transaction, request: Request, phone_number_id: str) -> Registered:
    """Give the number a request names, or at 360dialog the one its key names."""
    dialect = spoken(request.path, request.headers)
    if dialect == "360dialog":
        if phone_number_id:
            raise no_such_object(phone_number_id)
        return mine(tx, request)[0]
    one = numbers.find(tx, phone_number_id)
    key = DIALECTS[dialect].key(request.headers)
    if one and one.number.dialect == dialect and one.number.token == key:
        return one
    mine(tx, request)
    raise no_such_object(phone_number_id)
