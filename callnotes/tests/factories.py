"""Dispositions, call notes, drafts, calls, chats and agents for tests."""

import uuid
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User

from callnotes import drafts, recording
from callnotes.callbacks import Promise
from callnotes.drafts import Version
from callnotes.forms import CallNoteForm
from callnotes.journaling import CallReport, ChatReport, journal_call, journal_chat
from callnotes.models import Call, Callback, CallNote, Chat, Disposition, DoNotDisturb, Draft, Extension

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def disposition(key: str) -> Disposition:
    return Disposition.objects.get(key=key)


def make_disposition(key: str = "wrong_number", label: str = "Wrong Number", **fields) -> Disposition:
    return Disposition.objects.create(key=key, label=label, **fields)


def make_agent(username: str = "agent", *, extension: str = "", **fields) -> User:
    agent = User.objects.create_user(username, password="a password of the tests", **fields)
    if extension:
        Extension.objects.create(agent=agent, number=extension)
    return agent


def make_note(number: str, comments: str = "Asked for a quote.", *, key: str = "completed", **fields) -> CallNote:
    return recording.record(number, disposition(key), comments, **{"source": CallNote.Source.DESK} | fields)


def send_form(
    number: str,
    agent: User,
    comments: str = "Asked for a quote.",
    *,
    key: str = "completed",
    corrected: CallNote | None = None,
    **sent,
) -> CallNote:
    """The note that the pop-up's form makes, in a submission of its own unless told otherwise."""
    fields = {"disposition": disposition(key).pk, "comments": comments, "submission": uuid.uuid4()} | sent
    form = CallNoteForm(
        {name: str(text) for name, text in fields.items()}, number=number, agent=agent, corrected=corrected
    )
    assert form.is_valid(), form.errors
    return form.record()


def make_draft(
    number: str,
    agent: User,
    comments: str = "Asked for a qu",
    *,
    submission: uuid.UUID | None = None,
    version: Version | None = None,
    typed: dict[str, str] | None = None,
    **told,
) -> Draft:
    """What a window kept of a form, each in one of its own unless told otherwise."""
    submission, version = submission or uuid.uuid4(), version or Version(uuid.uuid4(), 1)
    drafts.keep(submission, number, agent, {"comments": comments} | (typed or {}), version, **told)
    return Draft.objects.get(submission=submission)


def make_callback(number: str, promised_at: datetime = NOON, *, due_at: datetime | None = None, **fields) -> Callback:
    """What a note promised, due two hours later unless told otherwise."""
    promise = Promise(due_at or promised_at + timedelta(hours=2))
    return make_note(number, key="schedule_later", promise=promise, now=promised_at, **fields).callback


def make_peace(number: str, set_at: datetime = NOON, reason: str = "Asked by letter.", **fields) -> DoNotDisturb:
    """An entry of the do-not-disturb ledger that a person set."""
    return DoNotDisturb.objects.create(number=number, set_at=set_at, reason=reason, **fields)


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
