"""The start page, the search, and adding a contact."""

import uuid

import pytest

from callnotes.tests.factories import make_agent, make_note
from contacts.models import Contact
from contacts.tests.factories import make_contact
from desk.views import CONTACTS_FOUND_AT_MOST

pytestmark = pytest.mark.django_db

NUMBER = "+6591234567"


@pytest.fixture(autouse=True)
def agent(client):
    agent = make_agent("robin")
    client.force_login(agent)
    return agent


def found(client, text: str) -> list[str]:
    return [contact.name for contact in client.get("/search/", {"q": text}).context["contacts"]]


def test_the_start_page_shows_my_last_ten_notes(client, agent):
    for count in range(11):
        make_note(NUMBER, f"Note {count}.", agent=agent)
    make_note(NUMBER, "A colleague's.", agent=make_agent("lee"))
    notes = client.get("/").context["notes"]
    assert [note.comments for note in notes] == [f"Note {count}." for count in reversed(range(1, 11))]


@pytest.mark.parametrize("text", ["mira", "VANE", "korfield", NUMBER, "91234567", "9123 4567", "006591234567", "4567"])
def test_a_contact_is_found_by_name_company_number_or_last_digits(client, text):
    make_contact("Mira Talvane", NUMBER, company="Korfield Motors")
    make_contact("Tomas Ostfield", "+6598765432")
    assert found(client, text) == ["Mira Talvane"]


@pytest.mark.parametrize("text", ["567", "nobody", "%", "_", "0000"])
def test_what_matches_nobody_finds_nobody_and_says_what_may_be_written(client, text):
    make_contact("Mira Talvane", NUMBER)
    response = client.get("/search/", {"q": text})
    assert list(response.context["contacts"]) == []
    assert "its last digits, at least four" in response.content.decode()


def test_a_number_that_is_nobodys_leads_to_its_history_and_to_a_new_contact(client):
    page = client.get("/search/", {"q": "9123 4567"}).content.decode()
    assert f'href="/numbers/{NUMBER}/"' in page
    assert 'href="/contacts/add/?number=%2B6591234567"' in page


def test_a_list_that_is_cut_says_so(client):
    for count in range(CONTACTS_FOUND_AT_MOST):
        make_contact(f"Mira {count:03}")
    assert client.get("/search/", {"q": "mira"}).context["has_more"] is False
    make_contact("Mira, one more")
    response = client.get("/search/", {"q": "mira"})
    assert len(response.context["contacts"]) == CONTACTS_FOUND_AT_MOST
    assert f"These are the first {CONTACTS_FOUND_AT_MOST}." in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_a_search_costs_as_many_queries_however_many_it_finds(client, django_assert_num_queries, count):
    for place in range(count):
        make_contact(f"Mira {place}", f"+659123456{place}")
    with django_assert_num_queries(5):
        client.get("/search/", {"q": "mira"})


@pytest.mark.parametrize("text", ["\0", "x" * 201])
def test_text_that_cannot_be_searched_is_refused_with_a_reason(client, text):
    response = client.get("/search/", {"q": text})
    assert (response.status_code, list(response.context["form"].errors)) == (200, ["q"])


def new_contact(**fields) -> dict:
    return {"name": "Mira Talvane", "number": "9123 4567", "label": "mobile", "submission": str(uuid.uuid4())} | fields


def test_the_number_of_a_new_contact_is_filled_in(client):
    assert 'value="+6591234567"' in client.get("/contacts/add/", {"number": NUMBER}).content.decode()


def test_a_form_for_a_new_contact_that_is_sent_twice_adds_one(client):
    fields = new_contact(company="Korfield Motors")
    first, second = (client.post("/contacts/add/", fields) for _ in range(2))
    contact = Contact.objects.get()
    assert (first.url, second.url) == (f"/contacts/{contact.pk}/", f"/contacts/{contact.pk}/")
    assert (contact.name, contact.company) == ("Mira Talvane", "Korfield Motors")
    assert list(contact.numbers.values_list("number", "label", "is_primary")) == [(NUMBER, "mobile", True)]


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("number", "hello"), ("number", ""), ("email", "x"), ("label", "x" * 41)]
)
def test_a_new_contact_that_cannot_be_added_says_why_and_keeps_what_was_typed(client, field, value):
    response = client.post("/contacts/add/", new_contact(company="Korfield Motors") | {field: value})
    assert (response.status_code, list(response.context["form"].errors)) == (200, [field])
    assert 'value="Korfield Motors"' in response.content.decode()
    assert not Contact.objects.exists()


def test_a_contact_that_is_there_already_is_not_added_again(client):
    make_contact("Mira Talvane", NUMBER)
    response = client.post("/contacts/add/", new_contact(name="mira talvane"))
    assert dict(response.context["form"].errors) == {"name": ["mira talvane has this number already."]}
    assert Contact.objects.count() == 1


def test_a_contact_gets_another_number(client):
    mira = make_contact("Mira Talvane", NUMBER)
    address = f"/contacts/{mira.pk}/add-number/"
    assert 'value="+6598765432"' in client.get(address, {"number": "+6598765432"}).content.decode()
    assert client.post(address, {"number": "9876 5432", "label": "office"}).url == f"/contacts/{mira.pk}/"
    assert list(mira.numbers.values_list("number", "label")) == [(NUMBER, ""), ("+6598765432", "office")]


@pytest.mark.parametrize("number", ["9123 4567", "hello", ""])
def test_a_number_that_cannot_be_added_is_refused_with_the_reason(client, number):
    mira = make_contact("Mira Talvane", NUMBER)
    response = client.post(f"/contacts/{mira.pk}/add-number/", {"number": number})
    assert (response.status_code, bool(response.context["form"].errors)) == (200, True)
    assert mira.numbers.count() == 1
