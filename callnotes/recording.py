"""The one way in which a call becomes a note: atomic, and safe to repeat."""

import uuid
from datetime import datetime
from enum import Enum, auto

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from callnotes.models import COMMENTS_MAX_LENGTH, CallNote, CallNoteQuerySet, Disposition
from contacts.models import Contact


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
    now: datetime | None = None,
) -> CallNote:
    """Stores a note about a canonical number and answers it.

    The contact is chosen, or None, or whom the number reaches, if it is just one. The same `submission`
    with the same content is the note that is there already; with other content it is a correction of it,
    so that neither a second click nor a changed mind loses or doubles a word. Raises as `check` does.
    """
    check(disposition, comments)
    is_chosen = contact is not Whom.THE_NUMBER_REACHES
    contact = contact if is_chosen else sole_contact(number)
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
        created_at=now or timezone.now(),
    )
    return _saved_once(note, is_chosen)


def sole_contact(number: str) -> Contact | None:
    """The active contact whom a number reaches, where it is one and no more."""
    contacts = Contact.objects.active().reached_at(number)[:2]
    return contacts[0] if len(contacts) == 1 else None


def redact(notes: CallNoteQuerySet, by: AbstractBaseUser, now: datetime | None = None) -> int:
    """Takes the notes' comments away for good; that there was a note, and its outcome, stay. Answers how many."""
    return notes.filter(redacted_at=None).update(comments="", redacted_at=now or timezone.now(), redacted_by=by)


def _saved_once(note: CallNote, is_chosen: bool) -> CallNote:
    """The note, stored; or what its submission stored before, which a redaction may have emptied since."""
    try:
        with transaction.atomic():
            note.save()
        return note
    except IntegrityError:
        stored = CallNote.objects.filter(submission=note.submission, submission__isnull=False).first()
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
