"""What came of calls: what the phone system reported, what agents recorded, and what they promised."""

from callnotes.models.callbacks import Callback, CallbackQuerySet
from callnotes.models.calls import EXTENSION_MAX_LENGTH, Call, CallQuerySet, Chat, Extension, content_key
from callnotes.models.dispositions import Disposition
from callnotes.models.do_not_disturb import REASON_MAX_LENGTH, CallReason, DoNotDisturb, DoNotDisturbQuerySet
from callnotes.models.drafts import Draft, DraftQuerySet
from callnotes.models.feeds import CalendarFeed
from callnotes.models.notes import CALL_ID_MAX_LENGTH, COMMENTS_MAX_LENGTH, CallNote, CallNoteQuerySet
from callnotes.models.timeline import Place, TimelineQuerySet, TimelineRow

__all__ = [
    "CALL_ID_MAX_LENGTH",
    "COMMENTS_MAX_LENGTH",
    "EXTENSION_MAX_LENGTH",
    "REASON_MAX_LENGTH",
    "CalendarFeed",
    "Call",
    "CallNote",
    "CallNoteQuerySet",
    "CallQuerySet",
    "CallReason",
    "Callback",
    "CallbackQuerySet",
    "Chat",
    "Disposition",
    "DoNotDisturb",
    "DoNotDisturbQuerySet",
    "Draft",
    "DraftQuerySet",
    "Extension",
    "Place",
    "TimelineQuerySet",
    "TimelineRow",
    "content_key",
]
