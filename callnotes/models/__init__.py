"""What came of calls: what the phone system reported, and what agents recorded, with which disposition."""

from callnotes.models.calls import EXTENSION_MAX_LENGTH, Call, CallQuerySet, CallReason, Chat, Extension, content_key
from callnotes.models.dispositions import Disposition
from callnotes.models.notes import CALL_ID_MAX_LENGTH, COMMENTS_MAX_LENGTH, CallNote, CallNoteQuerySet
from callnotes.models.timeline import Place, TimelineQuerySet, TimelineRow

__all__ = [
    "CALL_ID_MAX_LENGTH",
    "COMMENTS_MAX_LENGTH",
    "EXTENSION_MAX_LENGTH",
    "Call",
    "CallNote",
    "CallNoteQuerySet",
    "CallQuerySet",
    "CallReason",
    "Chat",
    "Disposition",
    "Extension",
    "Place",
    "TimelineQuerySet",
    "TimelineRow",
    "content_key",
]
