from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from changes.forms import ChangesForm
from changes.models import Change
from changes.names import called
from changes.paging import Page, page
from changes.rights import RightsField
from changes.sources import Wanted
from contacts.admin import BackOfficeAdmin

admin.site.unregister(Group)


@admin.register(Group)
class TracedGroupAdmin(BackOfficeAdmin, GroupAdmin):
    """What people of a group may do."""

    about = gettext_lazy("What people may do in the back office, by the groups that they are in.")

    def get_form(self, request, group=None, **kwargs):
        said = _(
            "Without “Can see whole phone numbers” people of the group see numbers masked, change nothing, and agents'"
            " pages are closed to them, unless another group of theirs has it."
        )
        return super().get_form(request, group, **{"help_texts": {"permissions": said}} | kwargs)

    def formfield_for_manytomany(self, db_field, request=None, **kwargs):
        return super().formfield_for_manytomany(db_field, request, **{"form_class": RightsField} | kwargs)


@admin.register(Change)
class ChangeAdmin(admin.ModelAdmin):
    """One page, to be read and nothing else: who did what, over everything or to one row."""

    about = gettext_lazy("Every change: who, when, what was there before, and what after.")

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, change=None) -> bool:
        return False

    def has_delete_permission(self, request, change=None) -> bool:
        return False

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.changelist_view)
        return [path("", view, name="changes_change_changelist")]

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        form = ChangesForm(request.GET)
        wanted = form.wanted() if form.is_valid() else Wanted()
        if "of" in request.GET and wanted.of is None:
            raise Http404("This row has no history.")
        self._require_view(request, wanted)
        shown = page(wanted, request.GET.get("before", "")) if form.is_valid() else Page([], "", True)
        context = {
            **self.admin_site.each_context(request),
            "title": self._title(wanted),
            "opts": self.opts,
            "form": form,
            "of": wanted.of,
            "of_opts": wanted.of and wanted.of._meta,
            "of_list": wanted.of and self._list_of(type(wanted.of)),
            "may_see_all": self.has_view_permission(request),
            "is_filtered": any(request.GET.get(name) for name in form.fields),
            "page": shown,
            "older": _query(request, shown.older) if shown.older else "",
            "newest": _query(request, ""),
        }
        return TemplateResponse(request, "admin/changes/change/list.html", context)

    def _require_view(self, request: HttpRequest, wanted: Wanted) -> None:
        """The history of a row is for who may see the row; all, for who may see changes."""
        row = wanted.of
        if row and self.admin_site.is_registered(type(row)):
            may_see = self.admin_site.get_model_admin(type(row)).has_view_permission(request)
        else:
            may_see = False
        if not (may_see or self.has_view_permission(request)):
            raise PermissionDenied

    def _list_of(self, model: type[Model]) -> str:
        opts = model._meta
        is_shown = self.admin_site.is_registered(model)
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist") if is_shown else ""

    def _title(self, wanted: Wanted) -> str:
        if wanted.of is None:
            return _("Who did what")
        return _("History: {row}").format(row=called(wanted.of))


def _query(request: HttpRequest, before: str) -> str:
    """The same question, from another place of the list on."""
    asked = request.GET.copy()
    asked["before"] = before
    return asked.urlencode()
