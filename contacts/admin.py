import re

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.db import connection
from django.db.models import QuerySet
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from contacts import masking, merge_admin, merging, tables
from contacts.export_admin import EXPORTS, ExportMixin
from contacts.forms import ContactForBackOfficeForm, ContactNumberForm, ContactNumberFormSet
from contacts.guiding_admin import GuidingAdmin
from contacts.long_lists import LongListPaginator
from contacts.models import Contact, ContactNumber
from contacts.person_filter import PersonSelect

FILTER_KINDS = {"", "exact", "id__exact", "isnull", "gte", "lt"}
WITHOUT_DIGITS = _(
    "Words of a name, company or e-mail, without digits: you see numbers masked, and none is searched for."
)


class TracedAdmin(admin.ModelAdmin):
    """Its rows' "History" is that of all that changed, with before and after."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        if not hasattr(self.opts, "traces"):
            response = super().history_view(request, object_id, extra_context)
            for entry in getattr(response, "context_data", {}).get("action_list", []):
                entry.change_message = masking.words(entry.change_message)
            return response
        row = urlencode({"of": f"{self.opts.label_lower}-{unquote(object_id)}"})
        return redirect(f"{reverse('admin:changes_change_changelist')}?{row}")


class BackOfficeAdmin(GuidingAdmin, TracedAdmin):
    """Lists are filtered by what they offer and nothing else: Django takes any lookup, a regular expression too."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = LongListPaginator

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        field, _, kind = lookup.partition("__")
        offered = {_filtered_by(entry) for entry in self.list_filter}
        return field in offered and kind in FILTER_KINDS and "\0" not in str(value)

    @property
    def media(self) -> Media:
        """With what fields to choose a person from need."""
        return super().media + PersonSelect(None, self.admin_site).media

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """A day beyond the calendar is no filter."""
        try:
            shown = super().get_changelist_instance(request)
        except OverflowError as error:
            raise IncorrectLookupParameters from error
        if masking.is_on():
            shown.search_help_text = WITHOUT_DIGITS
        return shown


def _filtered_by(entry) -> str:
    """The name in an address of what a list is filtered by: a column, alone or with its filter, or a filter."""
    return entry[0] if isinstance(entry, tuple) else getattr(entry, "parameter_name", entry)


def _key(object_id: str) -> int:
    """The key that an address names; 0, which is nobody's, for anything else."""
    return int(object_id) if re.fullmatch("[0-9]{1,18}", object_id) else 0


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


class ContactAdmin(ExportMixin, BackOfficeAdmin):
    """Registered by callnotes, which adds the history."""

    about = _(
        "Whom the call centre knows, by any of their numbers. Archive those who are not to be known to the phone"
        " system; merge those that are one."
    )
    when_empty = _("Contacts come by an import of a file, by “Add contact”, or from agents at the desk.")
    instead_of_deleting = _(
        "What was said to a contact stays, under the number. To keep the contact, but unknown to the phone system,"
        " archive it instead."
    )
    read_only = _("You may look at contacts, but not change them: agents add contacts and numbers at the desk.")
    list_display = ["name", "primary_number", "company", "email"]
    list_filter = [ArchivedFilter]
    sortable_by = ["name"]
    search_fields = ["name"]
    search_help_text = _("Name, company, e-mail, a number in any spelling, or at least its last four digits.")
    form = ContactForBackOfficeForm
    fields = ["name", "company", "email", "remarks", "archived", "seen"]
    inlines = [ContactNumberInline]
    actions = ["archive", "bring_back", "merge", *EXPORTS]
    table = tables.contacts

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return super().get_queryset(request).prefetch_related("numbers")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Contact | None:
        """What is sent waits for a merge that is under way, and a merge for it."""
        if request.method == "POST" and connection.in_atomic_block:
            Contact.with_merged.select_for_update().filter(pk=_key(object_id)).first()
        return super().get_object(request, object_id, from_field)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts, object_id: str) -> HttpResponse:
        """A contact that was merged leads to the one that it is in."""
        contact = Contact.objects.known_as(_key(object_id)).first()
        if contact is None:
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)
        said = _("That contact was merged into this one.")
        if request.method == "POST":
            said = _("That contact was merged into this one. What was typed was not saved; here is what is known.")
        self.message_user(request, said, messages.WARNING)
        return redirect("admin:contacts_contact_change", contact.pk)

    def get_search_results(self, request, queryset, search_term):
        return (queryset.matching(search_term) if search_term else queryset), False

    @admin.display(description=_("number"))
    def primary_number(self, contact: Contact) -> str:
        return ", ".join(map(str, contact.numbers.all()[:1]))

    def has_merge_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("contacts.merge_contact")

    @admin.action(description=_("Merge selected contacts"), permissions=["merge"])
    def merge(self, request: HttpRequest, contacts: QuerySet[Contact]) -> HttpResponse:
        """Shows them side by side; of more than are merged at once, says so."""
        keys = contacts.order_by("pk").values_list("pk", flat=True)[: merging.MERGED_AT_MOST + 1]
        return merge_admin.comparison(list(keys))

    @admin.action(description=_("Archive selected contacts"), permissions=["change"])
    def archive(self, request: HttpRequest, contacts: QuerySet[Contact]) -> None:
        count = contacts.filter(archived_at=None).update(archived_at=timezone.now())
        said = _("Archived: {count}. Their history stays.").format(count=count)
        self.message_user(request, said, messages.SUCCESS)

    @admin.action(description=_("Bring selected contacts back from the archive"), permissions=["change"])
    def bring_back(self, request: HttpRequest, contacts: QuerySet[Contact]) -> None:
        count = contacts.exclude(archived_at=None).update(archived_at=None)
        self.message_user(request, _("Brought back: {count}.").format(count=count), messages.SUCCESS)
