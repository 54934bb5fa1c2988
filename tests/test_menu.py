"""The back office's menu has each list once, in its own words, and shows everybody what they may open."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.urls import reverse

from callnotes.tests.factories import make_agent, make_note
from contacts.tests.pages import addresses, pieces, words
from dbncrm.menu import MENU, Page

pytestmark = pytest.mark.django_db

FIRST_PAGE = reverse("admin:index")
SECTIONS = {
    "Supervisor": ["Customers", "Conversations", "Reports", "Set up"],
    "Back office": ["Customers", "Conversations", "Reports", "Set up", "Privacy"],
    "Integrator": ["Phone system"],
    "Auditor": ["Customers", "Conversations", "Reports", "Set up"],
}


def make_member(group: str) -> User:
    person = make_agent(group.lower(), is_staff=True)
    person.groups.add(Group.objects.get(name=group))
    return person


def shown(client) -> dict[str, list[str]]:
    """The sections of the first page with the names of their entries."""
    return {
        section["name"]: [str(entry["name"]) for entry in section["models"]]
        for section in client.get(FIRST_PAGE).context["app_list"]
    }


def test_every_list_of_the_back_office_stands_in_the_menu_exactly_once():
    """A list that is missing here is one line in `dbncrm/menu.py`."""
    listed = [entry for section in MENU for entry in section.entries if not isinstance(entry, Page)]
    assert sorted(listed) == sorted(model._meta.label_lower for model in admin.site._registry)


def test_every_list_says_what_it_is():
    assert [model._meta.label for model, entry in admin.site._registry.items() if not getattr(entry, "about", "")] == []


def test_an_administrator_sees_all_in_the_order_of_the_menu(admin_client):
    assert list(shown(admin_client)) == [str(section.name) for section in MENU]
    assert [len(entries) for entries in shown(admin_client).values()] == [len(section.entries) for section in MENU]


@pytest.mark.parametrize("group", SECTIONS)
def test_everybody_sees_the_sections_in_which_they_may_open_something(client, group):
    client.force_login(make_member(group))
    assert list(shown(client)) == SECTIONS[group]


@pytest.mark.parametrize("group", [*SECTIONS, None])
def test_each_entry_answers_whoever_sees_it_and_marks_itself(client, admin_user, group):
    client.force_login(make_member(group) if group else admin_user)
    entries = [entry for section in client.get(FIRST_PAGE).context["app_list"] for entry in section["models"]]
    pages = {entry["admin_url"].partition("#")[0] for entry in entries}
    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)
    for page in (page for page in pages if page.startswith(FIRST_PAGE) and "?" not in page):
        sections = client.get(page).context["available_apps"]
        marked = [entry["admin_url"] for section in sections for entry in section["models"] if entry.get("is_current")]
        assert marked == [page]


def test_staff_without_rights_are_told_what_to_ask_for(client):
    client.force_login(make_agent("new", is_staff=True))
    page = words(client.get(FIRST_PAGE).content.decode())
    assert "ask an administrator to put you into a group" in page


def test_the_first_page_tells_of_each_entry_what_it_is_and_adds_where_one_may(client):
    client.force_login(make_member("Back office"))
    page = client.get(FIRST_PAGE).content.decode()
    assert "Contacts Add Whom the call centre knows, by any of their numbers." in words(page)
    assert reverse("admin:contacts_contact_add") in addresses(page)
    assert reverse("admin:callnotes_callnote_add") not in addresses(page)


@pytest.mark.parametrize("app", ["contacts", "callnotes", "auth"])
def test_the_page_of_an_app_of_djangos_is_the_first_page(admin_client, app):
    assert admin_client.get(reverse("admin:app_list", args=[app])).url == FIRST_PAGE


@pytest.mark.parametrize(
    ("page", "trail"),
    [
        ("/admin/callnotes/callnote/", "Back office › Conversations › Call notes"),
        ("/admin/contacts/contact/add/", "Back office › Customers › Contacts › Add contact"),
        ("/admin/contacts/merge/", "Back office › Customers › Merges"),
        ("/admin/integrations_3cx/apitoken/connect/", "Back office › Phone system › Connect 3CX"),
        ("/admin/integrations_3cx/apitoken/", "Back office › Phone system › API tokens"),
        ("/admin/auth/user/{admin}/change/", "Back office › People › Users › admin"),
        ("/admin/auth/user/{admin}/password/", "Back office › People › Users › admin › Change password: admin"),
        ("/admin/auth/user/{admin}/delete/", "Back office › People › Users › admin › Delete"),
        ("/admin/changes/change/?of=auth.user-{admin}", "Back office › People › Users › admin › History: admin"),
        ("/admin/changes/change/", "Back office › Who did what › Changes"),
    ],
)
def test_each_page_says_where_it_stands_and_leads_back(admin_client, admin_user, page, trail):
    answered = admin_client.get(page.format(admin=admin_user.pk)).content.decode()
    [nav] = [each for each in pieces(answered, "nav") if 'class="breadcrumbs"' in each]
    names = trail.split(" › ")
    assert words(nav) == trail
    assert len(addresses(nav)) == len(names) - 1


def test_the_question_of_an_action_leads_back_to_its_list(admin_client):
    note = make_note("+6591234567")
    chosen = {"action": "redact", "_selected_action": [note.pk]}
    answered = admin_client.post("/admin/callnotes/callnote/", chosen).content.decode()
    [nav] = [each for each in pieces(answered, "nav") if 'class="breadcrumbs"' in each]
    assert words(nav) == "Back office › Conversations › Call notes › Redact call notes?"
    assert addresses(nav)[-1] == "/admin/callnotes/callnote/"


def test_the_back_office_and_the_desk_lead_to_each_other(admin_client):
    assert reverse("desk:start") in addresses(admin_client.get(FIRST_PAGE).content.decode())
    assert FIRST_PAGE in addresses(admin_client.get(reverse("desk:start")).content.decode())
