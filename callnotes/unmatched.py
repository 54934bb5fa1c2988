"""Calls without a note and notes without a call, with what each may belong to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from callnotes.models import Call, CallNote, Extension

DAYS = 14
NEAR = timedelta(days=1)
OFFERED_AT_MOST = 5
LOOKED_AT_AT_MOST = 1000


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

    Missed calls, which have a list of their own, and calls between extensions are left out.
    """
    calls = _calls(now).filter(~Exists(CallNote.objects.filter(reported_call=OuterRef("pk"))), note_waived_by=None)
    calls = calls.exclude(result=Call.Result.MISSED).exclude(number__in=Extension.objects.values("number"))
    found = list((calls.by_agent(agent) if agent else calls).newest_first()[:limit])
    hidden_from = {call.agent_id for call in found if call.agent_id and not call.number}
    may_be = Q(number__in={call.number for call in found}) | Q(agent__in=hidden_from)
    notes = list(_notes(now).filter(may_be).newest_first()[:LOOKED_AT_AT_MOST])
    return [CallWithoutNote(call, [note for note in notes if _is_near(note, call)][:OFFERED_AT_MOST]) for call in found]


def notes_without_call(now: datetime, limit: int, agent: AbstractBaseUser | None = None) -> list[NoteWithoutCall]:
    """The newest notes of the last DAYS of which no call was reported; likewise. Three queries.

    None, where no call was reported in that time: the phone system does not journal then.
    """
    if not Call.objects.filter(started_at__gte=now - timedelta(days=DAYS)).exists():
        return []
    notes = _notes(now)
    found = list((notes.by_agent(agent) if agent else notes).newest_first()[:limit])
    may_be = Q(number__in={note.number for note in found}) | Q(number="", agent__in={note.agent_id for note in found})
    calls = list(_calls(now).filter(may_be).newest_first()[:LOOKED_AT_AT_MOST])
    return [NoteWithoutCall(note, [call for call in calls if _is_near(note, call)][:OFFERED_AT_MOST]) for note in found]


def waive_note(call: Call, by: AbstractBaseUser) -> None:
    """Takes a call off the list of those without a note: there is nothing to write of it."""
    Call.objects.filter(pk=call.pk, note_waived_by=None).update(note_waived_by=by)


def _calls(now: datetime) -> QuerySet[Call]:
    return Call.objects.filter(started_at__gte=now - timedelta(days=DAYS)).not_erased().select_related("agent")


def _notes(now: datetime) -> QuerySet[CallNote]:
    """The last version of each; none of which a person said that it is of no call."""
    asked_about = ~Q(matched_by=CallNote.Match.HAND)
    notes = CallNote.objects.without_call().not_erased().filter(asked_about, corrections=None)
    return notes.filter(created_at__gte=now - timedelta(days=DAYS)).select_related("disposition", "agent")


def _is_near(note: CallNote, call: Call) -> bool:
    is_same = note.number == call.number or (not call.number and note.agent_id == call.agent_id is not None)
    return is_same and call.started_at <= note.created_at + NEAR and note.created_at <= call.ended_at + NEAR
