"""Times are shown in the zone of who reads them."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from callnotes.tests.factories import make_agent, make_note
from contacts.tests.pages import pieces, words
from desk.time_zones import COOKIE, ZONES, TimeZoneMiddleware, named

SUMMER = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
START = "/"
IN_SINGAPORE = ("Wed 1 Jul 2026, 20:30", "Times are in Asia/Singapore (UTC+08:00).")


@pytest.fixture
def agent(client, db) -> User:
    agent = make_agent("robin")
    client.force_login(agent)
    return agent


def shown(client: Client) -> tuple[str, str]:
    """When the one note on the page was written, and what the page says of its times."""
    page = client.get(START).content.decode()
    [written], [foot] = pieces(page, "time"), pieces(page, "footer")
    return words(written), words(foot)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Singapore", IN_SINGAPORE),
        ("America/New_York", ("Wed 1 Jul 2026, 08:30", "Times are in America/New_York (UTC-04:00).")),
        ("Pacific/Auckland", ("Thu 2 Jul 2026, 00:30", "Times are in Pacific/Auckland (UTC+12:00).")),
        ("Asia/Calcutta", ("Wed 1 Jul 2026, 18:00", "Times are in Asia/Calcutta (UTC+05:30).")),
        ("UTC", ("Wed 1 Jul 2026, 12:30", "Times are in UTC (UTC+00:00).")),
    ],
)
@time_machine.travel(SUMMER, tick=False)
def test_a_page_has_its_times_in_the_zone_that_the_browser_named_and_says_which_it_is(client, agent, zone, expected):
    make_note("+6591234567", agent=agent)
    client.cookies[COOKIE] = zone
    assert shown(client) == expected


@time_machine.travel(SUMMER, tick=False)
def test_where_the_browser_names_no_zone_the_settings_is_taken_also_after_another_readers_page(client, agent):
    make_note("+6591234567", agent=agent)
    assert shown(client) == IN_SINGAPORE
    client.cookies[COOKIE] = "America/New_York"
    assert shown(client) != IN_SINGAPORE
    del client.cookies[COOKIE]
    assert shown(client) == IN_SINGAPORE


HOSTILE = [
    *("", "Mars/Olympus", "asia/singapore", " Asia/Singapore", "Asia", "Asia/../UTC", "/etc/passwd"),
    *(
        "../../etc/passwd",
        '"Asia/Singapore',
        "<script>alert(1)</script>",
        "%00",
        "zone.tab",
        "x" * 4000,
        "Asia/Singaporé",
    ),
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@time_machine.travel(SUMMER, tick=False)
def test_what_names_no_zone_changes_nothing(client, agent, text):
    make_note("+6591234567", agent=agent)
    client.cookies[COOKIE] = text
    assert shown(client) == IN_SINGAPORE


@given(st.one_of(st.text(), st.sampled_from(sorted(ZONES)), st.sampled_from(sorted(ZONES)).map(str.upper)))
@example("Asia/Singapore\0")
@example("\udcff")
def test_any_text_is_a_zones_name_or_nothing(text):
    zone = named(text)
    assert zone is None if text not in ZONES else zone.key == text


def test_the_zone_ends_with_the_request_also_where_that_fails():
    zones_within = []

    def fail(request: HttpRequest) -> None:
        zones_within.append(timezone.get_current_timezone_name())
        raise RuntimeError

    request = RequestFactory().get("/")
    request.COOKIES[COOKIE] = "America/New_York"
    with timezone.override("Europe/London"):
        with pytest.raises(RuntimeError):
            TimeZoneMiddleware(fail)(request)
        zones_within.append(timezone.get_current_timezone_name())
    assert zones_within == ["America/New_York", "Europe/London"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/login/", "/admin/login/"])
def test_the_page_to_sign_in_asks_the_browser_for_its_zone_and_names_none(client, address):
    page = client.get(address).content.decode()
    assert '<script src="/static/time_zone.js" defer></script>' in page
    assert "Times are in" not in page


@time_machine.travel(SUMMER, tick=False)
def test_the_back_office_says_in_which_zone_its_times_are(admin_client):
    admin_client.cookies[COOKIE] = "America/New_York"
    page = admin_client.get("/admin/").content.decode()
    assert words(pieces(page, "footer")[-1]) == "Times are in America/New_York (UTC-04:00)."
