"""A report of the phone system becomes a call or a chat in one way: whole, once, and never of whom it merely names."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from callnotes.journaling import CallReport, ChatReport, Nonsense, journal_call, journal_chat
from callnotes.models import Call, Chat
from callnotes.tests.factories import NOON, call_report, chat_report, make_agent, make_call, make_chat, minute
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"
SECOND = timedelta(seconds=1)

WHOLE_CALL = CallReport(
    number=NUMBER,
    started_at=NOON,
    ended_at=minute(5),
    extension="101",
    agent_email="robin@example.com",
    queue="800",
    entity_id="",
    token="reception 4f2a",
    direction=Call.Direction.INBOUND,
    result=Call.Result.ANSWERED,
    duration_seconds=280,
    answered_at=minute(1 / 3),
    call_id="call-7",
    recording_url="https://pbx.example.com/recordings/7",
    summary="Asks for a quote.",
    transcript="Good morning.\r\n— 早上好。",
)
WHOLE_CHAT = ChatReport(
    number=NUMBER,
    started_at=NOON,
    ended_at=minute(5),
    extension="101",
    agent_email="robin@example.com",
    queue="800",
    entity_id="",
    token="reception 4f2a",
    messages="Visitor: Are you open?\nRobin: Yes 😀",
    email="ada@example.com",
    visitor_name="Ada",
)


def whose(row: Call | Chat) -> tuple[str, str]:
    return row.contact.name if row.contact else "", row.contact_name


# Whole


def test_a_call_is_stored_with_all_that_was_reported():
    contact, agent = make_contact("Ada Example", NUMBER), make_agent("robin", extension="101")
    call = journal_call(WHOLE_CALL, now=minute(6))
    stored = Call.objects.filter(pk=call.pk).values().get()
    assert len(stored.pop("content_key")) == 64
    assert stored == {
        "id": call.pk,
        "number": NUMBER,
        "contact_id": contact.pk,
        "contact_name": "Ada Example",
        "extension": "101",
        "agent_id": agent.pk,
        "queue": "800",
        "started_at": NOON,
        "ended_at": minute(5),
        "source": "3cx",
        "token": "reception 4f2a",
        "reported_at": minute(6),
        "direction": "inbound",
        "result": "answered",
        "answered_at": minute(1 / 3),
        "duration_seconds": 280,
        "is_counted": True,
        "call_id": "call-7",
        "recording_url": "https://pbx.example.com/recordings/7",
        "summary": "Asks for a quote.",
        "transcript": "Good morning.\r\n— 早上好。",
        "handled_at": None,
        "handled_by_id": None,
        "note_waived_by_id": None,
    }


def test_a_chat_is_stored_with_all_that_was_reported():
    contact, agent = make_contact("Ada Example", NUMBER), make_agent("robin", extension="101")
    chat = journal_chat(WHOLE_CHAT, now=minute(6))
    stored = Chat.objects.filter(pk=chat.pk).values().get()
    assert len(stored.pop("content_key")) == 64
    assert stored == {
        "id": chat.pk,
        "number": NUMBER,
        "contact_id": contact.pk,
        "contact_name": "Ada Example",
        "extension": "101",
        "agent_id": agent.pk,
        "queue": "800",
        "started_at": NOON,
        "ended_at": minute(5),
        "source": "3cx",
        "token": "reception 4f2a",
        "reported_at": minute(6),
        "email": "ada@example.com",
        "visitor_name": "Ada",
        "messages": "Visitor: Are you open?\nRobin: Yes 😀",
    }


def test_a_withheld_call_is_stored_and_is_nobodys():
    make_contact("Ada Example", NUMBER)
    call = make_call("")
    assert (call.number, *whose(call)) == ("", "", "")


def test_a_call_and_a_chat_are_called_by_number_and_time():
    assert str(make_call(NUMBER)) == "+65 9123 4567, 04 Mar 2026 20:00"
    assert str(make_chat("")) == "Number withheld, 04 Mar 2026 20:00"


@pytest.mark.parametrize("number", ["9123 4567", "+065912345", "anonymous", "123\n"], ids=ascii)
def test_the_database_itself_refuses_a_report_about_what_is_no_canonical_number(number):
    for make in (make_call, make_chat):
        with pytest.raises(IntegrityError), transaction.atomic():
            make(number)


def test_the_database_itself_refuses_a_missed_call_that_went_out():
    report = call_report(NUMBER, direction=Call.Direction.OUTBOUND, result=Call.Result.MISSED)
    with pytest.raises(IntegrityError), transaction.atomic():
        journal_call(report, now=NOON)


# Once


@pytest.mark.parametrize("call_id", ["", "call-7"])
def test_the_same_report_twice_is_one_call(call_id):
    report = replace(WHOLE_CALL, call_id=call_id)
    first, second = journal_call(report, now=minute(6)), journal_call(report, now=minute(7))
    assert first == second == Call.objects.get()


@pytest.mark.parametrize("direction", ["earlier", "later"])
def test_a_fraction_of_the_second_in_which_it_began_makes_no_other_call(direction):
    half = timedelta(milliseconds=500)
    reports = [call_report(NUMBER, NOON), call_report(NUMBER, NOON + half)]
    for report in reports if direction == "later" else reversed(reports):
        journal_call(report, now=NOON)
    assert Call.objects.count() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"number": OTHER_NUMBER},
        {"extension": "102"},
        {"extension": "", "agent_email": "robin@example.com"},
        {"queue": "800"},
        {"direction": Call.Direction.OUTBOUND},
        {"result": Call.Result.MISSED},
        {"started_at": NOON + SECOND},
    ],
    ids=lambda changed: ", ".join(changed),
)
def test_each_leg_is_a_call_of_its_own(changed):
    report = call_report(NUMBER, extension="101")
    journal_call(report, now=NOON)
    journal_call(replace(report, **changed), now=NOON)
    assert Call.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "calls"),
    [
        ({"queue": "800", "ended_at": minute(6), "duration_seconds": 360}, 1),
        ({"extension": "102"}, 2),
        ({"number": OTHER_NUMBER}, 2),
        ({"direction": Call.Direction.OUTBOUND}, 2),
        ({"result": Call.Result.MISSED}, 2),
        ({"started_at": NOON + SECOND}, 2),
        ({"call_id": "call-8"}, 2),
        ({"call_id": ""}, 2),
    ],
    ids=["another queue and end", "leg", "number", "direction", "result", "start", "id", "no id"],
)
def test_where_there_is_a_call_id_it_tells_a_call_instead_of_the_queue_and_all_else_as_without(changed, calls):
    report = call_report(NUMBER, extension="101", call_id="call-7")
    journal_call(report, now=NOON)
    journal_call(replace(report, **changed), now=NOON)
    assert Call.objects.count() == calls


def test_an_agents_address_in_other_letters_is_the_same_leg():
    for address in ("Robin@example.com", "robin@EXAMPLE.com"):
        make_call(NUMBER, agent_email=address)
    assert Call.objects.count() == 1


def test_a_repetition_adds_what_was_missing_and_changes_nothing_else():
    words = {"recording_url": "", "summary": "", "transcript": ""}
    call = journal_call(replace(WHOLE_CALL, **words), now=minute(6))
    make_contact("Ada Example", NUMBER)
    make_agent("robin", extension="101")
    before = Call.objects.values().get(pk=call.pk)
    journal_call(replace(WHOLE_CALL, duration_seconds=1, ended_at=minute(9), token="branch 9c1b"), now=minute(7))
    assert Call.objects.values().get() == before | {name: getattr(WHOLE_CALL, name) for name in words}


def test_a_repetition_replaces_and_empties_nothing():
    journal_call(WHOLE_CALL, now=minute(6))
    before = Call.objects.values().get()
    empty = replace(WHOLE_CALL, recording_url="", summary="", transcript="")
    other = replace(WHOLE_CALL, recording_url="https://pbx.example.com/8", summary="Other.", transcript="Other.")
    for report in (empty, other):
        journal_call(report, now=minute(7))
    assert Call.objects.values().get() == before


def test_the_call_that_a_repetition_answers_has_what_it_added():
    make_call(NUMBER)
    again = make_call(NUMBER, summary="Asks for a quote.")
    again.refresh_from_db()
    assert again.summary == "Asks for a quote."


def test_the_same_chat_twice_is_one_chat_and_another_message_another():
    first, second = (journal_chat(WHOLE_CHAT, now=minute(6)) for _ in range(2))
    third = journal_chat(replace(WHOLE_CHAT, messages="Visitor: Hello?"), now=minute(6))
    assert (first == second, list(Chat.objects.order_by("pk"))) == (True, [first, third])


@pytest.mark.parametrize(
    "changed",
    [{"number": OTHER_NUMBER}, {"email": "bea@example.com"}, {"extension": "102"}, {"started_at": NOON + SECOND}],
    ids=lambda changed: ", ".join(changed),
)
def test_chats_of_other_people_agents_or_times_stay_several(changed):
    journal_chat(WHOLE_CHAT, now=minute(6))
    journal_chat(replace(WHOLE_CHAT, **changed), now=minute(6))
    assert Chat.objects.count() == 2


# Whose


def test_a_call_is_the_contacts_whom_the_number_reaches_alone():
    make_contact("Ada Example", NUMBER)
    make_contact("Old Example", NUMBER, archived_at=NOON)
    assert whose(make_call(NUMBER)) == ("Ada Example", "Ada Example")


def test_a_call_on_a_shared_number_is_nobodys():
    make_contact("Ada Example", NUMBER)
    make_contact("Bea Example", NUMBER)
    assert whose(make_call(NUMBER)) == ("", "")


def test_the_contact_whom_the_phone_system_names_is_believed_with_that_number_alone():
    ada, bea = make_contact("Ada Example", NUMBER), make_contact("Bea Example", NUMBER)
    cem = make_contact("Cem Example", OTHER_NUMBER)
    named = [make_call(NUMBER, minute(place), entity_id=str(each.pk)) for place, each in enumerate((ada, bea, cem))]
    assert [call.contact for call in named] == [ada, bea, None]


@pytest.mark.parametrize("entity_id", ["", "0", "9" * 18, "9" * 5000, "-1", "x", "\u00b2", "1 OR 1=1"], ids=ascii)
def test_a_key_that_is_nobodys_leaves_the_call_to_whom_the_number_reaches(entity_id):
    make_contact("Ada Example", NUMBER)
    make_contact("Bea Example", OTHER_NUMBER)
    assert whose(make_call(NUMBER, entity_id=entity_id)) == ("Ada Example", "Ada Example")


ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@pytest.mark.parametrize(
    "spelled",
    [" {}".format, "{}\n".format, "+{}".format, "{}.0".format, lambda key: key.translate(ARABIC_INDIC)],
    ids=["blank", "line end", "plus", "fraction", "other digits"],
)
def test_a_key_is_read_to_the_letter(spelled):
    ada = make_contact("Ada Example", NUMBER)
    make_contact("Bea Example", NUMBER)
    assert whose(make_call(NUMBER, entity_id=spelled(str(ada.pk)))) == ("", "")


def test_a_withheld_call_is_nobodys_whomever_the_phone_system_names():
    ada = make_contact("Ada Example", NUMBER)
    assert whose(make_call("", entity_id=str(ada.pk))) == ("", "")


def test_a_call_keeps_the_contacts_name_as_it_was():
    contact = make_contact("Ada Example", NUMBER)
    call = make_call(NUMBER)
    contact.delete()
    call.refresh_from_db()
    assert whose(call) == ("", "Ada Example")


@pytest.mark.parametrize("address", ["ada@example.com", "ADA@Example.com"])
def test_a_chat_is_the_contacts_whose_address_it_came_from(address):
    make_contact("Ada Example", email="Ada@example.com")
    make_contact("Bea Example")
    assert whose(make_chat("", email=address)) == ("Ada Example", "Ada Example")


def test_a_chat_from_a_shared_address_or_none_is_nobodys():
    make_contact("Ada Example", email="office@example.com")
    make_contact("Bea Example", email="office@example.com")
    make_contact("Cem Example")
    assert [whose(make_chat("", email=email)) for email in ("office@example.com", "")] == [("", "")] * 2


def test_the_contact_whom_the_phone_system_names_is_believed_with_that_address_too():
    ada = make_contact("Ada Example", email="office@example.com")
    make_contact("Bea Example", email="office@example.com")
    other = make_contact("Cem Example", email="cem@example.com")
    believed = make_chat("", email="office@example.com", entity_id=str(ada.pk))
    unbelieved = make_chat("", minute(1), email="office@example.com", entity_id=str(other.pk))
    assert (believed.contact, unbelieved.contact) == (ada, None)


def test_a_chats_number_goes_before_its_address():
    make_contact("Ada Example", NUMBER)
    make_contact("Bea Example", email="bea@example.com")
    assert whose(make_chat(NUMBER, email="bea@example.com"))[0] == "Ada Example"
    assert whose(make_chat(OTHER_NUMBER, email="bea@example.com"))[0] == "Bea Example"


def test_a_call_knows_its_contact_by_the_number_alone():
    make_contact("Ada Example", email="ada@example.com")
    assert whose(make_call(NUMBER, agent_email="ada@example.com")) == ("", "")


# By whom


@pytest.fixture
def agents():
    make_agent("robin", extension="101", email="robin@example.com")
    make_agent("lee", extension="102", email="Office@example.com")
    make_agent("kim", email="office@example.com")
    make_agent("sam")


@pytest.mark.parametrize(
    ("extension", "address", "agent"),
    [
        ("101", "", "robin"),
        ("101", "office@example.com", "robin"),
        ("102", "robin@example.com", "lee"),
        ("199", "robin@example.com", "robin"),
        ("", "ROBIN@EXAMPLE.COM", "robin"),
        ("", "office@example.com", None),
        ("199", "", None),
        ("", "", None),
        ("robin", "", None),
        ("10", "", None),
    ],
)
def test_an_agent_is_known_by_extension_then_by_an_address_of_one_person_alone(agents, extension, address, agent):
    call = make_call(NUMBER, extension=extension, agent_email=address)
    chat = make_chat(NUMBER, extension=extension, agent_email=address)
    known = [row.agent and row.agent.username for row in (call, chat)]
    assert (known, call.extension, chat.extension) == ([agent, agent], extension, extension)


# Nonsense

ENDED_OTHERWISE = "It ended before it began, or over 24 hours later; check the times and the duration."
ANSWERED_OUTSIDE = "The call was answered before it began or after it ended; check the three times."


def began_on(day: str) -> str:
    return f"It began on {day}, which cannot be; check the phone system's clock."


LAST_CENTURY = datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param({"ended_at": NOON - SECOND}, ENDED_OTHERWISE, id="ended before it began"),
        pytest.param({"ended_at": NOON + timedelta(hours=24) + SECOND}, ENDED_OTHERWISE, id="over 24 hours"),
        pytest.param({"started_at": LAST_CENTURY, "ended_at": LAST_CENTURY}, began_on("1999-12-31"), id="last century"),
        pytest.param(
            {"started_at": minute(5) + timedelta(days=1, seconds=1), "ended_at": minute(9000)},
            began_on("2026-03-05"),
            id="over a day ahead",
        ),
    ],
)
def test_what_cannot_have_happened_is_refused_and_not_stored(changed, message):
    for report, journal in ((call_report(NUMBER), journal_call), (chat_report(NUMBER), journal_chat)):
        with pytest.raises(Nonsense) as refused:
            journal(replace(report, **changed), now=minute(5))
        assert str(refused.value) == message
    assert (Call.objects.count(), Chat.objects.count()) == (0, 0)


def test_a_call_of_over_24_hours_is_refused_though_its_times_are_not_so_far_apart():
    day = 24 * 60 * 60
    assert make_call(NUMBER, duration_seconds=day).duration_seconds == day
    with pytest.raises(Nonsense) as refused:
        make_call(OTHER_NUMBER, duration_seconds=day + 1)
    assert (str(refused.value), Call.objects.count()) == ("It lasted over 24 hours; check the duration.", 1)


@pytest.mark.parametrize("answered_at", [NOON - SECOND, minute(5) + SECOND], ids=["before", "after"])
def test_a_call_that_was_answered_outside_of_itself_is_refused(answered_at):
    with pytest.raises(Nonsense) as refused:
        make_call(NUMBER, answered_at=answered_at)
    assert (str(refused.value), Call.objects.count()) == (ANSWERED_OUTSIDE, 0)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"ended_at": NOON}, id="ended as it began"),
        pytest.param({"ended_at": NOON + timedelta(hours=24)}, id="24 hours"),
        pytest.param({"started_at": LAST_CENTURY + SECOND, "ended_at": LAST_CENTURY + SECOND}, id="this century"),
        pytest.param(
            {"started_at": minute(5) + timedelta(days=1), "ended_at": minute(6) + timedelta(days=1)}, id="a fast clock"
        ),
        pytest.param({"answered_at": NOON}, id="answered as it began"),
        pytest.param({"answered_at": minute(5)}, id="answered as it ended"),
    ],
)
def test_what_can_just_have_happened_is_stored(changed):
    journal_call(replace(call_report(NUMBER), **changed), now=minute(5))
    assert Call.objects.count() == 1
