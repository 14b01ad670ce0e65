"""Products are made and changed; their price is said here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Annotated

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from pydantic import Field

from morfx.events.ledger import record
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Refused
from morfx.operations.inputs import Label, Money

from ..facts import ProductCreated, ProductUpdated
from ..models import Product
from .changes import apply
from .inputs import LockedProduct, Sku

Code = Annotated[str, Field(max_length=20)]
"""What agents call a product: `1x`. Empty when no agent sells it."""
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


def sku_of(title: str) -> str:
    """Return the SKU a title suggests: upper case, dashes for spaces, at most 50 characters."""
    return "-".join(title.upper().split())[:50]


@operation("crm.product.create", needs="settings.edit")
def create(
    actor: Actor,
    *,
    title: Label,
    price: Money,
    sku: Sku | None = None,
    code: Code = "",
    currency: Currency = "COP",
) -> Product:
    """Create a product; without a SKU it gets the one its title suggests."""
    with _sku_is_free():
        product = Product.objects.create(
            title=title, sku=sku or sku_of(title), price=price, code=code, currency=currency
        )
    record(
        ProductCreated(
            product=product.pk, sku=product.sku, title=title, price=price, currency=currency
        )
    )
    return product


@operation("crm.product.update", needs="settings.edit")
def update(
    actor: Actor,
    *,
    product: LockedProduct,
    title: Label | None = None,
    price: Money | None = None,
    sku: Sku | None = None,
    code: Code | None = None,
    active: bool | None = None,
) -> Product:
    """Change what is given of a product; orders keep the prices they were made with."""
    wanted: dict[str, str | Decimal | bool | None] = {
        "title": title,
        "price": price,
        "sku": sku,
        "code": code,
        "is_active": active,
    }
    if changes := apply(product, wanted):
        with _sku_is_free():
            product.save(update_fields=list(changes))
        record(
            ProductUpdated(
                product=product.pk, sku=product.sku, title=product.title, changes=changes
            )
        )
    return product


@contextmanager
def _sku_is_free() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "product_sku_once" not in str(error):
            raise
        raise Refused(
            _("Another product has this SKU."), field="sku", code="SKU_DUPLICATE"
        ) from None
