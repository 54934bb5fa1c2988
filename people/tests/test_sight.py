"""Who sees phone numbers whole, and what is open to who does not: forgetting a right leaks nothing."""

import importlib

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from callnotes import calendar_feeds
from callnotes.tests.factories import make_agent, make_callback, make_note
from contacts import masking
from contacts.models import Contact, ContactNumber
from contacts.tests.factories import make_contact
from people import rights
from people.rights import WHOLE_NUMBERS
from people.sight import sees_whole_numbers
from people.tests.factories import make_staff

pytestmark = pytest.mark.django_db

NUMBER, MASKED = "+6591234567", "+65 •••• 4567"
GIVE = importlib.import_module("people.migrations.0003_whole_numbers_for_groups_there_are")


def permission(name: str) -> Permission:
    app, _, codename = name.partition(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def make_group(name: str, *names: str) -> Group:
    group = Group.objects.create(name=name)
    group.permissions.add(*map(permission, names))
    return group


def person_in(*groups: str, **fields) -> User:
    person = make_agent("dana", **fields)
    person.groups.add(*Group.objects.filter(name__in=groups))
    return person


def auditor(**fields) -> User:
    return person_in("Auditor", **{"is_staff": True} | fields)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


# Who


@pytest.mark.parametrize("name", rights.RIGHTS)
def test_all_standard_groups_but_auditors_see_whole_numbers(name):
    assert sees_whole_numbers(person_in(name)) is (name != "Auditor")


def test_an_agent_without_a_group_sees_whole_numbers_also_with_a_right_alone():
    agent = make_agent()
    agent.user_permissions.add(permission("callnotes.view_reports"))
    assert sees_whole_numbers(agent)


def test_a_superuser_sees_whole_numbers_in_whichever_group():
    assert sees_whole_numbers(auditor(is_superuser=True))


def test_a_new_group_in_which_the_right_was_forgotten_leaks_nothing():
    make_group("Agency", "callnotes.view_callnote", "contacts.change_contact")
    make_group("Evenings")
    assert not sees_whole_numbers(person_in("Agency", "Evenings"))


@pytest.mark.parametrize("by_group", [True, False])
def test_the_right_counts_by_any_group_and_alone(by_group):
    person = auditor()
    if by_group:
        person.groups.add(make_group("Leads", WHOLE_NUMBERS))
    else:
        person.user_permissions.add(permission(WHOLE_NUMBERS))
    assert sees_whole_numbers(person)


def test_groups_from_before_see_whole_numbers():
    group = make_group("Night shift", "callnotes.view_call")
    GIVE.give(apps, None)
    assert set(group.permissions.values_list("codename", flat=True)) == {"view_call", "view_whole_numbers"}
    GIVE.take(apps, None)
    assert not Group.objects.filter(permissions__codename="view_whole_numbers").exists()


def test_who_sees_whole_numbers_costs_a_request_no_query(django_assert_num_queries):
    client = signed_in(make_agent())
    with django_assert_num_queries(2):
        assert client.get("/missed/take-off/").status_code == 302


# What it takes away


def test_of_the_rights_of_who_sees_masked_numbers_only_those_to_read_count():
    names = [*(WHOLE_NUMBERS, "contacts.export_contact", "contacts.change_contact", "contacts.merge_contact")]
    names += ["contacts.view_importrun", "integrations_3cx.view_apitoken", "changes.view_change", "auth.change_user"]
    make_group("Trainees", "callnotes.view_callnote", "callnotes.view_reports", *names[1:])
    trainee = person_in("Trainees", is_staff=True)
    assert trainee.get_all_permissions() == {"callnotes.view_callnote", "callnotes.view_reports"}
    assert not any(map(trainee.has_perm, names))


def test_the_mask_is_that_of_one_request():
    make_contact("Mira Talvane", NUMBER)
    signed_in(auditor()).get("/admin/contacts/contact/")
    assert (masking.is_on(), str(ContactNumber.objects.get())) == (False, "+65 9123 4567")


def test_an_auditor_begins_in_the_back_office():
    assert signed_in(auditor()).get("/").url == "/admin/"


def test_an_auditor_who_is_not_staff_begins_with_the_reports():
    assert signed_in(auditor(is_staff=False)).get("/").url == "/reports/"


def test_who_sees_masked_numbers_and_has_no_right_to_read_is_told_so():
    make_group("Agency")
    response = signed_in(person_in("Agency")).get("/")
    assert response.status_code == 403
    assert "a group with the right “Can see whole phone numbers”" in response.content.decode()


@pytest.mark.parametrize("address", ["/popup?cid=91234567", f"/numbers/{NUMBER}/", "/contacts/1/", "/search/?q=Mira"])
def test_the_desk_is_closed_to_an_auditor_and_says_what_is_open(address):
    make_contact("Mira Talvane", NUMBER, pk=1)
    response = signed_in(auditor()).get(address)
    page = response.content.decode()
    assert (response.status_code, "This page is closed to you" in page, "Mira" in page) == (403, True, False)
    assert [link in page for link in ('href="/admin/"', 'href="/reports/"', 'href="/account/"')] == [True] * 3


def test_nothing_is_stored_for_an_auditor_at_the_desk_or_in_the_back_office():
    contact = make_contact("Mira Talvane", NUMBER)
    client, page = signed_in(auditor()), reverse("admin:contacts_contact_change", args=[contact.pk])
    sent = {"name": "Another", "numbers-TOTAL_FORMS": 0, "numbers-INITIAL_FORMS": 0}
    assert client.post("/contacts/add/", {"name": "New", "number": NUMBER}).status_code == 403
    assert client.post(page, sent).status_code == 403
    assert list(Contact.objects.values_list("name", flat=True)) == ["Mira Talvane"]


def test_the_calendar_of_an_agent_who_has_become_an_auditor_opens_nothing(client):
    person = make_agent("dana")
    make_callback(NUMBER, agent=person)
    address = f"/callbacks/feed/{calendar_feeds.issue(person)}.ics"
    assert client.get(address).status_code == 200
    person.groups.add(Group.objects.get(name="Auditor"))
    assert client.get(address).status_code == 404


# What it shows


def test_an_auditor_reads_a_conversation_by_an_address_without_its_number():
    contact = make_contact("Mira Talvane", NUMBER)
    note = make_note(NUMBER, "Rang from 9123-4567 on 2026-03-04.", contact=contact)
    client = signed_in(auditor())
    report = client.get("/reports/notes/?period=this-month").content.decode()
    page = reverse("admin:callnotes_callnote_change", args=[note.pk])
    assert f'<a class="number" href="{page}">{MASKED}</a>' in report
    shown = client.get(page).content.decode()
    assert [text in shown for text in (MASKED, "Rang from •••• 4567 on 2026-03-04.", "9123")] == [True, True, False]


def test_do_not_disturb_is_told_of_the_right_number_in_a_report():
    """Two numbers look the same when they are masked, and stay two."""
    make_note("+6591234567", key="do_not_disturb")
    make_note("+6581234567")
    page = signed_in(auditor()).get("/reports/notes/?period=this-month").content.decode()
    assert (page.count(MASKED), page.count("badge--danger")) == (2, 1)


@pytest.mark.parametrize("name", ["contacts/contact", "callnotes/callnote", "callnotes/call", "callnotes/chat"])
def test_a_list_is_searched_by_words_alone_and_says_so(name):
    page = signed_in(auditor()).get(f"/admin/{name}/").content.decode()
    assert "without digits: you see numbers masked" in page


def test_an_administrator_is_told_who_sees_masked_numbers(admin_client):
    person = make_staff("robin")
    fields = {"username": "robin", "is_active": "on", "is_staff": "on", "extension-TOTAL_FORMS": "0"}
    fields |= {"extension-INITIAL_FORMS": "0", "groups": [Group.objects.get(name="Auditor").pk]}
    response = admin_client.post(reverse("admin:auth_user_change", args=[person.pk]), fields, follow=True)
    assert "obin sees phone numbers masked, changes nothing" in response.content.decode()


def test_the_page_of_a_group_says_what_the_right_is_for(admin_client):
    group = Group.objects.get(name="Auditor")
    page = admin_client.get(reverse("admin:auth_group_change", args=[group.pk])).content.decode()
    assert "Without “Can see whole phone numbers” people of the group see numbers masked" in page
