"""The products of an order's form: a row each, known ones suggested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from ..models import OrderLine, Product

Row = dict[str, str]
"""What a person typed: title, quantity, price."""

PARTS = ("title", "quantity", "price")
EMPTY_ROWS = 2
"""How many rows for further products a form offers."""
MOST_ROWS = 100
MOST_SUGGESTED = 200


def rows_of(lines: Sequence[OrderLine]) -> list[Row]:
    """Return an order's lines as rows; whole prices without cents."""
    return [
        {
            "title": line.title,
            "quantity": str(line.quantity),
            "price": f"{line.unit_price:f}".removesuffix(".00"),
        }
        for line in lines
    ]


class LinesWidget(forms.Widget):
    """Product, quantity and price side by side, and empty rows below."""

    template_name = "crm/lines-widget.html"

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Row]:
        """Return the rows that were sent."""
        rows: list[Row] = []
        while len(rows) < MOST_ROWS and f"{name}-{len(rows)}-title" in data:
            number = len(rows)
            rows.append({part: data.get(f"{name}-{number}-{part}", "").strip() for part in PARTS})
        return rows

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Tell whether the form was sent without any row."""
        return f"{name}-0-title" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Add the rows to draw and the products to suggest."""
        filled = [row for row in value or [] if any(row.values())]
        empty: list[Row] = [{} for _row in range(EMPTY_ROWS)]
        known = Product.objects.filter(is_active=True).order_by("title")[:MOST_SUGGESTED]
        context = super().get_context(name, value, attrs)
        return {**context, "rows": [*filled, *empty], "products": known}


class LinesField(forms.Field):
    """Products to sell, as an order's operation takes them; empty rows are left out.

    A row without a price is sold at the known product's own.
    """

    widget = LinesWidget

    def clean(self, value: Any) -> list[dict[str, object]]:
        """Return the items, or say which row is wrong."""
        filled = [row for row in value or [] if any(row.values())]
        items = [self._item(number, row) for number, row in enumerate(filled, start=1)]
        if self.required and not items:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return items

    def _item(self, number: int, row: Row) -> dict[str, object]:
        try:
            title = forms.CharField(max_length=200).clean(row["title"])
            quantity = forms.IntegerField(min_value=1, required=False).clean(row["quantity"])
            price: Decimal | None = forms.DecimalField(
                min_value=Decimal(0), decimal_places=2, required=False
            ).clean(row["price"])
        except forms.ValidationError as error:
            shown = {"number": number, "sentence": " ".join(error.messages)}
            raise forms.ValidationError(_("Row %(number)s: %(sentence)s") % shown) from None
        item = {"name": title, "quantity": quantity or 1}
        return item if price is None else {**item, "price": price}
