"""Words as a phone with WhatsApp shows them: *bold*, _italic_, ~struck~, `fixed`, and links.

The marks are those of WhatsApp's help page "How to format your messages": one at each end, with
no space inside them.
"""

from __future__ import annotations

import re

from django.utils.html import conditional_escape, urlize
from django.utils.safestring import SafeString, mark_safe

MARKS = (("*", "strong"), ("_", "em"), ("~", "del"), ("`", "code"))


def marked_up(text: str) -> SafeString:
    """Return a text as HTML; nothing in it but the marks and links becomes markup."""
    shown = str(urlize(conditional_escape(text), nofollow=True, autoescape=False))
    for mark, tag in MARKS:
        pair = re.escape(mark)
        wrapped = rf"(?<![\w{pair}/]){pair}(?!\s)([^{pair}\n<>]+?)(?<!\s){pair}(?![\w{pair}])"
        shown = re.sub(wrapped, rf"<{tag}>\1</{tag}>", shown)
    return mark_safe(shown)  # noqa: S308  # escaped above; only our own tags were added
