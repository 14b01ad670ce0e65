"""What the CRM knows of a customer who comes back, taken over before the first answer.

A name and a number alone are what WhatsApp tells of everybody: they are no data that the customer
gave. Who has an address, a place or an e-mail in the CRM has bought, or was entered by people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agents.catalogue.somnio import fields
from agents.catalogue.somnio.draft import Draft
from agents.catalogue.somnio.names import split_name

PREFILLED = "prefilled"
"""The mark that remembers: the data came from the CRM, and the customer has not seen them yet."""

TELLING = ("address", "city", "department", "email")
QUARTER = ", Barrio "
"""How a contact's address holds its neighbourhood; see `orders.update_contact`."""


def is_known(contact: Mapping[str, str]) -> bool:
    """Tell a customer of whom the CRM knows more than WhatsApp does."""
    return any(contact.get(name, "").strip() for name in TELLING)


def prefill(draft: Draft) -> None:
    """Take over what the CRM knows, when nothing is held yet; what is not there stays empty."""
    contact = draft.world.contact
    if any(draft.state.data.values()) or not is_known(contact):
        return
    data = of_contact(contact)
    draft.state = replace(draft.state, data=data)
    draft.mark(PREFILLED)
    draft.why.append(f"The CRM knows {', '.join(data)}.")


def of_contact(contact: Mapping[str, str]) -> dict[str, str]:
    """Return a contact's data as fields, each written the one way it is stored."""
    street, _, quarter = contact.get("address", "").partition(QUARTER)
    raw = {
        **_name(contact.get("name", "")),
        "telefono": contact.get("phone", ""),
        "direccion": street,
        "barrio": quarter,
        "ciudad": contact.get("city", ""),
        "departamento": contact.get("department", ""),
        "correo": contact.get("email", ""),
    }
    known = {name: fields.normalise(name, value) for name, value in raw.items() if value.strip()}
    known = {name: value for name, value in known.items() if value}
    if "ciudad" in known and "departamento" not in known:
        known["departamento"] = fields.department_of(known["ciudad"])
    return {name: known[name] for name in fields.FIELDS if known.get(name)}


def _name(written: str) -> dict[str, str]:
    """Part a name; what holds signs or digits is a nickname, not a name to deliver to."""
    plain = all(letter.isalpha() or letter in " .'-" for letter in written)
    return split_name(written) if written.strip() and plain else {}
