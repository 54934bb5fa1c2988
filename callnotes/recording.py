"""The one way in which a call becomes a note: atomic, and safe to repeat."""

import uuid
from datetime import datetime
from enum import Enum, auto

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from callnotes import meeting
from callnotes.models import COMMENTS_MAX_LENGTH, Call, CallNote, CallNoteQuerySet, Disposition
from contacts.models import Contact
from contacts.turns import turn


class Whom(Enum):
    """Whom a note is about where nobody was chosen."""

    THE_NUMBER_REACHES = auto()


class CommentsMissing(ValueError):
    """The disposition asks for comments, and there are none."""


class CommentsTooLong(ValueError):
    """There are more than COMMENTS_MAX_LENGTH characters."""


def check(disposition: Disposition, comments: str) -> None:
    """Raises CommentsMissing or CommentsTooLong where the words do not suit the disposition."""
    if len(comments) > COMMENTS_MAX_LENGTH:
        raise CommentsTooLong(
            f"Comments are {len(comments):,} characters long; shorten them to {COMMENTS_MAX_LENGTH:,}."
        )
    if disposition.requires_comments and not comments.strip():
        raise CommentsMissing(f"“{disposition.label}” asks for comments; write what came of the call.")


def record(
    number: str,
    disposition: Disposition,
    comments: str,
    *,
    source: CallNote.Source,
    contact: Contact | Whom | None = Whom.THE_NUMBER_REACHES,
    agent: AbstractBaseUser | None = None,
    token: str = "",
    call_id: str = "",
    submission: uuid.UUID | None = None,
    corrects: CallNote | None = None,
    reported_call: Call | None = None,
    now: datetime | None = None,
) -> CallNote:
    """Stores a note about a canonical number, lets it meet its call, and answers it.

    The contact is chosen, or None, or whom the number reaches, if it is just one; so is the call, where somebody
    wrote the note for it. The same `submission`
    with the same content is the note that is there already; with other content it is a correction of it,
    so that neither a second click nor a changed mind loses or doubles a word. Raises as `check` does.
    """
    check(disposition, comments)
    is_chosen = contact is not Whom.THE_NUMBER_REACHES
    contact = contact if is_chosen else sole(Contact.objects.reached_at(number))
    note = CallNote(
        number=number,
        contact=contact,
        contact_name=contact.name if contact else "",
        disposition=disposition,
        comments=comments,
        source=source,
        agent=agent,
        token=token,
        call_id=call_id,
        submission=submission,
        corrects=corrects,
        reported_call=reported_call,
        matched_by=CallNote.Match.HAND if reported_call else "",
        created_at=now or timezone.now(),
    )
    with turn(number):
        stored = _saved_once(note, is_chosen)
        if stored is note:
            meeting.note_arrived(note)
    return stored


def sole(contacts: QuerySet[Contact]) -> Contact | None:
    """The active one of these contacts, where it is one and no more."""
    found = contacts.active()[:2]
    return found[0] if len(found) == 1 else None


def redact(notes: CallNoteQuerySet, by: AbstractBaseUser, now: datetime | None = None) -> int:
    """Takes the notes' comments away for good; that there was a note, and its outcome, stay. Answers how many."""
    return notes.filter(redacted_at=None).update(comments="", redacted_at=now or timezone.now(), redacted_by=by)


def _saved_once(note: CallNote, is_chosen: bool) -> CallNote:
    """The note, stored; or what its submission stored before, which a redaction may have emptied since."""
    if note.submission is None:
        note.save()
        return note
    try:
        with transaction.atomic():
            note.save()
        return note
    except IntegrityError:
        stored = CallNote.objects.filter(submission=note.submission).first()
        if stored is None:
            raise
    if stored.redacted_at or _says_the_same(stored, note, is_chosen):
        return stored
    note.submission = uuid.uuid5(stored.submission, f"{note.contact_id} {note.disposition_id} {note.comments}")
    note.corrects = stored
    return _saved_once(note, is_chosen)


def _says_the_same(stored: CallNote, note: CallNote, is_chosen: bool) -> bool:
    """The contact counts where somebody chose it: whom a number reaches may have changed in between."""
    same = [stored.number, stored.disposition_id, stored.comments] == [note.number, note.disposition_id, note.comments]
    return same and (not is_chosen or stored.contact_id == note.contact_id)
