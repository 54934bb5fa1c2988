"""A contact as 3CX's phonebook has it: each number in a suitable field, and the searched one as it was spelled."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from integrations_3cx.phonebook import FIELDS, fields, searched_spelling

MOBILE, OFFICE, HOME, FAX = "+6591234567", "+6561234567", "+6569876543", "+6562345678"
EMPTY = dict.fromkeys(FIELDS, "")


def test_the_fields_are_those_of_3cx():
    assert list(FIELDS) == [
        *("phone_mobile", "phone_business", "phone_home"),
        *("phone_mobile2", "phone_business2", "phone_other", "fax_business"),
    ]


def test_a_contact_without_numbers_has_all_fields_empty():
    assert fields([]) == EMPTY


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("mobile", "phone_mobile"),
        ("Mobile (private)", "phone_mobile"),
        ("CELL", "phone_mobile"),
        ("Handy", "phone_mobile"),
        ("HP", "phone_mobile"),
        ("office", "phone_business"),
        ("Business", "phone_business"),
        ("work", "phone_business"),
        ("company", "phone_business"),
        ("direct line", "phone_business"),
        ("home", "phone_home"),
        ("private", "phone_home"),
        ("Fax", "fax_business"),
        ("", "phone_mobile"),
        ("assistant", "phone_mobile"),
        ("no fax", "phone_mobile"),
    ],
)
def test_a_number_stands_in_the_field_that_suits_its_label(label, field):
    assert fields([(MOBILE, label)]) == EMPTY | {field: MOBILE}


def test_numbers_stand_each_in_its_own_field():
    numbers = [(FAX, "fax"), (HOME, "home"), (OFFICE, "office"), (MOBILE, "mobile")]
    assert fields(numbers) == EMPTY | {
        "phone_mobile": MOBILE,
        "phone_business": OFFICE,
        "phone_home": HOME,
        "fax_business": FAX,
    }


def test_a_second_number_of_a_label_takes_another_field_and_never_that_of_the_fax():
    numbers = [(MOBILE, "mobile"), (OFFICE, "mobile"), (HOME, "mobile"), (FAX, "mobile")]
    assert fields(numbers) == EMPTY | {
        "phone_mobile": MOBILE,
        "phone_business": OFFICE,
        "phone_home": HOME,
        "phone_mobile2": FAX,
    }


def test_the_searched_number_stands_as_it_was_spelled_and_the_others_as_they_are_stored():
    numbers = [(OFFICE, "office"), (MOBILE, "mobile")]
    assert fields(numbers, MOBILE, "006591234567") == EMPTY | {
        "phone_mobile": "006591234567",
        "phone_business": OFFICE,
    }


def test_without_a_spelling_the_searched_number_stands_as_it_is_stored():
    assert fields([(MOBILE, "")], MOBILE) == EMPTY | {"phone_mobile": MOBILE}


def test_the_searched_number_chooses_its_field_first():
    numbers = [(place, "mobile") for place in (OFFICE, HOME, MOBILE)]
    assert fields(numbers, MOBILE, "91234567")["phone_mobile"] == "91234567"


@pytest.mark.parametrize(
    ("sent", "spelling"),
    [
        (" 6591234567", "+6591234567"),
        ("+6591234567", "+6591234567"),
        ("6591234567", "6591234567"),
        ("91234567", "91234567"),
        ("  6591234567", "  6591234567"),
        (" +6591234567", " +6591234567"),
        (" anonymous", " anonymous"),
        (" ", " "),
        ("", ""),
    ],
)
def test_a_blank_in_front_of_digits_is_a_plus_that_was_lost(sent, spelling):
    assert searched_spelling(sent) == spelling


numbers = st.integers(10_000_000, 99_999_999).map(lambda digits: f"+65{digits}")
labels = st.sampled_from(["", "mobile", "mobile 2", "office", "home", "fax", "Fax (old)", "other"]) | st.text()
CONTACTS = st.lists(st.tuples(numbers, labels), min_size=1, max_size=12, unique_by=lambda pair: pair[0])
SEVEN_WITHOUT_A_LABEL = [(f"+659123456{place}", "") for place in range(7)]


@given(CONTACTS, st.data(), st.text(st.characters(), min_size=1))
def test_the_searched_spelling_is_always_among_the_fields(contact, data, spelling):
    searched, _ = data.draw(st.sampled_from(contact))
    filled = fields(contact, searched, spelling)
    assert spelling in filled.values()
    assert list(filled) == list(FIELDS)


@given(CONTACTS)
def test_no_field_holds_what_is_no_number_of_the_contact_and_no_number_stands_twice(contact):
    held = [value for value in fields(contact).values() if value]
    assert (set(held) <= {number for number, _ in contact}, len(held)) == (True, len(set(held)))


@given(st.lists(st.tuples(numbers, labels), max_size=7, unique_by=lambda pair: pair[0]))
@example(SEVEN_WITHOUT_A_LABEL)
def test_of_up_to_seven_numbers_none_is_left_out(contact):
    assert {value for value in fields(contact).values() if value} == {number for number, _ in contact}


def test_what_follows_the_seventh_number_is_left_out():
    nine = [*SEVEN_WITHOUT_A_LABEL, (HOME, "home"), (FAX, "fax")]
    assert len([value for value in fields(nine).values() if value]) == 7
