"""The back office's exports: a button for all that a list shows, an action for chosen rows of it."""

from collections.abc import Callable
from datetime import tzinfo

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, ChangeList
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.exporting import WRITERS, Table, TooWide, download

EXPORTS = [f"export_{kind}" for kind in WRITERS]
SEARCH_REMEMBERED = 200
NOT_FILTERED = {"All", "Any date"}


class ExportMixin:
    """For a ModelAdmin: `table` tells what a file shows of rows. Who may look and has the right to export, may."""

    table: Callable[[QuerySet, tzinfo], Table]
    actions = EXPORTS

    def has_export_permission(self, request: HttpRequest) -> bool:
        right = f"{self.opts.app_label}.{get_permission_codename('export', self.opts)}"
        return self.has_view_permission(request) and request.user.has_perm(right)

    def get_urls(self) -> list:
        own = [path(f"export/{kind}/", self._page(kind), name=self._address(kind)) for kind in WRITERS]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        kinds = WRITERS if self.has_export_permission(request) else {}
        exports = [(kind.upper(), reverse(f"admin:{self._address(kind)}")) for kind in kinds]
        return super().changelist_view(request, {"exports": exports} | (extra_context or {}))

    def export(self, request: HttpRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
        """All that the list shows at this address, on whichever of its pages."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        try:
            shown = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{self._list()}?{ERROR_FLAG}=1")
        return self._download(request, shown.queryset, kind, _in_words(shown))

    @admin.action(description=gettext_lazy("Export selected %(verbose_name_plural)s as CSV"), permissions=["export"])
    def export_csv(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse | StreamingHttpResponse:
        return self._export_chosen(request, chosen, "csv")

    @admin.action(description=gettext_lazy("Export selected %(verbose_name_plural)s as XLSX"), permissions=["export"])
    def export_xlsx(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse | StreamingHttpResponse:
        return self._export_chosen(request, chosen, "xlsx")

    def _export_chosen(self, request: HttpRequest, chosen: QuerySet, kind: str) -> HttpResponse:
        if request.POST.get("select_across") == "1":
            return self.export(request, kind)
        return self._download(request, chosen, kind, "Chosen by hand.")

    def _download(self, request: HttpRequest, chosen: QuerySet, kind: str, said: str) -> HttpResponse:
        table = type(self).table(chosen, timezone.get_current_timezone())
        try:
            return download(table, chosen, kind, by=request.user, said=said)
        except TooWide:
            words = _("A row of these has more columns than an XLSX sheet can hold. Export them as CSV.")
            self.message_user(request, words, messages.ERROR)
            return redirect(f"{self._list()}?{request.GET.urlencode()}")

    def _page(self, kind: str) -> Callable[[HttpRequest], HttpResponse]:
        return self.admin_site.admin_view(lambda request: self.export(request, kind))

    def _address(self, kind: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_export_{kind}"

    def _list(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


def _in_words(shown: ChangeList) -> str:
    """How a list was searched and filtered, in English, for the history."""
    with translation.override("en"):
        search = [f"Search: “{shown.query[:SEARCH_REMEMBERED]}”."] if shown.query else []
        return " ".join([*search, *filter(None, (_filter_in_words(spec, shown) for spec in shown.filter_specs))])


def _filter_in_words(spec: admin.ListFilter, shown: ChangeList) -> str:
    chosen = [str(choice["display"]) for choice in spec.choices(shown) if choice["selected"]]
    if not chosen:
        chosen = [f"{name}={shown.params[name]}" for name in spec.used_parameters]
    return "" if set(chosen) <= NOT_FILTERED else f"{str(spec.title).capitalize()}: {', '.join(chosen)}."
