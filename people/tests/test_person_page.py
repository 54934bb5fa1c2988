"""The page of a person says what stands in the way, and what to do instead."""

import pytest
from django.urls import reverse

from callnotes.models import Extension
from callnotes.tests.factories import make_agent, make_note, make_peace
from contacts.tests.pages import words
from people.tests.factories import make_app, make_staff

pytestmark = pytest.mark.django_db

NUMBER = "+6591234567"
PEOPLE = reverse("admin:auth_user_changelist")


def page_of(person, page: str = "change") -> str:
    return reverse(f"admin:auth_user_{page}", args=[person.pk])


def send_extension(client, person, number: str):
    form = {"extension-TOTAL_FORMS": "1", "extension-INITIAL_FORMS": "0", "extension-0-number": number}
    fields = {"username": person.username, "is_active": "on", "extension-0-agent": person.pk}
    return client.post(page_of(person), fields | form)


def test_a_taken_extension_says_whose_it_is_and_leads_there(admin_client):
    robin = make_agent("robin", extension="101", first_name="Robin", last_name="Agent")
    page = send_extension(admin_client, make_agent("sam"), "101").content.decode()
    assert "It is the extension of Robin Agent (robin). Take it away there first, or write another." in words(page)
    assert f'<a href="{page_of(robin)}">Robin Agent (robin)</a>' in page
    assert Extension.objects.get().agent == robin


def test_a_name_is_never_taken_for_markup(admin_client):
    make_agent("robin", extension="101", first_name="<b>Robin</b>")
    page = send_extension(admin_client, make_agent("sam"), "101").content.decode()
    assert ("&lt;b&gt;Robin&lt;/b&gt; (robin)</a>" in page, "<b>Robin" in page) == (True, False)


def test_a_free_extension_is_taken(admin_client):
    sam = make_agent("sam")
    assert send_extension(admin_client, sam, "102").status_code == 302
    assert sam.extension.number == "102"


@pytest.mark.parametrize(
    "leave", [lambda sam: make_note(NUMBER, agent=sam), lambda sam: make_peace(NUMBER, set_by=sam)]
)
def test_who_left_something_that_stays_is_not_deleted_but_made_inactive(admin_client, leave):
    sam = make_agent("sam")
    leave(sam)
    page = words(admin_client.get(page_of(sam, "delete")).content.decode())
    assert "“sam” cannot be deleted: something refers to it that stays. Untick “Active” instead:" in page
    admin_client.post(page_of(sam, "delete"), {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [sam.pk]}
    assert "These cannot be deleted" in words(admin_client.post(PEOPLE, chosen).content.decode())
    admin_client.post(PEOPLE, chosen | {"post": "yes"})
    assert type(sam).objects.filter(pk=sam.pk).exists()


def test_a_person_with_thousands_of_notes_costs_no_more_to_ask_about(admin_client, django_assert_max_num_queries):
    sam = make_agent("sam")
    for _ in range(3):
        make_note(NUMBER, agent=sam)
    with django_assert_max_num_queries(20):
        page = words(admin_client.get(page_of(sam, "delete")).content.decode())
    assert "Completed" not in page


def test_who_left_nothing_is_deleted(admin_client):
    sam = make_agent("sam")
    admin_client.post(page_of(sam, "delete"), {"post": "yes"})
    assert not type(sam).objects.filter(pk=sam.pk).exists()


@pytest.mark.parametrize(("asked", "found"), [("no", {"admin", "avery"}), ("yes", {"robin"})])
def test_the_staff_without_a_second_factor_are_found(admin_client, asked, found):
    make_staff("avery"), make_app(make_staff("robin")), make_agent("sam")
    page = admin_client.get(PEOPLE, {"is_staff__exact": "1", "second_factor": asked})
    assert {person.username for person in page.context["cl"].result_list} == found
