"""What came of calls: dispositions, and the notes that carry them."""

from callnotes.models.dispositions import Disposition
from callnotes.models.notes import CALL_ID_MAX_LENGTH, COMMENTS_MAX_LENGTH, CallNote, CallNoteQuerySet

__all__ = ["CALL_ID_MAX_LENGTH", "COMMENTS_MAX_LENGTH", "CallNote", "CallNoteQuerySet", "Disposition"]
