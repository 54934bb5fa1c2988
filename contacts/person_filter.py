"""The back office's filter by a person: found by typing, for nobody looks through a list of hundreds."""

from collections.abc import Iterator

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth import get_user_model
from django.db.models import Field
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from contacts.acting import person_name

LONGEST_KEY = 18


class PersonSelect(AutocompleteSelect):
    """A key that is none is nobody's: Django would ask the database for it."""

    @property
    def media(self) -> forms.Media:
        """With a script of ours, after Django's."""
        before = ["admin/js/jquery.init.js", "admin/js/autocomplete.js"]
        return super().media + forms.Media(js=[*before, "person_filter.js"])

    def build_attrs(self, base_attrs: dict, extra_attrs: dict | None = None) -> dict:
        return super().build_attrs(base_attrs, extra_attrs) | {"data-placeholder": _("Type a name")}

    def format_value(self, value) -> list[str]:
        return [key for key in super().format_value(value) if not key or _is_key(key)]


class PersonField(forms.ModelChoiceField):
    """A person, chosen by typing a part of a name. `column` is any that names a person."""

    def __init__(self, column: Field, **kwargs) -> None:
        widget = PersonSelect(column, admin.site)
        super().__init__(get_user_model().objects.order_by("username"), required=False, widget=widget, **kwargs)

    def label_from_instance(self, person) -> str:
        return person_name(person)


class PersonFilter(admin.RelatedFieldListFilter):
    """Everybody, the one who is chosen, nobody; and a field to choose another. One query, where one is chosen."""

    template = "admin/person_filter.html"

    def field_choices(self, field: Field, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[int, str]]:
        keys = [key for key in self.lookup_val or [] if _is_key(key)]
        chosen = get_user_model().objects.filter(pk__in=keys) if keys else []
        return [(person.pk, person_name(person)) for person in chosen]

    def __init__(self, *args, **kwargs) -> None:
        """What is sent without a choice asks for nobody in particular."""
        super().__init__(*args, **kwargs)
        self.empty_value_display = _("Nobody")
        if self.lookup_val == [""]:
            self.lookup_val = None
            del self.used_parameters[self.lookup_kwarg]

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: ChangeList) -> Iterator[dict]:
        self.others = _pairs(changelist, [self.lookup_kwarg, self.lookup_kwarg_isnull])
        yield from super().choices(changelist)

    @property
    def field_to_choose(self) -> forms.BoundField:
        form = forms.Form()
        form.fields[self.lookup_kwarg] = PersonField(self.field, label=self.title)
        return form[self.lookup_kwarg]


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY


def _pairs(changelist: ChangeList, without: list[str]) -> list[tuple[str, str]]:
    """What else the list's address asks for."""
    return [(name, value) for name, value in changelist.params.items() if name not in without]
