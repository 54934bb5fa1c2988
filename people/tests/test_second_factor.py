"""Staff sign in with a password and a code; until the code is given, nothing is open to them."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticToken

from callnotes.tests.factories import make_agent
from contacts.tests.pages import words
from people import second_factor
from people.tests.factories import PASSWORD, code_of, make_app, make_staff, wrong_code

pytestmark = pytest.mark.django_db

WRONG = "This code is not right, or was used before. Wait for the next one in your app."
CODE = "/login/code/"


@pytest.fixture(autouse=True)
def required(settings):
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.fixture
def avery() -> User:
    return make_staff()


def give_password(client, username: str = "avery", following: str = "/admin/"):
    return client.post("/login/", {"username": username, "password": PASSWORD, "next": following})


def give_code(client, code: str, following: str = "/admin/", **more):
    return client.post(CODE, {"code": code, "next": following} | more)


def may_enter(client) -> bool:
    return client.get("/admin/").status_code == 200


def errors(response) -> list[str]:
    return response.context["form"].errors.get("code", [])


def test_after_the_password_the_code_is_asked_for_and_then_the_back_office_is_open(client, avery):
    app = make_app(avery)
    response = give_password(client)
    assert (response.status_code, response.url) == (302, "/login/code/?next=%2Fadmin%2F")
    assert "Your password was right, avery." in words(client.get(response.url).content.decode())
    response = give_code(client, code_of(app))
    assert (response.status_code, response.url, may_enter(client)) == (302, "/admin/", True)


def test_the_password_alone_opens_nothing(client, avery):
    make_app(avery)
    give_password(client)
    assert not may_enter(client)
    assert (client.get("/").status_code, client.get("/").url) == (302, "/login/?next=/")


@pytest.mark.parametrize("following", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_no_step_leads_elsewhere(client, avery, following):
    app = make_app(avery)
    assert give_password(client, following=following).url == "/login/code/?next=%2F"
    assert give_code(client, code_of(app), following).url == "/"


def test_a_code_is_taken_as_people_write_it(client, avery):
    app = make_app(avery)
    give_password(client)
    code = code_of(app)
    assert give_code(client, f" {code[:3]} {code[3:]} ").status_code == 302


def test_a_wrong_code_signs_nobody_in(client, avery):
    app = make_app(avery)
    give_password(client)
    response = give_code(client, wrong_code(app))
    assert (response.status_code, errors(response), may_enter(client)) == (200, [WRONG], False)


def test_after_a_wrong_code_the_next_is_looked_at_a_moment_later(client, avery):
    app = make_app(avery)
    give_password(client)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        give_code(client, wrong_code(app))
        said = "The last code was wrong. The next one is looked at in 1 second."
        assert errors(give_code(client, code_of(app))) == [said]
        clock.shift(2)
        assert give_code(client, code_of(app)).status_code == 302


def test_a_code_opens_once(client, avery):
    app = make_app(avery)
    give_password(client)
    with time_machine.travel(timezone.now(), tick=False):
        give_code(client, code_of(app))
        client.post("/logout/")
        give_password(client)
        assert errors(give_code(client, code_of(app))) == [WRONG]


def test_a_recovery_code_opens_once_in_the_place_of_the_apps(client, avery):
    make_app(avery)
    code, *others = second_factor.new_recovery_codes(avery)
    give_password(client)
    assert (give_code(client, code.upper()).status_code, may_enter(client)) == (302, True)
    assert second_factor.recovery_codes_left(avery) == len(others) == 9
    client.post("/logout/")
    give_password(client)
    assert errors(give_code(client, code)) == [WRONG]


def test_recovery_codes_are_stored_as_digests_alone(avery):
    codes = second_factor.new_recovery_codes(avery)
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert len(stored) == len(set(codes)) == 10
    assert {len(code.replace("-", "")) for code in codes} == {16}
    assert not stored & {code.replace("-", "") for code in codes}


def test_a_new_set_takes_the_place_of_the_old_one(avery):
    make_app(avery)
    old = second_factor.new_recovery_codes(avery)
    new = second_factor.new_recovery_codes(avery)
    assert second_factor.verify(avery, old[0]) is None
    StaticToken.objects.first().device.throttle_reset()
    assert second_factor.verify(avery, new[0]) is not None


def test_another_persons_code_opens_nothing(client, avery):
    make_app(avery)
    others = make_app(make_staff("bea"))
    give_password(client)
    give_code(client, code_of(others))
    assert not may_enter(client)


def test_a_code_is_awaited_for_ten_minutes(client, avery):
    app = make_app(avery)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        give_password(client)
        clock.shift(601)
        response = give_code(client, code_of(app))
    assert (response.status_code, response.url) == (302, "/login/?next=%2Fadmin%2F")
    assert not may_enter(client)


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another"}])
def test_no_code_is_taken_of_who_may_sign_in_no_more_or_has_another_password_meanwhile(client, avery, change):
    app = make_app(avery)
    give_password(client)
    User.objects.update(**change)
    assert give_code(client, code_of(app)).url == "/login/?next=%2Fadmin%2F"
    assert not may_enter(client)


def test_no_code_is_asked_for_of_nobody(client):
    assert client.get(CODE).url == "/login/?next=%2F"


def test_the_session_gets_another_key_with_the_code(client, avery):
    app = make_app(avery)
    give_password(client)
    before = client.session.session_key
    give_code(client, code_of(app))
    assert client.session.session_key != before


def test_staff_without_a_second_factor_are_led_to_set_it_up_and_nothing_else_is_open(client, avery):
    assert give_password(client).url == "/admin/"
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0] == "/account/second-factor/?next=%2Fadmin%2F"
    assert client.get("/account/").url == "/login/code/?next=/account/"


def test_a_sign_in_from_before_needs_the_code_as_soon_as_it_is_required(client, avery, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    client.force_login(avery)
    assert may_enter(client)
    app = make_app(avery)
    settings.REQUIRE_SECOND_FACTOR = True
    assert client.get("/admin/").url == "/login/code/?next=/admin/"
    assert (give_code(client, code_of(app)).url, may_enter(client)) == ("/admin/", True)


def test_whoever_becomes_staff_needs_a_second_factor_at_once(client):
    robin = make_agent("robin")
    client.force_login(robin)
    assert client.get("/").status_code == 200
    User.objects.update(is_staff=True)
    assert client.get("/").url == "/login/code/?next=/"


def test_agents_sign_in_with_a_password_alone(client):
    make_agent("robin")
    assert give_password(client, "robin", "/").url == "/"
    assert client.get("/").status_code == 200


def test_an_agent_who_has_set_it_up_is_asked_too_whatever_the_setting_says(client, settings):
    app = make_app(make_agent("robin"))
    settings.REQUIRE_SECOND_FACTOR = False
    assert give_password(client, "robin", "/").url == "/login/code/?next=%2F"
    assert client.get("/").status_code == 302
    give_code(client, code_of(app), "/")
    assert client.get("/").status_code == 200


def test_staff_sign_in_with_a_password_alone_where_it_is_not_required(client, avery, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    assert (give_password(client).url, may_enter(client)) == ("/admin/", True)


def test_words_that_arrive_before_the_code_are_shown(client, avery):
    client.force_login(avery)
    response = client.post("/popup?cid=91234567", {"comments": "Asked for a quote."})
    assert (response.status_code, "Asked for a quote." in response.content.decode()) == (401, True)


def test_the_back_offices_own_way_in_asks_for_the_code_too(client, avery):
    make_app(avery)
    fields = {"username": "avery", "password": PASSWORD, "next": "/admin/"}
    assert client.post("/admin/login/", fields).url == "/login/code/?next=%2Fadmin%2F"
    assert not may_enter(client)


# A browser that is remembered


@pytest.fixture
def remembered(client, avery) -> User:
    app = make_app(avery)
    give_password(client)
    give_code(client, code_of(app), remember="on")
    client.post("/logout/")
    return avery


def test_a_remembered_browser_is_not_asked_for_the_code(client, remembered):
    assert (give_password(client).url, may_enter(client)) == ("/admin/", True)


def test_the_cookie_is_out_of_reach_of_scripts_and_ends_after_a_week(client, remembered):
    cookie = client.cookies["remembered"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 7 * 86400)


def test_nothing_is_remembered_unasked(client, avery):
    app = make_app(avery)
    give_password(client)
    give_code(client, code_of(app))
    assert "remembered" not in client.cookies


def test_after_a_week_it_is_asked_again(client, remembered):
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=5), tick=False):
        assert give_password(client).url == "/login/code/?next=%2Fadmin%2F"


def test_a_browser_that_remembers_one_person_does_not_know_another(client, remembered):
    make_app(make_staff("bea"))
    assert give_password(client, "bea").url == "/login/code/?next=%2Fadmin%2F"


def test_another_password_or_app_or_a_forged_cookie_ends_it(client, remembered):
    remembered.totpdevice_set.update(key="ab" * 20)
    assert give_password(client).url == "/login/code/?next=%2Fadmin%2F"
    remembered.totpdevice_set.all().delete()
    make_app(remembered)
    client.cookies["remembered"] = "mark:1tAAAA:forged"
    assert give_password(client).url == "/login/code/?next=%2Fadmin%2F"
