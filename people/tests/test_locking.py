"""Ten failures lock the pair of a name and an address out for half an hour, whether or not anybody has the name."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.utils import timezone

from callnotes.tests.factories import make_agent
from people.models import FailedSignIn
from people.tests.factories import PASSWORD, code_of, make_app, make_staff, wrong_code

pytestmark = pytest.mark.django_db

WRONG = "Please enter a correct username and password. Note that both fields may be case-sensitive."
LOCKED_OUT = (
    "Too many attempts to sign in with this name have failed here. Try again in 30 minutes, or ask an administrator to"
    " let you in before."
)
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def robin() -> User:
    return make_agent("robin")


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def attempt(client, username: str = "robin", password: str = "wrong", **headers):
    return client.post("/login/", {"username": username, "password": password}, headers=headers)


def said(response) -> tuple[int, list[str]]:
    return response.status_code, response.context["form"].non_field_errors() if response.status_code != 302 else []


def fail(client, times: int, username: str = "robin", **headers) -> list[tuple[int, list[str]]]:
    return [said(attempt(client, username, **headers)) for _ in range(times)]


@pytest.mark.parametrize("username", ["robin", "nobody"])
def test_nine_failures_are_forgiven_and_the_tenth_locks_out_also_where_nobody_has_the_name(client, robin, username):
    assert fail(client, 9, username) == [(200, [WRONG])] * 9
    assert fail(client, 2, username) == [(429, [LOCKED_OUT])] * 2


def test_who_is_locked_out_is_refused_also_with_the_right_password(client, robin):
    fail(client, 10)
    assert said(attempt(client, password=PASSWORD)) == (429, [LOCKED_OUT])
    assert client.get("/").status_code == 302


def test_the_script_is_told_the_same(client, robin):
    fail(client, 10)
    fields = {"username": "robin", "password": PASSWORD}
    response = client.post("/login/again/", fields, headers={"accept": "application/json"})
    assert (response.status_code, response.json()) == (429, {"errors": [LOCKED_OUT]})


def test_success_forgives_what_failed_before(client, robin):
    fail(client, 9)
    assert attempt(client, password=PASSWORD).status_code == 302
    client.post("/logout/")
    assert fail(client, 9) == [(200, [WRONG])] * 9


def test_it_ends_by_itself_and_trying_meanwhile_does_not_draw_it_out(client, robin, clock):
    fail(client, 10)
    clock.shift(HALF_AN_HOUR - timedelta(seconds=1))
    assert said(attempt(client, password=PASSWORD)) == (429, [LOCKED_OUT])
    clock.shift(timedelta(seconds=2))
    assert attempt(client, password=PASSWORD).status_code == 302


def test_another_browser_at_the_same_address_is_locked_out_too(client, robin):
    fail(client, 5, **{"user-agent": "One"})
    fail(client, 5, **{"user-agent": "Another"})
    assert said(attempt(client, password=PASSWORD, **{"user-agent": "A third"})) == (429, [LOCKED_OUT])


def test_other_names_and_other_addresses_are_not(client, robin):
    make_agent("bea")
    fail(client, 10)
    assert attempt(client, "bea", PASSWORD).status_code == 302
    client.post("/logout/")
    fields = {"username": "robin", "password": PASSWORD}
    assert client.post("/login/", fields, REMOTE_ADDR="192.0.2.7").status_code == 302


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed: the time that a sign-in takes."""

    hashed = 0

    def encode(self, password: str, salt: str) -> str:
        CountingHasher.hashed += 1
        return super().encode(password, salt)


@pytest.mark.parametrize("username", ["robin", "nobody", "asleep"])
def test_a_name_that_nobody_has_takes_as_long_as_any(client, settings, username):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    make_agent("robin"), make_agent("asleep", is_active=False)
    CountingHasher.hashed = 0
    assert (said(attempt(client, username)), CountingHasher.hashed) == ((200, [WRONG]), 1)


# Which address it is


@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_what_a_client_writes_into_a_header_gives_it_no_other_address(client, robin, settings, proxies):
    settings.TRUSTED_PROXY_COUNT = proxies
    appended = ["198.51.100.4", "203.0.113.9"][:proxies]
    for place in range(10):
        forged = f"10.0.0.{place}"
        attempt(client, **{"x-forwarded-for": ", ".join([forged, *appended])})
    forwarded = ", ".join(["10.9.9.9", *appended])
    assert said(attempt(client, password=PASSWORD, **{"x-forwarded-for": forwarded})) == (429, [LOCKED_OUT])


