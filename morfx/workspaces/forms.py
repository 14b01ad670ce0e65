"""What pages ask when workspaces, members and keys change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

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


class ChangeWorkspace(OperationForm):
    """What the workspace says about itself."""

    operation = workspaces.update
    labels: ClassVar[Mapping[str, Any]] = {
        "name": _("Name"),
        "business_type": _("What it sells"),
        "time_zone": _("Time zone"),
        "currency": _("Currency"),
    }


class Invite(OperationForm):
    """Whom to invite, and as what."""

    operation = invitations.invite
    labels: ClassVar[Mapping[str, Any]] = {"email": _("E-mail"), "role": _("Role")}
    widgets: ClassVar[Mapping[str, forms.Widget]] = {
        "email": forms.EmailInput({"autocomplete": "off"}),
        "role": forms.Select(choices=JOINING),
    }


class NewKey(OperationForm):
    """A key for another program."""

    operation = keys.create
    ask = ("name", "role")
    labels: ClassVar[Mapping[str, Any]] = {"name": _("Name"), "role": _("Role")}
    widgets: ClassVar[Mapping[str, forms.Widget]] = {
        "role": forms.Select(choices=[*JOINING, (Role.OWNER.value, Role.OWNER.label)])
    }
