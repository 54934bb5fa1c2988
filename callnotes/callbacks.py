"""How promises to call are opened, kept, moved and closed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils import timezone

from callnotes.models import Callback, CallbackQuerySet, CallNote
from contacts import tracing
from contacts.acting import acting

# The seconds of a promised hour are not kept, and its note is stored a moment after it was read.
_ABOUT = timedelta(minutes=2)
DONE_BEFORE = "This callback was done before."


class NotOpen(Exception):
    """The callback was closed before."""


class TakenOver(Exception):
    """Somebody else has the callback by now."""


@dataclass(frozen=True, slots=True)
class Promise:
    """When a note promises a call, and by whom. Without a time it is due in the next working hour.

    An hour from the save is that of the first, however often the form is sent: it was no other promise then.
    """

    due_at: datetime | None = None
    by_anyone: bool = False
    is_in_an_hour: bool = field(default=False, compare=False)

    def is_kept_by(self, callback: Callback) -> bool:
        """Whether a callback was promised for this time, wherever it was moved to since."""
        if self.is_in_an_hour and callback.promised_for:
            return abs(callback.promised_for - callback.created_at - timedelta(hours=1)) < _ABOUT
        return self.due_at == callback.promised_for


def promise_of(note: CallNote) -> Promise | None:
    """What a note promised; None where nothing."""
    callback = getattr(note, "callback", None)
    return callback and Promise(callback.due_at if callback.is_time_given else None, callback.agent_id is None)


def note_arrived(note: CallNote, promise: Promise) -> None:
    """What a new note does to the promises of its number. Called inside the number's turn.

    A correction first takes back what the corrected note did, and counts as of the moment of the first version: what
    was promised since then stays. It opens again what still stood, with whoever has it, not what was done since.
    """
    standing = take_back(note.corrects, by=note) if note.corrects else None
    _close_by(note)
    was_open = note.corrects is None or standing or not note.corrects.disposition.opens_callback
    if note.disposition.opens_callback and was_open:
        _open(note, promise, standing)


def take_back(note: CallNote, by: CallNote | None = None) -> Callback | None:
    """Undoes what a note did to the promises of its number; answers the one that it had opened, if it still stood.

    That one is closed by the note `by`, or deleted where there is none. Called inside the number's turn.
    """
    closed = Callback.objects.filter(closing_note=note)
    if by:
        # What a correction took back of the version before it stays so, whatever corrects the correction.
        closed = closed.exclude(note=note.corrects_id)
    for callback in closed:
        _reopen(callback, note, by)
    opened = Callback.objects.open().filter(note=note).first()
    if opened and by:
        _close(Callback.objects.filter(pk=opened.pk), by, Callback.Closing.TAKEN_BACK)
    elif not by:
        Callback.objects.filter(note=note).delete()
    return opened


def stand_again(note: CallNote) -> None:
    """Lets a note do what it did, after its correction was undone. Called inside the number's turn."""
    _close_by(note)


def _close_by(note: CallNote) -> None:
    """Closes what the note keeps or replaces: promises of its number from before its page was opened.

    What a colleague promised meanwhile stays, and what was promised to another contact of a shared number.
    """
    if not (note.disposition.closes_callbacks or note.disposition.opens_callback):
        return
    standing = Callback.objects.open().about(note.number).of_same_person(note.contact)
    first = note.first_version()
    _close(
        standing.filter(created_at__lte=first.opened_at or first.created_at).exclude(note=note),
        note,
        _what_it_does(note),
    )


def _what_it_does(note: CallNote) -> Callback.Closing:
    """To promises from before it that it closes."""
    return Callback.Closing.REPLACED if note.disposition.opens_callback else Callback.Closing.KEPT


def _close(callbacks: CallbackQuerySet, by: CallNote, closed_as: Callback.Closing) -> None:
    callbacks.update(closed_at=by.created_at, closed_as=closed_as, closed_by=by.agent, closing_note=by)


def _reopen(callback: Callback, taken_back: CallNote, by: CallNote | None) -> None:
    """Opens what a note had closed, unless another note has kept or replaced it since."""
    callbacks = Callback.objects.filter(pk=callback.pk)
    others = CallNote.objects.about(callback.number).filter(corrections=None, created_at__gte=callback.created_at)
    if callback.contact_id:
        others = others.filter(Q(contact=callback.contact_id) | Q(contact=None))
    others = others.filter(Q(disposition__closes_callbacks=True) | Q(disposition__opens_callback=True))
    others = others.exclude(pk__in={callback.note_id, taken_back.pk, by and by.pk}).order_by("created_at", "pk")
    if closing := others.first():
        _close(callbacks, closing, _what_it_does(closing))
    else:
        callbacks.update(closed_at=None, closed_as="", closed_by=None, closing_note=None)


def _open(note: CallNote, promise: Promise, standing: Callback | None) -> None:
    agent = standing.agent if standing and standing.agent else note.agent
    due_at = promise.due_at
    if due_at is None and standing and not standing.is_time_given:
        due_at = standing.due_at
    zone = timezone.get_default_timezone()
    callback = Callback(
        number=note.number,
        contact=note.contact,
        contact_name=note.contact_name,
        agent=None if promise.by_anyone else agent,
        due_at=due_at or settings.CALLING_HOURS.next_start(note.created_at, zone),
        is_time_given=promise.due_at is not None,
        promised_for=promise.due_at,
        note=note,
        created_at=note.created_at,
    )
    callback.save_without_historical_record()


def take_over(callback: Callback, by: AbstractBaseUser) -> None:
    """Makes a promise the agent's own. Raises NotOpen where it is closed, TakenOver where it is not whose it was."""
    seen_with = Callback.objects.filter(agent=callback.agent_id)
    with acting(by):
        if tracing.update(seen_with.open().filter(pk=callback.pk), agent=by):
            return
    if Callback.objects.open().filter(pk=callback.pk).exists():
        raise TakenOver("Somebody else has this callback by now.")
    raise NotOpen(DONE_BEFORE)


def snooze(callback: Callback, until: datetime) -> None:
    """Moves a promise to another moment. Raises NotOpen where it is closed."""
    _change_open(callback, due_at=until, is_time_given=True)


def close_by_hand(callback: Callback, by: AbstractBaseUser, reason: str, now: datetime | None = None) -> None:
    """Closes a promise without a note, with the reason. Raises NotOpen where it is closed."""
    with acting(by):
        closed = {"closed_at": now or timezone.now(), "closed_as": Callback.Closing.BY_HAND, "closed_by": by}
        _change_open(callback, **closed, closing_reason=reason)


def _change_open(callback: Callback, **changes) -> None:
    if not tracing.update(Callback.objects.open().filter(pk=callback.pk), **changes):
        raise NotOpen(DONE_BEFORE)
