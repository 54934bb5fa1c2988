"""What wants the agent now: told on every page, and no more than once while nothing changes."""

import uuid
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
from contacts.tests.pages import addresses, pieces, words
from desk.tests.calls import NOON
from desk.tests.wrapups import JSON, NUMBER

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def agent(client, clock) -> User:
    agent = make_agent("robin")
    client.force_login(agent)
    return agent


def number(place: int) -> str:
    return f"+659123456{place}"


def promise(agent: User | None, due: timedelta = -MINUTE, place: int = 7, **fields) -> Callback:
    note = make_note(number(place), key="schedule_later", agent=agent, promise=Promise(NOON + due), **fields)
    return note.callback


def told(client: Client) -> list[str]:
    """The lines that are told."""
    response = client.get("/now/", headers=JSON)
    assert response.status_code == (200 if response.content else 204)
    return [words(line) for line in pieces(response.content.decode(), "p")]


def test_where_nothing_wants_the_agent_nothing_is_told(client, agent):
    promise(agent, MINUTE)
    promise(make_agent("lee"), place=1)
    callbacks.close_by_hand(promise(agent, place=3), agent, "Done.")
    make_draft(NUMBER, User.objects.get(username="lee"))
    assert told(client) == []


def test_a_callback_that_is_due_is_told_with_whom_to_call(client, agent):
    make_contact("Mira Talvane", number(1))
    first = promise(agent, -2 * MINUTE, 1)
    second = promise(agent, timedelta(0), 2)
    assert told(client) == [
        "Call back now: +65 9123 4562, due 12:00 Open Not now",
        "Call back now: Mira Talvane, +65 9123 4561, due 11:58 Open Not now",
        "2 callbacks due",
    ]
    page = client.get("/now/").content.decode()
    places = [f"/callbacks/#callback-{callback.pk}" for callback in (second, first)]
    assert addresses(page) == [*places, "/callbacks/"]
    marks = [f'data-reminder="{callback.pk}-{int(callback.due_at.timestamp())}"' for callback in (second, first)]
    assert [page.count(mark) for mark in marks] == [1, 1]


def test_what_anyone_may_call_is_told_to_everybody(client, agent):
    """Promised so, or by an agent who has left."""
    promise(None, place=1)
    promise(make_agent("lee", is_active=False), place=2)
    assert told(client) == [
        "Call back now: +65 9123 4562, due 11:59 Open Not now",
        "Call back now: +65 9123 4561, due 11:59 Open Not now",
        "2 callbacks due",
    ]


@pytest.mark.parametrize(("minutes", "is_fresh"), [(14, True), (15, False), (6000, False)])
def test_a_reminder_goes_away_by_itself_and_the_callback_stays_counted(client, agent, minutes, is_fresh):
    promise(agent, -minutes * MINUTE)
    reminders = ["Call back now: +65 9123 4567, due 11:46 Open Not now"] if is_fresh else []
    assert told(client) == [*reminders, "1 callback due"]


@pytest.mark.parametrize(("count", "said"), [(1, "1 unfinished wrap-up"), (5, "5 unfinished wrap-ups")])
def test_unfinished_wrapups_are_counted(client, agent, count, said):
    for _ in range(count):
        make_draft(NUMBER, agent)
    assert told(client) == [said]
    assert addresses(client.get("/now/").content.decode()) == ["/#unfinished"]


def test_more_than_five_are_not_counted_further(client, agent):
    for place in range(6):
        make_draft(NUMBER, agent)
        promise(agent, -60 * MINUTE, place)
    assert told(client) == ["More than 5 callbacks due More than 5 unfinished wrap-ups"]


def test_what_is_told_is_not_told_again_until_it_changes(client, agent):
    make_draft(NUMBER, agent)
    first = client.get("/now/")
    etag = first["ETag"]
    assert (etag[0], etag[-1], len(etag), first["Cache-Control"]) == ('"', '"', 34, "no-store")
    for _ in range(2):
        again = client.get("/now/", {"seen": etag.strip('"')})
        assert (again.status_code, again.content) == (204, b"")
    make_draft(NUMBER, agent)
    changed = client.get("/now/", {"seen": etag.strip('"')})
    assert (changed.status_code, "2 unfinished" in changed.content.decode()) == (200, True)
    assert changed["ETag"] != etag


def test_that_nothing_wants_the_agent_any_more_is_told_once(client, agent):
    draft = make_draft(NUMBER, agent)
    etag = client.get("/now/")["ETag"].strip('"')
    draft.delete()
    response = client.get("/now/", {"seen": etag})
    told = (response.status_code, response.content, response["ETag"], response["Cache-Control"])
    assert told == (200, b"", '""', "no-store")
    again = client.get("/now/", {"seen": ""})
    assert (again.status_code, again.content, again["Cache-Control"]) == (204, b"", "no-store")


@pytest.mark.parametrize("seen", ["", "x", "\0", 'W/"x"', "9" * 5000], ids=ascii)
def test_whatever_was_seen_before_the_answer_is_the_same(client, agent, seen):
    make_draft(NUMBER, agent)
    response = client.get("/now/", {"seen": seen})
    assert (response.status_code, response.content) == (200, client.get("/now/").content)


def test_whoever_is_not_signed_in_is_told_so(client, clock):
    response = client.get("/now/", headers=JSON)
    assert (response.status_code, response.json()) == (401, {"error": "signed_out"})


def test_it_is_only_read(client, agent):
    assert client.post("/now/").status_code == 405


def test_what_is_told_is_never_read_as_markup(client, agent):
    make_contact("<script>alert(1)</script>", number(1))
    promise(agent, place=1)
    page = client.get("/now/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>" not in page


@pytest.mark.parametrize("count", [0, 1, 6])
def test_it_costs_two_queries_besides_the_sign_in(client, agent, django_assert_num_queries, count):
    for place in range(count):
        promise(agent, place=place)
        make_draft(NUMBER, agent, submission=uuid.UUID(int=place))
    with django_assert_num_queries(4):
        client.get("/now/")


@pytest.mark.parametrize("address", ["/", "/missed/", f"/numbers/{NUMBER}/", "/search/", f"/popup?cid={NUMBER[1:]}"])
def test_every_page_asks_for_it(client, agent, address):
    assert 'id="now" data-poll="/now/" data-seconds="20"' in client.get(address).content.decode()
