"""Forms about orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from morfx.operations.actor import Actor
from morfx.operations.errors import Refused
from morfx.operations.forms import OperationForm

from .. import search
from ..models import Contact, Order, OrderLine
from ..operations import orders, pipelines
from .lines import LinesField, rows_of

MOST_NAMES = 5

LABELS: Mapping[str, Any] = {
    "contact": _("Contact"),
    "pipeline": _("Pipeline"),
    "name": _("Name of the order"),
    "shipping_address": _("Ship to"),
    "shipping_city": _("City"),
    "department": _("Department"),
    "shipping_phone": _("Phone of the recipient"),
    "carrier": _("Carrier"),
    "tracking_number": _("Tracking number"),
    "notes": _("Notes"),
    "confirmed": _("The customer confirmed it"),
}
WIDGETS: Mapping[str, forms.Widget] = {"notes": forms.Textarea(attrs={"rows": 3})}


class LinesForm(OperationForm):
    """An operation's form that also asks for products."""

    def add_lines(self, lines: Sequence[OrderLine] = ()) -> None:
        """Ask for products, beginning with these lines."""
        rows = rows_of(lines)
        self.fields["products"] = LinesField(label=_("Products"), initial=rows, required=False)

    def _refuse(self, refusal: Refused) -> None:
        """Show what is wrong with one product where the products are."""
        if refusal.field.startswith("products."):
            refusal.field = "products"
        super()._refuse(refusal)


class NewOrder(LinesForm):
    """Asks for a new order; for its contact too, by name or phone, unless that is given."""

    operation = orders.create
    ask = (
        "pipeline",
        "shipping_address",
        "shipping_city",
        "department",
        "shipping_phone",
        "notes",
        "confirmed",
    )
    labels = LABELS
    widgets = WIDGETS

    def __init__(self, actor: Actor, data: Any, contact: Contact | None) -> None:
        given = {"contact": contact} if contact else {}
        initial: dict[str, Any] = {"pipeline": pipelines.default(), "confirmed": True}
        if contact:
            initial |= {
                "shipping_address": contact.address,
                "shipping_city": contact.city,
                "department": contact.department,
            }
        super().__init__(actor, data, given=given, initial=initial)
        if contact is None:
            hint = _("Name or phone of somebody you have as a contact.")
            self.fields["contact"] = forms.CharField(label=LABELS["contact"], help_text=hint)
        self.add_lines()
        if "pipeline" in self.fields:
            self.fields["pipeline"].empty_label = None  # type: ignore[attr-defined]
        self.order_fields(["contact", "products"])

    def clean_contact(self) -> Contact:
        """Find the one contact that is meant."""
        text = self.cleaned_data["contact"]
        rows = search.contacts(Contact.objects.all(), text).order_by("name")
        found = list(rows[: MOST_NAMES + 1])
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(_("Nobody by that name or phone."))
        names = ", ".join(f"{one.display_name} ({one.phone})" for one in found[:MOST_NAMES])
        raise forms.ValidationError(gettext("Several match: %(names)s.") % {"names": names})


class EditOrder(LinesForm):
    """Asks for an order's fields and lines."""

    operation = orders.update
    ask = (
        "name",
        "shipping_address",
        "shipping_city",
        "department",
        "shipping_phone",
        "carrier",
        "tracking_number",
        "notes",
    )
    labels = LABELS
    widgets = WIDGETS
    stored: ClassVar[Mapping[str, str]] = {
        "department": "shipping_department",
        "notes": "description",
    }

    def __init__(self, actor: Actor, data: Any, order: Order) -> None:
        initial = {name: getattr(order, self.stored.get(name, name)) for name in self.ask}
        super().__init__(actor, data, given={"order": order}, initial=initial)
        self.add_lines(order.sorted_lines())
        self.order_fields(["name", "products"])


class MoveOrder(OperationForm):
    """Asks for an order's next stage, and takes the one the person saw it in."""

    operation = orders.move
