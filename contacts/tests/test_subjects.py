"""Which texts name a person, and which rows are about one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts import phone, subjects
from contacts.models import ContactNumber
from contacts.subjects import Subject
from contacts.tests.factories import make_contact
from contacts.tests.merges import make_merge

NUMBER, OTHER = "+6591234567", "+6598765432"
MIRA = Subject(
    frozenset([1]), frozenset([NUMBER, "1001"]), frozenset(["Mira Talvane", "Mira"]), frozenset(["Mira@Example.com"])
)


@pytest.mark.parametrize(
    "text",
    [
        *(
            NUMBER,
            "6591234567",
            "91234567",
            "9123 4567",
            "+65 (9123) 4567",
            "tel:+65-9123-4567",
            "call 9123.4567 today",
        ),
        *("9123 4567 / 8", "９１２３４５６７", "1001", "ext. 1001", "mira@example.com", "Mira <MIRA@example.com>"),
        *("Mira Talvane", "MIRA  TALVANE", "Merged: Mira Talvane into Wei", "mira"),
    ],
)
def test_a_text_names_whom_it_spells(text):
    assert MIRA.is_named_in(text)


@pytest.mark.parametrize(
    "text",
    ["", "91234568", OTHER, "21001", "10012", "Mira Ostfield", "Mirabel", "Talvane", "other@example.com", "2026-03-04"],
)
def test_a_text_about_others_names_nobody(text):
    assert not MIRA.is_named_in(text)


@given(st.from_regex(r"\A[89][0-9]{7}\Z"), st.sampled_from(["", " ", "-", ".", ") "]))
def test_a_number_is_found_in_every_spelling(digits, between):
    person = Subject(numbers=frozenset([f"+65{digits}"]))
    spelled = digits[:4] + between + digits[4:]
    texts = [spelled, f"+65 {spelled}", f"0065{between}{spelled}", f"x{spelled};"]
    assert [text for text in texts if not person.is_named_in(text)] == []


def test_a_value_names_whom_any_text_in_it_names():
    assert MIRA.is_named_in_any({"cells": ["Wei", {"number": "9123 4567"}]})
    assert MIRA.is_named_in_any({"91234567": ""})
    assert not MIRA.is_named_in_any([None, 91234567, True, {"name": "Wei"}])


def test_an_erased_number_is_canonical_stands_for_itself_and_is_shown_by_a_sign():
    number = phone.erased_number()
    assert phone.read(number, "SG").number == number
    assert phone.is_erased(number)
    assert phone.display(number) == phone.ERASED_SIGN
    assert number != phone.erased_number()


@pytest.mark.parametrize("number", ["", "0", "000", "00000000", "+6591234567", "12345678901234567890"])
def test_no_real_number_is_taken_for_an_erased_one(number):
    assert not phone.is_erased(number)


@pytest.mark.django_db
def test_a_contact_comes_with_what_was_merged_into_it_its_names_and_the_numbers_that_nobody_else_has():
    mira = make_contact("Mira Talvane", NUMBER, OTHER, email="mira@example.com")
    mira.name = "Mira Ostfield"
    mira.save()
    other = make_contact("M. Talvane")
    make_merge(mira, other)
    make_contact("Wei Ling", OTHER)
    subject = subjects.of_contact(mira)
    assert (subject.contacts, subject.numbers) == ({mira.pk, other.pk}, {NUMBER})
    assert subject.names == {"Mira Talvane", "Mira Ostfield", "M. Talvane"}
    assert (subject.emails, subject.with_others) == ({"mira@example.com"}, False)


@pytest.mark.django_db
def test_numbers_that_a_contact_had_are_known_with_who_has_them_now():
    mira, wei = make_contact("Mira Talvane", NUMBER, OTHER), make_contact("Wei Ling", OTHER)
    ContactNumber.objects.get(contact=mira, number=OTHER).delete()
    known = [(each.number, each.is_former, each.others) for each in subjects.known_numbers(mira)]
    assert known == [(NUMBER, False, []), (OTHER, True, [wei])]
