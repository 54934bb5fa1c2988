"""3CX's words for a call or a chat that has ended, read into what `journaling` takes.

The names are those of the CRM template's variables (shown in "CRM Template XML Description", 3CX, and in published
templates for V16 to V20); they are known in any case. A variable that was not filled in counts as not given.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import urlsplit

from callnotes.journaling import CallReport, ChatReport
from callnotes.models import CALL_ID_MAX_LENGTH, EXTENSION_MAX_LENGTH, Call
from contacts import phone
from integrations_3cx import moments, wire
from integrations_3cx.wire import Unusable

# Exactly these four are sent (templates seen, V18 and V20): ways of calling, and what came of it.
CALL_TYPES = {
    "inbound": (Call.Direction.INBOUND, Call.Result.ANSWERED),
    "missed": (Call.Direction.INBOUND, Call.Result.MISSED),
    "outbound": (Call.Direction.OUTBOUND, Call.Result.ANSWERED),
    "notanswered": (Call.Direction.OUTBOUND, Call.Result.NOT_ANSWERED),
}
EMAIL_MAX_LENGTH = 254
NAME_MAX_LENGTH = 200
URL_MAX_LENGTH = 2000

_COMMON = "Number Agent AgentEmail QueueExtension EntityId Duration DurationTimespan DurationSeconds"
_CLOCKS = ["UTC", "UTCMillis", "Local", "LocalMillis"]
CALL_NAMES = [
    *f"CallType {_COMMON} CallId RecordingUrl Summary Transcription".split(),
    *(f"{stem}{clock}" for stem in ("CallStartTime", "CallEstablishedTime", "CallEndTime") for clock in _CLOCKS),
]
CHAT_NAMES = [
    *f"ChatMessages Email Name {_COMMON}".split(),
    *(f"{stem}{clock}" for stem in ("ChatStartTime", "ChatEndTime") for clock in _CLOCKS),
]


def call_report(pairs: Iterable[tuple[str, Any]], region: str, zone: tzinfo, token: str) -> CallReport:
    """Reads the report of one call, or of one agent's leg of it. Raises Unusable."""
    fields = _Fields(pairs, CALL_NAMES, zone)
    direction, result = _call_type(fields)
    started_at, ended_at = fields.start("CallStartTime"), fields.moment("CallEndTime")
    answered_at = fields.moment("CallEstablishedTime", is_optional=True) if result is Call.Result.ANSWERED else None
    duration = fields.duration()
    if duration is None:
        duration = _talked(result, answered_at, ended_at)
    ended_at = ended_at or (answered_at or started_at) + duration
    if answered_at and not started_at <= answered_at <= ended_at:
        answered_at = None
    return CallReport(
        **_common(fields, _number(fields, region), token),
        direction=direction,
        result=result,
        started_at=started_at,
        answered_at=answered_at,
        ended_at=ended_at,
        duration_seconds=int(duration.total_seconds()),
        call_id=fields.text("CallId", CALL_ID_MAX_LENGTH),
        recording_url=_web_address(fields.text("RecordingUrl", URL_MAX_LENGTH)),
        summary=fields.text("Summary"),
        transcript=fields.text("Transcription"),
    )


def chat_report(pairs: Iterable[tuple[str, Any]], region: str, zone: tzinfo, token: str) -> ChatReport:
    """Reads the report of one chat. Raises Unusable."""
    fields = _Fields(pairs, CHAT_NAMES, zone)
    messages = fields.text("ChatMessages")
    if not messages.strip():
        raise Unusable("chat_messages_missing", "Send the chat's messages as ChatMessages.")
    started_at = fields.start("ChatStartTime")
    return ChatReport(
        # A visitor of a web page has none.
        **_common(fields, phone.read(fields.given("Number") or "", region).number, token),
        started_at=started_at,
        ended_at=fields.moment("ChatEndTime") or started_at + (fields.duration() or timedelta()),
        messages=messages,
        email=fields.text("Email", EMAIL_MAX_LENGTH),
        visitor_name=fields.text("Name", NAME_MAX_LENGTH),
    )


