"""The back office as a whole: its menu for who looks at it, and colleagues to choose from."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth import get_user_model
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contacts.acting import person_name
from dbncrm.menu import MENU, Page, Section

Entry = dict[str, Any]


class PeopleToChooseView(AutocompleteJsonView):
    """Rows to choose from, while somebody types. Who may open the back office may find colleagues by their names."""

    @property
    def is_of_people(self) -> bool:
        return self.model_admin.model is get_user_model()

    def has_perm(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.is_of_people or super().has_perm(request, obj)

    def get_queryset(self) -> QuerySet:
        if not self.is_of_people:
            return super().get_queryset()
        people = get_user_model().objects.order_by("username")
        for word in self.term.replace("\0", "").split():
            people = people.filter(
                Q(username__icontains=word) | Q(first_name__icontains=word) | Q(last_name__icontains=word)
            )
        return people

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        shown = super().serialize_result(obj, to_field_name)
        return shown | {"text": person_name(obj)} if self.is_of_people else shown


class BackOffice(AdminSite):
    """Django's admin, in the order and the words of `menu`."""

    site_header = site_title = _("DBN CRM back office")
    index_title = _("Back office")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        """The sections with what the person may open, in the shape of Django's apps. Those without entries are gone."""
        lists = self._lists(request)
        sections = [_section(section, _entries(section, lists, request)) for section in MENU]
        shown = [section for section in sections if section["models"]]
        _mark_current([entry for section in shown for entry in section["models"]], request.path)
        return shown

    def app_index(self, request: HttpRequest, app_label: str, extra_context: dict | None = None) -> HttpResponse:
        """Nobody thinks in Django's apps: the first page has all, in sections."""
        return redirect("admin:index")

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return PeopleToChooseView.as_view(admin_site=self)(request)

    def _lists(self, request: HttpRequest) -> dict[str, Entry]:
        """The lists that the person may open, or add to, by `app.model`."""
        entries = [entry for app in self._build_app_dict(request).values() for entry in app["models"]]
        for entry in entries:
            entry["about"] = getattr(self._registry[entry["model"]], "about", "")
        return {entry["model"]._meta.label_lower: entry for entry in entries}


def _section(section: Section, entries: list[Entry]) -> dict:
    address = f"{reverse('admin:index')}#{section.key}"
    return {"name": section.name, "app_label": section.key, "app_url": address, "models": entries}


def _entries(section: Section, lists: dict[str, Entry], request: HttpRequest) -> list[Entry]:
    found = []
    for entry in section.entries:
        if isinstance(entry, Page):
            found += [_page(entry)] if any(map(request.user.has_perm, entry.rights)) else []
        elif entry in lists:
            found.append(lists[entry])
    return found


def _page(page: Page) -> Entry:
    address = reverse(page.address)
    return {"name": page.name, "about": page.about, "admin_url": address + page.place, "object_name": page.address}


def _mark_current(entries: list[Entry], path: str) -> None:
    """The entry to which the page at `path` belongs: the one with the longest address that it begins with."""
    fitting = [entry for entry in entries if entry["admin_url"] and path.startswith(entry["admin_url"])]
    for entry in sorted(fitting, key=lambda entry: len(entry["admin_url"]))[-1:]:
        entry["is_current"] = True
