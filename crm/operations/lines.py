"""What an order consists of: from items as people and agents name them to its lines."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext as _
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from morfx.operations.errors import Refused
from morfx.operations.inputs import Label, Money

from ..models import Order, OrderLine, Product
from .changes import Changes
from .inputs import Sku
from .products import sku_of


class Item(BaseModel):
    """Something to sell: what, how many, and at which price each.

    A pack is one item with quantity 1 and the whole pack's price. Without a price, a known
    product's own price is taken.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    name: Label = Field(validation_alias=AliasChoices("name", "title"))
    quantity: int = Field(default=1, ge=1, le=100_000)
    price: Money | None = Field(
        default=None, validation_alias=AliasChoices("price", "unit_price", "unitPrice")
    )
    sku: Sku | None = None


def write(order: Order, items: Sequence[Item]) -> None:
    """Make these items the order's only lines; the database keeps its total.

    Raises Refused when something unknown has no price.
    """
    lines = [_line(order, position, item) for position, item in enumerate(_priced(items))]
    OrderLine.objects.filter(order=order).delete()
    OrderLine.objects.bulk_create(lines)
    order.refresh_from_db(fields=["total"])


def replace(order: Order, items: Sequence[Item]) -> Changes:
    """Write these items as the order's lines; return what changed, the total with it."""
    before, total = _shown(order), order.total
    write(order, items)
    after = _shown(order)
    if after == before:
        return {}
    return {
        "products": {"old": before, "new": after},
        "total": {"old": total, "new": order.total},
    }


def copy(origin: Order, target: Order) -> None:
    """Give an order without lines those of another, at the prices they had there."""
    fields = ("product_id", "position", "sku", "title", "unit_price", "quantity")
    rows = OrderLine.objects.filter(order=origin).values(*fields)
    OrderLine.objects.bulk_create(OrderLine(order=target, **row) for row in rows)
    target.refresh_from_db(fields=["total"])


def _shown(order: Order) -> list[dict[str, object]]:
    """Return the order's lines as facts carry them."""
    fields = ("sku", "title", "unit_price", "quantity")
    return list(OrderLine.objects.filter(order=order).order_by("position").values(*fields))


Priced = tuple[Item, Product | None, Decimal]


def _priced(items: Sequence[Item]) -> list[Priced]:
    """Pair each item with the product it is, if we know it, and with its price."""
    by_sku, by_title = _known(items)
    found: list[Priced] = []
    for number, item in enumerate(items):
        product = by_sku.get(_sku(item)) or by_title.get(item.name.upper())
        price = product.price if item.price is None and product else item.price
        if price is None:
            raise Refused(
                _("%(name)s is not in the catalogue: give its price.") % {"name": item.name},
                field=f"products.{number}.price",
                code="PRODUCT_PRICE_INVALID",
            )
        found.append((item, product, price))
    return found


def _known(items: Sequence[Item]) -> tuple[dict[str, Product], dict[str, Product]]:
    if not items:
        return {}, {}
    rows = Product.objects.annotate(upper_sku=Upper("sku"), upper_title=Upper("title")).filter(
        Q(upper_sku__in={_sku(item) for item in items})
        | Q(upper_title__in={item.name.upper() for item in items})
    )
    products = list(rows.order_by("is_active", "id"))
    return {p.sku.upper(): p for p in products}, {p.title.upper(): p for p in products}


def _sku(item: Item) -> str:
    return (item.sku or sku_of(item.name)).upper()


def _line(order: Order, position: int, priced: Priced) -> OrderLine:
    item, product, price = priced
    return OrderLine(
        order=order,
        product=product,
        position=position,
        sku=product.sku if product else item.sku or sku_of(item.name),
        title=item.name,
        unit_price=price,
        quantity=item.quantity,
    )
