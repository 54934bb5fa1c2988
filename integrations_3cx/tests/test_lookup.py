"""A lookup is answered true where an active contact has the number, else false."""

import pytest

from callnotes.models import CallNote
from contacts.models import Contact
from contacts.tests.factories import make_contact
from integrations_3cx.tests.asking import FOUND, NOT_FOUND, NUMBER, PATH, answer, ask
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

SPELLINGS = {
    "E.164": "+6591234567",
    "plus decoded to a blank": " 6591234567",
    "00 in front": "006591234567",
    "country code without a sign": "6591234567",
    "national": "91234567",
    "grouped": "+65 9123-4567",
    "grouped nationally": "9123 4567",
    "in brackets": "(+65) 9123 4567",
    "dotted": "65.9123.4567",
    "blank behind": "+6591234567 ",
    "tel": "tel:+6591234567",
    "tel with hyphens": "tel:+65-9123-4567",
    "tel with context": "tel:91234567;phone-context=+65",
    "TEL in capitals": "TEL:+6591234567",
    "sip": "sip:+6591234567@pbx.example.com",
    "sip national": "sip:91234567@pbx.example.com;user=phone",
    "sips": "sips:6591234567@pbx.example.com:5061",
    "sip without a scheme": "6591234567@pbx.example.com",
    "name and address": '"Ada Example" <sip:+6591234567@pbx.example.com>',
    "full-width": "＋６５９１２３４５６７",
    "Arabic-Indic": "+٦٥٩١٢٣٤٥٦٧",
    "Devanagari": "+६५९१२३४५६७",
    "superscript": "⁺⁶⁵⁹¹²³⁴⁵⁶⁷",
    "left-to-right mark": "\u200e+6591234567\u200e",
    "no-break blanks": "+65\u00a09123\u00a04567",
}


@pytest.mark.parametrize("cid", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_every_form_of_a_number_finds_its_contact(client, cid):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(ask(client, key, cid=cid)) == FOUND


@pytest.mark.parametrize("cid", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_no_form_of_a_number_finds_another_contact(client, cid):
    make_contact("Ada Example", "+6591234568")
    _, key = make_token()
    assert answer(ask(client, key, cid=cid)) == NOT_FOUND


def test_an_unencoded_plus_in_the_query_string_finds_the_contact(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(client.get(f"{PATH}?cid=+6591234567&token={key}")) == FOUND


@pytest.mark.parametrize("short", ["123", "1001"], ids=["of the document's example", "extension"])
def test_a_short_number_stands_for_itself(client, short):
    make_contact("Ada Example", short)
    _, key = make_token()
    assert answer(ask(client, key, cid=short)) == FOUND


@pytest.mark.parametrize("cid", ["+65123", "65123", "0123", "1230", "12", "91230123"])
def test_a_short_number_is_found_by_no_longer_or_shorter_one(client, cid):
    make_contact("Ada Example", "123")
    _, key = make_token()
    assert answer(ask(client, key, cid=cid)) == NOT_FOUND


@pytest.mark.parametrize(
    "cid",
    [
        "anonymous",
        "Anonymous",
        "ANONYMOUS",
        "unknown",
        "private",
        "restricted",
        "withheld",
        " private ",
        "sip:anonymous@anonymous.invalid",
        '"Anonymous" <sip:anonymous@anonymous.invalid>',
        " ",
        "+",
        "-",
        "()",
        "sip:@pbx.example.com",
        "\u200e",
    ],
)
def test_a_withheld_caller_is_a_lookup_answered_false(client, cid):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(ask(client, key, cid=cid)) == NOT_FOUND


def test_an_archived_contact_is_not_found(client):
    contact = make_contact("Ada Example", NUMBER)
    Contact.objects.filter(pk=contact.pk).update(archived_at="2026-01-01T00:00:00Z")
    _, key = make_token()
    assert answer(ask(client, key, cid=NUMBER)) == NOT_FOUND


def test_any_number_of_a_contact_finds_it(client):
    make_contact("Ada Example", "+6591234567", "+6561234567")
    _, key = make_token()
    assert answer(ask(client, key, cid="61234567")) == FOUND


def test_a_number_that_several_contacts_share_is_found(client):
    make_contact("Ada Example", NUMBER)
    make_contact("Ben Example", NUMBER)
    _, key = make_token()
    assert answer(ask(client, key, cid=NUMBER)) == FOUND


def test_a_national_number_is_one_of_the_configured_region(client, settings):
    settings.DEFAULT_PHONE_REGION = "GB"
    make_contact("Ada Example", "+442079460123")
    _, key = make_token()
    assert answer(ask(client, key, cid="020 7946 0123")) == FOUND


def test_a_lookup_stores_no_note(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(ask(client, key, cid=NUMBER)) == FOUND
    assert not CallNote.objects.exists()


def test_a_head_lookup_has_the_status_and_no_body(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(client.head(PATH, {"cid": NUMBER, "token": key})) == (200, "")


def test_parameters_of_another_name_change_nothing(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(ask(client, key, cid=NUMBER, queue="sales", comment="no such name")) == FOUND
