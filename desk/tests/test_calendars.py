"""Callbacks in agents' own calendars: the page that makes an address, and what the address answers."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.test import Client

from callnotes import calendar_feeds
from callnotes.models import CalendarFeed
from callnotes.tests.factories import make_agent
from contacts.tests.pages import section, words
from desk.tests.calls import NOON, make_robin, sign_in_again
from desk.tests.promises import make_callback

pytestmark = pytest.mark.django_db

PAGE = "/callbacks/calendar/"
KEY = re.compile("dbn_[0-9a-f]+")


@pytest.fixture(autouse=True)
def agent(client):
    """Robin, signed in; it is noon."""
    with time_machine.travel(NOON, tick=False):
        agent = make_robin()
        client.force_login(agent)
        yield agent


def make(client) -> str:
    """Makes an address and answers it, as the page shows it."""
    [address] = re.findall(r"<code>(.*?)</code>", section(client.post(f"{PAGE}make/"), "address"))
    return address


def path(client) -> str:
    return make(client).removeprefix("http://testserver")


def buttons(client) -> list[str]:
    page = client.get(PAGE).content.decode().partition('id="main"')[2]
    return [words(button) for button in re.findall(r"<button\b[^>]*>.*?</button>", page)]


# The page


def test_an_address_is_made_by_a_button_and_then_replaced_or_revoked(client):
    assert buttons(client) == ["Make my address"]
    make(client)
    assert buttons(client) == ["Make a new one", "Revoke it"]


def test_the_page_says_that_only_ones_own_callbacks_are_in_the_calendar(client):
    page = words(client.get(PAGE).content.decode())
    assert "Those that anyone may call are not in it; take one over, and it is." in page


def test_an_address_is_of_the_public_url_or_else_of_the_host_that_was_asked(client, settings):
    assert make(client).startswith("http://testserver/callbacks/feed/dbn_")
    settings.PUBLIC_URL = "https://crm.example.com"
    assert make(client).startswith("https://crm.example.com/callbacks/feed/dbn_")


def test_an_address_is_shown_once_and_kept_by_no_session_cookie_cache_or_header(client):
    response = client.post(f"{PAGE}make/")
    [key] = set(KEY.findall(response.content.decode()))
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert key not in str(response.headers) + str(client.cookies)
    assert not [session for session in Session.objects.all() if key in str(session.get_decoded())]
    assert KEY.findall(client.get(PAGE).content.decode()) == []


def test_the_page_says_when_the_calendar_was_last_read(client):
    address = path(client)
    assert "Your address has not been read yet. Made 2 Mar 2026, 12:00." in words(client.get(PAGE).content.decode())
    Client().get(address)
    said = "Your address was last read Mon 2 Mar 2026, 12:00, give or take an hour."
    assert said in words(client.get(PAGE).content.decode())


def test_another_agents_address_stays_as_it_is(client):
    beas = calendar_feeds.issue(make_agent("bea"))
    make(client)
    client.post(f"{PAGE}revoke/")
    assert Client().get(f"/callbacks/feed/{beas}.ics").status_code == 200


def test_revoking_says_what_came_of_it(client):
    make(client)
    said = []
    for _ in range(2):
        response = client.post(f"{PAGE}revoke/")
        assert (response.status_code, response.url) == (302, PAGE)
        said = [str(message) for message in get_messages(response.wsgi_request)]
    assert said == ["Revoked: your address opens nothing now.", "You had no address."]
    assert CalendarFeed.objects.count() == 0


@pytest.mark.parametrize("action", ["make", "revoke"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_a_visit_to_a_buttons_address_leads_to_the_page_and_does_nothing(client, agent, action, method):
    calendar_feeds.issue(agent)
    before = CalendarFeed.objects.values().get()
    response = getattr(client, method)(f"{PAGE}{action}/")
    assert (response.status_code, response.url) == (302, PAGE)
    assert CalendarFeed.objects.values().get() == before


@pytest.mark.parametrize("action", ["make", "revoke"])
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_is_made_or_revoked_but_by_a_form(client, action, method):
    assert getattr(client, method)(f"{PAGE}{action}/").status_code == 405


def test_a_click_after_the_sign_in_ended_makes_nothing_and_leads_back_to_the_page(client):
    client.logout()
    response = client.post(f"{PAGE}make/")
    assert sign_in_again(client, response.url) == (200, PAGE)
    assert CalendarFeed.objects.count() == 0


def test_an_address_cannot_be_made_by_a_page_of_others(agent):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(agent)
    assert strict.post(f"{PAGE}make/").status_code == 403
    assert CalendarFeed.objects.count() == 0


# The address


def test_an_address_answers_the_calendar_without_a_sign_in(client, agent):
    make_callback(agent)
    response = Client().get(path(client))
    assert response.status_code == 200
    assert response.content == calendar_feeds.feed(agent)
    assert b"SUMMARY:Call back +65 9123 4567\r\n" in response.content
    headers = ("Content-Type", "Cache-Control", "Referrer-Policy", "X-Content-Type-Options")
    assert {name: response.headers[name] for name in headers} == {
        "Content-Type": "text/calendar; charset=utf-8",
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    assert not response.cookies


def test_an_address_shows_its_agents_callbacks_whoever_is_signed_in(client, agent):
    make_callback(agent)
    address = path(client)
    client.force_login(make_agent("bea"))
    assert client.get(address).content == calendar_feeds.feed(agent)


def test_an_address_can_be_asked_for_its_headers_alone(client):
    response = Client().head(path(client))
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_an_address_is_only_read(client, method):
    assert getattr(Client(), method)(path(client)).status_code == 405


def test_a_wrong_key_is_an_address_that_does_not_exist(client):
    right = path(client)
    wrong = right[:-5] + ("0" if right[-5] != "0" else "1") + right[-4:]
    for address in (wrong, right.removesuffix(".ics"), "/callbacks/feed/x.ics", "/callbacks/feed/%00.ics"):
        response = Client().get(address)
        assert (response.status_code, response.templates[0].name) == (404, "404.html")
    assert Client().get(right).status_code == 200


def test_an_address_that_was_replaced_or_revoked_does_not_exist(client):
    first = path(client)
    second = path(client)
    assert [Client().get(address).status_code for address in (first, second)] == [404, 200]
    client.post(f"{PAGE}revoke/")
    assert Client().get(second).status_code == 404


def test_the_address_of_an_agent_who_left_does_not_exist(client, agent):
    address = path(client)
    agent.is_active = False
    agent.save()
    assert Client().get(address).status_code == 404


def test_reading_a_calendar_costs_four_queries_and_within_the_hour_three(client, agent, django_assert_num_queries):
    make_callback(agent)
    address = path(client)
    for queries, minutes in ((4, 0), (3, 59)):
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False), django_assert_num_queries(queries):
            assert Client().get(address).status_code == 200
