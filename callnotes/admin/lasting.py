"""Rows that the back office looks at and does not change."""

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from callnotes.models import CallReason, TimelineRow
from contacts import masking
from contacts.admin import BackOfficeAdmin
from contacts.export_admin import ExportMixin
from contacts.phone import display, read


class LastingAdmin(BackOfficeAdmin):
    """Rows about a number that nobody changes or deletes."""

    def has_change_permission(self, request, row=None) -> bool:
        return False

    def has_delete_permission(self, request, row=None) -> bool:
        return False

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
        return display(row.number) or _("withheld")


class ReadOnlyAdmin(LastingAdmin):
    """Rows about a number that are written elsewhere, and looked at here."""

    def has_add_permission(self, request) -> bool:
        return False


class ByNumberAdmin(LastingAdmin):
    """Rows that are found by their number."""

    search_fields = ["number"]
    search_help_text = _("A number in any spelling.")

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Who sees numbers masked has nothing to find a row by."""
        return [] if masking.is_on() else self.search_fields

    def get_search_results(self, request, queryset, search_term):
        if not masking.may_seek(search_term):
            return queryset.none(), False
        number = read(search_term, settings.DEFAULT_PHONE_REGION).number
        return (queryset.filter(number=number) if search_term else queryset), False


class HistoryAdmin(ExportMixin, ReadOnlyAdmin):
    search_fields = ["number"]
    search_help_text = _("A number in any spelling; or a contact by name, company, or at least the last four digits.")

    def get_search_results(self, request, queryset, search_term):
        return (queryset.matching(search_term) if search_term else queryset), False


def newest_seen(request: HttpRequest) -> int | None:
    """The key of the newest row that was there when an action asked; None where this is no answer to that."""
    newest = request.POST.get("newest", "")
    return int(newest[:18]) if "confirmed" in request.POST and newest.isdecimal() else None
