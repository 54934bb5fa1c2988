"""What the phone system reports: calls and chats."""

from datetime import timedelta

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from callnotes import tables
from callnotes.admin.lasting import HistoryAdmin
from callnotes.models import Call, Chat
from contacts.person_filter import PersonFilter


@admin.register(Call)
class CallAdmin(HistoryAdmin):
    """Calls are reported by the phone system."""

    about = _("Every call that the phone system reported; one that rang at several phones has a row for each.")
    when_empty = _("They come once 3CX has the CRM template and a key with the scope “journal”: see Connect 3CX.")
    read_only = _(
        "A call is what the phone system reported, and nobody changes it. What came of it is told by its note."
    )
    list_display = ["started_at", "phone_number", "contact_name", "direction", "result", "duration", "whose", "queue"]
    list_filter = ["result", "direction", ("agent", PersonFilter), "started_at"]
    sortable_by = ["started_at"]
    list_select_related = ["agent"]
    table = tables.calls
    fields = [
        *(
            "number_and_history",
            "contact",
            "contact_name",
            "direction",
            "result",
            "started_at",
            "answered_at",
            "ended_at",
        ),
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

    about = _("Every chat that the phone system reported, with its messages.")
    when_empty = _("They come once 3CX has the CRM template and a key with the scope “journal”: see Connect 3CX.")
    read_only = _("A chat is what the phone system reported, and nobody changes it.")
    list_display = ["started_at", "phone_number", "contact_name", "visitor_name", "email", "agent", "queue"]
    list_filter = [("agent", PersonFilter), "started_at"]
    sortable_by = ["started_at"]
    list_select_related = ["agent"]
    table = tables.chats
    fields = [
        *(
            "number_and_history",
            "contact",
            "contact_name",
            "visitor_name",
            "email",
            "started_at",
            "ended_at",
            "messages",
        ),
        *("extension", "agent", "queue", "source", "token", "reported_at"),
    ]
