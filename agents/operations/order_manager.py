"""The Order Manager: an order with its contact and its tags, made in one of three ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field

from agents.catalogue.somnio.definition import normalise
from agents.catalogue.somnio.fields import FIELDS, LABELS
from agents.catalogue.somnio.learning import harmless
from agents.catalogue.somnio.order_modes import CannotOrderError, Mode, plan_order
from agents.catalogue.somnio.prefill import of_contact
from agents.engine import situation
from agents.engine.deeds import filled
from agents.engine.values import Do, State, World
from crm.models import Contact, Order
from crm.operations.inputs import TheContact
from morfx.operations.actor import Actor
from morfx.operations.catalogue import find, operation
from morfx.operations.errors import Refused
from morfx.operations.inputs import parse_phone

SOURCE = "order-manager"
FAILED: Mapping[str, str] = {
    "crm.contact.create": "CONTACT_CREATION_FAILED",
    "crm.contact.update": "CONTACT_CREATION_FAILED",
    "crm.order.create": "ORDER_CREATION_FAILED",
}
"""What a refusal is called by the deed it hit; of any other it is UNEXPECTED_ERROR."""

Pack = Annotated[str, Field(max_length=40)]
Words = Annotated[str, Field(max_length=500)]


@operation("agents.order.make", needs="orders.create")
def make(
    actor: Actor,
    *,
    mode: Mode,
    contact: TheContact | None = None,
    pack: Pack = "",
    data: dict[str, Words] | None = None,
    confirmed: bool = False,
) -> Order:
    """Make an order: `full` of the chosen `pack`, `no_promo` of one jar, `draft` of what is known.

    `data` are the customer's (nombre, apellido, telefono, direccion, barrio, ciudad, departamento,
    correo, indicaciones_extra), beside what the contact holds. Without a contact the one with that
    phone is taken, else one is made. All or nothing; an order nobody confirmed stands apart.
    """
    given = {name: harmless(name, text) for name, text in (data or {}).items()}
    if unknown := sorted(set(given) - set(FIELDS)):
        raise Refused(_("There is no field called %(name)s.") % {"name": unknown[0]}, field="data")
    person = contact or _contact(actor, given)
    state = _state(person, given, pack)
    try:
        plan = plan_order(mode, state, _world(person), confirmed=confirmed)
    except CannotOrderError as lacking:
        raise _incomplete(lacking) from lacking
    made: dict[str, str] = {}
    for deed in plan:
        done = _done(actor, deed, filled(deed.inputs, made))
        if deed.operation == "crm.order.create":
            made["$order"] = str(done["id"])
    return Order.objects.select_related("stage", "pipeline").get(pk=made["$order"])


def _contact(actor: Actor, given: Mapping[str, str]) -> Contact:
    """Return the contact with the number that was given; else make one."""
    phone = parse_phone(given.get("telefono", ""))
    known = Contact.objects.filter(phone=phone).first() if phone else None
    if known is not None:
        return known
    name = " ".join(filter(None, (given.get("nombre"), given.get("apellido"))))
    inputs = {"name": name or phone or "", "phone": phone or ""}
    deed = Do(operation="crm.contact.create", inputs=inputs, purpose="contact")
    return Contact.objects.get(pk=_done(actor, deed, inputs)["id"])


def _state(person: Contact, given: Mapping[str, str], pack: str) -> State:
    known = of_contact(situation.known_of(person))
    return State(mode="", data={**known, **normalise(given, known)}, selection=pack or None)


def _world(person: Contact) -> World:
    return World(
        now=timezone.now(),
        first_turn=True,
        products=situation.products(),
        contact_id=str(person.pk),
        contact_phone=person.phone or "",
    )


def _done(actor: Actor, deed: Do, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Run a deed as the one who asked: what they may not do by itself they may not do here."""
    if deed.operation == "crm.order.create":
        inputs = {**inputs, "source": SOURCE}
    entry = find(deed.operation)
    assert entry is not None, deed.operation
    try:
        data: dict[str, Any] = entry.submit(replace(actor, via="agent"), inputs).data
    except Refused as refusal:
        if refusal.code == "PERMISSION_DENIED":
            raise
        code = FAILED.get(deed.operation, "UNEXPECTED_ERROR")
        raise Refused(refusal.message, field=refusal.field, code=code) from refusal
    return data


def _incomplete(lacking: CannotOrderError) -> Refused:
    if lacking.missing == ("pack",):
        return Refused(_("The shop does not sell this pack."), field="pack", code="PACK_UNKNOWN")
    names = ", ".join(LABELS[name] for name in lacking.missing)
    sentence = _("An order of this kind needs more data: %(names)s.") % {"names": names}
    return Refused(sentence, field="data", code="DATA_MISSING")
