"""What 3CX's words for a call or a chat mean, as a matter of words alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callnotes.journaling import CallReport, ChatReport
from callnotes.models import Call
from integrations_3cx import reporting
from integrations_3cx.wire import Unusable

SINGAPORE = ZoneInfo("Asia/Singapore")
START = datetime(2026, 11, 22, 14, 5, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

# As the CRM template sends them.
CALL = {
    "CallType": "Inbound",
    "Number": "91234567",
    "EntityId": "17",
    "Agent": "101",
    "AgentEmail": "robin@example.com",
    "QueueExtension": "800",
    "Duration": "00:04:50",
    "DurationSeconds": "290",
    "CallStartTimeUTC": "2026-11-22T14:05:06Z",
    "CallStartTimeUTCMillis": "1795356306123",
    "CallEstablishedTimeUTCMillis": "1795356316456",
    "CallEndTimeUTC": "2026-11-22T14:10:06Z",
    "CallEndTimeUTCMillis": "1795356606789",
    "RecordingUrl": "https://pbx.example.com/recordings/7",
    "Summary": "Asks for a quote.",
    "Transcription": " Good morning.\r\n",
}
READ = CallReport(
    number="+6591234567",
    started_at=START,
    ended_at=START + 5 * MINUTE,
    extension="101",
    agent_email="robin@example.com",
    queue="800",
    entity_id="17",
    token="Main 3CX (dbn_abcdef…)",
    direction=Call.Direction.INBOUND,
    result=Call.Result.ANSWERED,
    duration_seconds=290,
    answered_at=START + timedelta(seconds=10),
    recording_url="https://pbx.example.com/recordings/7",
    summary="Asks for a quote.",
    transcript=" Good morning.\r\n",
)
CHAT = {
    "Number": "91234567",
    "Email": " ada@example.com",
    "Name": "Ada ",
    "EntityId": "17",
    "Agent": "101",
    "AgentEmail": "robin@example.com",
    "QueueExtension": "800",
    "Duration": "00:05:00",
    "ChatStartTimeUTC": "2026-11-22T14:05:06Z",
    "ChatEndTimeUTC": "2026-11-22T14:10:06Z",
    "ChatMessages": " Visitor: Are you open?\nRobin: Yes 😀\n",
}
CHAT_READ = ChatReport(
    number="+6591234567",
    started_at=START,
    ended_at=START + 5 * MINUTE,
    extension="101",
    agent_email="robin@example.com",
    queue="800",
    entity_id="17",
    token="Main 3CX (dbn_abcdef…)",
    messages=" Visitor: Are you open?\nRobin: Yes 😀\n",
    email="ada@example.com",
    visitor_name="Ada",
)
SHORTEST = {"CallType": "Missed", "Number": "", "CallStartTimeUTC": "2026-11-22T14:05:06Z"}
SHORTEST_READ = CallReport(
    number="",
    started_at=START,
    ended_at=START,
    token="Main 3CX (dbn_abcdef…)",
    direction=Call.Direction.INBOUND,
    result=Call.Result.MISSED,
    duration_seconds=0,
)


def without_null(sent: dict[str, Any], more: tuple) -> list[tuple[str, Any]]:
    """As the endpoint hands it over: without what is null."""
    return [(name, value) for name, value in (*sent.items(), *more) if value is not None]


def call(sent: dict[str, Any], *more: tuple[str, Any]) -> CallReport:
    return reporting.call_report(without_null(sent, more), "SG", SINGAPORE, "Main 3CX (dbn_abcdef…)")


def chat(sent: dict[str, Any], *more: tuple[str, Any]) -> ChatReport:
    return reporting.chat_report(without_null(sent, more), "SG", SINGAPORE, "Main 3CX (dbn_abcdef…)")


def without(sent: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in sent.items() if name not in names}


def refused(read, sent: dict[str, Any], *more: tuple[str, Any]) -> tuple[str, str]:
    with pytest.raises(Unusable) as refusal:
        read(sent, *more)
    return refusal.value.code, refusal.value.message


# Whole


def test_a_call_is_read_as_the_template_sends_it():
    assert call(CALL) == READ


def test_a_chat_is_read_as_the_template_sends_it():
    assert chat(CHAT) == CHAT_READ


def test_type_number_and_start_are_all_that_a_missed_call_needs():
    assert call(SHORTEST) == SHORTEST_READ


def test_number_start_and_messages_are_all_that_a_chat_needs():
    sent = {"Number": "", "ChatStartTimeUTC": "2026-11-22T14:05:06Z", "ChatMessages": "Hello?"}
    nothing = dict.fromkeys(("number", "extension", "agent_email", "queue", "entity_id", "email", "visitor_name"), "")
    assert chat(sent) == replace(CHAT_READ, **nothing, ended_at=START, messages="Hello?")


def test_names_are_known_in_any_case_and_with_blanks_around_them():
    assert call({f" {name.upper()}\t": value for name, value in CALL.items()}) == READ
    assert chat({name.lower(): value for name, value in CHAT.items()}) == CHAT_READ


def test_names_of_no_meaning_are_ignored():
    assert call(CALL, ("Sentiment", "5"), ("", ""), ("cid", "1"), ("AgentFirstName", ["Robin"])) == READ


@pytest.mark.parametrize("nothing", [None, "[{}]", "%{}%", " [{}] "], ids=str)
def test_null_and_a_variable_that_was_not_filled_in_are_not_given(nothing):
    unfilled = {name: nothing and nothing.format(name) for name in without(CALL, *SHORTEST)}
    assert call(unfilled | SHORTEST) == SHORTEST_READ


def test_a_whole_number_of_json_is_text():
    assert call(CALL | {"Number": 6591234567, "Agent": 101, "DurationSeconds": 290, "EntityId": 17}) == READ


@pytest.mark.parametrize("value", [True, 1.5, -7, [], ["x"], {}, {"x": 1}], ids=repr)
def test_what_is_no_text_is_refused(value):
    message = "Send agent as text or a whole number."
    assert refused(call, CALL | {"Agent": value}) == ("wrong_type", message)


def test_a_name_that_comes_twice_with_other_values_is_refused():
    message = "number was sent more than once, with different values; send it once."
    assert refused(call, CALL, ("NUMBER", "91234568")) == ("parameter_repeated", message)
    assert call(CALL, ("NUMBER", "91234567")) == READ


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("a\0b", ("nul_character", "summary holds a NUL character; leave it out.")),
        ("a\ud800b", ("malformed_encoding", "summary is no valid UTF-8; send text as UTF-8.")),
    ],
    ids=["NUL", "half a surrogate pair"],
)
def test_text_that_cannot_be_kept_is_refused(value, fault):
    assert refused(call, CALL | {"Summary": value}) == fault


# What kind of call


@pytest.mark.parametrize(
    ("sent", "direction", "result"),
    [
        ("Inbound", "inbound", "answered"),
        ("Missed", "inbound", "missed"),
        ("Outbound", "outbound", "answered"),
        ("Notanswered", "outbound", "not_answered"),
        (" NOTANSWERED ", "outbound", "not_answered"),
    ],
)
def test_the_four_types_are_a_direction_and_a_result(sent, direction, result):
    read = call(CALL | {"CallType": sent})
    assert (read.direction, read.result) == (direction, result)
    assert (read.answered_at is None) == (result != "answered")


@pytest.mark.parametrize(
    "sent", ["", "Internal", "Not answered", None, "[CallType]", "x" * 5000], ids=lambda s: str(s)[:9]
)
def test_another_type_is_refused_with_the_four(sent):
    shown = "" if sent in (None, "[CallType]") else sent[:40]
    message = f"CallType is {shown!r}; send Inbound, Missed, Outbound or Notanswered."
    assert refused(call, CALL | {"CallType": sent}) == ("call_type_unknown", message)


# Number


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ("+6591234567", "+6591234567"),
        (" 6591234567", "+6591234567"),
        ("006591234567", "+6591234567"),
        ("sip:91234567@pbx.example.com", "+6591234567"),
        ("101", "101"),
        ("", ""),
        ("anonymous", ""),
        ("9" * 300, ""),
    ],
)
def test_the_number_is_canonical_and_empty_where_the_caller_hides_it(sent, number):
    assert (call(CALL | {"Number": sent}).number, chat(CHAT | {"Number": sent}).number) == (number, number)


@pytest.mark.parametrize(
    ("sent", "hint"),
    [
        ({}, ""),
        ({"Number": None}, ""),
        ({"Number": "[Number]"}, ", not '[Number]'"),
        ({"Number": "%CallerNumber%"}, ", not '%CallerNumber%'"),
    ],
)
def test_a_call_without_a_number_is_refused_with_what_was_sent_and_a_chat_has_none(sent, hint):
    message = f"Send the other party's number as Number{hint}; empty, where the caller hides it."
    assert refused(call, without(CALL, "Number") | sent) == ("number_missing", message)
    assert chat(without(CHAT, "Number") | sent).number == ""


# When

STARTS = ["CallStartTimeUTC", "CallStartTimeUTCMillis"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CallStartTimeUTC", "2026-11-22T14:05:06Z"),
        ("CallStartTimeUTC", "2026-11-22 14:05:06"),
        ("CallStartTimeUTC", "2026-11-22T22:05:06+08:00"),
        ("CallStartTimeUTCMillis", "1795356306999"),
        ("CallStartTimeLocal", "2026-11-22 22:05:06"),
        ("CallStartTimeLocal", "22.11.2026 22:05:06"),
        ("CallStartTimeLocal", "2026-11-22T14:05:06Z"),
        ("CallStartTimeLocalMillis", "1795356306000"),
    ],
)
def test_the_start_is_read_from_any_of_its_four_names(name, value):
    assert call(without(CALL, *STARTS) | {name: value}) == READ


def test_of_several_forms_the_first_that_can_be_read_counts():
    other = {"CallStartTimeUTCMillis": "1795356400000", "CallStartTimeLocal": "1.1.2026 1:01"}
    assert call(CALL | other) == READ
    unreadable = {"CallStartTimeUTC": "11/22/2026 2:05:06 PM", "CallStartTimeUTCMillis": "0001-01-01T00:00:00"}
    assert call(CALL | unreadable | {"CallStartTimeLocal": "22.11.2026 22:05:06"}) == READ


@pytest.mark.parametrize("sent", [None, "", "[CallStartTimeUTC]", "0001-01-01T00:00:00Z"])
def test_a_report_without_a_start_is_refused(sent):
    message = "Send when it began as {}StartTimeUTC, printed as yyyy-MM-ddTHH:mm:ssZ."
    of_call = without(CALL, *STARTS) | {"CallStartTimeUTC": sent}
    assert refused(call, of_call) == ("start_missing", message.format("Call"))
    assert refused(chat, CHAT | {"ChatStartTimeUTC": sent}) == ("start_missing", message.format("Chat"))


@pytest.mark.parametrize(
    ("name", "sent", "fault"),
    [
        ("CallStartTimeUTC", "11/22/2026 2:05:06 PM", "cannot be read for sure"),
        ("CallEndTimeUTC", "2026-02-30T00:00:00Z", "is no date and time"),
        ("CallEndTimeUTCMillis", "9" * 14, "lies too far ahead"),
    ],
)
def test_a_moment_that_cannot_be_read_is_refused_with_what_to_send(name, sent, fault):
    stem = name.partition("UTC")[0]
    rest = [f"{stem}{clock}" for clock in ("UTC", "UTCMillis", "Local", "LocalMillis")]
    message = f'{name} is {sent!r}, which {fault}; send it as .ToString("yyyy-MM-ddTHH:mm:ssZ") prints it.'
    assert refused(call, without(CALL, *rest) | {name: sent}) == ("time_unreadable", message)


def test_of_several_moments_that_cannot_be_read_the_first_is_told():
    unreadable = {"CallEndTimeUTC": "soon", "CallEndTimeUTCMillis": "later"}
    message = "CallEndTimeUTC is 'soon', which cannot be read for sure; send it as .ToString(\"yyyy-MM-ddTHH:mm:ssZ\")"
    assert refused(call, CALL | unreadable) == ("time_unreadable", f"{message} prints it.")


@pytest.mark.parametrize("established", ["", None, "0001-01-01T00:00:00", "[CallEstablishedTimeUTCMillis]", "never"])
def test_a_call_may_lack_the_moment_at_which_it_was_answered(established):
    assert call(CALL | {"CallEstablishedTimeUTCMillis": established}) == replace(READ, answered_at=None)


@pytest.mark.parametrize("seconds", [-1, 301])
def test_a_moment_of_the_answer_before_the_start_or_after_the_end_is_left_out(seconds):
    established = int((START + timedelta(seconds=seconds)).timestamp() * 1000)
    assert call(CALL | {"CallEstablishedTimeUTCMillis": str(established)}) == replace(READ, answered_at=None)


@pytest.mark.parametrize("seconds", [0, 300])
def test_a_call_may_be_answered_in_the_moment_of_its_start_or_of_its_end(seconds):
    answered_at = START + timedelta(seconds=seconds)
    sent = CALL | {"CallEstablishedTimeUTCMillis": str(int(answered_at.timestamp() * 1000))}
    assert call(sent) == replace(READ, answered_at=answered_at)


def test_when_it_was_answered_is_not_read_where_it_was_not():
    assert call(CALL | {"CallType": "Missed", "CallEstablishedTimeUTCMillis": "never"}).answered_at is None


# How long

ENDS = ["CallEndTimeUTC", "CallEndTimeUTCMillis"]
DURATIONS = ["Duration", "DurationSeconds"]


@pytest.mark.parametrize(
    "sent",
    [
        {"DurationSeconds": "290"},
        {"Duration": "00:04:50"},
        {"DurationTimespan": "00:04:50.1230000"},
        {"DurationSeconds": "[[DurationTimespan]]", "Duration": "290"},
        {"DurationSeconds": "", "Duration": "5 minutes", "DurationTimespan": "0.00:04:50"},
    ],
)
def test_the_duration_is_read_from_the_first_of_its_names_that_can_be(sent):
    assert call(without(CALL, *DURATIONS) | sent) == READ


def test_without_a_duration_it_is_from_the_answer_to_the_end():
    assert call(without(CALL, *DURATIONS)) == replace(READ, duration_seconds=290)


def test_without_an_end_it_is_the_duration_after_the_answer_or_else_the_start():
    assert call(without(CALL, *ENDS)) == READ
    unanswered = call(without(CALL, *ENDS, "CallEstablishedTimeUTCMillis"))
    assert unanswered == replace(READ, answered_at=None, ended_at=START + timedelta(seconds=290))
    assert chat(without(CHAT, "ChatEndTimeUTC")) == CHAT_READ


@pytest.mark.parametrize("missing", ["CallEstablishedTimeUTCMillis", "CallEndTimeUTC"])
def test_an_answered_call_of_which_no_duration_can_be_told_is_refused(missing):
    message = "Send how long the call took as Duration, printed as hh:mm:ss."
    names = [*DURATIONS, missing, "CallEndTimeUTCMillis"]
    assert refused(call, without(CALL, *names)) == ("duration_missing", message)


@pytest.mark.parametrize("kind", ["Missed", "Notanswered"])
def test_a_call_that_nobody_took_lasted_nothing_where_nothing_else_is_sent(kind):
    assert call(without(CALL, *DURATIONS) | {"CallType": kind}).duration_seconds == 0


def test_a_duration_that_cannot_be_read_is_refused_with_what_to_send():
    sent = {"DurationSeconds": "[DurationTimespan]", "Duration": "5 minutes", "DurationTimespan": "-1"}
    message = "Duration is '5 minutes', which is no duration; send it as hh:mm:ss, or as a number of seconds."
    assert refused(call, without(CALL, *DURATIONS) | sent) == ("duration_unreadable", message)


# Words


@pytest.mark.parametrize(
    ("read", "usual", "name", "longest"),
    [
        (call, CALL, "Agent", 20),
        (call, CALL, "QueueExtension", 20),
        (call, CALL, "AgentEmail", 254),
        (call, CALL, "CallId", 200),
        (call, CALL, "RecordingUrl", 2000),
        (chat, CHAT, "Email", 254),
        (chat, CHAT, "Name", 200),
    ],
)
def test_a_value_that_is_too_long_is_refused_and_never_cut(read, usual, name, longest):
    read(usual | {name: f" {'x' * longest} "})
    message = f"{name} is {longest + 1} characters long; send at most {longest}."
    assert refused(read, usual | {name: "x" * (longest + 1)}) == ("value_too_long", message)


def test_summary_and_transcript_may_be_long_and_lose_no_character():
    words = "é\r\n" * 100_000
    read = call(CALL | {"Summary": words, "Transcription": words})
    assert (read.summary, read.transcript) == (words, words)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("https://pbx.example.com/recordings/7?a=b#c", True),
        ("http://192.0.2.7:5001/r/7", True),
        ("javascript:alert(1)", False),
        (" JaVaScRiPt:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("//pbx.example.com/7", False),
        ("/recordings/7.wav", False),
        ("https://", False),
        ("https://[", False),
        ("http://[::1]/7", True),
    ],
)
def test_a_recording_is_an_address_that_a_browser_may_open_or_nothing(sent, kept):
    assert call(CALL | {"RecordingUrl": sent}).recording_url == (sent if kept else "")


@pytest.mark.parametrize("sent", [None, "", " \r\n\t", "[ChatMessages]"])
def test_a_chat_without_messages_is_refused(sent):
    fault = ("chat_messages_missing", "Send the chat's messages as ChatMessages.")
    assert refused(chat, CHAT | {"ChatMessages": sent}) == fault


times = st.from_regex(r"\d{1,14}|\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?|(\d{1,4}\.)?\d{1,4}:\d\d:\d\d", fullmatch=True)
anything = st.none() | st.booleans() | st.integers() | st.text() | times | st.lists(st.text(), max_size=2)


@given(st.dictionaries(st.sampled_from(sorted({*reporting.CALL_NAMES, *reporting.CHAT_NAMES})), anything))
def test_whatever_is_sent_is_read_or_refused(sent):
    for read, usual in ((call, CALL), (chat, CHAT)):
        try:
            read(usual | sent)
        except Unusable as refusal:
            assert refusal.message.endswith(".")  # noqa: PT017
