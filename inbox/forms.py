"""What pages ask when a WhatsApp number is connected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from morfx.operations.forms import OperationForm

from .operations import channels
from .providers.presets import PRESETS

FIELDS = (
    "provider", "phone_number_id", "token", "app_secret", "verify_token", "name",
    "display_phone", "waba_id", "base_url",
)  # fmt: skip
SECRETS = ("token", "app_secret", "verify_token")

HELP = {
    "phone_number_id": _("The number's id at the provider; not the phone number itself."),
    "app_secret": _(
        "Proves what arrives: Meta's app secret, the secret key of Kapso's webhook, a secret of"
        " your own at 360dialog. Without it, deliveries of Meta and Kapso are refused."
    ),
    "verify_token": _("Left empty, we make one."),
    "base_url": _("Only when the provider gave you an address of your own."),
}


class ConnectChannel(OperationForm):
    """A number and how it is reached; secrets are never drawn again, not even when refused."""

    operation = channels.connect
    ask = FIELDS
    labels: ClassVar[Mapping[str, Any]] = {
        "provider": _("Provider"),
        "phone_number_id": _("Phone number ID"),
        "token": _("Access token"),
        "app_secret": _("App secret"),
        "verify_token": _("Verify token"),
        "name": _("Name"),
        "display_phone": _("Phone number"),
        "waba_id": _("WhatsApp Business account ID"),
        "base_url": _("Base URL"),
    }
    widgets: ClassVar[Mapping[str, forms.Widget]] = {
        name: forms.PasswordInput({"autocomplete": "new-password"}) for name in SECRETS
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(FIELDS)
        provider = self.fields["provider"]
        assert isinstance(provider, forms.ChoiceField)
        provider.choices = [(preset.name, preset.label) for preset in PRESETS.values()]
        for name, words in HELP.items():
            self.fields[name].help_text = words
