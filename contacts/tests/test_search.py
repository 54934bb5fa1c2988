"""Contacts are found by words, by a number in any spelling, and by its last digits."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.models import Contact, ContactNumber
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db


def _found(text: str) -> list[str]:
    return [contact.name for contact in Contact.objects.matching(text)]


@pytest.fixture
def people():
    make_contact("Ada Example", "+6591234567", company="Example Ltd", email="Ada.E@example.com")
    make_contact("Élodie Straße", "+12025550123", company="ＡＢＣ Trading", email="elodie@example.org")
    make_contact("Zoë O'Example", "+61491570156", "1001")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("ada", ["Ada Example"], id="small letters"),
        pytest.param("ADA", ["Ada Example"], id="capitals"),
        pytest.param("xampl", ["Ada Example", "Zoë O'Example", "Élodie Straße"], id="part of a word"),
        pytest.param("example ada", ["Ada Example"], id="words in any order"),
        pytest.param("  ada\t example ", ["Ada Example"], id="blanks"),
        pytest.param("ada trading", [], id="every word has to match"),
        pytest.param("ltd", ["Ada Example"], id="company"),
        pytest.param("ADA.e@EXAMPLE.com", ["Ada Example"], id="e-mail"),
        pytest.param("example.org trading", ["Élodie Straße"], id="words of different columns"),
        pytest.param("élodie", ["Élodie Straße"], id="accent, small letters"),
        pytest.param("ÉLODIE", ["Élodie Straße"], id="accent, capitals"),
        pytest.param("E\u0301lodie", ["Élodie Straße"], id="combining accent"),
        pytest.param("STRASSE", ["Élodie Straße"], id="sharp s as two"),
        pytest.param("STRAẞE", ["Élodie Straße"], id="capital sharp s"),
        pytest.param("abc", ["Élodie Straße"], id="full-width in the company"),
        pytest.param("ＡＤＡ", ["Ada Example"], id="full-width in the question"),
        pytest.param("ZOË", ["Zoë O'Example"], id="diaeresis"),
        pytest.param("o'ex", ["Zoë O'Example"], id="apostrophe"),
        pytest.param("nobody", [], id="nobody"),
    ],
)
def test_contacts_are_found_by_words_without_regard_to_case(people, text, names):
    assert _found(text) == names


@pytest.mark.parametrize(
    "text",
    [
        *("+6591234567", " 6591234567", "006591234567", "6591234567", "91234567", "9123-4567", "+65 9123 4567"),
        *("tel:+65-9123-4567", "sip:+6591234567@pbx.example.com", "９１２３４５６７", "٩١٢٣٤٥٦٧", "⁹¹²³⁴⁵⁶⁷"),
    ],
)
def test_contacts_are_found_by_a_number_in_any_spelling(people, text):
    assert _found(text) == ["Ada Example"]


@pytest.mark.parametrize("text", ["4567", "34567", "3-4567", "234 567", "1234567", "٤٥٦٧", "４５６７", "591234567"])
def test_contacts_are_found_by_at_least_four_last_digits(people, text):
    assert _found(text) == ["Ada Example"]


@pytest.mark.parametrize("text", ["567", "67", "7", "9123", "5912", "+4567890"])
def test_three_digits_or_digits_from_elsewhere_in_a_number_find_nobody(people, text):
    assert _found(text) == []


def test_fewer_than_four_digits_find_the_short_number_or_else_names():
    make_contact("Ada Example", "123")
    make_contact("Bar 123", "+12025550100")
    make_contact("Bea Example", "+12025550123")
    make_contact("Cem Example", "1123")
    assert _found("123") == ["Ada Example"]
    assert _found("23") == ["Bar 123"]


def test_four_digits_find_the_short_number_and_the_endings():
    make_contact("Ada Example", "1001")
    make_contact("Area 1001", "+12025550123")
    make_contact("Bea Example", "+6591231001")
    make_contact("Cem Example", "+6510019123")
    assert _found("1001") == ["Ada Example", "Bea Example"]
    assert _found("area 1001") == ["Area 1001"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("9999", ["eight nines", "five nines", "four nines"]),
        ("99999", ["eight nines", "five nines"]),
        ("99999999", ["eight nines"]),
        ("9998", ["three nines"]),
        ("8999", ["another three"]),
        ("0999", []),
    ],
)
def test_endings_of_nines_are_found_exactly(text, names):
    for name, number in {
        "eight nines": "+6599999999",
        "five nines": "+6591299999",
        "four nines": "+6591289999",
        "three nines": "+6591239998",
        "another three": "+6591238999",
    }.items():
        make_contact(name, number)
    assert _found(text) == names


@settings(max_examples=100, deadline=None)
@given(st.from_regex(r"[089]{4,8}", fullmatch=True))
def test_the_last_digits_find_exactly_the_numbers_that_end_in_them(ending):
    """On the digits at the edges of the alphabet, where a range would first go wrong."""
    contact, _ = Contact.objects.get_or_create(name="Ada Example")
    numbers = {f"+65{head}{tail}" for head in ("6", "9") for tail in ("0000000", "8999999", "9999999", "9990000")}
    numbers |= {f"+656{ending.zfill(7)[-7:]}", f"+656{ending[::-1].zfill(7)[-7:]}"}
    contact.numbers.all().delete()
    ContactNumber.objects.bulk_create(ContactNumber(contact=contact, number=number) for number in numbers)
    stored = set(contact.numbers.values_list("number", flat=True))
    found = {number.number for number in ContactNumber.objects.matching(ending)}
    assert found == {number for number in stored if number.endswith(ending)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("%", ["100% Example"]),
        ("_", ["snake_case"]),
        ("\\", ["back\\slash"]),
        ("a_a", []),
        ("e%e", []),
        ("0% e", ["100% Example"]),
    ],
)
def test_wildcards_are_letters_like_any_other(text, names):
    for name in ("100% Example", "back\\slash", "snake_case", "Ada Example"):
        make_contact(name)
    assert _found(text) == names


@pytest.mark.parametrize("text", ["", " ", "\u200e\u3000", "\t\n"], ids=ascii)
def test_an_empty_question_finds_nobody(people, text):
    assert _found(text) == []


def test_a_withheld_caller_finds_words_alone(people):
    make_contact("Anonymous Example")
    assert _found("anonymous") == ["Anonymous Example"]


def test_a_search_finds_archived_contacts_too_and_can_be_narrowed():
    make_contact("Ada Example", "+6591234567", archived_at=datetime(2026, 1, 2, tzinfo=UTC))
    make_contact("Bea Example", "+12025554567")
    assert [c.name for c in Contact.objects.matching("4567")] == ["Ada Example", "Bea Example"]
    assert [c.name for c in Contact.objects.active().matching("4567")] == ["Bea Example"]
    assert [c.name for c in Contact.objects.archived().matching("example")] == ["Ada Example"]


def test_a_contact_is_found_once_however_often_it_matches():
    make_contact("Ada 4567", "+6591234567", "+12025554567", "4567")
    assert _found("4567") == ["Ada 4567"]


@pytest.mark.parametrize(("text", "queries"), [("example", 1), ("4567", 2), ("9123 4567", 2)])
def test_a_search_costs_as_many_queries_however_many_contacts_there_are(
    people, django_assert_num_queries, text, queries
):
    with django_assert_num_queries(queries):
        assert _found(text)


@pytest.mark.parametrize("text", ["elodie strasse", "ELODIE, Straße", "Élodie"])
def test_accents_and_commas_do_not_count(people, text):
    assert _found(text) == ["Élodie Straße"]


def test_an_ending_is_no_number_that_only_begins_like_its_reverse():
    make_contact("Ada Example", "2234")
    assert _found("1234") == []


def test_a_text_of_many_words_is_cut_to_what_a_database_can_take(people):
    assert _found("example " * 2000) == _found("example")


def test_the_search_uses_the_default_region(people, settings):
    settings.DEFAULT_PHONE_REGION = "US"
    assert _found("(202) 555-0123") == ["Élodie Straße"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no index of parts of words.")
def test_part_of_a_word_can_be_found_without_reading_all_contacts():
    """A table as short as a test's is read as a whole, or in the order of names, unless that is forbidden."""
    make_contact("Mira Talvane")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    assert _found("alva") == ["Mira Talvane"]
    assert "Bitmap Index Scan on contact_by_words" in Contact.objects.matching("alva").explain()
