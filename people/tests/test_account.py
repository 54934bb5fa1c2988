"""People see to their own second factor: set up by a code to scan, recovery codes shown once."""

import re

import pytest
from django.contrib.auth.models import User
from django_otp.plugins.otp_totp.models import TOTPDevice

from callnotes.tests.factories import make_agent
from contacts.tests.pages import words
from people import second_factor
from people.tests.factories import code_of, make_app, make_staff, wrong_code

pytestmark = pytest.mark.django_db

SET_UP = "/account/second-factor/"
RECOVERY_CODE = re.compile(r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b")
NOT_THE_CODE = "This is not what the app should show. Is the clock of your phone right? Try the next code."


@pytest.fixture
def robin(client) -> User:
    robin = make_agent("robin", first_name="Robin", last_name="Agent", extension="101")
    client.force_login(robin)
    return robin


@pytest.fixture
def avery(client, settings) -> User:
    """An administrator who has to set up a second factor."""
    settings.REQUIRE_SECOND_FACTOR = True
    avery = make_staff(is_superuser=True)
    client.force_login(avery)
    return avery


def begun(client, user: User) -> TOTPDevice:
    client.get(SET_UP)
    return TOTPDevice.objects.get(user=user, confirmed=False)


def codes_on(response) -> list[str]:
    return RECOVERY_CODE.findall(response.content.decode())


def test_the_page_says_who_one_is_and_what_stands_open(client, robin):
    page = words(client.get("/account/").content.decode())
    for text in ("Robin Agent", "Username robin", "Extension 101", "Groups none", "Set it up"):
        assert text in page


def test_the_code_to_scan_is_a_picture_of_ones_own_secret_that_nobody_keeps(client, robin):
    begun(client, robin)
    response = client.get("/account/second-factor/qr.svg")
    assert (response.headers["Content-Type"], response.content[:4]) == ("image/svg+xml", b"<svg")
    assert "no-store" in response.headers["Cache-Control"]
    assert "style=" not in response.content.decode()


def test_the_secret_stands_beside_it_as_text(client, robin):
    secret = second_factor.secret_in_words(begun(client, robin))
    assert re.fullmatch(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}", secret)
    assert secret in client.get(SET_UP).content.decode()


def test_looking_at_the_page_sets_nothing_up_and_shows_the_same_secret_again(client, robin):
    first = begun(client, robin)
    assert (begun(client, robin).key, second_factor.app_of(robin)) == (first.key, None)


def test_two_windows_that_began_at_once_set_up_the_same_app(client, avery):
    client.get(SET_UP)
    first = TOTPDevice.objects.get(user=avery)
    TOTPDevice.objects.create(user=avery, confirmed=False, name=first.name)
    assert second_factor.secret_in_words(first) in client.get(SET_UP).content.decode()
    assert client.post(SET_UP, {"code": code_of(first)}).status_code == 200
    assert list(TOTPDevice.objects.filter(user=avery)) == [first]


def test_the_first_code_sets_it_up_shows_ten_recovery_codes_and_signs_in_with_it(client, avery):
    app = begun(client, avery)
    response = client.post(SET_UP, {"code": code_of(app), "next": "/admin/"})
    codes = codes_on(response)
    assert (response.status_code, len(codes), 'href="/admin/"' in response.content.decode()) == (200, 10, True)
    assert "no-store" in response.headers["Cache-Control"]
    assert client.get("/admin/").status_code == 200
    assert second_factor.app_of(avery) == app
    assert second_factor.verify(avery, codes[3]) is not None


def test_a_wrong_first_code_sets_nothing_up(client, avery):
    app = begun(client, avery)
    response = client.post(SET_UP, {"code": wrong_code(app)})
    assert response.context["form"].errors["code"] == [NOT_THE_CODE]
    assert (second_factor.app_of(avery), client.get("/admin/").status_code) == (None, 302)


def test_another_phone_takes_the_place_of_the_first(client, robin):
    client.post(SET_UP, {"code": code_of(begun(client, robin))})
    first = second_factor.app_of(robin)
    second = begun(client, robin)
    client.post(SET_UP, {"code": code_of(second)})
    assert list(TOTPDevice.objects.filter(user=robin)) == [second]
    assert first != second


def test_nobody_replaces_an_app_without_having_proved_to_have_it(client, robin):
    app = make_app(robin)
    assert client.get(SET_UP).url == "/login/code/?next=%2Faccount%2Fsecond-factor%2F"
    client.post(SET_UP, {"code": code_of(TOTPDevice.objects.create(user=robin, confirmed=False))})
    assert second_factor.app_of(robin) == app


def test_who_has_set_up_an_app_in_another_browser_gives_its_code_in_this_one_and_goes_on(client, robin):
    """The pages lead there once, and back: agents need no second factor to go on, but to replace it."""
    app = make_app(robin)
    response = client.get(SET_UP, follow=True)
    assert [address for address, _ in response.redirect_chain] == ["/login/code/?next=%2Faccount%2Fsecond-factor%2F"]
    response = client.post(response.redirect_chain[0][0], {"code": code_of(app), "next": SET_UP}, follow=True)
    assert (response.request["PATH_INFO"], response.status_code) == (SET_UP, 200)


def test_new_recovery_codes_are_for_who_has_proved_to_have_the_second_factor(client, robin):
    make_app(robin)
    response = client.post("/account/recovery-codes/")
    assert (response.status_code, response.url, second_factor.recovery_codes_left(robin)) == (302, "/account/", 0)


def test_new_recovery_codes_are_shown_once(client, avery):
    client.post(SET_UP, {"code": code_of(begun(client, avery))})
    response = client.post("/account/recovery-codes/")
    assert len(codes_on(response)) == 10
    assert "no-store" in response.headers["Cache-Control"]
    assert codes_on(client.get("/account/")) == []
    assert "You have 10 recovery codes left" in words(client.get("/account/").content.decode())


def test_a_link_to_the_page_shows_no_codes(client, avery):
    client.post(SET_UP, {"code": code_of(begun(client, avery))})
    assert client.get("/account/recovery-codes/").status_code == 405