def test_behind_a_trusted_proxy_each_client_is_counted_for_itself(client, robin, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    fail(client, 10, **{"x-forwarded-for": "192.0.2.1"})
    assert attempt(client, password=PASSWORD, **{"x-forwarded-for": "192.0.2.2"}).status_code == 302


def test_whose_address_cannot_be_told_shares_one_count_with_others_like_them(client, robin, settings):
    settings.TRUSTED_PROXY_COUNT = 2
    fail(client, 10, **{"x-forwarded-for": "192.0.2.1"})
    assert said(attempt(client, password=PASSWORD, **{"x-forwarded-for": "192.0.2.2"})) == (429, [LOCKED_OUT])


# The code


@pytest.fixture
def app(client, clock):
    """The app of Avery, who has given the password."""
    app = make_app(make_staff("avery"))
    attempt(client, "avery", PASSWORD)
    return app


def give(client, code: str):
    return client.post("/login/code/", {"code": code})


def test_wrong_codes_are_counted_as_wrong_passwords_are_and_the_right_password_between_forgives_none(
    client, app, clock
):
    for _ in range(9):
        give(client, wrong_code(app))
        app.throttle_reset()
        attempt(client, "avery", PASSWORD)
    response = give(client, wrong_code(app))
    assert (response.status_code, response.context["form"].errors["code"]) == (429, [LOCKED_OUT])
    app.throttle_reset()
    assert give(client, code_of(app)).status_code == 429
    assert said(attempt(client, "avery", PASSWORD)) == (429, [LOCKED_OUT])


def test_codes_are_guessed_ever_more_slowly_from_however_many_addresses(client, app, clock):
    for place in range(6):
        clock.shift(2**place)
        client.post("/login/code/", {"code": wrong_code(app)}, REMOTE_ADDR=f"192.0.2.{place}")
    response = client.post("/login/code/", {"code": code_of(app)}, REMOTE_ADDR="192.0.2.99")
    assert response.context["form"].errors["code"] == [
        "The last code was wrong. The next one is looked at in 32 seconds."
    ]


# The old password, where a new one is chosen


def choose(client, old: str = "wrong", **more):
    new = "seven slow herons at noon"
    fields = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post("/account/password/", fields, **more)


def test_a_wrong_old_password_counts_as_a_wrong_one_at_the_sign_in_does(client, robin):
    client.force_login(robin)
    wrong = "Your old password was entered incorrectly. Please enter it again."
    for _ in range(9):
        response = choose(client)
        assert (response.status_code, response.context["form"].errors["old_password"]) == (200, [wrong])
    for old in ("wrong", PASSWORD):
        response = choose(client, old)
        assert (response.status_code, response.context["form"].errors["old_password"]) == (429, [LOCKED_OUT])
    assert client.get("/").status_code == 200
    client.post("/logout/")
    assert said(attempt(client, password=PASSWORD)) == (429, [LOCKED_OUT])
    assert robin.check_password(PASSWORD)


def test_the_right_one_changes_the_password(client, robin):
    client.force_login(robin)
    choose(client)
    response = choose(client, PASSWORD)
    robin.refresh_from_db()
    assert (response.status_code, response.url) == (302, "/account/")
    assert robin.check_password("seven slow herons at noon")
    assert client.get("/").status_code == 200


def test_the_back_offices_own_page_for_that_leads_to_ours(client):
    client.force_login(make_staff("avery"))
    assert client.get("/admin/password_change/").url == "/account/password/"
    assert client.post("/admin/password_change/", {"old_password": "wrong"}).url == "/account/password/"


# What is kept of it


def test_no_password_code_or_token_is_kept(client, app):
    secret = "a secret that nobody should read"
    client.post("/login/?next=/numbers/91234567/", {"username": "avery", "password": secret})
    give(client, secret)
    kept = " ".join(f"{row.get_data} {row.post_data}" for row in FailedSignIn.objects.all())
    assert FailedSignIn.objects.exists()
    assert secret not in kept


def test_no_name_and_no_address_stands_in_the_log(client, robin, caplog):
    attempt(client, "robin-the-password")
    assert "robin-the-password" not in caplog.text
    assert "127.0.0.1" not in caplog.text
