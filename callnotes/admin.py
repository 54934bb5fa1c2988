from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.text import Truncator

from callnotes import recording
from callnotes.history import newest, notes_of_contact
from callnotes.models import Call, CallNote, CallReason, Chat, Disposition, Extension, TimelineRow
from contacts.admin import BackOfficeAdmin, ContactAdmin
from contacts.models import Contact
from contacts.phone import display, read

NOTES_IN_SIGHT = 10


@admin.register(Contact)
class ContactWithHistoryAdmin(ContactAdmin):
    fields = [*ContactAdmin.fields, "history"]
    readonly_fields = [*ContactAdmin.readonly_fields, "history"]

    @admin.display(description="Last notes")
    def history(self, contact: Contact) -> str:
        if not contact.pk:
            return "None yet."
        notes = newest(notes_of_contact(contact), NOTES_IN_SIGHT)
        return render_to_string("admin/contacts/contact/history.html", {"contact": contact, "notes": notes})


@admin.register(Disposition)
class DispositionAdmin(BackOfficeAdmin):
    list_display = ["label", "key", "color", "position", "is_active", "requires_comments", "is_protected"]
    list_display_links = ["label"]
    # The further effects are offered here once something acts on them.
    fields = ["label", "key", "color", "position", "is_active", "requires_comments", "counts_as_reached"]

    def get_readonly_fields(self, request, disposition=None):
        """The key names it to other systems; of the contract's four, so does whether comments may be empty."""
        if disposition is None:
            return []
        return ["key", "requires_comments"] if disposition.is_protected else ["key"]

    def has_delete_permission(self, request, disposition=None) -> bool:
        return (
            bool(disposition) and not disposition.is_protected and super().has_delete_permission(request, disposition)
        )


class ReadOnlyAdmin(BackOfficeAdmin):
    """Rows about a number that are written elsewhere: looked at here, and found by number or contact."""

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, row=None) -> bool:
        return False

    def has_delete_permission(self, request, row=None) -> bool:
        return False

    @admin.display(description="number", ordering="number")
    def phone_number(self, row: TimelineRow | CallReason) -> str:
        return display(row.number) or "withheld"


class HistoryAdmin(ReadOnlyAdmin):
    search_fields = ["number"]
    search_help_text = "A number in any spelling; or a contact by name, company, or at least the last four digits."

    def get_search_results(self, request, queryset, search_term):
        return (queryset.matching(search_term) if search_term else queryset), False


@admin.register(CallNote)
class CallNoteAdmin(HistoryAdmin):
    """Notes are written at the desk and by the phone system, and corrected by further notes."""

    list_display = ["created_at", "phone_number", "contact_name", "disposition", "beginning", "agent", "source"]
    list_filter = ["disposition", "agent", "source", "created_at"]
    list_select_related = ["disposition", "agent"]
    actions = ["redact"]
    fields = [
        *("number", "contact", "contact_name", "disposition", "comments", "agent", "source", "token", "call_id"),
        *("reported_call", "matched_by", "corrects", "created_at", "redacted_at", "redacted_by"),
    ]

    def has_redact_permission(self, request) -> bool:
        return request.user.has_perm("callnotes.redact_callnote")

    @admin.display(description="comments")
    def beginning(self, note: CallNote) -> str:
        return "(redacted)" if note.redacted_at else Truncator(note.comments).chars(80)

    @admin.action(description="Redact the comments of selected call notes", permissions=["redact"])
    def redact(self, request: HttpRequest, notes: QuerySet[CallNote]) -> HttpResponse | None:
        """Asks first: what is redacted is gone for good."""
        notes = notes.filter(redacted_at=None)
        newest = request.POST.get("newest", "")
        if "confirmed" in request.POST and newest.isdecimal():
            # None that was recorded since the question was asked.
            count = recording.redact(notes.filter(pk__lte=newest[:18]), by=request.user)
            self.message_user(request, f"Redacted: {count}. Their comments are gone for good.", messages.SUCCESS)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Redact call notes?",
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
    list_select_related = ["agent"]
    fields = [
        *("number", "contact", "contact_name", "direction", "result", "started_at", "answered_at", "ended_at"),
        *("duration_seconds", "extension", "agent", "queue", "recording_url", "summary", "transcript", "call_id"),
        *("note_waived_by", "handled_at", "handled_by", "source", "token", "reported_at"),
    ]

    @admin.display(description="agent", ordering="agent")
    def whose(self, call: Call) -> str:
        return str(call.agent or call.extension or "")


@admin.register(Chat)
class ChatAdmin(HistoryAdmin):
    """Chats are reported by the phone system."""

    list_display = ["started_at", "phone_number", "contact_name", "visitor_name", "email", "agent", "queue"]
    list_filter = ["agent", "started_at"]
    list_select_related = ["agent"]
    fields = [
        *("number", "contact", "contact_name", "visitor_name", "email", "started_at", "ended_at", "messages"),
        *("extension", "agent", "queue", "source", "token", "reported_at"),
    ]


@admin.register(CallReason)
class CallReasonAdmin(ReadOnlyAdmin):
    """Why agents called numbers that asked not to be disturbed."""

    list_display = ["created_at", "phone_number", "agent", "reason"]
    list_filter = ["agent", "created_at"]
    list_select_related = ["agent"]
    search_fields = ["number"]
    search_help_text = "A number in any spelling."

    def get_search_results(self, request, queryset, search_term):
        number = read(search_term, settings.DEFAULT_PHONE_REGION).number
        return (queryset.filter(number=number) if search_term else queryset), False


class ExtensionInline(admin.StackedInline):
    model = Extension
    verbose_name_plural = "phone"


admin.site.unregister(get_user_model())


@admin.register(get_user_model())
class AgentAdmin(UserAdmin):
    """People who sign in, with their extensions."""

    list_display = [*UserAdmin.list_display, "phone_extension"]
    list_select_related = ["extension"]
    inlines = [ExtensionInline]

    def get_inlines(self, request, person):
        return self.inlines if person else []

    @admin.display(description="extension", ordering="extension__number")
    def phone_extension(self, person) -> str:
        return str(getattr(person, "extension", ""))
