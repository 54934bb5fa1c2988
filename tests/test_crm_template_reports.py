"""By the CRM template a phone system reports its calls and chats, each of which is stored whole and once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model

from callnotes.models import Call, Chat, Extension
from callnotes.tests.factories import make_agent
from contacts.tests.factories import make_contact
from integrations_3cx.models import ApiToken
from tests.threecx import NOTHING_SENT, Engine, Outcome
from tests.threecx_reports import ANSWERED, ENDED, NUMBER, STARTED, call_on_v18, call_on_v20, chat, missed_call

OTHER_NUMBER = "+6561234567"
# What no report tells.
OURS = {"id", "content_key", "reported_at", "is_counted"}


def rows(model: type[Model]) -> list[dict[str, Any]]:
    """All that is stored, by the names of the columns, but what no report tells."""
    stored = model.objects.order_by("pk").values()
    return [{name: value for name, value in row.items() if name not in OURS} for row in stored]


def call_row(**changes: Any) -> dict[str, Any]:
    """What is stored of the answered call of a caller whom nobody knows, by an agent whom nobody knows."""
    return {
        "number": NUMBER,
        "contact_id": None,
        "contact_name": "",
        "extension": "101",
        "agent_id": None,
        "queue": "800",
        "started_at": STARTED,
        "ended_at": ENDED,
        "source": "3cx",
        "token": str(ApiToken.objects.get()),
        "direction": "inbound",
        "result": "answered",
        "answered_at": ANSWERED,
        "duration_seconds": 125,
        "call_id": "",
        "recording_url": "https://pbx.example.com/recordings/17",
        "summary": "Asked for a quote.",
        "transcript": "Robin: Good morning.\nMira: I would like a quote.",
        "handled_at": None,
        "handled_by_id": None,
        "note_waived_by_id": None,
    } | changes


def chat_row(**changes: Any) -> dict[str, Any]:
    return {
        "number": NUMBER,
        "contact_id": None,
        "contact_name": "",
        "extension": "101",
        "agent_id": None,
        "queue": "800",
        "started_at": STARTED,
        "ended_at": ENDED,
        "source": "3cx",
        "token": str(ApiToken.objects.get()),
        "email": "mira@example.com",
        "visitor_name": "Mira Talvane",
        "messages": "Mira: Do you ship to Penang?\nRobin: We do.",
    } | changes


def report(pbx: Engine, **variables: Any) -> tuple[int | None, dict[str, Any]]:
    """Reports a call, and answers what the phone system is told."""
    outcome = pbx.run("ReportCall", **variables)
    return outcome.http_status, outcome.answer


def stored_as(model: type[Model] = Call) -> tuple[int, dict[str, Any]]:
    """What a phone system is told of the last that was stored."""
    last = model.objects.latest("pk")
    return 200, {"success": True, last.kind: last.pk}


def test_an_answered_call_is_stored_with_caller_agent_and_all_that_was_said(pbx):
    mira = make_contact("Mira Talvane", NUMBER)
    robin = make_agent("robin")
    Extension.objects.create(agent=robin, number="101")
    assert report(pbx, **call_on_v20(Name="Mira Talvane", EntityId=str(mira.pk), EntityType="Contacts")) == stored_as()
    assert rows(Call) == [call_row(contact_id=mira.pk, contact_name="Mira Talvane", agent_id=robin.pk)]


def test_a_missed_call_which_has_no_moment_of_answering_is_stored(pbx):
    assert report(pbx, **missed_call()) == stored_as()
    nothing = {"recording_url": "", "summary": "", "transcript": "", "duration_seconds": 0}
    assert rows(Call) == [call_row(result="missed", answered_at=None, ended_at=ANSWERED, **nothing)]


def test_a_call_to_somebody_is_stored(pbx):
    assert report(pbx, **call_on_v20(CallType="Outbound", CallDirection="Outbound", QueueExtension="")) == stored_as()
    assert rows(Call) == [call_row(direction="outbound", queue="")]


def test_a_call_that_somebody_did_not_answer_is_stored(pbx):
    outbound = {"CallType": "Notanswered", "CallDirection": "Outbound", "QueueExtension": ""}
    assert report(pbx, **missed_call(**outbound)) == stored_as()
    nothing = {"recording_url": "", "summary": "", "transcript": "", "duration_seconds": 0, "answered_at": None}
    assert rows(Call) == [call_row(direction="outbound", result="not_answered", queue="", ended_at=ANSWERED, **nothing)]


def test_v18_which_lacks_recordings_texts_and_milliseconds_reports_all_else(pbx):
    assert report(pbx, **call_on_v18()) == stored_as()
    assert rows(Call) == [call_row(answered_at=None, recording_url="", summary="", transcript="")]


def test_a_missed_call_on_v18_is_stored(pbx):
    nobody = {"CallType": "Missed", "CallEstablishedTime": None, "CallEndTime": ANSWERED}
    assert report(pbx, **call_on_v18(**nobody, Duration="00:00:00", DurationTimespan=timedelta())) == stored_as()
    nothing = {"recording_url": "", "summary": "", "transcript": "", "duration_seconds": 0, "answered_at": None}
    assert rows(Call) == [call_row(result="missed", ended_at=ANSWERED, **nothing)]


@pytest.mark.parametrize("lacking", ["DurationTimespan", "CallStartTimeUTC", "CallEndTimeUTC"])
def test_a_variable_that_a_version_lacks_is_made_up_for_by_another(pbx, lacking):
    variables = call_on_v20()
    del variables[lacking]
    assert report(pbx, **variables) == stored_as()
    assert rows(Call) == [call_row()]


def test_a_report_that_comes_again_is_one_call(pbx):
    first, second = [report(pbx, **call_on_v20()) for _ in range(2)]
    assert first == second == stored_as()
    assert rows(Call) == [call_row()]


def test_a_report_that_comes_again_with_a_transcript_adds_it(pbx):
    report(pbx, **call_on_v20(Summary="", Transcription=""))
    assert rows(Call) == [call_row(summary="", transcript="")]
    report(pbx, **call_on_v20())
    assert rows(Call) == [call_row()]


def test_each_agents_leg_of_a_call_is_a_call(pbx):
    report(pbx, **missed_call())
    report(pbx, **call_on_v20(Agent="102", AgentEmail="kim@example.com"))
    nothing = {"recording_url": "", "summary": "", "transcript": "", "duration_seconds": 0, "answered_at": None}
    missed = call_row(result="missed", ended_at=ANSWERED, handled_at=ANSWERED, **nothing)
    assert rows(Call) == [missed, call_row(extension="102")]


@pytest.mark.parametrize("number", ["anonymous", "Private", "", None])
def test_a_withheld_caller_is_journaled_without_a_number(pbx, number):
    assert report(pbx, **call_on_v20(Number=number)) == stored_as()
    assert rows(Call) == [call_row(number="")]


@pytest.mark.parametrize("number", ["91234567", "6591234567", "006591234567", "+65 9123 4567"])
def test_a_number_is_journaled_as_one_in_whatever_spelling(pbx, number):
    assert report(pbx, **call_on_v20(Number=number)) == stored_as()
    assert rows(Call) == [call_row()]


def test_a_contact_without_the_number_of_the_call_is_not_believed(pbx):
    jonas = make_contact("Jonas Petrel", OTHER_NUMBER)
    report(pbx, **call_on_v20(EntityId=str(jonas.pk), EntityType="Contacts", Name="Jonas Petrel"))
    assert rows(Call) == [call_row()]


def test_the_contact_that_3cx_names_is_believed_among_those_who_share_the_number(pbx):
    make_contact("Mira Talvane", NUMBER)
    jonas = make_contact("Jonas Petrel", NUMBER)
    report(pbx, **call_on_v20(EntityId=str(jonas.pk), EntityType="Contacts"))
    assert rows(Call) == [call_row(contact_id=jonas.pk, contact_name="Jonas Petrel")]


def test_what_a_caller_says_is_stored_as_it_was_said(pbx):
    said = 'Mira: [ApiKey]? "No"; 100%\n[[Number].Replace("+","")] \\ <b>ok</b> 感谢'
    report(pbx, **call_on_v20(Transcription=said, Summary="[Number] & more"))
    assert rows(Call) == [call_row(transcript=said, summary="[Number] & more")]


def test_a_chat_is_stored_with_its_messages_and_once(pbx):
    mira = make_contact("Mira Talvane", NUMBER, email="mira@example.com")
    robin = make_agent("robin", email="Robin@example.com")
    outcomes = [pbx.run("ReportChat", **chat(EntityId=str(mira.pk))) for _ in range(2)]
    assert [(each.http_status, each.answer) for each in outcomes] == [stored_as(Chat)] * 2
    assert rows(Chat) == [chat_row(contact_id=mira.pk, contact_name="Mira Talvane", agent_id=robin.pk)]


def test_a_chat_with_a_visitor_who_has_an_address_alone_is_theirs(pbx):
    mira = make_contact("Mira Talvane", NUMBER, email="Mira@example.com")
    assert pbx.run("ReportChat", **chat(Number="")).http_status == 200
    assert rows(Chat) == [chat_row(number="", contact_id=mira.pk, contact_name="Mira Talvane")]


def test_a_chat_with_a_contact_who_has_neither_the_number_nor_the_address_is_nobodys(pbx):
    jonas = make_contact("Jonas Petrel", OTHER_NUMBER, email="jonas@example.com")
    assert pbx.run("ReportChat", **chat(EntityId=str(jonas.pk))).http_status == 200
    assert rows(Chat) == [chat_row()]


@pytest.mark.parametrize(
    ("switch", "scenario", "variables"),
    [("ReportCallEnabled", "ReportCall", call_on_v20()), ("ReportChatEnabled", "ReportChat", chat())],
)
def test_nothing_is_reported_where_the_switch_is_off(pbx, switch, scenario, variables):
    pbx.parameters[switch] = "False"
    assert pbx.run(scenario, **variables) == NOTHING_SENT
    assert (rows(Call), rows(Chat)) == ([], [])


def test_a_call_of_no_known_type_is_refused(pbx):
    message = "CallType is 'Unanswered'; send Inbound, Missed, Outbound or Notanswered."
    answer = {"success": False, "error": "call_type_unknown", "message": message}
    assert pbx.run("ReportCall", **call_on_v20(CallType="Unanswered")) == Outcome(400, answer)
    assert rows(Call) == []
