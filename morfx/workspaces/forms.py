"""What pages ask when workspaces, members and keys change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from morfx.operations.forms import OperationForm

from .operations import invitations, keys, workspaces
from .roles import Role

JOINING = [(Role.AGENT.value, Role.AGENT.label), (Role.ADMIN.value, Role.ADMIN.label)]


class NewWorkspace(forms.Form):
    """Asks for a name; the address follows from it."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        widget=forms.TextInput({"autofocus": True, "autocomplete": "organization"}),
    )


class Complete(OperationForm):
    """Insists on inputs that the operation could do without, because the page shows them all."""

    required: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.required:
            self.fields[name].required = True


class ChangeWorkspace(Complete):
    """What the workspace says about itself."""

    operation = workspaces.update
    labels: ClassVar[Mapping[str, Any]] = {
        "name": _("Name"),
        "business_type": _("What it sells"),
        "time_zone": _("Time zone"),
        "currency": _("Currency"),
    }
    widgets: ClassVar[Mapping[str, forms.Widget]] = {
        "time_zone": forms.Select(choices=[(zone, zone) for zone in sorted(available_timezones())])
    }
    required = ("name", "time_zone", "currency")


class Invite(Complete):
    """Whom to invite, and as what."""

    operation = invitations.invite
    labels: ClassVar[Mapping[str, Any]] = {"email": _("E-mail"), "role": _("Role")}
    widgets: ClassVar[Mapping[str, forms.Widget]] = {
        "email": forms.EmailInput({"autocomplete": "off"}),
        "role": forms.Select(),
    }
    required = ("role",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = JOINING


class NewKey(Complete):
    """A key for another program."""

    operation = keys.create
    ask = ("name", "role")
    labels: ClassVar[Mapping[str, Any]] = {"name": _("Name"), "role": _("Role")}
    widgets: ClassVar[Mapping[str, forms.Widget]] = {
        "role": forms.Select(choices=[*JOINING, (Role.OWNER.value, Role.OWNER.label)])
    }
    required = ("role",)
