"""Contacts: who is active, whom a number reaches, and what is kept beside a name to search it by."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from contacts.models import Contact, searchable
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

ARCHIVED_AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def test_a_contact_is_called_by_its_name_and_company():
    assert str(Contact(name="Ada Example")) == "Ada Example"
    assert str(Contact(name="Ada Example", company="Example Ltd")) == "Ada Example (Example Ltd)"


def test_contacts_come_by_name_and_the_earlier_added_first():
    second, first, third = make_contact("Bea Example"), make_contact("Ada Example"), make_contact("Bea Example")
    assert list(Contact.objects.all()) == [first, second, third]


def test_active_and_archived_contacts_are_told_apart():
    active = make_contact("Ada Example")
    archived = make_contact("Bea Example", archived_at=ARCHIVED_AT)
    assert list(Contact.objects.active()) == [active]
    assert list(Contact.objects.archived()) == [archived]


def test_a_number_reaches_everybody_who_has_it_archived_or_not():
    ada = make_contact("Ada Example", "+6591234567", "+12025550123")
    bea = make_contact("Bea Example", "+6591234567", archived_at=ARCHIVED_AT)
    make_contact("Cem Example", "+12025550124")
    assert list(Contact.objects.reached_at("+6591234567")) == [ada, bea]
    assert list(Contact.objects.reached_at("+12025550123")) == [ada]
    assert list(Contact.objects.reached_at("+6591234568")) == []


def test_whom_a_number_reaches_is_one_question(django_assert_num_queries):
    make_contact("Ada Example", "+6591234567")
    with django_assert_num_queries(1):
        assert Contact.objects.reached_at("+6591234567").exists()


def test_the_search_text_follows_name_company_and_email():
    contact = make_contact("Ada  EXAMPLE", company="Example Ltd", email="Ada@Example.com")
    assert contact.search_text == "ada example example ltd ada@example.com"
    contact.name = "Bea Straße"
    contact.save()
    contact.refresh_from_db()
    assert contact.search_text == "bea strasse example ltd ada@example.com"


def test_the_search_text_follows_where_only_the_name_is_saved():
    contact = make_contact("Ada Example")
    before = contact.updated_at
    contact.name, contact.remarks = "Bea Example", "not saved"
    contact.save(update_fields=["name"])
    contact.refresh_from_db()
    assert (contact.name, contact.remarks, contact.search_text) == ("Bea Example", "", "bea example")
    assert contact.updated_at > before


def test_contacts_saved_in_bulk_are_found_by_name():
    Contact.objects.bulk_create([Contact(name="Ada Example"), Contact(name="Bea Example")])
    assert [contact.name for contact in Contact.objects.matching("ada")] == ["Ada Example"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("José", "JOSÉ", id="capital"),
        pytest.param("Jose\u0301", "José", id="combining accent"),
        pytest.param("Straße", "STRASSE", id="sharp s"),
        pytest.param("Ａｄａ", "ada", id="full-width"),
        pytest.param("ΣΊΣΥΦΟΣ", "Σίσυφος", id="final sigma"),
        pytest.param("Μαΐου", "Μαΐου".upper(), id="two accents on one letter"),
        pytest.param("ﬁne", "FINE", id="ligature"),
        pytest.param("Ada\u3000Example ", "ada example", id="blanks"),
    ],
)
def test_spellings_of_a_word_are_searched_alike(one, other):
    assert searchable(one) == searchable(other)


def test_a_name_is_necessary_and_an_email_address_is_one():
    with pytest.raises(ValidationError) as refused:
        Contact(name="", email="no address").full_clean(exclude=["search_text"])
    assert sorted(refused.value.message_dict) == ["email", "name"]


def test_a_submission_is_stored_once_and_none_as_often_as_you_like():
    submission = "5d9f3a5e-0000-4000-8000-000000000001"
    make_contact("Ada Example", submission=submission)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_contact("Bea Example", submission=submission)
    make_contact("Cem Example")
    make_contact("Dee Example")
    assert Contact.objects.count() == 3


def test_a_contacts_numbers_go_with_it_and_another_contacts_stay():
    ada, bea = make_contact("Ada Example", "+6591234567"), make_contact("Bea Example", "+6591234567")
    ada.delete()
    assert list(Contact.objects.reached_at("+6591234567")) == [bea]
