"""What to enter at a provider so that its webhooks arrive here, and are believed."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Channel

STEPS: dict[str, str | Promise] = {
    "cloud": _(
        "In Meta's app, under WhatsApp, Configuration: enter this address as the callback URL and"
        " the verify token, then subscribe to messages. Deliveries are believed by the app secret."
    ),
    "kapso": _(
        "In Kapso, add a webhook to this number (not to the project) with this address and payload"
        " version 2, as Kapso events or forwarding Meta's. Its secret key is the app secret here;"
        " no verify token is asked for."
    ),
    "360dialog": _(
        "Set this address as the number's webhook at 360dialog. Its configuration adds the header"
        " X-Webhook-Secret with the app secret to each delivery, or your platform secret signs"
        " them; no verify token is asked for."
    ),
}
ADDRESS_ALONE = _(
    "Set this address as the number's webhook at 360dialog, and show it to nobody: without an app"
    " secret, whoever knows it can write in the name of your customers. No verify token is asked"
    " for."
)


def steps(channel: Channel) -> str:
    """Return where the webhook's address goes, in a sentence or two."""
    if channel.provider == Channel.Provider.DIALOG360 and not channel.app_secret:
        return str(ADDRESS_ALONE)
    return str(STEPS[channel.provider])


def asks_for_token(channel: Channel) -> bool:
    """Say whether the provider asks for the verify token when the address is entered."""
    return channel.provider == Channel.Provider.CLOUD
