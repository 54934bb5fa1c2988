from datetime import timedelta

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from callnotes import do_not_disturb, recording, tables
from callnotes.do_not_disturb_forms import DoNotDisturbForBackOfficeForm, LiftForm
from callnotes.history import newest, notes_of_contact
from callnotes.models import (
    Call,
    Callback,
    CallNote,
    CallReason,
    Chat,
    Disposition,
    DoNotDisturb,
    TimelineRow,
)
from contacts.admin import BackOfficeAdmin, ContactAdmin
from contacts.export_admin import EXPORTS, ExportMixin
from contacts.models import Contact
from contacts.phone import display, read

NOTES_IN_SIGHT = NUMBERS_IN_SIGHT = 10
EFFECTS = ["opens_callback", "closes_callbacks", "sets_do_not_disturb", "counts_as_reached"]


@admin.register(Contact)
class ContactWithHistoryAdmin(ContactAdmin):
    fields = [*ContactAdmin.fields, "history"]
    readonly_fields = [*ContactAdmin.readonly_fields, "history"]

    @admin.display(description=_("Last notes"))
    def history(self, contact: Contact) -> str:
        if not contact.pk:
            return _("None yet.")
        notes = newest(notes_of_contact(contact), NOTES_IN_SIGHT)
        return render_to_string("admin/contacts/contact/history.html", {"contact": contact, "notes": notes})


@admin.register(Disposition)
class DispositionAdmin(BackOfficeAdmin):
    list_display = ["label", "key", "color", "position", "is_active", "effects", "is_protected"]
    list_display_links = ["label"]
    fieldsets = [
        (None, {"fields": ["label", "key", "aliases", "color", "position", "is_active"]}),
        (_("What an agent has to give"), {"fields": ["requires_comments", "asks_for_time"]}),
        (_("What it brings about"), {"fields": EFFECTS}),
    ]

    @admin.display(description=_("effects"))
    def effects(self, disposition: Disposition) -> str:
        names = ["requires_comments", "asks_for_time", *EFFECTS]
        return pgettext("between the items of a list", ", ").join(
            str(self.opts.get_field(name).verbose_name) for name in names if getattr(disposition, name)
        )

    def get_readonly_fields(self, request, disposition=None):
        """The key names it to other systems; of the contract's four, so does whether comments may be empty."""
        if disposition is None:
            return []
        return ["key", "requires_comments"] if disposition.is_protected else ["key"]

    def has_delete_permission(self, request, disposition=None) -> bool:
        """One that notes have, or that the contract has, is retired: it is not active any more."""
        if disposition is None or disposition.is_protected or disposition.call_notes.exists():
            return False
        return super().has_delete_permission(request, disposition)

    def save_model(self, request: HttpRequest, disposition: Disposition, form, change: bool) -> None:
        before = form.initial.get("label", "")
        if "label" in form.changed_data and change and disposition.goes_on_being_called(before):
            said = _("“{name}” is an alias now, for the phone system may go on saying it.").format(name=before)
            self.message_user(request, said)
        super().save_model(request, disposition, form, change)


class LastingAdmin(BackOfficeAdmin):
    """Rows about a number that nobody changes or deletes."""

    def has_change_permission(self, request, row=None) -> bool:
        return False

    def has_delete_permission(self, request, row=None) -> bool:
        return False

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

    def get_search_results(self, request, queryset, search_term):
        number = read(search_term, settings.DEFAULT_PHONE_REGION).number
        return (queryset.filter(number=number) if search_term else queryset), False


class HistoryAdmin(ExportMixin, ReadOnlyAdmin):
    search_fields = ["number"]
    search_help_text = _("A number in any spelling; or a contact by name, company, or at least the last four digits.")

    def get_search_results(self, request, queryset, search_term):
        return (queryset.matching(search_term) if search_term else queryset), False


@admin.register(CallNote)
class CallNoteAdmin(HistoryAdmin):
    """Notes are written at the desk and by the phone system, and corrected by further notes."""

    list_display = ["created_at", "phone_number", "contact_name", "disposition_label", "beginning", "agent", "source"]
    list_filter = ["disposition", "agent", "source", "created_at"]
    sortable_by = ["created_at"]
    list_select_related = ["disposition", "agent"]
    actions = ["redact", *EXPORTS]
    table = tables.call_notes
    fields = [
        *("number", "contact", "contact_name", "disposition", "comments", "agent", "source", "token", "call_id"),
        *("reported_call", "matched_by", "corrects", "created_at", "redacted_at", "redacted_by"),
    ]

    def has_redact_permission(self, request) -> bool:
        return request.user.has_perm("callnotes.redact_callnote")

    @admin.display(description=_("comments"))
    def beginning(self, note: CallNote) -> str:
        return _("(redacted)") if note.redacted_at else Truncator(note.comments).chars(80)

    @admin.action(description=_("Redact the comments of selected call notes"), permissions=["redact"])
    def redact(self, request: HttpRequest, notes: QuerySet[CallNote]) -> HttpResponse | None:
        """Asks first: what is redacted is gone for good."""
        notes = notes.filter(redacted_at=None)
        newest = request.POST.get("newest", "")
        if "confirmed" in request.POST and newest.isdecimal():
            # None that was recorded since the question was asked.
            count = recording.redact(notes.filter(pk__lte=newest[:18]), by=request.user)
            said = _("Redacted: {count}. Their comments are gone for good.").format(count=count)
            self.message_user(request, said, messages.SUCCESS)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Redact call notes?"),
            "opts": self.opts,
            "notes": notes.for_display()[:NOTES_IN_SIGHT],
            "count": notes.count(),
            "newest": notes.aggregate(newest=Max("pk"))["newest"] or 0,
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
        }
        return TemplateResponse(request, "admin/callnotes/callnote/redact.html", context)


