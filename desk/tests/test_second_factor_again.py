"""A sign-in that ran out is renewed on the page also where a code is asked for, and nothing that was typed is lost."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from desk.tests.wrapups import JSON, POPUP, form, notes, told
from people.tests.factories import PASSWORD, code_of, make_app, make_staff, wrong_code

pytestmark = pytest.mark.django_db

AGAIN, CODE = "/login/again/", "/login/again/code/"
RIGHT = {"username": "avery", "password": PASSWORD}


@pytest.fixture
def avery(settings) -> User:
    settings.REQUIRE_SECOND_FACTOR = True
    return make_staff()


def signed_in(client) -> int | None:
    return client.get(AGAIN, headers=JSON).json()["agent"]


def test_after_the_password_the_code_is_asked_for_and_only_then_the_page_is_signed_in(client, avery):
    app = make_app(avery)
    status, answer = told(client.post(AGAIN, RIGHT, headers=JSON))
    assert (status, set(answer), answer["asks_for_code"], signed_in(client)) == (
        202,
        {"asks_for_code", "csrf"},
        True,
        None,
    )
    assert told(client.post(POPUP, form(), headers=JSON))[0] == 401
    status, answer = told(client.post(CODE, {"code": code_of(app)}, headers=JSON))
    assert (status, set(answer), answer["agent"], signed_in(client)) == (200, {"agent", "csrf"}, avery.pk, avery.pk)
    assert client.post(POPUP, form(), headers=JSON).status_code == 200
    assert notes() == [("completed", "Asked for a quote.")]


def test_a_wrong_code_is_told_and_can_be_mended(client, avery):
    app = make_app(avery)
    client.post(AGAIN, RIGHT, headers=JSON)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        answer = told(client.post(CODE, {"code": wrong_code(app)}, headers=JSON))
        said = "This code is not right, or was used before. Wait for the next one in your app."
        assert answer == (400, {"errors": [said]})
        clock.shift(timedelta(seconds=2))
        assert client.post(CODE, {"code": code_of(app)}, headers=JSON).status_code == 200


def test_a_code_that_comes_too_late_asks_for_the_password_again(client, avery):
    answer = told(client.post(CODE, {"code": "123456"}, headers=JSON))
    assert answer == (
        400,
        {"errors": ["That took too long. Give your password again."], "asks_for_password": True},
    )


def test_too_many_codes_lock_out_here_too(client, avery):
    app = make_app(avery)
    client.post(AGAIN, RIGHT, headers=JSON)
    for _ in range(10):
        app.throttle_reset()
        response = client.post(CODE, {"code": wrong_code(app)}, headers=JSON)
    assert (response.status_code, response.json()["errors"][0][:17]) == (429, "Too many attempts")


def test_who_has_to_set_up_a_second_factor_first_is_told_where_and_goes_on_with_the_same_form(client, avery):
    status, answer = told(client.post(AGAIN, RIGHT, headers=JSON))
    said = (
        "You need a second factor now. Set it up in another tab, at http://testserver/account/second-factor/;"
        " then come back and save again."
    )
    assert (status, answer["errors"], signed_in(client)) == (400, [said], None)
    client.get("/account/second-factor/")
    app = avery.totpdevice_set.get()
    client.post("/account/second-factor/", {"code": code_of(app)})
    assert signed_in(client) == avery.pk
    assert client.post(POPUP, form(), headers=JSON).status_code == 200


def test_a_remembered_browser_is_asked_for_the_password_alone(client, avery):
    app = make_app(avery)
    client.post("/login/", RIGHT)
    client.post("/login/code/", {"code": code_of(app), "remember": "on"})
    client.post("/logout/")
    status, answer = told(client.post(AGAIN, RIGHT, headers=JSON))
    assert (status, answer["agent"]) == (200, avery.pk)


def test_a_script_is_told_that_a_sign_in_without_the_second_factor_is_none(client, avery):
    client.force_login(avery)
    assert told(client.get("/now/", headers=JSON)) == (401, {"error": "signed_out"})
    assert signed_in(client) is None
