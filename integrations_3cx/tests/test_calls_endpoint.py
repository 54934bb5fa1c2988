"""Calls are reported by a POST each, once or again: stored whole, met by their notes, or refused with a reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from callnotes import missed
from callnotes.models import Call, CallNote
from callnotes.tests.factories import make_agent, make_note
from contacts.tests.factories import make_contact
from integrations_3cx.models import ApiToken, Scope
from integrations_3cx.tests.asking import CALLS, INSERTED, NUMBER, answer, note, post_form, post_json, refused
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

# As the CRM template sends them, of a V20 with a recording and of a V18.
ANSWERED = {
    "CallType": "Inbound",
    "Number": "91234567",
    "EntityId": "",
    "Agent": "101",
    "AgentEmail": "robin@example.com",
    "QueueExtension": "800",
    "Duration": "00:04:50",
    "DurationSeconds": "290",
    "CallStartTimeUTC": "2026-03-04T12:00:00Z",
    "CallStartTimeUTCMillis": "1772625600123",
    "CallEstablishedTimeUTCMillis": "1772625610456",
    "CallEndTimeUTC": "2026-03-04T12:05:00Z",
    "CallEndTimeUTCMillis": "1772625900789",
    "RecordingUrl": "https://pbx.example.com/recordings/7",
    "Summary": "Asks for a quote.",
    "Transcription": "Good morning.\r\n早上好。",
}
MISSED = ANSWERED | {
    "CallType": "Missed",
    "EntityId": "[EntityId]",
    "Duration": "",
    "DurationSeconds": "[DurationTimespan]",
    "CallEstablishedTimeUTCMillis": "",
    "RecordingUrl": "[RecordingUrl]",
    "Summary": "[Summary]",
    "Transcription": None,
}


@pytest.fixture
def token() -> ApiToken:
    token, token.key = make_token(scopes=[Scope.JOURNAL])
    return token


@pytest.fixture(autouse=True)
def afternoon():
    with time_machine.travel(START + 6 * MINUTE, tick=False):
        yield


def report(client, token: ApiToken, sent: dict[str, Any], **extra):
    return post_json(client, sent, path=CALLS, HTTP_X_API_KEY=token.key, **extra)


def stored(call: Call) -> tuple[int, str]:
    return 200, f'{{"success":true,"call":{call.pk}}}'


def test_a_call_is_stored_with_all_that_was_reported_and_its_key_answered(client, token):
    contact, agent = make_contact("Ada Example", NUMBER), make_agent("robin", extension="101")
    response = report(client, token, ANSWERED)
    row = Call.objects.values().get()
    assert answer(response) == stored(Call.objects.get())
    assert len(row.pop("content_key")) == 64
    assert row == {
        "id": Call.objects.get().pk,
        "number": NUMBER,
        "contact_id": contact.pk,
        "contact_name": "Ada Example",
        "extension": "101",
        "agent_id": agent.pk,
        "queue": "800",
        "started_at": START,
        "ended_at": START + 5 * MINUTE,
        "source": "3cx",
        "token": str(token),
        "reported_at": START + 6 * MINUTE,
        "direction": "inbound",
        "result": "answered",
        "answered_at": START + timedelta(seconds=10),
        "duration_seconds": 290,
        "call_id": "",
        "recording_url": "https://pbx.example.com/recordings/7",
        "summary": "Asks for a quote.",
        "transcript": "Good morning.\r\n早上好。",
        "handled_at": None,
        "handled_by_id": None,
        "note_waived_by_id": None,
        "is_counted": True,
    }


def test_a_missed_call_is_stored_with_what_its_version_knows_and_stands_on_the_list(client, token):
    response = report(client, token, MISSED)
    call = Call.objects.get()
    assert answer(response) == stored(call)
    assert (call.result, call.answered_at, call.duration_seconds) == ("missed", None, 0)
    assert (call.recording_url, call.summary, call.transcript) == ("", "", "")
    assert [row.number for row in missed.waiting(10)] == [NUMBER]


def test_an_unknown_and_a_withheld_caller_are_journaled_too(client, token):
    for number in ("+12025550123", "anonymous", ""):
        assert report(client, token, MISSED | {"Number": number}).status_code == 200
    assert sorted(Call.objects.values_list("number", "contact")) == [("", None), ("+12025550123", None)]


def test_the_same_report_again_is_the_same_call_and_adds_what_was_missing(client, token):
    first = report(client, token, ANSWERED | {"Summary": "", "Transcription": "[Transcription]", "RecordingUrl": None})
    again = report(client, token, ANSWERED)
    call = Call.objects.get()
    assert [answer(first), answer(again)] == [stored(call)] * 2
    assert (call.summary, call.recording_url) == ("Asks for a quote.", "https://pbx.example.com/recordings/7")


def test_each_leg_is_a_call_of_its_own(client, token):
    legs = [MISSED | {"Agent": "102"}, MISSED | {"Agent": "103"}, ANSWERED]
    for leg in legs * 2:
        report(client, token, leg)
    assert sorted(Call.objects.values_list("extension", "result")) == [
        ("101", "answered"),
        ("102", "missed"),
        ("103", "missed"),
    ]
    assert missed.waiting(10) == []


def test_a_contact_that_is_named_is_believed_with_that_number_alone(client, token):
    ada, bea = make_contact("Ada Example", NUMBER), make_contact("Bea Example", NUMBER)
    other = make_contact("Cem Example", "+12025550123")
    for place, named in enumerate((ada, bea, other)):
        report(client, token, ANSWERED | {"EntityId": str(named.pk), "QueueExtension": str(place)})
    assert list(Call.objects.order_by("queue").values_list("contact", flat=True)) == [ada.pk, bea.pk, None]


def test_a_call_meets_the_note_of_the_agent(client, token):
    agent = make_agent("robin", extension="101")
    written = make_note(NUMBER, agent=agent, now=START + 3 * MINUTE)
    report(client, token, ANSWERED)
    assert CallNote.objects.get(pk=written.pk).reported_call == Call.objects.get()


def test_a_call_meets_the_note_of_the_call_flow_by_its_id_or_time(client, token):
    make_contact("Ada Example", NUMBER)
    _, key = make_token("Call flow")
    assert answer(note(client, key, call_id="call-7")) == INSERTED
    report(client, token, ANSWERED)
    assert CallNote.objects.get().matched_by == "time"
    report(client, token, ANSWERED | {"CallId": "call-7"})
    assert CallNote.objects.get().matched_by == "call id"


def test_a_form_is_read_with_its_lost_plus(client, token):
    form = "CallType=Missed&Number=+6591234567&CallStartTimeUTC=2026-03-04T12:00:00Z"
    post_form(client, form, path=CALLS, HTTP_X_API_KEY=token.key)
    assert list(Call.objects.values_list("number", "started_at")) == [(NUMBER, START)]


def test_what_stands_in_the_address_is_no_part_of_the_report(client, token):
    sent = {name: value for name, value in MISSED.items() if name != "Number"}
    response = post_json(client, sent, path=f"{CALLS}?Number=91234567", HTTP_X_API_KEY=token.key)
    assert (response.status_code, response.json()["error"]) == (400, "number_missing")


def test_a_local_time_is_of_the_configured_zone(client, token):
    client.cookies["time_zone"] = "America/New_York"  # a phone system is no reader
    local = {"CallStartTimeUTC": None, "CallStartTimeUTCMillis": None, "CallStartTimeLocal": "4.3.2026 20:00:00"}
    report(client, token, ANSWERED | local)
    assert Call.objects.get().started_at == START


IMPOSSIBLE = "It ended before it began, or over 24 hours later; check the times and the duration."


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        pytest.param(
            {"Number": None},
            *("number_missing", "Send the other party's number as Number; empty, where the caller hides it."),
            id="no number",
        ),
        pytest.param(
            {"CallType": "Internal"},
            *("call_type_unknown", "CallType is 'Internal'; send Inbound, Missed, Outbound or Notanswered."),
            id="another type",
        ),
        pytest.param(
            {"CallStartTimeUTC": "", "CallStartTimeUTCMillis": ""},
            *("start_missing", "Send when it began as CallStartTimeUTC, printed as yyyy-MM-ddTHH:mm:ssZ."),
            id="no start",
        ),
        pytest.param(
            {"CallEndTimeUTC": "3/4/2026 12:05:00 PM", "CallEndTimeUTCMillis": ""},
            "time_unreadable",
            "CallEndTimeUTC is '3/4/2026 12:05:00 PM', which cannot be read for sure; "
            'send it as .ToString("yyyy-MM-ddTHH:mm:ssZ") prints it.',
            id="an ambiguous time",
        ),
        pytest.param(
            {"DurationSeconds": "", "Duration": "long"},
            "duration_unreadable",
            "Duration is 'long', which is no duration; send it as hh:mm:ss, or as a number of seconds.",
            id="no duration",
        ),
        pytest.param(
            {"Agent": "1" * 21},
            *("value_too_long", "Agent is 21 characters long; send at most 20."),
            id="a long extension",
        ),
        pytest.param({"CallEndTimeUTC": "2026-03-04T11:59:59Z"}, "report_impossible", IMPOSSIBLE, id="ended before"),
        pytest.param({"CallEndTimeUTC": "2026-03-05T12:00:01Z"}, "report_impossible", IMPOSSIBLE, id="over 24 hours"),
        pytest.param(
            {"CallStartTimeUTC": "2026-03-06T12:00:00Z", "CallEndTimeUTC": "2026-03-06T12:05:00Z"},
            "report_impossible",
            "It began on 2026-03-06, which cannot be; check the phone system's clock.",
            id="the future",
        ),
        pytest.param(
            {"CallStartTimeUTC": "1999-12-31T23:59:59Z", "CallEndTimeUTC": ""},
            "report_impossible",
            "It began on 1999-12-31, which cannot be; check the phone system's clock.",
            id="last century",
        ),
    ],
)
def test_a_report_that_cannot_be_used_is_refused_with_what_to_do_and_not_stored(client, token, changed, error, message):
    response = report(client, token, ANSWERED | changed)
    assert (answer(response), Call.objects.count()) == (refused(400, False, error, message), 0)


def test_a_call_that_was_answered_after_its_end_is_stored_without_that_moment(client, token):
    response = report(client, token, ANSWERED | {"CallEstablishedTimeUTCMillis": "1772625901000"})
    call = Call.objects.get()
    assert (answer(response), call.result, call.answered_at) == (stored(call), "answered", None)
