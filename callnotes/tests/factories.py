"""Call notes, calls, chats and agents for tests."""

from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User

from callnotes import recording
from callnotes.journaling import CallReport, ChatReport, journal_call, journal_chat
from callnotes.models import Call, CallNote, Chat, Disposition, Extension

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def disposition(key: str) -> Disposition:
    return Disposition.objects.get(key=key)


def make_agent(username: str = "agent", *, extension: str = "", **fields) -> User:
    agent = User.objects.create_user(username, password="a password of the tests", **fields)
    if extension:
        Extension.objects.create(agent=agent, number=extension)
    return agent


def make_note(number: str, comments: str = "Asked for a quote.", *, key: str = "completed", **fields) -> CallNote:
    return recording.record(number, disposition(key), comments, **{"source": CallNote.Source.DESK} | fields)


def minute(minutes: float) -> datetime:
    """A moment so many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def call_report(number: str, began: datetime = NOON, *, minutes: float = 5, **fields) -> CallReport:
    """The report of an inbound call that was answered, unless told otherwise."""
    usual = {"direction": Call.Direction.INBOUND, "result": Call.Result.ANSWERED, "duration_seconds": int(minutes * 60)}
    ended = began + timedelta(minutes=minutes)
    return CallReport(**{"number": number, "started_at": began, "ended_at": ended} | usual | fields)


def make_call(number: str, began: datetime = NOON, **fields) -> Call:
    report = call_report(number, began, **fields)
    return journal_call(report, now=report.ended_at)


def make_missed(number: str, began: datetime = NOON, *, minutes: float = 0.5, **fields) -> Call:
    missed = {"minutes": minutes, "result": Call.Result.MISSED, "duration_seconds": 0}
    return make_call(number, began, **missed | fields)


def chat_report(number: str, began: datetime = NOON, *, minutes: float = 5, **fields) -> ChatReport:
    ended = began + timedelta(minutes=minutes)
    usual = {"number": number, "started_at": began, "ended_at": ended, "messages": "Visitor: Are you open today?"}
    return ChatReport(**usual | fields)


def make_chat(number: str, began: datetime = NOON, **fields) -> Chat:
    report = chat_report(number, began, **fields)
    return journal_chat(report, now=report.ended_at)
