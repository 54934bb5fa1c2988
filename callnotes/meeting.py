"""The one way in which a note and the report of the same call meet, whichever comes first.

What arrives is told inside the number's turn (`contacts.turns`), so that nobody decides on half of what is known.
"""

from collections.abc import Iterable
from datetime import datetime

from callnotes import missed
from callnotes.matching import SOON, call_of, first, likeliest
from callnotes.models import Call, CallNote
from contacts.turns import turn

# Of one number within some hours; more than people can call and write, so that no sender can make it slow.
CONSIDERED_AT_MOST = 100


def note_arrived(note: CallNote) -> None:
    """Finds the call of a new note. A correction is of the call that the corrected note is of."""
    if note.corrects_id:
        corrected = CallNote.objects.get(pk=note.corrects_id)
        _assign([note], corrected.reported_call_id, corrected.matched_by)
    elif note.matched_by:
        _settle_around([note.reported_call])
    elif not _match_by_call_id(note):
        _settle(note.number, note.created_at, note.created_at)
    missed.settle(note.number)


def note_gone(note: CallNote, call: Call | None) -> None:
    """Lets another note be of the call of one that was undone."""
    _settle_around([call])
    missed.settle(note.number)


def call_arrived(call: Call) -> None:
    """Finds the notes of a new call: those with its call id, or else one by agent and time."""
    if not call.number:
        return
    if call.call_id:
        told = CallNote.objects.about(call.number).filter(call_id=call.call_id, corrects=None)
        for note in told.exclude(matched_by=CallNote.Match.HAND):
            _match_by_call_id(note)
    _settle(call.number, call.started_at, call.ended_at + SOON)
    missed.settle(call.number)


def may_be_of(note: CallNote, call: Call) -> bool:
    """Whether a person may say that a note is of a call: its number is the note's, or hidden."""
    return call.number in ("", note.number)


def match_by_hand(note: CallNote, call: Call | None) -> None:
    """What a person says counts: the note is of this call, or of none. Raises ValueError for another number's call."""
    if call and not may_be_of(note, call):
        raise ValueError("That call was with another number; choose one with the number of the note.")
    with turn(note.number):
        note = CallNote.objects.get(pk=note.pk).first_version()
        before = note.reported_call
        _assign([note], call and call.pk, CallNote.Match.HAND)
        _settle_around([before, call])
        missed.settle(note.number)


def _match_by_call_id(note: CallNote) -> bool:
    """Whether a call with the note's call id is known; the note is of it then."""
    calls = Call.objects.about(note.number).filter(call_id=note.call_id) if note.call_id else []
    call = likeliest(note, calls)
    if call is None:
        return False
    before = note.reported_call
    if (note.reported_call_id, note.matched_by) != (call.pk, CallNote.Match.CALL_ID):
        _assign([note], call.pk, CallNote.Match.CALL_ID)
        _settle_around([before, call])
    return True


def _settle_around(calls: Iterable[Call | None]) -> None:
    for call in filter(None, calls):
        if call.number:
            _settle(call.number, call.started_at, call.ended_at + SOON)


def _settle(number: str, start: datetime, end: datetime) -> None:
    """Decides anew which note each call has by agent and time, for the calls that something in the period concerns.

    Costs one query where there is no such call, two where nobody has written of one.
    """
    with_number = Call.objects.about(number)
    calls = list(with_number.overlapping(start - SOON, end).newest_first()[:CONSIDERED_AT_MOST])
    if not calls:
        return
    written_from, written_to = min(call.started_at for call in calls), max(call.ended_at for call in calls) + SOON
    notes = CallNote.objects.about(number).guessable().filter(created_at__range=(written_from, written_to))
    notes = list(notes.newest_first()[:CONSIDERED_AT_MOST])
    if not notes:
        return
    meant = _meant(
        notes, list(with_number.overlapping(written_from - SOON, written_to).newest_first()[: 2 * CONSIDERED_AT_MOST])
    )
    for call in calls:
        claiming = [note for note in notes if meant[note.pk] == call.pk]
        chosen = first(claiming)
        _assign([note for note in claiming if note is not chosen and note.reported_call_id], None, "")
        if chosen and chosen.reported_call_id != call.pk:
            _assign([chosen], call.pk, CallNote.Match.TIME)


def _meant(notes: list[CallNote], calls: list[Call]) -> dict[int, int | None]:
    """The key of the call that each note would be of, by the note's key; none where two call ids differ."""
    meant = {note.pk: call_of(note, [call for call in calls if not (note.call_id and call.call_id)]) for note in notes}
    return {pk: call and call.pk for pk, call in meant.items()}


def _assign(notes: list[CallNote], call: int | None, matched_by: str) -> None:
    """Tells notes, and what corrects them, of which call they are."""
    while notes:
        keys = [note.pk for note in notes]
        CallNote.objects.filter(pk__in=keys).update(reported_call=call, matched_by=matched_by)
        notes = list(CallNote.objects.filter(corrects__in=keys))
