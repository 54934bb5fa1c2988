"""Whoever works in the back office comes upon no link that does not answer, and always finds the way back."""

import re
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.contrib.auth.models import Group
from django.urls import resolve

from callnotes import calendar_feeds
from callnotes.models import CallReason
from callnotes.tests.factories import make_agent, make_call, make_callback, make_chat, make_note, make_peace
from contacts import duplicates
from contacts.models import ImportMapping
from contacts.tests.factories import make_contact
from contacts.tests.merges import make_merge
from contacts.tests.pages import addresses, words
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

NUMBER, OTHER = "+6591234567", "+6598765432"
GROUPS = ["Supervisor", "Back office", "Integrator"]
FIRST_PAGE = "/admin/"


@pytest.fixture
def filled(db) -> None:
    """A row of each kind."""
    robin = make_agent("robin", extension="101")
    calendar_feeds.issue(robin)
    mira = make_contact("Mira Talvane", NUMBER, company="Korfield Motors")
    make_contact("Mira Talvane", NUMBER)
    duplicates.search(10)
    make_merge(make_contact("Wei", OTHER), make_contact("Wei", OTHER))
    make_note(NUMBER, agent=robin, contact=mira)
    make_call(NUMBER, extension="101"), make_chat(NUMBER), make_callback(OTHER), make_peace(OTHER, set_by=robin)
    CallReason.objects.create(number=OTHER, agent=robin, reason="It is urgent.")
    ImportMapping.objects.create(name="Monthly", columns={})
    make_token()


def kind_of(address: str) -> tuple:
    """Pages that are made alike: of one view, with values in the same places."""
    parts = urlsplit(address)
    return resolve(parts.path).view_name, tuple(sorted(re.findall(r"([^&=]+)=", parts.query)))


def is_ours(address: str) -> bool:
    """The desk's pages are asked for once, however they may be asked."""
    is_page = address.startswith("/") and not address.startswith(("//", "/static/"))
    return is_page and (address.startswith(FIRST_PAGE) or "?" not in address)


def walk(client) -> dict[str, tuple[str, int]]:
    """All pages to which links lead from the first page on, one of each kind: whence, and the status of it."""
    found, seen, ahead = {}, set(), [("", FIRST_PAGE)]
    while ahead:
        whence, address = ahead.pop()
        kind = kind_of(address)
        if kind in seen:
            continue
        seen.add(kind)
        answer = client.get(address, follow=True)
        found[address] = (whence, answer.status_code)
        if address.startswith(FIRST_PAGE) and "?" not in address and "html" in answer.headers["Content-Type"]:
            links = addresses(answer.content.decode())
            assert FIRST_PAGE in links, address
            linked = (urldefrag(urljoin(address, link)).url for link in links)
            ahead += [(address, link) for link in linked if is_ours(link)]
    return found


@pytest.mark.parametrize("group", [*GROUPS, None])
def test_every_link_that_somebody_sees_answers(client, admin_user, filled, group):
    if group:
        admin_user.is_superuser = False
        admin_user.save()
        admin_user.groups.add(Group.objects.get(name=group))
    client.force_login(admin_user)
    found = walk(client)
    refused = {address: told for address, told in found.items() if told[1] != 200}
    assert (refused, len(found) > 8) == ({}, True)


@pytest.mark.parametrize(
    "page",
    ["contacts/contact", "callnotes/callnote", "callnotes/disposition", "integrations_3cx/apitoken", "auth/user"],
)
@pytest.mark.parametrize("key", ["999999", "x"])
def test_a_row_that_is_not_there_leads_to_the_list_of_those_that_are(admin_client, page, key):
    answered = admin_client.get(f"/admin/{page}/{key}/change/", follow=True)
    assert answered.redirect_chain == [(f"/admin/{page}/", 302)]
    assert f"with the number “{key}”: it was deleted, or the address is mistyped." in words(answered.content.decode())


@pytest.mark.parametrize(("page", "status"), [("/admin/no-such-page/", 404), ("/admin/auth/user/", 403)])
def test_a_page_that_is_not_there_or_not_for_one_leads_back_to_the_back_office(client, page, status):
    client.force_login(make_agent("new", is_staff=True))
    answered = client.get(page)
    assert (answered.status_code, {"/", FIRST_PAGE} <= set(addresses(answered.content.decode()))) == (status, True)


@pytest.mark.parametrize("asked", ["agent__id__exact=x", "created_at__gte=yesterday"])
def test_a_filter_that_is_none_shows_the_whole_list_and_says_so(admin_client, filled, asked):
    answered = admin_client.get(f"/admin/callnotes/callnote/?{asked}", follow=True)
    said = "The address asked for a filter, an order or a page that is not there. Here is the whole list."
    assert said in words(answered.content.decode())
    assert answered.context["cl"].result_count > 0


def test_a_list_that_was_searched_in_vain_shows_all_at_one_click(admin_client, filled):
    page = admin_client.get("/admin/callnotes/callnote/?q=nobody").content.decode()
    assert "Nothing was found. No row is what was searched for and fits all filters. Show all" in words(page)


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("contacts/contact", "Contacts come by an import of a file"),
        ("callnotes/callnote", "Agents write them in the pop-up"),
        ("callnotes/call", "They come once 3CX has the CRM template"),
        ("callnotes/callreason", "The desk asks for a reason"),
        ("integrations_3cx/apitoken", "Make one by “Add API token”"),
    ],
)
def test_an_empty_list_says_how_rows_come_about(admin_client, page, said):
    shown = words(admin_client.get(f"/admin/{page}/").content.decode())
    assert f"Nothing is here yet. {said}" in shown


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("callnote", "A note stays as it was written"),
        ("call", "A call is what the phone system reported"),
        ("chat", "A chat is what the phone system reported"),
        ("callback", "Callbacks are opened and closed by notes."),
        ("donotdisturb", "An entry stays as it is."),
        ("callreason", "A reason stays as its agent gave it."),
    ],
)
def test_a_page_that_cannot_be_changed_says_why_and_leads_to_the_numbers_history(admin_client, filled, model, said):
    row = admin_client.get(f"/admin/callnotes/{model}/").context["cl"].result_list[0]
    page = admin_client.get(f"/admin/callnotes/{model}/{row.pk}/change/").content.decode()
    assert (said in words(page), f"/numbers/{row.number}/" in addresses(page)) == (True, True)


def test_who_may_look_but_not_change_is_told_so(client, filled):
    reader = make_agent("reader", is_staff=True)
    reader.groups.add(Group.objects.get(name="Supervisor"))
    client.force_login(reader)
    row = client.get("/admin/contacts/contact/").context["cl"].result_list[0]
    page = words(client.get(f"/admin/contacts/contact/{row.pk}/change/").content.decode())
    assert "You may look at contacts, but not change them" in page
