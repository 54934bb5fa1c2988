"""The one way in which a report of the phone system becomes a Call or a Chat: atomic, and safe to repeat."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from callnotes import legs, meeting
from callnotes.models import Call, Chat, content_key
from callnotes.recording import sole
from contacts.models import Contact
from contacts.turns import turn, turns

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
FAST_CLOCK = timedelta(days=1)
PRIMARY_KEY = re.compile(r"[0-9]{1,18}", re.ASCII)
ADDED_LATER = ("recording_url", "summary", "transcript")
CALL_ALONE = ("direction", "result", "answered_at", "duration_seconds", "call_id", *ADDED_LATER)


class Nonsense(ValueError):
    """What was reported cannot have happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What calls and chats are reported with. `number` is canonical, or empty where the caller hid it.

    `entity_id` is the key that the phone system has for the contact; `token` names the key that reported it.
    """

    number: str
    started_at: datetime
    ended_at: datetime
    extension: str = ""
    agent_email: str = ""
    queue: str = ""
    entity_id: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReport(Report):
    direction: Call.Direction
    result: Call.Result
    duration_seconds: int
    answered_at: datetime | None = None
    call_id: str = ""
    recording_url: str = ""
    summary: str = ""
    transcript: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatReport(Report):
    messages: str = field(repr=False)
    email: str = ""
    visitor_name: str = ""


def journal_call(report: CallReport, now: datetime | None = None) -> Call:
    """Stores a call, once however often it is reported, and lets it meet its note. Raises Nonsense.

    Each agent's leg is a call of its own. A repetition adds a recording, summary or transcript that was missing.
    """
    now = now or timezone.now()
    _check(report, now)
    if report.duration_seconds > Call.LONGEST.total_seconds():
        raise Nonsense("It lasted over 24 hours; check the duration.")
    if report.answered_at and not report.started_at <= report.answered_at <= report.ended_at:
        raise Nonsense("The call was answered before it began or after it ended; check the three times.")
    with turn(report.number):
        call, is_new = Call.objects.get_or_create(
            content_key=_call_key(report),
            defaults=_common(report, now) | {name: getattr(report, name) for name in CALL_ALONE},
        )
        if is_new:
            legs.settle(call)
            meeting.call_arrived(call)
        else:
            _add(call, report)
    return call


def journal_chat(report: ChatReport, now: datetime | None = None) -> Chat:
    """Stores a chat, once however often it is reported. Raises Nonsense."""
    now = now or timezone.now()
    _check(report, now)
    key = content_key("chat", report.number, report.email, report.extension, _second(report), report.messages)
    words = {"email": report.email, "visitor_name": report.visitor_name, "messages": report.messages}
    with turns(filter(None, [report.number, report.email.lower()])):
        return Chat.objects.get_or_create(content_key=key, defaults=_common(report, now) | words)[0]


def _check(report: Report, now: datetime) -> None:
    if not EARLIEST <= report.started_at <= now + FAST_CLOCK:
        raise Nonsense(f"It began on {report.started_at:%Y-%m-%d}, which cannot be; check the phone system's clock.")
    if not timedelta() <= report.ended_at - report.started_at <= Call.LONGEST:
        raise Nonsense("It ended before it began, or over 24 hours later; check the times and the duration.")


def _call_key(report: CallReport) -> str:
    """By its number, and its call id or else its queue; by whose leg it is, how it went, and the second of its start.

    3CX's reports have no call id, and one comes for each agent's leg (templates seen, V18 and V20).
    """
    call = ("call id", report.call_id) if report.call_id else ("call", report.queue)
    leg = report.extension or report.agent_email.lower()
    return content_key(*call, report.number, leg, report.direction, report.result, _second(report))


def _second(report: Report) -> str:
    return str(int(report.started_at.timestamp()))


def _common(report: Report, now: datetime) -> dict:
    contact = _contact(report)
    return {
        "number": report.number,
        "contact": contact,
        "contact_name": contact.name if contact else "",
        "extension": report.extension,
        "agent": _agent(report),
        "queue": report.queue,
        "started_at": report.started_at,
        "ended_at": report.ended_at,
        "token": report.token,
        "reported_at": now,
    }


def _contact(report: Report) -> Contact | None:
    """Whom the phone system names, if the number (or a chat's e-mail address) is theirs: any key could name anybody.
    It may go on naming a contact that was merged.

    Else whom the number, or the address, reaches, if it is one alone.
    """
    reached = [Contact.objects.reached_at(report.number)] if report.number else []
    if isinstance(report, ChatReport) and report.email:
        reached.append(Contact.objects.with_email(report.email))
    for contacts in reached:
        if PRIMARY_KEY.fullmatch(report.entity_id) and (named := contacts.known_as(report.entity_id).first()):
            return named
    for contacts in reached:
        if alone := sole(contacts):
            return alone
    return None


def _agent(report: Report) -> AbstractBaseUser | None:
    """Whose extension it is; else whose e-mail address, where it is one person's alone. Never by name."""
    people = get_user_model().objects
    if report.extension and (agent := people.filter(extension__number=report.extension).first()):
        return agent
    same_address = people.filter(email__iexact=report.agent_email)[:2] if report.agent_email else []
    return same_address[0] if len(same_address) == 1 else None


def _add(call: Call, report: CallReport) -> None:
    missing = {name: value for name in ADDED_LATER if not getattr(call, name) and (value := getattr(report, name))}
    if missing:
        Call.objects.filter(pk=call.pk).update(**missing)
