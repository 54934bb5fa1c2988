"""A sign-in that ran out is renewed on the page itself, so that nothing that was typed has to be left."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from callnotes.tests.factories import make_agent
from desk.tests.wrapups import JSON, POPUP, form, notes, told

pytestmark = pytest.mark.django_db

AGAIN = "/login/again/"
RIGHT = {"username": "robin", "password": "a password of the tests"}
WRONG = "Please enter a correct username and password. Note that both fields may be case-sensitive."


@pytest.fixture
def robin() -> User:
    return make_agent("robin")


@pytest.fixture
def strict() -> Client:
    """A browser, of which a token is asked for."""
    return Client(enforce_csrf_checks=True)


def asked(client: Client) -> tuple[int | None, str]:
    """Who is signed in, as the page's script is told, and a token."""
    response = client.get(AGAIN, headers=JSON)
    assert (response.status_code, set(response.json())) == (200, {"agent", "csrf"})
    return response.json()["agent"], response.json()["csrf"]


def test_the_script_is_told_who_is_signed_in(client, robin):
    assert asked(client)[0] is None
    client.force_login(robin)
    assert asked(client)[0] == robin.pk


def test_the_right_password_signs_in_and_tells_who_it_is(client, robin):
    status, answer = told(client.post(AGAIN, RIGHT, headers=JSON))
    assert (status, set(answer), answer["agent"]) == (200, {"agent", "csrf"}, robin.pk)
    assert asked(client)[0] == robin.pk


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"password": "wrong"}, [WRONG]),
        ({"username": "nobody"}, [WRONG]),
        ({"password": ""}, ["This field is required."]),
    ],
)
def test_another_password_signs_nobody_in_and_says_why(client, robin, changed, said):
    assert told(client.post(AGAIN, RIGHT | changed, headers=JSON)) == (400, {"errors": said})
    assert asked(client)[0] is None


def test_whoever_may_sign_in_no_more_is_not(client, robin):
    User.objects.update(is_active=False)
    assert told(client.post(AGAIN, RIGHT, headers=JSON)) == (400, {"errors": [WRONG]})


def test_a_password_is_taken_with_a_token_alone(strict, robin):
    assert told(strict.post(AGAIN, RIGHT, headers=JSON)) == (403, {"error": "stale"})
    _, token = asked(strict)
    assert strict.post(AGAIN, RIGHT, headers=JSON | {"x-csrftoken": token}).status_code == 200


def test_a_form_goes_on_with_the_token_of_the_new_sign_in_and_not_with_the_old_one(strict, robin):
    _, before = asked(strict)
    after = strict.post(AGAIN, RIGHT, headers=JSON | {"x-csrftoken": before}).json()["csrf"]
    sent = form()
    assert told(strict.post(POPUP, sent, headers=JSON | {"x-csrftoken": before})) == (403, {"error": "stale"})
    assert strict.post(POPUP, sent, headers=JSON | {"x-csrftoken": after}).status_code == 200
    assert notes() == [("completed", "Asked for a quote.")]


def test_what_is_told_is_kept_by_no_cache(client, robin):
    assert "no-store" in client.get(AGAIN, headers=JSON)["Cache-Control"]


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_else_is_done_there(client, method):
    assert getattr(client, method)(AGAIN).status_code == 405


@pytest.mark.parametrize("accept", ["text/html", "*/*", "text/html,application/json"])
def test_pages_are_led_to_sign_in_and_only_scripts_told_in_json(client, accept):
    response = client.get("/popup?cid=91234567", headers={"accept": accept})
    assert (response.status_code, response.url) == (302, "/login/?next=/popup%3Fcid%3D91234567")
    assert told(client.get("/now/", headers=JSON)) == (401, {"error": "signed_out"})
