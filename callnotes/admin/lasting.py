"""Rows that the back office looks at and does not change."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Field, Max, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from callnotes.models import CallReason, TimelineRow
from contacts import masking
from contacts.admin import BackOfficeAdmin
from contacts.export_admin import ExportMixin
from contacts.models import Contact, ContactNumber
from contacts.phone import display, is_erased, read

FOUND_BY = _("A number in any spelling; or a contact by name, company, or at least the last four digits.")


class LastingAdmin(BackOfficeAdmin):
    """Rows about a number that nobody changes or deletes."""

    def has_change_permission(self, request, row=None) -> bool:
        return False

    def has_delete_permission(self, request, row=None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, row=None) -> list:
        """Whom or what the person may not open is named without a link."""
        return [self._without_link(name) if self._is_closed(request, name) else name for name in self.fields]

    def _is_closed(self, request: HttpRequest, name: str) -> bool:
        column = next((each for each in self.opts.fields if each.name == name), None)
        model = column and column.related_model
        opener = self.admin_site._registry.get(model)
        return bool(opener) and not opener.has_view_permission(request)

    def _without_link(self, name: str) -> Callable[[Model], object]:
        return _value_of(self.opts.get_field(name))

    def ask(self, request: HttpRequest, template: str, title: str, rows: QuerySet, shown: dict) -> HttpResponse:
        """The page that asks before an action is carried out, which tells what `newest_seen` reads of the answer."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "newest": rows.aggregate(newest=Max("pk"))["newest"] or 0,
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
        }
        return TemplateResponse(request, template, context | shown)

    @admin.display(description=_("number"))
    def phone_number(self, row: TimelineRow | CallReason) -> str:
        return _("erased") if is_erased(row.number) else display(row.number) or _("withheld")

    @admin.display(description=_("number"))
    def number_and_history(self, row: TimelineRow | CallReason) -> str:
        """With the way to all that happened with the number, at the desk."""
        if not row.number or is_erased(row.number) or masking.is_on():
            return self.phone_number(row)
        page = reverse("desk:number", args=[row.number])
        return format_html('{} <a href="{}">{}</a>', display(row.number), page, _("Its history at the desk"))


class ReadOnlyAdmin(LastingAdmin):
    """Rows about a number that are written elsewhere, and looked at here."""

    def has_add_permission(self, request) -> bool:
        return False


class ByNumberAdmin(LastingAdmin):
    """Rows that are found by their number."""

    search_fields = ["number"]
    search_help_text = FOUND_BY

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Who sees numbers masked has nothing to find a row by."""
        return [] if masking.is_on() else self.search_fields

    def get_search_results(self, request, queryset, search_term):
        if not masking.may_seek(search_term):
            return queryset.none(), False
        return (queryset.filter(number__in=_numbers(search_term)) if search_term else queryset), False


class HistoryAdmin(ExportMixin, ReadOnlyAdmin):
    search_fields = ["number"]
    search_help_text = FOUND_BY

    def get_search_results(self, request, queryset, search_term):
        return (queryset.matching(search_term) if search_term else queryset), False


def _numbers(text: str) -> set[str] | QuerySet:
    """The number that a text spells, with those of contacts that end so; else the numbers of whom its words mean."""
    spelled = read(text, settings.DEFAULT_PHONE_REGION).number
    if not spelled:
        return ContactNumber.objects.filter(contact__in=Contact.objects.matching(text)).values("number")
    return {spelled, *ContactNumber.objects.matching(text).values_list("number", flat=True)}


@cache
def _value_of(column: Field) -> Callable[[Model], object]:
    """What a row has in a column, for Django's admin, which makes no link of what a function answers."""

    @admin.display(description=column.verbose_name)
    def value(row: Model) -> object:
        return getattr(row, column.name)

    value.__name__ = column.name
    return value


def newest_seen(request: HttpRequest) -> int | None:
    """The key of the newest row that was there when an action asked; None where this is no answer to that."""
    newest = request.POST.get("newest", "")
    return int(newest[:18]) if "confirmed" in request.POST and newest.isdecimal() else None
