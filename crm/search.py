"""Finding people and orders by what somebody types: parts of words, of numbers, no accents."""

from __future__ import annotations

import re

from django.db.models import Exists, OuterRef, Q, QuerySet

from morfx.operations.inputs import parse_phone

from .models import Contact, ContactIdentity, Order, OrderLine, fold

FEWEST_DIGITS = 3
"""Fewer digits than these are looked for as text only: `2` is no phone number."""


def contacts(rows: QuerySet[Contact], text: str) -> QuerySet[Contact]:
    """Narrow contacts to those whose name, phone, e-mail, city or username has all of `text`."""
    text = text.strip()
    if not text:
        return rows
    named = Q()
    for word in fold(text).split():
        named &= Q(search__contains=word)
    username = ContactIdentity.objects.filter(
        contact=OuterRef("pk"),
        kind=ContactIdentity.Kind.USERNAME,
        value__icontains=text.removeprefix("@"),
    )
    return rows.filter(named | _phone("phone", text) | Exists(username))


def orders(rows: QuerySet[Order], text: str) -> QuerySet[Order]:
    """Narrow orders by their contact, name, tracking number, city, or what was bought."""
    text = text.strip()
    if not text:
        return rows
    contact = Q()
    for word in fold(text).split():
        contact &= Q(contact__search__contains=word)
    bought = OrderLine.objects.filter(order=OuterRef("pk")).filter(
        Q(title__icontains=text) | Q(sku__icontains=text)
    )
    return rows.filter(
        contact
        | _phone("contact__phone", text)
        | Q(name__icontains=text)
        | Q(tracking_number__icontains=text)
        | Q(shipping_city__icontains=text)
        | Exists(bought)
    )


def _phone(field: str, text: str) -> Q:
    """Match a phone in any spelling: whole, or any part of it, such as the last four digits."""
    digits = re.sub(r"\D", "", text)
    if len(digits) < FEWEST_DIGITS or re.search(r"[^\W\d_]", text):
        return Q(pk__in=[])
    whole = parse_phone(text)
    return Q(**{f"{field}__contains": digits}) | Q(**{field: whole or digits})
