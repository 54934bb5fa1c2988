"""Calls and chats in the communication history of a number and of a contact."""

from datetime import timedelta

import pytest
import time_machine

from callnotes.models import CallNote
from callnotes.tests.factories import make_agent, make_note
from contacts.tests.factories import make_contact
from contacts.tests.pages import section, words
from desk.paging import ROWS_PER_PAGE
from desk.tests.calls import ANOTHER, NOON, NUMBER, make_call, make_chat, make_missed_call, make_robin

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HEAD = "Communication history Everything Notes Calls Chats Callbacks Do not disturb"
RECORDING = "https://pbx.example.com/recordings/7.wav?of=101&on=2"


@pytest.fixture(autouse=True)
def agent(client):
    """Robin of extension 101, signed in; it is noon."""
    with time_machine.travel(NOON, tick=False):
        agent = make_robin()
        client.force_login(agent)
        yield agent


@pytest.fixture
def mira():
    return make_contact("Mira Talvane", NUMBER)


@pytest.fixture(params=["number", "contact"])
def address(request, mira) -> str:
    """The page of a number, and that of its contact: what is told here holds for both."""
    return {"number": f"/numbers/{NUMBER}/", "contact": f"/contacts/{mira.pk}/"}[request.param]


def history(client, address: str) -> str:
    return section(client.get(address), "history")


def rows(client, address: str) -> list:
    return client.get(address).context["history"].rows


def says(client, address: str) -> str:
    """What the history says, without the number and its link, which the contact's page repeats."""
    said = words(history(client, address)).removeprefix(f"{HEAD} ")
    return said.replace("+65 9123 4567 ☎ Call +65 9123 4567 ", "")


def test_a_call_and_its_note_are_one_entry(client, address, agent):
    call = make_call(NUMBER, NOON - 10 * MINUTE, extension="101", queue="800")
    note = make_note(NUMBER, "Asked for a quote.", agent=agent, now=NOON - 8 * MINUTE)
    [row] = rows(client, address)
    assert (row, list(row.notes.all())) == (call, [note])
    assert says(client, address) == (
        "Today Incoming call 11:50 Mira Talvane 0:03:00 Robin Agent queue 800"
        " Completed 11:52 Asked for a quote. Mira Talvane by Robin Agent Correct"
    )


def test_each_note_of_a_call_stands_with_it_in_the_order_of_writing(client, address, agent):
    call = make_call(NUMBER, NOON - 10 * MINUTE, extension="101")
    make_note(NUMBER, "Asked for a quote.", agent=agent, now=NOON - 8 * MINUTE)
    first = CallNote.objects.get()
    second = make_note(NUMBER, "Asked for two.", agent=agent, corrects=first, now=NOON - 7 * MINUTE)
    [row] = rows(client, address)
    assert (row, list(row.notes.all())) == (call, [first, second])


def test_a_note_without_a_call_stands_alone_among_the_calls(client, address):
    early = make_call(NUMBER, NOON - 5 * HOUR)
    note = make_note(NUMBER, "Asked for a quote.", now=NOON - 3 * HOUR)
    late = make_call(NUMBER, NOON - 2 * HOUR)
    assert rows(client, address) == [late, note, early]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "Incoming call 11:00 Mira Talvane 0:03:00"),
        ({"extension": "109"}, "Incoming call 11:00 Mira Talvane 0:03:00 extension 109"),
        ({"direction": "outbound"}, "Outgoing call 11:00 Mira Talvane 0:03:00"),
        (
            {"direction": "outbound", "result": "not_answered", "answered_at": None, "duration_seconds": 0},
            "Outgoing call, not answered 11:00 Mira Talvane",
        ),
    ],
    ids=["answered", "of an extension that is nobody's", "outgoing", "outgoing, not answered"],
)
def test_a_call_says_which_way_it_went_when_with_whom_and_how_long(client, address, changed, said):
    make_call(NUMBER, NOON - HOUR, **changed)
    assert says(client, address) == f"Today {said}"


def test_a_missed_call_says_so(client, address):
    make_missed_call(NUMBER, NOON - HOUR, extension="101", queue="800")
    said = "Today Missed call 11:00 Mira Talvane Robin Agent queue 800"
    assert says(client, address) == said


