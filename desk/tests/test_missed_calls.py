"""Missed calls: whom to call back, and how a number leaves the list."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages

from callnotes.models import Call
from callnotes.tests.factories import make_note
from contacts.tests.factories import make_contact
from contacts.tests.pages import addresses, pieces, words
from desk.tests.calls import ANOTHER, NOON, NUMBER, make_call, make_missed_call, make_robin, sign_in_again
from desk.worklists import NUMBERS_AT_MOST

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def agent(client):
    """Robin, signed in; it is noon."""
    with time_machine.travel(NOON, tick=False):
        agent = make_robin()
        client.force_login(agent)
        yield agent


def rows(client) -> list[str]:
    """What the page says of each number, without what its buttons say."""
    shown = pieces(client.get("/missed/").content.decode(), "li")
    return [words(row.partition('<div class="row">')[0]) for row in shown]


def listed(client) -> list[tuple[str, int]]:
    """The numbers on the page, each with how many calls."""
    return [(row.number, row.count) for row, _ in client.get("/missed/").context["rows"]]


def form(client, number: str) -> dict:
    """What the page's button for a number sends."""
    [row] = [row for row in pieces(client.get("/missed/").content.decode(), "li") if f'value="{number}"' in row]
    return {name: row.split(f'name="{name}" value="')[1].partition('"')[0] for name in ("number", "until")}


def take_off(client, fields: dict) -> list[str]:
    """Takes a number off; answers what is said to the agent."""
    response = client.post("/missed/take-off/", fields)
    assert (response.status_code, response.url) == (302, "/missed/")
    return [str(message) for message in get_messages(response.wsgi_request)]


def handled() -> list[tuple]:
    return list(Call.objects.order_by("started_at").values_list("handled_at", "handled_by__username"))


def test_each_number_has_one_row_that_says_who_it_is_how_often_and_when_newest_first(client):
    make_contact("Mira Talvane", NUMBER, company="Korfield Motors")
    make_missed_call(NUMBER, NOON - 50 * MINUTE)
    make_missed_call(ANOTHER, NOON - 40 * MINUTE)
    make_missed_call(NUMBER, NOON - 30 * MINUTE)
    assert rows(client) == [
        "+65 9123 4567 2 calls Mira Talvane Korfield Motors Mon 2 Mar 2026, 11:30, first Mon 2 Mar 2026, 11:10",
        "+65 9876 5432 Mon 2 Mar 2026, 11:20",
    ]


def test_every_contact_of_a_shared_number_is_named_up_to_three(client):
    for name in ("Aisha", "Bren", "Clara", "Daniel"):
        make_contact(name, NUMBER)
    make_contact("Bren", ANOTHER)
    make_contact("Aisha", ANOTHER)
    make_missed_call(NUMBER, NOON - 40 * MINUTE)
    make_missed_call(ANOTHER, NOON - 50 * MINUTE)
    assert rows(client) == [
        "+65 9123 4567 Aisha, Bren, Clara, … Mon 2 Mar 2026, 11:20",
        "+65 9876 5432 Aisha, Bren Mon 2 Mar 2026, 11:10",
    ]


def test_an_archived_contact_is_not_named(client):
    make_contact("Mira Talvane", NUMBER, archived_at=NOON)
    make_missed_call(NUMBER, NOON - 40 * MINUTE)
    assert rows(client) == ["+65 9123 4567 Mon 2 Mar 2026, 11:20"]


def test_a_row_leads_to_the_history_the_contact_a_call_and_a_note(client):
    mira = make_contact("Mira Talvane", NUMBER)
    make_missed_call(NUMBER, NOON - 40 * MINUTE)
    [row] = pieces(client.get("/missed/").content.decode(), "li")
    assert addresses(row) == [
        f"/numbers/{NUMBER}/",
        f"/contacts/{mira.pk}/",
        f"tel:{NUMBER}",
        "/popup?cid=%2B6591234567&then=missed",
    ]


