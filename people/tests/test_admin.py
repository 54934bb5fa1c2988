"""People in the back office: their extension, groups and second factor; and who is locked out."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from callnotes.tests.factories import make_agent
from contacts.tests.pages import words
from people import second_factor
from people.models import FailedSignIn
from people.tests.factories import PASSWORD, code_of, make_app, make_staff

pytestmark = pytest.mark.django_db

PEOPLE = reverse("admin:auth_user_changelist")
FAILED = reverse("admin:people_failedsignin_changelist")


def run(client, page: str, action: str, *rows):
    return client.post(page, {"action": action, "_selected_action": [row.pk for row in rows]})


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def fail(client, username: str, times: int = 10, address: str = "192.0.2.1") -> None:
    for _ in range(times):
        client.post("/login/", {"username": username, "password": "wrong"}, REMOTE_ADDR=address)


@pytest.mark.parametrize("people", [1, 3])
def test_the_list_shows_extension_groups_and_second_factor_in_as_many_queries_for_many(
    admin_client, django_assert_num_queries, people
):
    for place in range(people):
        person = make_agent(f"agent{place}", extension=str(100 + place))
        person.groups.add(Group.objects.get(name="Supervisor"))
        make_app(person)
    with django_assert_num_queries(6):
        page = words(admin_client.get(PEOPLE).content.decode())
    assert [f"agent{place} " in page and f" {100 + place} Supervisor" in page for place in range(people)] == [
        True
    ] * people


@pytest.mark.parametrize(
    ("group", "is_staff", "is_warned"), [("Supervisor", "", True), ("Supervisor", "on", False), ("Agent", "", False)]
)
def test_an_administrator_is_told_that_rights_without_staff_status_open_no_back_office(
    admin_client, group, is_staff, is_warned
):
    robin = make_agent("robin")
    fields = {"username": "robin", "is_active": "on", "groups": [Group.objects.get(name=group).pk]}
    total = {"extension-TOTAL_FORMS": "0", "extension-INITIAL_FORMS": "0"}
    page = reverse("admin:auth_user_change", args=[robin.pk])
    response = admin_client.post(page, fields | total | ({"is_staff": is_staff} if is_staff else {}))
    warning = "robin has rights in the back office but is not staff, and so cannot open it. Tick “Staff status”."
    assert (warning in said(response)) is is_warned
    robin.refresh_from_db()
    assert (robin.is_staff, robin.groups.get().name) == (bool(is_staff), group)


@pytest.mark.parametrize("sought", ["101", "robin", "Agentson"])
def test_a_person_is_found_by_extension_and_by_name(admin_client, sought):
    make_agent("robin", last_name="Agentson", extension="101")
    make_agent("bea", extension="202")
    response = admin_client.get(PEOPLE, {"q": sought})
    assert [person.username for person in response.context["cl"].result_list] == ["robin"]


@pytest.mark.parametrize("query", [{"password__regex": "."}, {"username__regex": "(a+)+b"}])
def test_the_list_takes_no_filter_that_it_does_not_offer(admin_client, query):
    assert admin_client.get(PEOPLE, query).status_code == 400


def test_the_page_of_a_person_says_whether_a_second_factor_is_set_up(admin_client):
    robin = make_agent("robin")
    page = reverse("admin:auth_user_change", args=[robin.pk])
    assert "Not set up." in admin_client.get(page).content.decode()
    app = make_app(robin)
    second_factor.new_recovery_codes(robin)
    shown = admin_client.get(page).content.decode()
    assert "Set up. Recovery codes left: 10." in shown
    assert app.key not in shown


def test_a_second_factor_that_is_reset_is_gone_with_its_recovery_codes_and_what_rests_on_it(
    admin_client, client, settings
):
    settings.REQUIRE_SECOND_FACTOR = True
    avery = make_staff(is_superuser=True)
    app = make_app(avery)
    second_factor.new_recovery_codes(avery)
    client.post("/login/", {"username": "avery", "password": PASSWORD})
    client.post("/login/code/", {"code": code_of(app)})
    assert client.get("/admin/").status_code == 200
    settings.REQUIRE_SECOND_FACTOR = False
    response = run(admin_client, PEOPLE, "reset_second_factor", avery, make_agent("robin"))
    assert said(response) == [
        "Reset: 1. Staff set up another at their next sign-in, with an enrolment code that you make for them; the"
        " others sign in by password alone."
    ]
    settings.REQUIRE_SECOND_FACTOR = True
    assert not TOTPDevice.objects.exists()
    assert not StaticDevice.objects.exists()
    assert client.get("/admin/").url == "/login/code/?next=/admin/"


def test_only_an_administrator_resets_a_second_factor(client):
    clerk = make_staff("clerk")
    clerk.user_permissions.set(
        clerk.user_permissions.model.objects.filter(codename__in=["view_user", "change_user", "delete_user"])
    )
    robin = make_agent("robin")
    make_app(robin)
    client.force_login(clerk)
    run(client, PEOPLE, "reset_second_factor", robin)
    assert second_factor.app_of(robin) is not None


@pytest.mark.parametrize("path", ["otp_totp/totpdevice/", "otp_static/staticdevice/", "axes/accessattempt/"])
def test_secrets_of_apps_are_shown_to_nobody(admin_client, path):
    assert admin_client.get(f"/admin/{path}").status_code == 404


# Who is locked out


def test_who_is_locked_out_is_listed_with_the_address(admin_client, client):
    fail(client, "robin", 10)
    fail(client, "bea", 3, "192.0.2.2")
    response = admin_client.get(FAILED)
    rows = response.context["cl"].result_list
    assert {(row.username, row.ip_address, row.failures_of_pair) for row in rows} == {
        ("robin", "192.0.2.1", 10),
        ("bea", "192.0.2.2", 3),
    }
    assert words(response.content.decode()).count("Locked out") == 1


def test_who_is_let_in_may_sign_in_at_once(admin_client, client):
    make_agent("robin")
    fail(client, "robin")
    response = run(admin_client, FAILED, "let_in", FailedSignIn.objects.get())
    assert said(response) == ["Their failures are forgotten: 1. They may try again now."]
    right = {"username": "robin", "password": PASSWORD}
    assert client.post("/login/", right, REMOTE_ADDR="192.0.2.1").status_code == 302


def test_all_browsers_of_the_pair_are_let_in_and_no_other_pair(admin_client, client):
    for browser in ("One", "Another"):
        client.post("/login/", {"username": "robin", "password": "x"}, headers={"user-agent": browser})
    fail(client, "robin", 1, "192.0.2.9")
    run(admin_client, FAILED, "let_in", FailedSignIn.objects.filter(user_agent="One").get())
    assert [row.ip_address for row in FailedSignIn.objects.all()] == ["192.0.2.9"]


def test_failures_are_not_made_or_changed_by_hand(admin_client, client):
    fail(client, "robin", 1)
    failure = FailedSignIn.objects.get()
    assert admin_client.get(reverse("admin:people_failedsignin_add")).status_code == 403
    page = reverse("admin:people_failedsignin_change", args=[failure.pk])
    assert admin_client.post(page, {"failures_since_start": 0}).status_code == 403


@pytest.mark.parametrize("failures", [1, 3])
def test_the_list_of_failures_asks_as_many_questions_for_many_as_for_one(
    admin_client, client, django_assert_num_queries, failures
):
    for place in range(failures):
        fail(client, f"name{place}", 1)
    with django_assert_num_queries(4):
        admin_client.get(FAILED)


def test_who_is_added_is_given_a_password_for_there_is_no_other_way_to_sign_in(admin_client):
    page = reverse("admin:auth_user_add")
    assert set(admin_client.get(page).context["adminform"].form.fields) == {"username", "password1", "password2"}
    admin_client.post(page, {"username": "wei", "password1": PASSWORD, "password2": PASSWORD})
    assert get_user_model().objects.get(username="wei").check_password(PASSWORD)
