"""Who sees numbers masked learns no digit more from any page, header, file or search than the masks show."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from contacts import masks
from contacts.models import Contact
from people.rights import WHOLE_NUMBERS
from tests.masked_numbers import Secrets, Walk, is_told, numbers_everywhere, seen_in, spellings
from tests.test_closed_doors import addresses

pytestmark = pytest.mark.django_db

LISTS = [
    "/admin/contacts/contact/",
    *(f"/admin/callnotes/{name}/" for name in ("callnote", "call", "chat", "callback", "callreason", "donotdisturb")),
]
REPORTS = [
    f"/reports/{page}?period=this-month" for page in ("", "agents/", "queues/", "notes/", "calls/", "callbacks/")
]
READ = {"/admin/", "/reports/", *LISTS}


@pytest.fixture
def auditor() -> User:
    auditor = User.objects.create_user("dana", is_staff=True)
    auditor.groups.add(Group.objects.get(name="Auditor"))
    return auditor


@pytest.fixture
def secrets(auditor) -> Secrets:
    return numbers_everywhere(auditor)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def told(seen: dict[str, str], secrets: Secrets) -> dict[str, set[str]]:
    """Of each number, by what it was put into, on which pages it is told."""
    return {
        place: {address for address, page in seen.items() if is_told(national, page)}
        for place, national in secrets.national.items()
    }


def test_nothing_leaks(auditor, secrets):
    """The same pages tell every number to a colleague with the same rights who sees them whole: so they could leak."""
    masked = Walk(signed_in(auditor), [*LISTS, *REPORTS, *sorted(set(addresses()))])
    Group.objects.get(name="Auditor").permissions.add(Permission.objects.get(codename=WHOLE_NUMBERS.partition(".")[2]))
    of_reader = [address for address, response in masked.answers.items() if response.status_code == 200]
    colleague = signed_in(auditor)
    could_leak = {address: seen_in(colleague.get(address)) for address in of_reader if address.startswith("/")}
    assert {place for place, pages in told(could_leak, secrets).items() if not pages} == set()
    assert {place: pages for place, pages in told(masked.seen, secrets).items() if pages} == {}
    assert set(of_reader) >= READ
    assert not {response.status_code for response in masked.answers.values()} & {400, 500}


@pytest.mark.parametrize("page", LISTS)
def test_no_search_finds_a_number_by_its_digits(auditor, secrets, page):
    client = signed_in(auditor)
    for place in ("number of a contact", "name", "number of a call", "number of a chat"):
        for tried in spellings(secrets.national[place]):
            found = client.get(page, {"q": tried}).context["cl"]
            assert list(found.result_list) == [] or not found.search_fields, tried


def test_a_search_by_words_finds_what_it_did(auditor, secrets):
    rows = signed_in(auditor).get(LISTS[0], {"q": "Mira"}).context["cl"].result_list
    assert [str(row) for row in rows] == [str(masks.words(str(Contact.objects.get())))]


def test_the_history_of_a_contact_is_not_asked_for_a_number(auditor, secrets):
    contact = Contact.objects.get()
    asked = {"of": f"contacts.contact-{contact.pk}", "q": secrets.national["number of a contact"]}
    client = signed_in(auditor)
    assert client.get("/admin/changes/change/", asked).status_code == 404
    assert client.get("/admin/changes/change/", {"of": asked["of"]}).status_code == 200
