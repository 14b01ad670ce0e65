"""A form over an operation, as ModelForm is over a model: fields from its signature, `run()`."""

from __future__ import annotations

import types
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints

from django import forms
from django.http import Http404

from .actor import Actor
from .catalogue import Operation
from .errors import Invalid, NotFound, Refused


class OperationForm(forms.Form):
    """Asks for the inputs of `operation` that are not `given`.

    An error on an asked field goes to the field; one on a given input is a 404, because the page
    chose it. `labels` and `widgets` dress fields; `ask` limits them.
    """

    operation: ClassVar[Operation[Any, Any]]
    ask: ClassVar[tuple[str, ...]] = ()
    labels: ClassVar[Mapping[str, Any]] = {}
    widgets: ClassVar[Mapping[str, forms.Widget]] = {}

    def __init__(
        self, actor: Actor, data: Any = None, *, given: Mapping[str, Any] | None = None, **kw: Any
    ) -> None:
        super().__init__(data, **kw)
        self.actor, self.given = actor, dict(given or {})
        self.result: Any = None
        self.refusal: Refused | None = None
        operation = type(self).operation
        hints = get_type_hints(operation.function, include_extras=True)
        for name in operation.names:
            if name not in self.given and (not self.ask or name in self.ask):
                self.fields[name] = self._field(name, hints[name])

    def _field(self, name: str, hint: Any) -> forms.Field:
        info = type(self).operation.inputs.model_fields[name]
        options: dict[str, Any] = {"required": info.is_required(), "label": self.labels.get(name)}
        if name in self.widgets:
            options["widget"] = self.widgets[name]
        row = type(self).operation.rows.get(name)
        if row is not None:
            field = forms.ModelMultipleChoiceField if row.many else forms.ModelChoiceField
            return field(queryset=row.model._default_manager.all(), **options)
        return _plain_field(hint, options)

    def run(self) -> bool:
        """Call the operation; tell whether it agreed. Its result is in `result`."""
        if not self.is_valid():
            return False
        asked = {
            name: value
            for name, value in self.cleaned_data.items()
            if value not in (None, "") or name in self.data
        }
        blank = {n for n, v in asked.items() if v in (None, "") and self._has_default(n, v)}
        inputs = {name: value for name, value in asked.items() if name not in blank}
        try:
            self.result = type(self).operation(self.actor, **self.given, **inputs)
        except NotFound as refusal:
            if refusal.field in self.given:
                raise Http404 from None
            self._refuse(refusal)
        except Refused as refusal:
            self._refuse(refusal)
        return self.refusal is None

    def _has_default(self, name: str, value: Any) -> bool:
        info = type(self).operation.inputs.model_fields[name]
        return not info.is_required() and value is None and info.default is not None

    def _refuse(self, refusal: Refused) -> None:
        self.refusal = refusal
        sentences = refusal.fields if isinstance(refusal, Invalid) else {}
        for name, sentence in (sentences or {refusal.field: refusal.message}).items():
            self.add_error(name if name in self.fields else None, sentence)


def _plain_field(hint: Any, options: dict[str, Any]) -> forms.Field:
    origin = get_origin(hint)
    if origin is Annotated:
        return _plain_field(get_args(hint)[0], options)
    if origin in (Union, types.UnionType):
        parts = [part for part in get_args(hint) if part is not type(None)]
        return _plain_field(parts[0], options)
    if origin is Literal:
        choices = [(value, value) for value in get_args(hint)]
        return forms.ChoiceField(choices=choices, **options)
    if hint is bool:
        return forms.BooleanField(**{**options, "required": False})
    kinds: dict[Any, type[forms.Field]] = {
        int: forms.IntegerField,
        float: forms.FloatField,
        Decimal: forms.DecimalField,
        datetime: forms.DateTimeField,
        date: forms.DateField,
    }
    return kinds.get(hint, forms.CharField)(**options)
