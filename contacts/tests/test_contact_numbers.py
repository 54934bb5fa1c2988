"""A contact's numbers: canonical however they come, one primary, each once; the database holds it too."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction

from contacts import phone
from contacts.models import Contact, ContactNumber, canonical
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db


def _stored(contact: Contact) -> list[tuple[str, str, bool]]:
    return list(contact.numbers.values_list("number", "number_reversed", "is_primary"))


def test_a_number_is_stored_canonical_with_its_digits_reversed():
    contact = make_contact("Ada Example", " 65 9123-4567")
    assert _stored(contact) == [("+6591234567", "7654321956", True)]


def test_numbers_stored_in_bulk_are_canonical_too():
    contact = make_contact()
    ContactNumber.objects.bulk_create(
        ContactNumber(contact=contact, number=spelling) for spelling in ("9123 4567", "tel:+1-202-555-0123", "1001")
    )
    assert _stored(contact) == [
        ("+6591234567", "7654321956", False),
        ("+12025550123", "32105552021", False),
        ("1001", "1001", False),
    ]


def test_the_reversed_digits_follow_where_only_the_number_is_saved():
    contact = make_contact("Ada Example", "+6591234567")
    number = contact.numbers.get()
    number.number = "+12025550123"
    number.save(update_fields=["number"])
    assert _stored(contact) == [("+12025550123", "32105552021", True)]


@pytest.mark.parametrize(
    "spelling", ["", " ", "anonymous", "1-800-FLOWERS", "9" * 21, "6" * 5000], ids=lambda s: s[:21]
)
def test_what_is_no_number_is_refused_and_named(spelling):
    with pytest.raises(ValidationError) as refused:
        make_contact("Ada Example", spelling)
    assert refused.value.code == "no_number"
    assert refused.value.messages == [
        f"“{spelling[:40]}” is no phone number. Write digits, with + and the country code where it is abroad."
    ]
    assert ContactNumber.objects.count() == 0


def test_what_is_no_number_is_refused_in_bulk_and_nothing_is_stored():
    contact = make_contact()
    with pytest.raises(ValidationError):
        ContactNumber.objects.bulk_create(
            [ContactNumber(contact=contact, number="91234567"), ContactNumber(contact=contact, number="nobody")]
        )
    assert ContactNumber.objects.count() == 0


def test_the_default_region_is_the_settings_one(settings):
    settings.DEFAULT_PHONE_REGION = "US"
    assert canonical("202-555-0123") == "+12025550123"
    settings.DEFAULT_PHONE_REGION = "AU"
    assert canonical("0491 570 156") == "+61491570156"


def test_the_longest_number_that_a_plan_knows_can_be_stored():
    """Germany's plan knows numbers of 17 digits."""
    contact = make_contact("Ada Example", "+49 30 1234567890123")
    assert [phone.digits_of(number) for number, *_ in _stored(contact)] == ["49301234567890123"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "91 234567", "+65 91234567", "+0591234567", "+12345", "+" + "1" * 20, "6" * 21, "++6591234567"),
        *("anonymous", "91234567x", "٩١٢٣٤٥٦٧", "+", "-1", "123\n", "\n123", "123 "),
    ],
    ids=ascii,
)
def test_the_database_itself_refuses_what_is_not_canonical(text):
    make_contact("Ada Example", "+6591234567")
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        ContactNumber.objects.update(number=text)


@pytest.mark.parametrize("number", ["0", "123", "1001", "00", "9" * 20, "+123456", "+6591234567", "+123456789012345"])
def test_the_database_takes_every_canonical_number(number):
    make_contact("Ada Example", "+6591234567")
    assert ContactNumber.objects.update(number=number) == 1
    assert ContactNumber.objects.get().number == number


def test_a_contact_has_a_number_once_in_whatever_spelling():
    contact = make_contact("Ada Example", "+6591234567")
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactNumber.objects.create(contact=contact, number="9123 4567")
    assert _stored(contact) == [("+6591234567", "7654321956", True)]


def test_two_contacts_may_share_a_number():
    for name in ("Ada Example", "Bea Example"):
        make_contact(name, "+6591234567")
    assert ContactNumber.objects.filter(number="+6591234567", is_primary=True).count() == 2


def test_a_new_primary_number_takes_the_place_of_the_old_one():
    contact = make_contact("Ada Example", "+6591234567")
    ContactNumber.objects.create(contact=contact, number="+12025550123", is_primary=True)
    assert _stored(contact) == [("+12025550123", "32105552021", True), ("+6591234567", "7654321956", False)]


def test_another_contacts_primary_number_stays():
    ada = make_contact("Ada Example", "+6591234567")
    make_contact("Bea Example", "+12025550123")
    assert ada.numbers.get().is_primary


def test_a_number_that_cannot_be_stored_leaves_the_primary_one_as_it_was():
    contact = make_contact("Ada Example", "+6591234567", "+12025550123")
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactNumber.objects.create(contact=contact, number="+12025550123", is_primary=True)
    assert [(number, primary) for number, _, primary in _stored(contact)] == [
        ("+6591234567", True),
        ("+12025550123", False),
    ]


def test_the_database_itself_refuses_a_second_primary_number():
    make_contact("Ada Example", "+6591234567", "+12025550123")
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactNumber.objects.update(is_primary=True)


def test_the_primary_number_comes_first_and_the_rest_as_they_were_added():
    contact = make_contact("Ada Example", "+6591234567", "1001", "1002")
    ContactNumber.objects.create(contact=contact, number="1003", is_primary=True)
    assert [str(number) for number in contact.numbers.all()] == ["1003", "+65 9123 4567", "1001", "1002"]
