"""Forms about contacts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from morfx.operations.actor import Actor
from morfx.operations.errors import Refused
from morfx.operations.forms import OperationForm

from ..models import Contact, Order, Tag
from ..operations import contacts, notes, tags

LABELS: Mapping[str, Any] = {
    "name": _("Name"),
    "phone": _("Phone"),
    "email": _("Email"),
    "address": _("Address"),
    "city": _("City"),
    "department": _("Department"),
    "notes": _("Note"),
}
WIDGETS: Mapping[str, forms.Widget] = {
    "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    "email": forms.EmailInput(attrs={"autocomplete": "off"}),
    "notes": forms.Textarea(attrs={"rows": 3}),
}


class NewContact(OperationForm):
    """Asks for a new contact."""

    operation = contacts.create
    ask = ("name", "phone", "email", "address", "city", "department", "notes")
    labels = LABELS
    widgets = WIDGETS


class EditContact(OperationForm):
    """Asks for a contact's fields; what is emptied is cleared."""

    operation = contacts.update
    ask = ("name", "phone", "email", "address", "city", "department")
    labels = LABELS
    widgets = WIDGETS

    def __init__(self, actor: Actor, data: Any, contact: Contact) -> None:
        initial = {name: getattr(contact, name) for name in self.ask}
        super().__init__(actor, data, given={"contact": contact}, initial=initial)


class NewNote(OperationForm):
    """Asks for a note's text."""

    operation = notes.create
    ask = ("content",)
    labels: ClassVar[Mapping[str, Any]] = {"content": _("New note")}
    widgets: ClassVar[Mapping[str, forms.Widget]] = {"content": forms.Textarea(attrs={"rows": 3})}


class TagsForm(forms.Form):
    """Asks which tags a contact or an order bears; a new name makes a new tag."""

    tags = forms.MultipleChoiceField(
        label=_("Tags"), required=False, widget=forms.CheckboxSelectMultiple
    )
    other = forms.CharField(label=_("Another tag"), required=False, max_length=40)

    def __init__(self, actor: Actor, data: Any, bearer: Contact | Order) -> None:
        self.actor, self.bearer = actor, bearer
        self.borne = {tag.name for tag in bearer.tags.all()}
        super().__init__(data, initial={"tags": sorted(self.borne)})
        scope = Tag.Scope.CONTACTS if isinstance(bearer, Contact) else Tag.Scope.ORDERS
        offered = Tag.objects.filter(applies_to__in=[scope, Tag.Scope.ALL])
        names = {*offered.values_list("name", flat=True), *self.borne}
        choices = [(name, name) for name in sorted(names, key=str.casefold)]
        self.fields["tags"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            self.fields["tags"].widget = forms.MultipleHiddenInput()

    def run(self) -> bool:
        """Add and take off what differs; tell whether it was agreed to."""
        if not self.is_valid():
            return False
        other = self.cleaned_data["other"].strip()
        wanted = {*self.cleaned_data["tags"], *([other] if other else [])}
        contact = self.bearer if isinstance(self.bearer, Contact) else None
        order = self.bearer if isinstance(self.bearer, Order) else None
        try:
            for name in sorted(wanted - self.borne):
                tags.add(self.actor, contact=contact, order=order, tag=name)
            for name in sorted(self.borne - wanted):
                tags.remove(self.actor, contact=contact, order=order, tag=name)
        except Refused as refusal:
            self.add_error("other", refusal.message)
        return self.is_valid()
