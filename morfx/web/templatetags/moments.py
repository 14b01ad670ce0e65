"""When something happened, as lists show it."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter(expects_localtime=True)
def moment(at: datetime | None) -> SafeString | str:
    """Show the hour of a moment of today, else its date; the whole of it when pointed at."""
    if not at:
        return ""
    today = timezone.localdate()
    if at.date() == today:
        shown = f"{at:%H:%M}"
    else:
        shown = date_format(at, "j M" if at.year == today.year else "SHORT_DATE_FORMAT")
    whole = date_format(at, "DATETIME_FORMAT")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(timespec="seconds"), whole, shown
    )
