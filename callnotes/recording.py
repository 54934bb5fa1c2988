"""The one way in which a call becomes a note: atomic, and safe to repeat."""

import uuid
from datetime import datetime, timedelta
from enum import Enum, auto

from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from callnotes import callbacks, do_not_disturb, drafts, meeting
from callnotes.callbacks import Promise
from callnotes.models import COMMENTS_MAX_LENGTH, Call, CallNote, CallNoteQuerySet, Disposition, Draft
from contacts.acting import acting
from contacts.models import Contact
from contacts.turns import turn

UNDO_SECONDS = 10
UNDONE = gettext_noop("Undone just after it was saved; its words became a draft.")
# Whoever clicks in the last second is not told that it was too late.
_UNDO_WITHIN = timedelta(seconds=UNDO_SECONDS + 5)


class Whom(Enum):
    """Whom a note is about where nobody was chosen."""

    THE_NUMBER_REACHES = auto()


class CommentsMissing(ValueError):
    """The disposition asks for comments, and there are none."""


class TakenBack(Exception):
    """The note that was to be corrected is there no more: it was undone."""


class TooLate(Exception):
    """The note stands: it is corrected, not undone."""


class CommentsTooLong(ValueError):
    """There are more than COMMENTS_MAX_LENGTH characters."""


def check(disposition: Disposition, comments: str) -> None:
    """Raises CommentsMissing or CommentsTooLong where the words do not suit the disposition."""
    if len(comments) > COMMENTS_MAX_LENGTH:
        raise CommentsTooLong(
            _("Comments are {length} characters long; shorten them to {limit}.").format(
                length=f"{len(comments):,}", limit=f"{COMMENTS_MAX_LENGTH:,}"
            )
        )
    if disposition.requires_comments and not comments.strip():
        said = _("“{outcome}” asks for comments; write what came of the call.")
        raise CommentsMissing(said.format(outcome=disposition.label))


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
    promise: Promise | None = None,
    opened_at: datetime | None = None,
    now: datetime | None = None,
) -> CallNote:
    """Stores a note about a canonical number, with what its disposition brings about, and answers it.

    The contact is chosen, or None, or whom the number reaches, if it is just one; so is the call, where somebody
    wrote the note for it. The same `submission`
    with the same content is the note that is there already; with other content it is a correction of it,
    so that neither a second click nor a changed mind loses or doubles a word. Raises TakenBack, and as `check` does.
    """
    check(disposition, comments)
    is_chosen = contact is not Whom.THE_NUMBER_REACHES
    note = CallNote(
        number=number,
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
        opened_at=opened_at,
        created_at=now or timezone.now(),
    )
    with turn(number), acting(agent, name=token):
        note.contact = _whom(contact, number)
        note.contact_name = note.contact.name if note.contact else ""
        note.corrects = corrects and _standing(corrects)
        stored = _saved_once(note, is_chosen, promise)
        if stored is note:
            callbacks.note_arrived(note, promise or Promise())
            do_not_disturb.note_arrived(note)
            meeting.note_arrived(note)
    return stored


def undo(note: CallNote, by: AbstractBaseUser, fields: dict[str, str], now: datetime | None = None) -> uuid.UUID:
    """Makes a note that was just saved a draft again, with these fields, and takes back what it brought about.

    Answers the draft's submission.

    Raises TooLate where it is not the person's, is older than UNDO_SECONDS, or was corrected or redacted since.
    """
    now = now or timezone.now()
    with turn(note.number), acting(by):
        found = CallNote.objects.correctable_by(by).filter(pk=note.pk, corrections=None).first()
        if found is None or found.created_at < now - _UNDO_WITHIN:
            raise TooLate
        callbacks.take_back(found)
        do_not_disturb.take_back(found)
        corrected, call = found.corrects, found.reported_call
        drafts.go_on_without(found)
        LogEntry.objects.log_actions(by.pk, [found], DELETION, change_message=UNDONE, single_object=True)
        CallNote.objects.filter(pk=found.pk).delete()
        if corrected:
            callbacks.stand_again(corrected)
        meeting.note_gone(found, call)
        return drafts.reopen(found, fields).submission


def _standing(corrected: CallNote) -> CallNote:
    """The last version of a note that is to be corrected. Raises TakenBack where it was undone."""
    if not CallNote.objects.filter(pk=corrected.pk).exists():
        raise TakenBack
    return corrected.last_version()


def _whom(contact: Contact | Whom | None, number: str) -> Contact | None:
    """Whom a note is about; of a contact that was merged since it was chosen, the one that it is in. One query."""
    if contact is Whom.THE_NUMBER_REACHES:
        return sole(Contact.objects.reached_at(number))
    return contact and Contact.objects.known_as(contact.pk).first()


def sole(contacts: QuerySet[Contact]) -> Contact | None:
    """The active one of these contacts, where it is one and no more."""
    found = contacts.active()[:2]
    return found[0] if len(found) == 1 else None


def redact(notes: CallNoteQuerySet, by: AbstractBaseUser | None = None, now: datetime | None = None) -> int:
    """Takes the notes' comments away for good, also out of drafts that correct them; answers how many.

    That there was a note, and its outcome, stay. Nobody does it where their time is over.
    """
    Draft.objects.filter(corrects__in=notes).delete()
    return notes.filter(redacted_at=None).update(comments="", redacted_at=now or timezone.now(), redacted_by=by)


def _saved_once(note: CallNote, is_chosen: bool, promise: Promise | None) -> CallNote:
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
    if stored.agent_id != note.agent_id:
        note.submission = uuid.uuid5(stored.submission, f"of {note.agent_id}")
        return _saved_once(note, is_chosen, promise)
    if stored.redacted_at or _says_the_same(stored, note, is_chosen, promise):
        return stored
    when = promise and ("hour" if promise.is_in_an_hour else promise.due_at)
    said = f"{note.contact_id} {note.disposition_id} {when} {note.comments}"
    note.submission = uuid.uuid5(stored.submission, said)
    note.corrects = stored.last_version()
    return _saved_once(note, is_chosen, promise)


def _says_the_same(stored: CallNote, note: CallNote, is_chosen: bool, promise: Promise | None) -> bool:
    """The contact counts where somebody chose it: whom a number reaches may have changed in between."""
    same = [stored.number, stored.disposition_id, stored.comments] == [note.number, note.disposition_id, note.comments]
    callback = getattr(stored, "callback", None)
    same_time = not (callback and promise) or promise.is_kept_by(callback)
    return same and same_time and (not is_chosen or stored.contact_id == note.contact_id)