@admin.register(Call)
class CallAdmin(HistoryAdmin):
    """Calls are reported by the phone system."""

    list_display = ["started_at", "phone_number", "contact_name", "direction", "result", "duration", "whose", "queue"]
    list_filter = ["result", "direction", "agent", "started_at"]
    sortable_by = ["started_at"]
    list_select_related = ["agent"]
    table = tables.calls
    fields = [
        *("number", "contact", "contact_name", "direction", "result", "started_at", "answered_at", "ended_at"),
        *("duration_seconds", "extension", "agent", "queue", "recording_url", "summary", "transcript", "call_id"),
        *("note_waived_by", "handled_at", "handled_by", "source", "token", "reported_at"),
    ]

    @admin.display(description=_("duration"))
    def duration(self, call: Call) -> timedelta:
        return call.duration

    @admin.display(description=_("agent"))
    def whose(self, call: Call) -> str:
        return str(call.agent or call.extension or "")


@admin.register(Chat)
class ChatAdmin(HistoryAdmin):
    """Chats are reported by the phone system."""

    list_display = ["started_at", "phone_number", "contact_name", "visitor_name", "email", "agent", "queue"]
    list_filter = ["agent", "started_at"]
    sortable_by = ["started_at"]
    list_select_related = ["agent"]
    table = tables.chats
    fields = [
        *("number", "contact", "contact_name", "visitor_name", "email", "started_at", "ended_at", "messages"),
        *("extension", "agent", "queue", "source", "token", "reported_at"),
    ]


class DoneFilter(admin.SimpleListFilter):
    title, parameter_name = pgettext_lazy("of a callback", "done"), "done"

    def lookups(self, request, model_admin):
        return [("no", pgettext("of a callback", "Open")), ("yes", pgettext("of a callback", "Done"))]

    def queryset(self, request, queryset):
        match self.value():
            case "no":
                return queryset.open()
            case "yes":
                return queryset.exclude(closed_at=None)
        return queryset


@admin.register(Callback)
class CallbackAdmin(HistoryAdmin):
    """Promises to call, which notes open and close, and agents work off at the desk; the newest promise first."""

    list_display = ["phone_number", "contact_name", "due_at", "agent", "created_at", "closed_at", "closed_by"]
    list_display_links = ["phone_number"]
    list_filter = [DoneFilter, "agent", "due_at"]
    sortable_by = ["due_at"]
    list_select_related = ["agent", "closed_by"]
    table = tables.callbacks
    # Later ones are promised later, and a table of any length has them in this order.
    ordering = ["-pk"]
    fields = [
        *("number", "contact", "contact_name", "agent", "due_at", "is_time_given", "note", "created_at"),
        *("closed_at", "closed_by", "closing_note", "closing_reason"),
    ]


@admin.register(CallReason)
class CallReasonAdmin(ExportMixin, ByNumberAdmin, ReadOnlyAdmin):
    """Why agents called numbers that asked not to be disturbed."""

    list_display = ["created_at", "phone_number", "agent", "reason"]
    list_filter = ["agent", "created_at"]
    sortable_by = ["created_at"]
    list_select_related = ["agent"]
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
class DoNotDisturbAdmin(ExportMixin, ByNumberAdmin):
    """The ledger: entries are added and lifted, and stay."""

    list_display = ["set_at", "phone_number", "beginning", "who_set", "ends_at", "lifted_at"]
    list_filter = [StateFilter, "set_by", "set_at"]
    sortable_by = ["set_at"]
    list_select_related = ["set_by", "note"]
    form = DoNotDisturbForBackOfficeForm
    actions = ["lift", *EXPORTS]
    table = tables.do_not_disturb
    fields = [
        *("number", "reason", "note", "set_by", "set_at", "ends_at"),
        *("lifted_at", "lifted_by", "lifting_reason"),
    ]

    def get_fields(self, request, entry=None):
        return self.fields if entry else self.form.Meta.fields

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
        is_answer = "confirmed" in request.POST
        form = LiftForm(request.POST if is_answer else None)
        newest = request.POST.get("newest", "")
        entries = DoNotDisturb.objects.in_force(timezone.now()).on(chosen.values("number"))
        if is_answer and form.is_valid() and newest.isdecimal():
            seen = entries.filter(pk__lte=newest[:18])
            count = do_not_disturb.lift_all(seen, request.user, form.cleaned_data["reason"])
            self.message_user(request, _("Lifted: {count}.").format(count=count), messages.SUCCESS)
            return None
        numbers = entries.order_by("number").values_list("number", flat=True).distinct()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Lift do not disturb?"),
            "opts": self.opts,
            "form": form,
            "numbers": numbers[:NUMBERS_IN_SIGHT],
            "count": numbers.count(),
            "newest": entries.aggregate(newest=Max("pk"))["newest"] or 0,
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
        }
        return TemplateResponse(request, "admin/callnotes/donotdisturb/lift.html", context)