class _Fields:
    """What was sent, by 3CX's names."""

    def __init__(self, pairs: Iterable[tuple[str, Any]], names: list[str], zone: tzinfo) -> None:
        self._names = frozenset(name.casefold() for name in names)
        self._parameters = wire.by_name(pairs, self._names)
        self._zone = zone

    def sent(self, name: str) -> str | None:
        return wire.text(self._parameters, name.casefold(), self._names)

    def given(self, name: str) -> str | None:
        """The text of a name as it was sent; None where it is missing or an unfilled variable."""
        return wire.given(self.sent(name))

    def text(self, name: str, max_length: int | None = None) -> str:
        """Likewise, empty where it was not given. Raises Unusable where it is too long."""
        sent = self.given(name) or ""
        if max_length is None:
            return sent
        if len(sent := sent.strip()) > max_length:
            raise Unusable("value_too_long", f"{name} is {len(sent)} characters long; send at most {max_length}.")
        return sent

    def start(self, stem: str) -> datetime:
        if moment := self.moment(stem):
            return moment
        raise Unusable("start_missing", f"Send when it began as {stem}UTC, printed as yyyy-MM-ddTHH:mm:ssZ.")

    def moment(self, stem: str, *, is_optional: bool = False) -> datetime | None:
        """The first of a moment's forms that can be read; None where none was given.

        Raises Unusable where some were and none can be read, unless the report does without.
        """
        fault = ""
        for clock in _CLOCKS:
            sent = (self.given(stem + clock) or "").strip()
            try:
                read = moments.moment(sent, UTC if clock.startswith("UTC") else self._zone) if sent else None
            except ValueError as error:
                fault = fault or f"{stem}{clock} is {sent[:40]!r}, which {error}."
            else:
                if read:
                    return read
        if fault and not is_optional:
            raise Unusable("time_unreadable", fault)
        return None

    def duration(self) -> timedelta | None:
        fault = ""
        for name in ("DurationSeconds", "Duration", "DurationTimespan"):
            sent = (self.given(name) or "").strip()
            try:
                if sent:
                    return timedelta(seconds=moments.seconds(sent))
            except ValueError as error:
                fault = fault or f"{name} is {sent[:40]!r}, which {error}."
        if fault:
            raise Unusable("duration_unreadable", fault)
        return None


def _call_type(fields: _Fields) -> tuple[Call.Direction, Call.Result]:
    sent = fields.text("CallType").strip()
    if sent.casefold() not in CALL_TYPES:
        known = "Inbound, Missed, Outbound or Notanswered"
        raise Unusable("call_type_unknown", f"CallType is {sent[:40]!r}; send {known}.")
    return CALL_TYPES[sent.casefold()]


def _talked(result: Call.Result, answered_at: datetime | None, ended_at: datetime | None) -> timedelta:
    """How long the parties talked, where no duration was sent."""
    if result is not Call.Result.ANSWERED:
        return timedelta()
    if answered_at is None or ended_at is None:
        raise Unusable("duration_missing", "Send how long the call took as Duration, printed as hh:mm:ss.")
    return ended_at - answered_at


def _number(fields: _Fields, region: str) -> str:
    number = fields.given("Number")
    if number is None:
        hint = f", not {fields.sent('Number')!r}" if fields.sent("Number") else ""
        message = f"Send the other party's number as Number{hint}; empty, where the caller hides it."
        raise Unusable("number_missing", message)
    return phone.read(number, region).number


def _common(fields: _Fields, number: str, token: str) -> dict[str, str]:
    return {
        "number": number,
        "extension": fields.text("Agent", EXTENSION_MAX_LENGTH),
        "agent_email": fields.text("AgentEmail", EMAIL_MAX_LENGTH),
        "queue": fields.text("QueueExtension", EXTENSION_MAX_LENGTH),
        "entity_id": fields.text("EntityId").strip(),
        "token": token,
    }


def _web_address(text: str) -> str:
    """The text, if it is an http or https address: a page shows it as a link."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.hostname else ""