def test_a_name_is_never_read_as_markup(client):
    make_contact("<script>alert(1)</script>", NUMBER, company="<b>Korfield</b>")
    make_missed_call(NUMBER, NOON - 40 * MINUTE)
    page = client.get("/missed/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;Korfield&lt;/b&gt;" in page
    assert "<script>" not in page


def test_where_nobody_waits_the_page_says_so(client):
    make_missed_call("", NOON - 40 * MINUTE)
    make_call(NUMBER, NOON - 40 * MINUTE)
    page = client.get("/missed/").content.decode()
    assert "Nobody waits for a call back." in page
    assert pieces(page, "li") == []


def test_the_list_ends_at_its_limit_and_says_so(client):
    for place in range(NUMBERS_AT_MOST - 1):
        make_missed_call(f"+659123{place:04}", NOON - place * MINUTE)
    said = f"These are the {NUMBERS_AT_MOST} numbers that called last."
    assert said not in client.get("/missed/").content.decode()
    make_missed_call("+6591239998", NOON - 200 * MINUTE)
    make_missed_call("+6591239999", NOON - 300 * MINUTE)
    assert said in client.get("/missed/").content.decode()
    assert [number for number, _ in listed(client)][-2:] == ["+6591230098", "+6591239998"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_as_many_queries_however_many_wait(client, django_assert_num_queries, count):
    for place in range(count):
        number = f"+659123456{place}"
        make_contact(f"Mira {place}", number)
        make_missed_call(number, NOON - 40 * MINUTE)
        make_missed_call(number, NOON - 30 * MINUTE)
    with django_assert_num_queries(5):
        assert len(client.get("/missed/").context["rows"]) == count


def test_take_off_takes_a_number_off_and_keeps_by_whom(client):
    make_missed_call(NUMBER, NOON - 50 * MINUTE)
    make_missed_call(NUMBER, NOON - 40 * MINUTE + timedelta(microseconds=654_321))
    make_missed_call(ANOTHER, NOON - 30 * MINUTE)
    assert take_off(client, form(client, NUMBER)) == ["Taken off: +65 9123 4567."]
    assert listed(client) == [(ANOTHER, 1)]
    assert handled() == [(NOON, "robin"), (NOON, "robin"), (None, None)]


def test_take_off_removes_only_what_the_page_showed(client):
    make_missed_call(NUMBER, NOON - 50 * MINUTE)
    fields = form(client, NUMBER)
    make_missed_call(NUMBER, NOON - 40 * MINUTE)
    take_off(client, fields)
    assert listed(client) == [(NUMBER, 1)]
    assert handled() == [(NOON, "robin"), (None, None)]


def test_a_later_missed_call_brings_a_number_back(client):
    make_missed_call(NUMBER, NOON - 50 * MINUTE)
    take_off(client, form(client, NUMBER))
    assert listed(client) == []
    make_missed_call(NUMBER, NOON - 10 * MINUTE)
    assert listed(client) == [(NUMBER, 1)]


def test_a_number_that_a_colleague_took_off_before_is_said_and_stays_the_colleagues(client):
    make_missed_call(NUMBER, NOON - 50 * MINUTE)
    fields = form(client, NUMBER)
    take_off(client, fields)
    with time_machine.travel(NOON + MINUTE, tick=False):
        assert take_off(client, fields)[-1] == "+65 9123 4567 was taken off before."
    assert handled() == [(NOON, "robin")]


@pytest.mark.parametrize(
    "changed",
    [
        *({"number": ""}, {"number": "hello"}, {"number": "\0"}, {"number": "9" * 300}, {"number": "anonymous"}),
        *({"until": ""}, {"until": "yesterday"}, {"until": "2026-03-02T25:00"}, {"until": "\0"}),
        *({"until": "0001-01-01T00:00:00+14:00"}, {"until": "9999-12-31T23:59:59-12:00"}),
    ],
    ids=lambda changed: str(changed)[:40],
)
def test_a_form_that_nobody_can_read_is_told_and_takes_nothing_off(client, changed):
    make_missed_call(NUMBER, NOON - 50 * MINUTE)
    said = take_off(client, form(client, NUMBER) | changed)
    assert said == ["That is not on the list; reload the page and try again."]
    assert listed(client) == [(NUMBER, 1)]


@pytest.mark.parametrize("missing", ["number", "until"])
def test_a_form_with_a_part_missing_is_told_and_takes_nothing_off(client, missing):
    make_missed_call(NUMBER, NOON - 50 * MINUTE)
    fields = form(client, NUMBER)
    del fields[missing]
    assert take_off(client, fields) == ["That is not on the list; reload the page and try again."]
    assert listed(client) == [(NUMBER, 1)]


def test_a_number_that_never_waited_is_said_and_takes_nothing_else_off(client):
    make_missed_call(NUMBER, NOON - 50 * MINUTE)
    said = take_off(client, form(client, NUMBER) | {"number": "9876 5432"})
    assert said == ["+65 9876 5432 was taken off before."]
    assert listed(client) == [(NUMBER, 1)]


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_is_taken_off_but_by_a_form(client, method):
    make_missed_call(NUMBER, NOON - 50 * MINUTE)
    fields = form(client, NUMBER)
    assert getattr(client, method)("/missed/take-off/", fields).status_code == 405
    assert listed(client) == [(NUMBER, 1)]


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_visit_to_the_buttons_address_leads_to_the_list_and_takes_nothing_off(client, method):
    make_missed_call(NUMBER, NOON - 50 * MINUTE)
    response = getattr(client, method)("/missed/take-off/", form(client, NUMBER))
    assert (response.status_code, response.url) == (302, "/missed/")
    assert listed(client) == [(NUMBER, 1)]


def test_a_click_after_the_sign_in_ended_takes_nothing_off_and_leads_back_to_the_list(client, agent):
    make_missed_call(NUMBER, NOON - 50 * MINUTE)
    fields = form(client, NUMBER)
    client.logout()
    page = client.post("/missed/take-off/", fields).content.decode()
    [sign_in] = [address for address in addresses(page) if address.startswith("/login/")]
    assert sign_in_again(client, sign_in) == (200, "/missed/")
    assert handled() == [(None, None)]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_list_itself_is_only_read(client, method):
    assert getattr(client, method)("/missed/").status_code == 405


@pytest.mark.parametrize(("key", "is_left"), [("completed", []), ("no_answer", [(NUMBER, 1)])])
def test_a_note_takes_a_number_off_where_it_says_that_it_was_reached(client, key, is_left):
    make_missed_call(NUMBER, NOON - 50 * MINUTE)
    make_note(NUMBER, key=key)
    assert listed(client) == is_left
