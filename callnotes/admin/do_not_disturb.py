"""The ledger of numbers that are not to be called, and why one was called all the same."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from callnotes import do_not_disturb, tables
from callnotes.admin.importing import ImportNumbersMixin
from callnotes.admin.lasting import ByNumberAdmin, ReadOnlyAdmin, newest_seen
from callnotes.do_not_disturb_forms import DoNotDisturbForBackOfficeForm, LiftForm
from callnotes.models import CallReason, DoNotDisturb
from contacts.export_admin import EXPORTS, ExportMixin
from contacts.person_filter import PersonFilter

NUMBERS_IN_SIGHT = 10


@admin.register(CallReason)
class CallReasonAdmin(ExportMixin, ByNumberAdmin, ReadOnlyAdmin):
    """Why agents called numbers that asked not to be disturbed."""

    about = _("Why agents called a number that had asked not to be disturbed.")
    when_empty = _("The desk asks for a reason before such a number is called, and keeps it here.")
    read_only = _("A reason stays as its agent gave it.")
    list_display = ["created_at", "phone_number", "agent", "reason"]
    list_filter = [("agent", PersonFilter), "created_at"]
    sortable_by = ["created_at"]
    list_select_related = ["agent"]
    fields = ["number_and_history", "agent", "reason", "created_at"]
    table = tables.call_reasons


class StateFilter(admin.SimpleListFilter):
    """Entries of the ledger by what became of them."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("in-force", _("In force")), ("lifted", _("Lifted")), ("ended", _("Over by themselves"))]

    def queryset(self, request, queryset):
        match self.value():
            case "in-force":
                return queryset.in_force(timezone.now())
            case "lifted":
                return queryset.lifted()
            case "ended":
                return queryset.ended(timezone.now())
        return queryset


@admin.register(DoNotDisturb)
class DoNotDisturbAdmin(ImportNumbersMixin, ExportMixin, ByNumberAdmin):
    """The ledger: entries are added and lifted, and stay."""

    about = _("Numbers that are not to be called: since when, why, and who lifted that. Lift them by the action.")
    when_empty = _("A note adds one whose disposition does so; agents add one at the desk, and you by the button here.")
    read_only = _("An entry stays as it is. To let the number be called again, lift it by the action in the list.")
    list_display = ["set_at", "phone_number", "beginning", "who_set", "ends_at", "lifted_at"]
    list_filter = [StateFilter, ("set_by", PersonFilter), "set_at"]
    sortable_by = ["set_at"]
    list_select_related = ["set_by", "note"]
    form = DoNotDisturbForBackOfficeForm
    actions = ["lift", *EXPORTS]
    table = tables.do_not_disturb
    fields = [
        *("number_and_history", "reason", "note", "set_by", "set_at", "ends_at"),
        *("lifted_at", "lifted_by", "lifting_reason"),
    ]

    def get_fields(self, request, entry=None):
        return super().get_fields(request, entry) if entry else self.form.Meta.fields

    def has_lift_permission(self, request) -> bool:
        return request.user.has_perm("callnotes.lift_donotdisturb")

    @admin.display(description=_("reason"))
    def beginning(self, entry: DoNotDisturb) -> str:
        return Truncator(entry.why).chars(80)

    @admin.display(description=_("set by"))
    def who_set(self, entry: DoNotDisturb) -> str:
        return str(entry.set_by or "3CX")

    def save_model(self, request: HttpRequest, entry: DoNotDisturb, form, change: bool) -> None:
        entry.set_by = request.user
        super().save_model(request, entry, form, change)

    @admin.action(description=_("Lift do-not-disturb of selected numbers"), permissions=["lift"])
    def lift(self, request: HttpRequest, chosen: QuerySet[DoNotDisturb]) -> HttpResponse | None:
        """Asks why first. All entries of the numbers are lifted, but none that was set since the question."""
        newest = newest_seen(request)
        form = LiftForm(None if newest is None else request.POST)
        entries = do_not_disturb.in_force_beside(chosen)
        if form.is_valid():
            seen = entries.filter(pk__lte=newest)
            count = do_not_disturb.lift_all(seen, request.user, form.cleaned_data["reason"])
            self.message_user(request, _("Lifted: {count}.").format(count=count), messages.SUCCESS)
            return None
        numbers = do_not_disturb.numbers_of(entries)
        shown = {"form": form, "numbers": numbers[:NUMBERS_IN_SIGHT], "count": len(numbers)}
        return self.ask(request, "admin/callnotes/donotdisturb/lift.html", _("Lift do not disturb?"), entries, shown)
