"""Forms about orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from morfx.operations.actor import Actor
from morfx.operations.errors import Refused
from morfx.operations.forms import OperationForm

from .. import search
from ..models import Contact, Order, OrderLine, Product
from ..operations import orders, pipelines

EMPTY_ROWS = 2
"""How many rows for further products a form offers."""
MOST_NAMES = 5

LABELS: Mapping[str, Any] = {
    "contact": _("Contact"),
    "pipeline": _("Pipeline"),
    "name": _("Name of the order"),
    "shipping_address": _("Ship to"),
    "shipping_city": _("City"),
    "department": _("Department"),
    "carrier": _("Carrier"),
    "tracking_number": _("Tracking number"),
    "notes": _("Notes"),
    "confirmed": _("The customer confirmed it"),
}
WIDGETS: Mapping[str, forms.Widget] = {"notes": forms.Textarea(attrs={"rows": 3})}


class LineWidget(forms.MultiWidget):
    """Product, quantity and price, side by side; known products are suggested."""

    template_name = "crm/line-widget.html"

    def __init__(self, products: Sequence[Product] = ()) -> None:
        self.products = products
        parts: dict[str, forms.Widget | type[forms.Widget]] = {
            "title": forms.TextInput(
                attrs={
                    "list": "known-products",
                    "aria-label": _("Product"),
                    "placeholder": _("Product"),
                    "autocomplete": "off",
                }
            ),
            "quantity": forms.NumberInput(
                attrs={"min": 1, "aria-label": _("Quantity"), "placeholder": _("Qty")}
            ),
            "price": forms.NumberInput(
                attrs={"min": 0, "step": "any", "aria-label": _("Price"), "placeholder": _("Price")}
            ),
        }
        super().__init__(parts)

    def decompress(self, value: OrderLine | None) -> list[Any]:
        """Return a line's parts."""
        return [value.title, value.quantity, value.unit_price] if value else ["", None, None]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Add the products to suggest, once per form."""
        return {**super().get_context(name, value, attrs), "products": self.products}


class LineField(forms.MultiValueField):
    """A product to sell, as an order's operation takes it; None when the row is empty."""

    def __init__(self, products: Sequence[Product], **options: Any) -> None:
        parts = (
            forms.CharField(max_length=200),
            forms.IntegerField(min_value=1, required=False),
            forms.DecimalField(min_value=0, decimal_places=2, required=False),
        )
        widget = LineWidget(products)
        super().__init__(parts, widget=widget, require_all_fields=False, **options)

    def compress(self, values: list[Any]) -> dict[str, object] | None:
        """Return the row as an item; without a price a known product's own is taken."""
        if not values or not values[0]:
            return None
        title, quantity, price = values
        item: dict[str, object] = {"name": title, "quantity": quantity or 1}
        return {**item, "price": price} if isinstance(price, Decimal) else item


class LinesForm(OperationForm):
    """An operation's form that also asks for products, one row each."""

    def add_lines(self, lines: Sequence[OrderLine]) -> None:
        """Add a row for each line, and empty ones."""
        known = list(Product.objects.filter(is_active=True).order_by("title")[:200])
        for number in range(max(len(lines), self._rows_sent()) + EMPTY_ROWS):
            initial = lines[number] if number < len(lines) else None
            suggested = known if number == 0 else ()
            label = _("Products") if number == 0 else ""
            self.fields[f"line-{number}"] = LineField(
                suggested, label=label, initial=initial, required=False
            )

    def _rows_sent(self) -> int:
        names = [name for name in self.data if name.startswith("line-") and name.endswith("_title")]
        return min(len(names), 50)

    def clean(self) -> dict[str, Any]:
        """Gather the rows into one input."""
        data = super().clean() or self.cleaned_data
        rows = {name: data.pop(name) for name in list(data) if name.startswith("line-")}
        data["products"] = [item for item in rows.values() if item]
        return data

    def _refuse(self, refusal: Refused) -> None:
        name, _dot, rest = refusal.field.partition(".")
        if name == "products" and "line-0" in self.fields:
            number = rest.partition(".")[0]
            refusal.field = f"line-{number}" if f"line-{number}" in self.fields else "line-0"
        super()._refuse(refusal)


class NewOrder(LinesForm):
    """Asks for a new order; for its contact too, by name or phone, unless that is given."""

    operation = orders.create
    ask = ("pipeline", "shipping_address", "shipping_city", "department", "notes", "confirmed")
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
        self.add_lines([])
        if "pipeline" in self.fields:
            self.fields["pipeline"].empty_label = None  # type: ignore[attr-defined]
        first = ["contact", *(name for name in self.fields if name.startswith("line-"))]
        self.order_fields(first)

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
        raise forms.ValidationError(_now("Several match: %(names)s.") % {"names": names})


class EditOrder(LinesForm):
    """Asks for an order's fields and lines."""

    operation = orders.update
    ask = (
        "name",
        "shipping_address",
        "shipping_city",
        "department",
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
        self.order_fields(["name", *(name for name in self.fields if name.startswith("line-"))])


class MoveOrder(OperationForm):
    """Asks for an order's next stage, and takes the one the person saw it in."""

    operation = orders.move
