"""Calls without a note and notes without a call, with what each may belong to. Queries only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from callnotes.models import Call, CallNote

DAYS = 14
NEAR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CallWithoutNote:
    call: Call
    notes: list[CallNote]


@dataclass(frozen=True, slots=True)
class NoteWithoutCall:
    note: CallNote
    calls: list[Call]


def calls_without_note(now: datetime, limit: int, agent: AbstractBaseUser | None = None) -> list[CallWithoutNote]:
    """The newest calls of the last DAYS on which nobody wrote; an agent's alone, where one is named. Two queries.

    Missed calls are left out: they have a list of their own.
    """
    calls = _calls(now).exclude(result=Call.Result.MISSED).select_related("agent")
    found = list((calls.by_agent(agent) if agent else calls).newest_first()[:limit])
    notes = list(_notes(now).filter(number__in={call.number for call in found}))
    return [CallWithoutNote(call, [note for note in notes if _is_near(note, call)]) for call in found]


def notes_without_call(now: datetime, limit: int, agent: AbstractBaseUser | None = None) -> list[NoteWithoutCall]:
    """The newest notes of the last DAYS of which no call was reported; likewise. Three queries.

    None, where no call was reported in that time: the phone system does not journal then.
    """
    if not Call.objects.filter(started_at__gte=now - timedelta(days=DAYS)).exists():
        return []
    notes = _notes(now)
    found = list((notes.by_agent(agent) if agent else notes).newest_first()[:limit])
    calls = list(_calls(now).filter(number__in={note.number for note in found}).select_related("agent"))
    return [NoteWithoutCall(note, [call for call in calls if _is_near(note, call)]) for note in found]


def _calls(now: datetime) -> QuerySet[Call]:
    noted = CallNote.objects.filter(reported_call=OuterRef("pk"))
    return Call.objects.filter(~Exists(noted), started_at__gte=now - timedelta(days=DAYS))


def _notes(now: datetime) -> QuerySet[CallNote]:
    """A note of which a person said that it is of no call is not asked about again; nor are corrections."""
    asked_about = ~Q(matched_by=CallNote.Match.HAND)
    notes = CallNote.objects.without_call().filter(
        asked_about, corrects=None, created_at__gte=now - timedelta(days=DAYS)
    )
    return notes.select_related("disposition", "agent")


def _is_near(note: CallNote, call: Call) -> bool:
    return (
        note.number == call.number
        and call.started_at <= note.created_at + NEAR
        and note.created_at <= call.ended_at + NEAR
    )
