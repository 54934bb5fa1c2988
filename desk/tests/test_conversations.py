"""What was said in a call or a chat, whole, on a page of its own."""

from datetime import timedelta

import pytest
import time_machine

from callnotes.tests.factories import make_agent, make_note
from contacts.tests.factories import make_contact
from contacts.tests.pages import addresses, words
from desk.tests.calls import NOON, NUMBER, make_call, make_chat, make_robin

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def agent(client):
    with time_machine.travel(NOON, tick=False):
        agent = make_robin()
        client.force_login(agent)
        yield agent


def says(client, address: str) -> str:
    _, _, main = client.get(address).content.decode().partition('id="main">')
    return words(main.partition("</main>")[0])


def test_a_call_shows_its_whole_transcript_its_summary_and_its_notes(client, agent):
    make_contact("Mira Talvane", NUMBER)
    call = make_call(NUMBER, NOON - HOUR, extension="101", queue="800", summary="A quote.", transcript="t" * 5000)
    make_note(NUMBER, "Asked for a quote.", agent=agent, reported_call=call)
    assert says(client, f"/calls/{call.pk}/") == (
        "Incoming call Mon 2 Mar 2026, 11:00 +65 9123 4567 ☎ Call +65 9123 4567 Mira Talvane 0:03:00 Robin Agent"
        f" queue 800 Summary A quote. Transcript {'t' * 5000} Notes Completed Mon 2 Mar 2026, 12:00"
        " Asked for a quote. Mira Talvane by Robin Agent Correct"
    )


def test_a_call_without_a_transcript_says_so(client):
    call = make_call("", NOON - HOUR)
    assert says(client, f"/calls/{call.pk}/") == (
        "Incoming call Mon 2 Mar 2026, 11:00 number withheld 0:03:00 Transcript The phone system sent none."
    )


def test_a_chat_shows_all_its_messages(client):
    chat = make_chat("", NOON - HOUR, "m" * 5000, visitor_name="Tomas", email="tomas@example.com")
    assert says(client, f"/chats/{chat.pk}/") == (
        f"Chat Mon 2 Mar 2026, 11:00 number withheld Tomas tomas@example.com {'m' * 5000}"
    )


def test_the_number_of_a_hidden_callers_note_is_shown_with_the_note(client, agent):
    call = make_call("", NOON - HOUR, extension="101")
    make_note(NUMBER, agent=agent, reported_call=call)
    assert f"/numbers/{NUMBER}/" in addresses(client.get(f"/calls/{call.pk}/").content.decode())


def test_what_was_said_is_never_read_as_markup(client):
    call = make_call(NUMBER, NOON - HOUR, summary=SCRIPT, transcript=SCRIPT)
    chat = make_chat(NUMBER, NOON - HOUR, SCRIPT, visitor_name=SCRIPT)
    for address, times in ((f"/calls/{call.pk}/", 2), (f"/chats/{chat.pk}/", 2)):
        page = client.get(address).content.decode()
        assert (page.count("&lt;script&gt;alert(1)&lt;/script&gt;"), SCRIPT in page) == (times, False)


def test_a_number_that_is_not_to_be_disturbed_is_not_offered(client):
    call, chat = make_call(NUMBER, NOON - HOUR), make_chat(NUMBER, NOON - HOUR, "Hello")
    pages = [f"/calls/{call.pk}/", f"/chats/{chat.pk}/"]
    assert ["tel:" in client.get(page).content.decode() for page in pages] == [True, True]
    make_note(NUMBER, key="do_not_disturb")
    assert ["tel:" in client.get(page).content.decode() for page in pages] == [False, False]


@pytest.mark.parametrize("sort", ["calls", "chats"])
@pytest.mark.parametrize("pk", ["0", "999999", "9" * 25, "x"])
def test_what_is_no_call_or_chat_has_no_page(client, sort, pk):
    assert client.get(f"/{sort}/{pk}/").status_code == 404


@pytest.mark.parametrize("sort", ["calls", "chats"])
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_pages_are_read_and_nothing_else(client, sort, method):
    make_call(NUMBER, NOON), make_chat(NUMBER, NOON, "Hello")
    assert getattr(client, method)(f"/{sort}/1/").status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_call_costs_as_many_queries_however_many_notes_it_has(client, django_assert_num_queries, count):
    call = make_call(NUMBER, NOON - HOUR)
    for place in range(count):
        make_note(NUMBER, agent=make_agent(f"agent{place}"), reported_call=call)
    with django_assert_num_queries(6):
        assert client.get(f"/calls/{call.pk}/").status_code == 200
