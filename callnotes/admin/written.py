"""What agents write: call notes, and the callbacks that these promise."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from callnotes import recording, tables
from callnotes.admin.lasting import HistoryAdmin, newest_seen
from callnotes.models import Callback, CallNote
from contacts.export_admin import EXPORTS
from contacts.person_filter import PersonFilter

NOTES_IN_SIGHT = 10


@admin.register(CallNote)
class CallNoteAdmin(HistoryAdmin):
    """Notes are written at the desk and by the phone system, and corrected by further notes."""

    about = _("What came of calls, in the words of those who called. Their comments can be redacted, for good.")
    when_empty = _("Agents write them in the pop-up; the phone system reports some, where Connect 3CX is done.")
    read_only = _(
        "A note stays as it was written: its agent corrects it by a further note at the desk, and who may redact"
        " empties its comments by the action in the list."
    )
    list_display = ["created_at", "phone_number", "contact_name", "disposition_label", "beginning", "agent", "source"]
    list_filter = ["disposition", ("agent", PersonFilter), "source", "created_at"]
    sortable_by = ["created_at"]
    list_select_related = ["disposition", "agent"]
    actions = ["redact", *EXPORTS]
    table = tables.call_notes
    fields = [
        *(
            "number_and_history",
            "contact",
            "contact_name",
            "disposition",
            "comments",
            "agent",
            "source",
            "token",
            "call_id",
        ),
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
        newest = newest_seen(request)
        if newest is not None:
            # None that was recorded since the question was asked.
            count = recording.redact(notes.filter(pk__lte=newest), by=request.user)
            said = _("Redacted: {count}. Their comments are gone for good.").format(count=count)
            self.message_user(request, said, messages.SUCCESS)
            return None
        shown = {"notes": notes.for_display()[:NOTES_IN_SIGHT], "count": notes.count()}
        return self.ask(request, "admin/callnotes/callnote/redact.html", _("Redact call notes?"), notes, shown)


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

    about = _("Promises to call, the newest first. Agents work them off at the desk, under Callbacks.")
    when_empty = _("A note opens one whose disposition does so, and another closes it.")
    read_only = _("Callbacks are opened and closed by notes. At the desk they are taken over, moved, or done by hand.")
    list_display = ["phone_number", "contact_name", "due_at", "agent", "created_at", "closed_at", "closed_by"]
    list_display_links = ["phone_number"]
    list_filter = [DoneFilter, ("agent", PersonFilter), "due_at"]
    sortable_by = ["due_at"]
    list_select_related = ["agent", "closed_by"]
    table = tables.callbacks
    # Later ones are promised later, and a table of any length has them in this order.
    ordering = ["-pk"]
    fields = [
        *("number_and_history", "contact", "contact_name", "agent", "due_at", "is_time_given", "note", "created_at"),
        *("closed_at", "closed_by", "closing_note", "closing_reason"),
    ]