def test_a_missed_call_is_marked_until_somebody_handled_it(client, address):
    make_missed_call(NUMBER, NOON - HOUR)
    assert "call__what--missed" in history(client, address)
    make_call(NUMBER, NOON - HOUR // 2)
    page = history(client, address)
    assert ("Missed call" in page, "call__what--missed" in page) == (True, False)


def test_a_hidden_callers_call_stands_in_the_history_of_the_number_that_its_note_tells(client, address, agent):
    call = make_call("", NOON - HOUR, extension="101")
    assert rows(client, address) == []
    note = make_note(NUMBER, agent=agent, reported_call=call)
    [row] = rows(client, address)
    assert (row, list(row.notes.all())) == (call, [note])


def test_a_chat_shows_what_was_written(client, address):
    make_chat(NUMBER, NOON - HOUR, "Mira: Hello\nRobin: Good morning", extension="101", email="mira@example.com")
    said = "Today Chat 11:00 Mira: Hello Robin: Good morning Mira Talvane mira@example.com Robin Agent"
    assert says(client, address) == said


def test_a_chat_with_nobody_who_is_known_names_the_visitor(client):
    make_chat(ANOTHER, NOON - HOUR, "Hello", visitor_name="Tomas")
    said = says(client, f"/numbers/{ANOTHER}/")
    assert said == "Today Chat 11:00 Hello Tomas"


@pytest.mark.parametrize("length", [600, 601])
def test_a_long_chat_is_cut_and_leads_to_the_whole_of_it(client, address, length):
    chat = make_chat(NUMBER, NOON - HOUR, "x" * (length - 4) + " End")
    page = history(client, address)
    whole = f'<p class="small"><a href="/chats/{chat.pk}/">The whole chat</a></p>'
    assert (" End</p>" in page, "…</p>" in page, whole in page) == (length == 600, length == 601, length == 601)


def test_a_summary_is_plain_text_and_a_transcript_a_link_to_it(client, address):
    call = make_call(NUMBER, NOON - HOUR, summary="A <b>quote</b> & more", transcript="All that was said.")
    page = history(client, address)
    assert '<p class="note__comments" dir="auto">A &lt;b&gt;quote&lt;/b&gt; &amp; more</p>' in page
    assert f'<a href="/calls/{call.pk}/">Transcript</a>' in page
    assert "All that was said." not in page


def test_a_call_without_summary_and_transcript_leaves_no_place_for_them(client, address):
    make_call(NUMBER, NOON - HOUR)
    page = history(client, address)
    assert ("note__comments" in page, "Transcript" in page) == (False, False)


def test_a_chat_is_never_read_as_markup(client, address):
    make_chat(NUMBER, NOON - HOUR, "<script>alert(1)</script>" + "x" * 600, email="<i>@example.com")
    page = client.get(address).content.decode()
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 1
    assert "&lt;i&gt;@example.com" in page
    assert "<script>" not in page


def test_a_recording_is_a_link_that_tells_the_other_side_nothing(client, address):
    make_call(NUMBER, NOON - HOUR, recording_url=RECORDING)
    link = f'<a href="{RECORDING.replace("&", "&amp;")}" target="_blank" rel="noopener noreferrer">Recording</a>'
    assert link in history(client, address)


def test_a_call_that_was_not_recorded_has_no_link_to_a_recording(client, address):
    make_call(NUMBER, NOON - HOUR)
    assert "Recording" not in history(client, address)


def test_a_recording_that_is_reported_later_is_shown(client, address):
    for recording in ("", RECORDING):
        make_call(NUMBER, NOON - HOUR, recording_url=recording)
    assert (len(rows(client, address)), history(client, address).count("Recording")) == (1, 1)


def test_what_happened_on_another_number_is_not_shown(client, address):
    for number in (ANOTHER, ""):
        make_call(number, NOON - HOUR)
        make_chat(number, NOON - HOUR, "Hello")
    assert says(client, address) == "Nothing has been recorded yet."


def test_pages_hold_calls_chats_and_notes_each_once_newest_first(client, address):
    for place in range(ROWS_PER_PAGE // 2):
        make_call(NUMBER, NOON - HOUR - place * MINUTE)
        make_chat(NUMBER, NOON - HOUR - place * MINUTE, f"Chat {place}")
        make_note(NUMBER, f"Note {place}.", now=NOON - 2 * HOUR - place * MINUTE, key="no_answer")
    first = client.get(address).context["history"]
    second = client.get(address, {"before": first.older}).context["history"]
    places = [row.place for row in first.rows + second.rows]
    assert places == sorted(set(places), reverse=True)
    assert (len(first.rows), len(second.rows), second.older) == (ROWS_PER_PAGE, ROWS_PER_PAGE // 2, "")


def test_a_contact_shows_calls_on_all_its_numbers_and_with_which(client):
    mira = make_contact("Mira Talvane", NUMBER, ANOTHER)
    make_call(ANOTHER, NOON - HOUR)
    make_missed_call(NUMBER, NOON - 2 * HOUR)
    assert words(history(client, f"/contacts/{mira.pk}/")) == (
        f"{HEAD} Today"
        " Incoming call 11:00 +65 9876 5432 ☎ Call +65 9876 5432 Mira Talvane 0:03:00"
        " Missed call 10:00 +65 9123 4567 ☎ Call +65 9123 4567 Mira Talvane"
    )


def test_a_call_on_a_shared_number_is_the_contacts_of_whom_its_note_is(client, agent):
    mira, tomas = make_contact("Mira Talvane", NUMBER), make_contact("Tomas Ostfield", NUMBER)
    call = make_call(NUMBER, NOON - 10 * MINUTE, extension="101")
    assert [rows(client, f"/contacts/{contact.pk}/") for contact in (mira, tomas)] == [[call], [call]]
    make_note(NUMBER, "Asked for a quote.", agent=agent, contact=tomas)
    assert [rows(client, f"/contacts/{contact.pk}/") for contact in (mira, tomas)] == [[], [call]]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("kind", ["number", "contact"])
def test_a_history_of_calls_costs_as_many_queries_however_long_it_is(
    client, mira, django_assert_num_queries, kind, count
):
    for place in range(count):
        agent = make_agent(f"agent {place}", email=f"agent{place}@example.com")
        call = make_call(NUMBER, NOON - (place + 2) * HOUR, agent_email=agent.email)
        make_note(NUMBER, agent=agent, reported_call=call)
        make_chat(NUMBER, NOON - (place + 2) * HOUR, f"Chat {place}")
    path, queries = {"number": (f"/numbers/{NUMBER}/", 14), "contact": (f"/contacts/{mira.pk}/", 20)}[kind]
    with django_assert_num_queries(queries):
        assert len(client.get(path).context["history"].rows) == 2 * count
