from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.text import Truncator

from callnotes import recording
from callnotes.history import newest, of_contact
from callnotes.models import CallNote, Disposition
from contacts.admin import BackOfficeAdmin, ContactAdmin
from contacts.models import Contact
from contacts.phone import display

NOTES_IN_SIGHT = 10


@admin.register(Contact)
class ContactWithHistoryAdmin(ContactAdmin):
    fields = [*ContactAdmin.fields, "history"]
    readonly_fields = [*ContactAdmin.readonly_fields, "history"]

    @admin.display(description="Last notes")
    def history(self, contact: Contact) -> str:
        if not contact.pk:
            return "None yet."
        notes = newest(of_contact(contact), NOTES_IN_SIGHT)
        return render_to_string("admin/contacts/contact/history.html", {"contact": contact, "notes": notes})


@admin.register(Disposition)
class DispositionAdmin(BackOfficeAdmin):
    list_display = ["label", "key", "color", "position", "is_active", "requires_comments", "is_protected"]
    list_display_links = ["label"]
    # The further effects are offered here once something acts on them.
    fields = ["label", "key", "color", "position", "is_active", "requires_comments"]

    def get_readonly_fields(self, request, disposition=None):
        """The key names it to other systems; of the contract's four, so does whether comments may be empty."""
        if disposition is None:
            return []
        return ["key", "requires_comments"] if disposition.is_protected else ["key"]

    def has_delete_permission(self, request, disposition=None) -> bool:
        return (
            bool(disposition) and not disposition.is_protected and super().has_delete_permission(request, disposition)
        )


@admin.register(CallNote)
class CallNoteAdmin(BackOfficeAdmin):
    """Read-only: notes are written at the desk and by the phone system, and corrected by further notes."""

    list_display = ["created_at", "phone_number", "contact_name", "disposition", "beginning", "agent", "source"]
    list_filter = ["disposition", "agent", "source", "created_at"]
    list_select_related = ["disposition", "agent"]
    search_fields = ["number"]
    search_help_text = "A number in any spelling; or a contact by name, company, or at least the last four digits."
    actions = ["redact"]
    fields = [
        *("number", "contact", "contact_name", "disposition", "comments", "agent", "source", "token", "call_id"),
        *("corrects", "created_at", "redacted_at", "redacted_by"),
    ]

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, note=None) -> bool:
        return False

    def has_delete_permission(self, request, note=None) -> bool:
        return False

    def has_redact_permission(self, request) -> bool:
        return request.user.has_perm("callnotes.redact_callnote")

    def get_search_results(self, request, queryset, search_term):
        return (queryset.matching(search_term) if search_term else queryset), False

    @admin.display(description="number", ordering="number")
    def phone_number(self, note: CallNote) -> str:
        return display(note.number)

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
