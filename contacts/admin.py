from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.forms import ContactForBackOfficeForm, ContactNumberForm, ContactNumberFormSet
from contacts.long_lists import LongListPaginator
from contacts.models import Contact, ContactNumber

FILTER_KINDS = {"", "exact", "id__exact", "isnull", "gte", "lt"}


class BackOfficeAdmin(admin.ModelAdmin):
    """Lists are filtered by what they offer and nothing else: Django takes any lookup, a regular expression too."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = LongListPaginator

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        field, _, kind = lookup.partition("__")
        offered = {getattr(entry, "parameter_name", entry) for entry in self.list_filter}
        return field in offered and kind in FILTER_KINDS and "\0" not in str(value)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """A day beyond the calendar is no filter."""
        try:
            return super().get_changelist_instance(request)
        except OverflowError as error:
            raise IncorrectLookupParameters from error


class ContactNumberInline(admin.StackedInline):
    model = ContactNumber
    form = ContactNumberForm
    formset = ContactNumberFormSet

    def get_extra(self, request, contact=None, **kwargs) -> int:
        return 0 if contact else 1


class ArchivedFilter(admin.SimpleListFilter):
    title = _("archive")
    parameter_name = "archived"

    def lookups(self, request, model_admin):
        return [("yes", _("Archived")), ("all", _("All"))]

    def choices(self, changelist):
        current, *others = super().choices(changelist)
        return [current | {"display": _("Active")}, *others]

    def queryset(self, request, queryset):
        match self.value():
            case "yes":
                return queryset.archived()
            case "all":
                return queryset
        return queryset.active()


class ContactAdmin(BackOfficeAdmin):
    """Registered by callnotes, which adds the history."""

    list_display = ["name", "primary_number", "company", "email"]
    list_filter = [ArchivedFilter]
    sortable_by = ["name"]
    search_fields = ["name"]
    search_help_text = _("Name, company, e-mail, a number in any spelling, or at least its last four digits.")
    form = ContactForBackOfficeForm
    fields = ["name", "company", "email", "remarks", "archived"]
    inlines = [ContactNumberInline]
    actions = ["archive", "bring_back"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return super().get_queryset(request).prefetch_related("numbers")

    def get_search_results(self, request, queryset, search_term):
        return (queryset.matching(search_term) if search_term else queryset), False

    @admin.display(description=_("number"))
    def primary_number(self, contact: Contact) -> str:
        return ", ".join(map(str, contact.numbers.all()[:1]))

    @admin.action(description=_("Archive selected contacts"), permissions=["change"])
    def archive(self, request: HttpRequest, contacts: QuerySet[Contact]) -> None:
        count = contacts.filter(archived_at=None).update(archived_at=timezone.now())
        said = _("Archived: {count}. Their history stays.").format(count=count)
        self.message_user(request, said, messages.SUCCESS)

    @admin.action(description=_("Bring selected contacts back from the archive"), permissions=["change"])
    def bring_back(self, request: HttpRequest, contacts: QuerySet[Contact]) -> None:
        count = contacts.exclude(archived_at=None).update(archived_at=None)
        self.message_user(request, _("Brought back: {count}.").format(count=count), messages.SUCCESS)
