"""New staff set up their second factor with a code of an administrator: others may know the password too."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from callnotes.tests.factories import make_agent
from contacts.tests.pages import words
from people import enrolment, second_factor
from people.tests.factories import PASSWORD, code_of, make_app, make_staff

pytestmark = pytest.mark.django_db

ENROLMENT, SET_UP, QR = "/account/enrolment/", "/account/second-factor/", "/account/second-factor/qr.svg"
PEOPLE = reverse("admin:auth_user_changelist")
WRONG = "This code is not right, or is too old. Ask an administrator for a new one."


@pytest.fixture
def administrator(settings) -> User:
    """Bea, who has a second factor, and so can make codes for others."""
    settings.REQUIRE_SECOND_FACTOR = True
    bea = make_staff("bea", is_superuser=True)
    make_app(bea)
    return bea


@pytest.fixture
def avery(client, administrator) -> User:
    """New staff, who has given the password."""
    avery = make_staff("avery")
    client.post("/login/", {"username": "avery", "password": PASSWORD})
    return avery


@pytest.fixture
def back_office(administrator) -> Client:
    """Where Bea is signed in."""
    client = Client()
    client.post("/login/", {"username": "bea", "password": PASSWORD})
    client.post("/login/code/", {"code": code_of(administrator.totpdevice_set.get())})
    return client


def give(client, code: str):
    return client.post(ENROLMENT, {"code": code, "next": "/admin/"})


def signed_in(username: str) -> Client:
    """Another browser, in which the password was given."""
    client = Client()
    client.post("/login/", {"username": username, "password": PASSWORD})
    return client


def set_up_in(client) -> str:
    """The secret that the page shows."""
    return client.get(SET_UP).context["secret"]


def is_good(user: User, code: str) -> bool:
    return StaticToken.objects.filter(device__user=user, token=second_factor.digest(code)).exists()


def begun_app(user: User) -> TOTPDevice:
    return TOTPDevice.objects.create(user=user, confirmed=False)


def errors(response) -> list[str]:
    return response.context["form"].errors["code"]


def test_the_password_alone_shows_no_secret_and_sets_nothing_up(client, avery):
    assert client.get(SET_UP, {"next": "/admin/"}).url == "/account/enrolment/?next=%2Fadmin%2F"
    assert client.get(QR).status_code == 403
    begun = begun_app(avery)
    assert client.post(SET_UP, {"code": code_of(begun)}).status_code == 302
    assert second_factor.app_of(avery) is None


def test_with_the_code_the_app_is_set_up_and_the_code_is_used_up(client, avery):
    code = enrolment.new_code(avery)
    assert give(client, code.upper()).url == "/account/second-factor/?next=%2Fadmin%2F"
    assert client.get(QR).status_code == client.get(SET_UP).status_code == 200
    client.post(SET_UP, {"code": code_of(TOTPDevice.objects.get(user=avery))})
    assert client.get("/admin/").status_code == 200
    assert (is_good(avery, code), second_factor.recovery_codes_left(avery)) == (False, 10)


def test_a_secret_that_somebody_may_have_seen_before_is_not_set_up(client, avery):
    seen = begun_app(avery)
    give(client, enrolment.new_code(avery))
    client.get(SET_UP)
    assert TOTPDevice.objects.get(user=avery).key != seen.key


def test_a_code_lets_one_session_on_and_no_second_one(client, avery):
    """Neither another browser nor the same one signed in anew: another code does."""
    code, other = enrolment.new_code(avery), signed_in("avery")
    give(client, code)
    assert (errors(give(other, code)), other.get(SET_UP).status_code, other.get(QR).status_code) == ([WRONG], 302, 403)
    assert client.get(SET_UP).status_code == 200
    client.post("/logout/")
    client.post("/login/", {"username": "avery", "password": PASSWORD})
    assert (client.get(SET_UP).status_code, errors(give(client, code))) == (302, [WRONG])


def test_another_code_ends_the_one_before_also_where_that_was_given(client, avery):
    give(client, enrolment.new_code(avery))
    begun = set_up_in(client)
    other, another = signed_in("avery"), enrolment.new_code(avery)
    assert (client.get(SET_UP).url, client.get(QR).status_code) == ("/account/enrolment/?next=%2Faccount%2F", 403)
    give(other, another)
    assert set_up_in(other) != begun
    client.post(SET_UP, {"code": code_of(TOTPDevice.objects.get(user=avery))})
    assert (client.get(QR).status_code, second_factor.app_of(avery)) == (403, None)


def test_no_session_is_shown_the_secret_of_another(client, administrator):
    """Also of agents, who need no code: somebody may know their password."""
    make_agent("robin")
    mine, yours = signed_in("robin"), signed_in("robin")
    secret = set_up_in(mine)
    assert (set_up_in(yours) != secret, set_up_in(mine) == secret) == (True, True)


@pytest.mark.parametrize("code", ["", "abcd-efgh-ijkl-mnop", "of another", "the one before", "a week old"])
def test_no_other_code_will_do(client, avery, code):
    made = {"of another": enrolment.new_code(make_staff("lee")), "the one before": enrolment.new_code(avery)}
    with time_machine.travel(timezone.now() - timedelta(days=7, seconds=1)):
        made["a week old"] = enrolment.new_code(avery)
    if code != "a week old":
        enrolment.new_code(avery)
    response = give(client, made.get(code, code))
    assert (response.status_code, errors(response)) == (200, [WRONG if code else "This field is required."])
    assert client.get(SET_UP).status_code == 302


def test_wrong_codes_lock_out_as_wrong_passwords_do(client, avery):
    for _ in range(9):
        assert give(client, "wrong").status_code == 200
    assert give(client, "wrong").status_code == 429
    response = give(client, enrolment.new_code(avery))
    assert (response.status_code, errors(response)[0][:17]) == (429, "Too many attempts")


def test_a_code_is_stored_as_a_digest_and_opens_nothing_else(client, avery):
    code = enrolment.new_code(avery)
    assert not StaticToken.objects.filter(token__contains=code.replace("-", "")).exists()
    assert second_factor.verify(avery, code) is None
    assert second_factor.recovery_codes_left(avery) == 0


def test_who_loses_the_app_later_needs_another_code_also_in_the_browser_that_gave_one(client, avery):
    give(client, enrolment.new_code(avery))
    client.get(SET_UP)
    client.post(SET_UP, {"code": code_of(TOTPDevice.objects.get(user=avery))})
    second_factor.reset([avery])
    assert client.get(SET_UP).url.startswith(ENROLMENT)


@pytest.mark.parametrize(
    ("fields", "is_led_on"), [({"is_superuser": True}, True), ({}, True), ({"is_staff": False}, False)]
)
def test_where_no_administrator_could_make_one_none_is_asked_for(client, settings, fields, is_led_on):
    """The first administrator; and agents, who need no second factor and may set one up by themselves."""
    settings.REQUIRE_SECOND_FACTOR = True
    User.objects.create_superuser("without-an-app")
    make_app(make_staff("gone", is_superuser=True, is_active=False))
    make_staff("avery", **fields) if is_led_on else make_agent("avery")
    client.post("/login/", {"username": "avery", "password": PASSWORD})
    assert client.get(SET_UP).status_code == 200
    assert client.get(ENROLMENT).url.startswith(SET_UP)


# The administrator's side


def run(client, *people: User):
    return client.post(PEOPLE, {"action": "make_enrolment_codes", "_selected_action": [who.pk for who in people]})


def test_an_administrator_makes_codes_which_are_shown_once(back_office, avery):
    lee = make_staff("lee")
    response = run(back_office, avery, lee, make_agent("robin"))
    assert "no-store" in response.headers["Cache-Control"]
    codes = dict(response.context["codes"])
    assert [person.username for person in codes] == ["avery", "lee"]
    assert [is_good(person, code) for person, code in codes.items()] == [True, True]
    assert all(code in words(response.content.decode()) for code in codes.values())


def test_who_needs_none_gets_none(back_office, administrator):
    response = run(back_office, administrator, make_agent("robin"))
    assert (response.status_code, StaticToken.objects.count()) == (302, 0)


def test_the_page_of_a_person_says_whether_a_code_is_good(back_office, avery):
    page = reverse("admin:auth_user_change", args=[avery.pk])
    none = "Not set up, and no enrolment code is good: make one in the list of users."
    assert none in words(back_office.get(page).content.decode())
    code = enrolment.new_code(avery)
    shown = words(back_office.get(page).content.decode())
    assert ("Not set up. The enrolment code is good until" in shown, code in shown) == (True, False)


def test_only_administrators_make_codes(client, administrator, avery):
    clerk = make_staff("clerk")
    clerk.user_permissions.set(
        clerk.user_permissions.model.objects.filter(codename__in=["view_user", "change_user", "delete_user"])
    )
    client.force_login(clerk)
    run(client, avery)
    assert enrolment.good_until(avery) is None


def test_the_command_that_resets_the_second_factor_makes_a_code_where_one_is_asked_for(administrator, capsys):
    avery = make_staff("avery")
    make_app(avery)
    call_command("reset_second_factor", "avery")
    first, second = capsys.readouterr().out.splitlines()
    assert first == "The second factor of avery is reset. Staff set up another at their next sign-in."
    said, _, code = second.partition(": ")
    assert (said, is_good(avery, code)) == ("They are asked for this enrolment code then", True)
