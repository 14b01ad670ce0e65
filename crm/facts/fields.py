"""What people call the fields whose changes facts report."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _


def label(field: str) -> str:
    """Return a field's name for people."""
    known = {
        "address": _("Address"),
        "assigned_to_id": _("Assignee"),
        "carrier": _("Carrier"),
        "city": _("City"),
        "code": _("Code"),
        "confirmed": _("Confirmed"),
        "contact": _("Contact"),
        "department": _("Department"),
        "description": _("Description"),
        "due_at": _("Due"),
        "email": _("Email"),
        "is_active": _("On sale"),
        "name": _("Name"),
        "phone": _("Phone"),
        "price": _("Price"),
        "priority": _("Priority"),
        "products": _("Products"),
        "shipping_address": _("Ship to"),
        "shipping_city": _("City"),
        "shipping_department": _("Department"),
        "shipping_phone": _("Phone of the recipient"),
        "sku": _("SKU"),
        "status": _("Status"),
        "title": _("Title"),
        "total": _("Total"),
        "tracking_number": _("Tracking number"),
    }
    return known.get(field, field.removeprefix("custom_fields."))


def said(field: str, value: object) -> object:
    """Return a field's value for people: known words in their language, others as they are."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    words = {
        "priority": {
            "low": _("Low"),
            "medium": _("Medium"),
            "high": _("High"),
            "urgent": _("Urgent"),
        },
        "status": {
            "pending": _("to do"),
            "in_progress": _("in progress"),
            "completed": _("done"),
        },
    }
    return words.get(field, {}).get(str(value), value)


def listed(fields: Iterable[str]) -> str:
    """Return fields' names for people, separated by commas."""
    return ", ".join(dict.fromkeys(label(field) for field in fields))
