"""What Somnio sells from: its three packs as products, and the stage its orders start in."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Q

from crm.models import Product
from crm.operations import pipelines, products
from morfx.operations.actor import Actor
from morfx.tenancy import within

from .orders import STAGE_NAME, UNCONFIRMED_STAGE

FIRST_COLOR = "#0ea5e9"
UNCONFIRMED_COLOR = "#eab308"
PACKS = {
    "1x": ("Somnio 90 Caps", Decimal(77900)),
    "2x": ("Somnio 90 Caps x2", Decimal(109900)),
    "3x": ("Somnio 90 Caps x3", Decimal(139900)),
}
"""By code: title and the whole pack's price in COP. Only what a shop starts with: prices change."""


def furnish(actor: Actor) -> None:
    """Give a workspace the products and the stages. Does nothing the second time.

    The actor must be the system. What is there already, a changed price too, stays as it is.
    """
    with within(actor.workspace_id):
        pipeline = pipelines.furnish(actor)
        first = pipelines.add_stage(
            actor, pipeline=pipeline, name=STAGE_NAME, color=FIRST_COLOR, first=True
        )
        pipelines.add_stage(
            actor, pipeline=pipeline, name=UNCONFIRMED_STAGE, color=UNCONFIRMED_COLOR, after=first
        )
        for code, (title, price) in PACKS.items():
            same = Q(code=code) | Q(sku=products.sku_of(title))
            if not Product.objects.filter(same).exists():
                products.create(actor, title=title, price=price, code=code)
