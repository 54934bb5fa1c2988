"""The start page: an agent's day at a glance, and nobody else's."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from callnotes import callbacks
from callnotes.callbacks import Promise
from callnotes.models import Callback
from callnotes.tests.factories import make_agent, make_draft, make_note
from contacts.tests.factories import make_contact
from contacts.tests.pages import addresses, pieces, section, words
from desk.tests.calls import NOON, make_missed_call
from desk.views import NOTES_ON_START, ON_START

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SECTIONS = ("unfinished", "callbacks", "missed", "mine")


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def agent(client, clock) -> User:
    agent = make_agent("robin", first_name="Robin", last_name="Agent")
    client.force_login(agent)
    return agent


def number(place: int) -> str:
    return f"+659123456{place}"


def promise(agent: User | None, due: timedelta, place: int, *, is_time_given: bool = True) -> Callback:
    promised = Promise(NOON + due if is_time_given else None, by_anyone=agent is None)
    return make_note(number(place), f"Call {place}.", key="schedule_later", agent=agent, promise=promised).callback


def rows(client: Client, heading: str) -> list[str]:
    """What the rows of a section say, without the sign to call by."""
    markup = section(client.get("/"), heading)
    return [words(row).replace(" ☎", "") for row in pieces(markup, "li")]


def test_where_nothing_is_to_be_done_it_says_so(client, agent):
    response = client.get("/")
    assert [words(section(response, heading)) for heading in SECTIONS[1:]] == [
        "My callbacks All callbacks You have promised no call.",
        "Missed calls All missed calls Nobody waits for a call back.",
        "My last notes None yet. When a call comes in, 3CX opens the page on which you write one.",
    ]
    assert 'id="unfinished"' not in response.content.decode()


def test_unfinished_wrapups_are_there_to_be_finished_or_discarded(client, agent, clock):
    make_contact("Mira Talvane", number(1))
    first = make_draft(number(1), agent, "Asked for <b>a</b> qu")
    clock.shift(MINUTE)
    second = make_draft(number(2), agent, "Asked for two.")
    make_draft(number(3), agent, "")
    assert rows(client, "unfinished") == [
        "+65 9123 4562 Call +65 9123 4562 Asked for two. Mon 2 Mar, 12:01 Finish Discard",
        "Mira Talvane +65 9123 4561 Call +65 9123 4561 Asked for <b>a</b> qu Mon 2 Mar, 12:00 Finish Discard",
    ]
    markup = section(client.get("/"), "unfinished")
    to_finish = [address for address in addresses(markup) if address.startswith("/popup")]
    assert to_finish == [
        f"/popup?cid=%2B659123456{place}&draft={draft.submission}" for place, draft in ((2, second), (1, first))
    ]
    assert [client.get(address).context["draft"] for address in to_finish] == [second, first]
    client.post("/drafts/discard/", {"submission": first.submission})
    assert [row.split()[2:4] for row in rows(client, "unfinished")] == [["4562", "Call"]]


def test_ones_own_callbacks_are_there_the_soonest_first(client, agent):
    make_contact("Mira Talvane", number(2))
    promise(agent, 26 * HOUR, 1, is_time_given=False)
    promise(agent, -MINUTE, 2)
    promise(agent, 25 * HOUR, 3)
    assert rows(client, "callbacks") == [
        "Mira Talvane +65 9123 4562 Call +65 9123 4562 Mon 2 Mar, 11:59 Write a note",
        "+65 9123 4561 Call +65 9123 4561 Mon 2 Mar, 13:00 no time given Write a note",
        "+65 9123 4563 Call +65 9123 4563 Tue 3 Mar, 13:00 Write a note",
    ]
    markup = section(client.get("/"), "callbacks")
    assert markup.count('class="overdue"') == 1
    assert next(address for address in addresses(markup) if address.startswith("/popup")) == (
        "/popup?cid=%2B6591234562&then=callbacks"
    )


def test_a_callback_abroad_tells_the_time_there(client, agent):
    make_note("+12025550123", key="schedule_later", agent=agent, promise=Promise(NOON - MINUTE))
    make_note("+442079460123", key="schedule_later", agent=agent, promise=Promise(NOON + 6 * HOUR))
    [usa, britain] = rows(client, "callbacks")
    assert usa.startswith("+1 202-555-0123 Call +1 202-555-0123 Mon 2 Mar, 11:59 now between ")
    assert britain == "+44 20 7946 0123 Call +44 20 7946 0123 Mon 2 Mar, 18:00 10:00 there Write a note"


def test_missed_calls_are_there_whoevers_they_were(client, agent):
    make_contact("Mira Talvane", number(1))
    make_contact("Tomas Ostfield", number(1))
    for before in (3, 2):
        make_missed_call(number(1), NOON - before * HOUR)
    make_missed_call(number(2), NOON - HOUR)
    assert rows(client, "missed") == [
        "+65 9123 4562 Call +65 9123 4562 Mon 2 Mar, 11:00 Write a note",
        "Mira Talvane, Tomas Ostfield +65 9123 4561 Call +65 9123 4561 2 calls Mon 2 Mar, 10:00 Write a note",
    ]
    links = addresses(section(client.get("/"), "missed"))
    assert (links[0], links[-1]) == ("/missed/", "/popup?cid=%2B6591234561&then=missed")


def test_ones_own_last_notes_are_there_the_newest_first(client, agent, clock):
    for place in range(NOTES_ON_START + 1):
        make_note(number(place % 10), f"Note {place}.", agent=agent)
        clock.shift(MINUTE)
    said = rows(client, "mine")
    assert [f"Note {NOTES_ON_START - place}." in row for place, row in enumerate(said)] == [True] * NOTES_ON_START
    assert said[-1].startswith("Completed Mon 2 Mar 2026, 12:01 Note 1. +65 9123 4561")


def test_nothing_of_another_agent_is_there(client, agent):
    lee = make_agent("lee")
    make_draft(number(1), lee, "Unfinished by Lee.")
    promise(lee, HOUR, 2)
    make_note(number(4), "Written by Lee.", agent=lee)
    response = client.get("/")
    assert [response.context[name] for name in ("unfinished", "callbacks", "notes")] == [[], [], []]
    client.force_login(lee)
    response = client.get("/")
    assert [len(response.context[name]) for name in ("unfinished", "callbacks", "notes")] == [1, 1, 2]


def test_what_anyone_may_call_is_there_for_everybody(client, agent):
    anyones = promise(None, HOUR, 1)
    of_one_who_left = promise(make_agent("lee", is_active=False), 2 * HOUR, 2)
    own = promise(agent, 3 * HOUR, 3)
    assert client.get("/").context["callbacks"] == [anyones, of_one_who_left, own]


def test_what_is_done_is_there_no_more(client, agent):
    callbacks.close_by_hand(promise(agent, HOUR, 1), agent, "Called from the mobile.")
    promise(agent, HOUR, 2)
    make_missed_call(number(2), NOON - HOUR)
    make_note(number(2), agent=agent)
    response = client.get("/")
    assert (response.context["callbacks"], response.context["missed"]) == ([], [])


@pytest.mark.parametrize(("count", "is_said"), [(ON_START, False), (ON_START + 1, True)])
def test_of_many_the_first_five_are_there_and_that_there_are_more_is_said(client, agent, count, is_said):
    for place in range(count):
        promise(agent, HOUR + place * MINUTE, place)
        make_missed_call(f"+658123456{place}", NOON - place * MINUTE)
    assert [len(rows(client, heading)) for heading in SECTIONS[1:3]] == [ON_START] * 2
    said = {
        "callbacks": "These are the next 5.",
        "missed": "These are the last 5.",
    }
    response = client.get("/")
    assert [said[heading] in words(section(response, heading)) for heading in said] == [is_said] * 2


@pytest.mark.parametrize(("count", "is_said"), [(20, False), (21, True)])
def test_of_many_unfinished_wrapups_the_last_twenty_are_there(client, agent, count, is_said):
    for place in range(count):
        make_draft(f"+6591234{place:03}", agent)
    assert len(rows(client, "unfinished")) == 20
    said = "These are the last 20; the others follow as these are finished."
    assert (said in words(section(client.get("/"), "unfinished"))) is is_said


@pytest.mark.parametrize("count", [1, 6])
def test_it_costs_as_many_queries_however_much_is_to_be_done(client, agent, django_assert_num_queries, count):
    for place in range(count):
        make_contact(f"Person {place}", number(place), f"+658123456{place}")
        make_draft(number(place), agent)
        promise(agent, HOUR, place)
        make_missed_call(f"+658123456{place}", NOON - place * MINUTE)
    with django_assert_num_queries(11):
        client.get("/")
