"""Contacts for the phones: found by number, e-mail address or words, and added from 3CX's apps."""

import json
from typing import Any

import pytest

from contacts.models import Contact
from contacts.tests.factories import make_contact
from integrations_3cx.models import Scope
from integrations_3cx.phonebook import FIELDS
from integrations_3cx.tests.asking import CONTACTS, NUMBER, answer, post_form, post_json, refused
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

OTHER_NUMBER = "+12025550123"
BASE = "https://crm.example.com"
POPUP = f"{BASE}/popup?cid=%2B6591234567"
ONE_OF_THREE = "Send one of number, email and search; 3CX fills its variable in."
PUBLIC_URL_MISSING = "Set PUBLIC_URL to the address that people open: 3CX is told it with every contact."
NO_NUMBER = "Send the contact's phone number as Number, with its country code."


@pytest.fixture(autouse=True)
def public_url(settings):
    settings.PUBLIC_URL = BASE


@pytest.fixture
def key() -> str:
    return make_token(scopes=[Scope.CONTACTS])[1]


def find(client, key: str, query: dict[str, Any] | str, **extra):
    sent = {"query_params": query} if isinstance(query, dict) else {}
    return client.get(CONTACTS if sent else f"{CONTACTS}?{query}", **sent, HTTP_X_API_KEY=key, **extra)


def add(client, key: str, **sent: Any):
    return post_json(client, sent, path=CONTACTS, HTTP_X_API_KEY=key)


def entry(contact: Contact, url: str, **fields: str) -> dict[str, str]:
    words = {"id": str(contact.pk), "name": contact.name, "company": contact.company, "email": contact.email}
    return words | {"url": url} | dict.fromkeys(FIELDS, "") | fields


def found(*entries: dict[str, str]) -> tuple[int, str]:
    body = {"success": True, "contacts": list(entries)}
    return 200, json.dumps(body, ensure_ascii=False, separators=(",", ":"))


NOBODY = found()


def names(response) -> list[str]:
    return [contact["name"] for contact in response.json()["contacts"]]


# By number


def test_a_caller_is_found_with_all_numbers_and_the_address_of_the_pop_up(client, key):
    ada = make_contact("Ada Example", NUMBER, OTHER_NUMBER, company="Example Ltd", email="ada@example.com")
    make_contact("Bea Example", OTHER_NUMBER)
    expected = entry(ada, POPUP, phone_mobile=NUMBER, phone_business=OTHER_NUMBER)
    assert answer(find(client, key, {"number": NUMBER})) == found(expected)


@pytest.mark.parametrize(
    ("query", "spelling"),
    [
        ("number=%2B6591234567", "+6591234567"),
        ("number=+6591234567", "+6591234567"),
        ("number=%206591234567", "+6591234567"),
        ("number=006591234567", "006591234567"),
        ("number=6591234567", "6591234567"),
        ("number=91234567", "91234567"),
        ("number=9123-4567", "9123-4567"),
        ("Number=91234567&x=y", "91234567"),
        ("number=91234567&NUMBER=91234567", "91234567"),
        ("number=91234567&email=[Email]&search=%25SearchText%25", "91234567"),
        ("number=91234567&email=&search=", "91234567"),
    ],
)
def test_the_searched_spelling_is_echoed_character_by_character(client, key, query, spelling):
    ada = make_contact("Ada Example", NUMBER)
    assert answer(find(client, key, query)) == found(entry(ada, POPUP, phone_mobile=spelling))


def test_everybody_who_shares_a_number_is_found_by_name_and_archived_contacts_are_not(client, key):
    bea, ada = make_contact("Bea Example", NUMBER), make_contact("Ada Example", NUMBER)
    make_contact("Old Example", NUMBER, archived_at="2026-01-02T03:04Z")
    expected = [entry(contact, POPUP, phone_mobile=NUMBER) for contact in (ada, bea)]
    assert answer(find(client, key, {"number": NUMBER})) == found(*expected)


@pytest.mark.parametrize("number", [OTHER_NUMBER, "101", "anonymous", " ", "hello", "9" * 300, "34567"])
def test_a_number_that_is_nobodys_finds_nobody(client, key, number):
    make_contact("Ada Example", NUMBER)
    assert answer(find(client, key, {"number": number})) == NOBODY


def test_a_caller_of_whom_only_the_last_digits_are_sent_is_found(client, key):
    """Where the phone system matches on length."""
    ada = make_contact("Ada Example", "+442071838750", "1001")
    make_contact("Old Example", "+493071838750", archived_at="2026-01-02T03:04Z")
    expected = entry(ada, f"{BASE}/popup?cid=%2B442071838750", phone_mobile="71838750", phone_business="1001")
    assert answer(find(client, key, {"number": "71838750"})) == found(expected)


def test_twenty_archived_contacts_with_the_same_last_digits_hide_nobody(client, key):
    for place in range(20):
        make_contact(f"A, old {place:02}", f"+49{place:02}71838750", archived_at="2026-01-02T03:04Z")
    make_contact("Zoe Example", "+442071838750")
    assert names(find(client, key, {"number": "71838750"})) == ["Zoe Example"]


def test_a_whole_number_goes_before_the_last_digits_of_another(client, key):
    make_contact("Ada Example", "+442071838750")
    make_contact("Bea Example", "71838750")
    assert names(find(client, key, {"number": "71838750"})) == ["Bea Example"]


# By e-mail address and words


@pytest.mark.parametrize("address", ["ada@example.com", "ADA@EXAMPLE.COM", " ada@example.com\t"])
def test_a_contact_is_found_by_its_e_mail_address_with_its_page(client, key, address):
    ada = make_contact("Ada Example", NUMBER, email="Ada@example.com")
    make_contact("Bea Example", OTHER_NUMBER, email="bea@example.com")
    make_contact("Old Example", email="ada@example.com", archived_at="2026-01-02T03:04Z")
    expected = entry(ada, f"{BASE}/contacts/{ada.pk}/", phone_mobile=NUMBER)
    assert answer(find(client, key, {"email": address})) == found(expected)


@pytest.mark.parametrize("address", ["info@MÜLLER.example", "info@müller.example"])
def test_an_address_of_letters_that_are_not_english_is_found_in_any_case(client, key, address):
    make_contact("Ada Example", NUMBER, email="info@MÜLLER.example")
    assert names(find(client, key, {"email": address})) == ["Ada Example"]


@pytest.mark.parametrize("address", ["example.com", "ada", "nobody@example.com", "%"])
def test_an_address_that_is_nobodys_finds_nobody(client, key, address):
    make_contact("Ada Example", NUMBER, email="ada@example.com")
    assert answer(find(client, key, {"email": address})) == NOBODY


def test_a_blank_address_finds_nobody(client, key):
    make_contact("Ada Example", NUMBER)
    assert answer(find(client, key, {"email": " "})) == NOBODY


@pytest.mark.parametrize("words", ["ada", "EXAMPLE ada", "Ltd", "ada@", "4567", "9123 4567", "+65 9123-4567"])
def test_a_contact_is_found_by_words_a_number_or_its_last_digits(client, key, words):
    ada = make_contact("Ada Example", NUMBER, company="École Ltd", email="ada@example.com")
    make_contact("Bea Other", OTHER_NUMBER)
    expected = entry(ada, f"{BASE}/contacts/{ada.pk}/", phone_mobile=NUMBER)
    assert answer(find(client, key, {"search": words})) == found(expected)


@pytest.mark.parametrize("words", ["nobody", " ", "%", "_", "\u202e"])
def test_words_of_nobody_find_nobody(client, key, words):
    make_contact("Ada Example", NUMBER)
    assert answer(find(client, key, {"search": words})) == NOBODY


@pytest.mark.parametrize("query", ["number=91234567", "email=office@example.com", "search=contact"])
def test_at_most_twenty_contacts_are_found(client, key, query):
    for place in range(21):
        make_contact(f"Contact {place:02}", NUMBER, email="office@example.com")
    assert names(find(client, key, query)) == [f"Contact {place:02}" for place in range(20)]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "number=[Number]",
        "number=%25CallerNumber%25",
        "email=[Email]&search=[SearchText]",
        "cid=91234567",
    ],
)
def test_none_of_the_three_is_refused(client, key, query):
    assert answer(find(client, key, query)) == refused(400, False, "one_of_three", ONE_OF_THREE)


@pytest.mark.parametrize("query", ["number=", "email=", "search=", "number=+&email="])
def test_an_empty_one_finds_nobody(client, key, query):
    """A caller who hides the number has none."""
    make_contact("Ada Example", NUMBER)
    assert answer(find(client, key, query)) == (200, '{"success":true,"contacts":[]}')


@pytest.mark.parametrize(
    "query", ["number=91234567&email=ada@example.com", "number=91234567&search=ada", "number=1&email=2&search=3"]
)
def test_several_of_the_three_are_refused(client, key, query):
    assert answer(find(client, key, query)) == refused(400, False, "one_of_three", ONE_OF_THREE)


@pytest.mark.parametrize(
    ("query", "error"),
    [("number=1&number=2", "parameter_repeated"), ("search=%ff", "malformed_encoding"), ("email=%00", "nul_character")],
)
def test_what_cannot_be_read_is_refused(client, key, query, error):
    response = find(client, key, query)
    assert (response.status_code, response.json()["error"]) == (400, error)


def test_words_of_callers_are_data_and_nothing_else(client, key):
    ada = make_contact('Ada "<b>" \\ 😀', NUMBER, company="</script>")
    assert answer(find(client, key, {"number": NUMBER})) == found(entry(ada, POPUP, phone_mobile=NUMBER))


# Adding


def test_a_contact_is_added_with_its_number_and_answered(client, key):
    response = add(
        client, key, FirstName="Ada", LastName="Example", Company="Ltd", Email="ada@example.com", Number="91234567"
    )
    ada = Contact.objects.get()
    assert answer(response) == found(entry(ada, POPUP, phone_mobile="91234567"))
    assert (ada.name, ada.company, ada.email) == ("Ada Example", "Ltd", "ada@example.com")
    assert list(ada.numbers.values_list("number", "is_primary")) == [(NUMBER, True)]


@pytest.mark.parametrize(
    ("sent", "name", "company"),
    [
        ({"FirstName": " Ada ", "LastName": "\tExample\r\n"}, "Ada Example", ""),
        ({"FirstName": "Ada"}, "Ada", ""),
        ({"LastName": "Example"}, "Example", ""),
        ({"Company": "Example Ltd"}, "Example Ltd", "Example Ltd"),
        ({"FirstName": "Łódź", "LastName": "東京 😀", "Company": "Ltd"}, "Łódź 東京 😀", "Ltd"),
        ({}, "+65 9123 4567", ""),
        ({"FirstName": "[FirstName]", "LastName": "%LastName%", "Company": " [Company] "}, "+65 9123 4567", ""),
        ({"FirstName": "", "LastName": " ", "Email": "[Email]"}, "+65 9123 4567", ""),
    ],
    ids=str,
)
def test_a_contact_is_named_by_person_or_else_company_or_else_number(client, key, sent, name, company):
    response = add(client, key, Number=NUMBER, **sent)
    assert list(Contact.objects.values_list("name", "company", "email")) == [(name, company, "")]
    assert (response.status_code, names(response)) == (200, [name])


@pytest.mark.parametrize("value", [7, True, [], {}], ids=repr)
@pytest.mark.parametrize("name", ["FirstName", "LastName", "Company", "Email"])
def test_what_is_no_text_is_refused(client, key, name, value):
    response = add(client, key, **({"FirstName": "Ada", "Number": NUMBER} | {name: value}))
    message = f"Send {name.lower()} as text."
    assert (answer(response), Contact.objects.count()) == (refused(400, False, "wrong_type", message), 0)


@pytest.mark.parametrize("name", ["FirstName", "LastName", "Company", "Email"])
def test_null_is_not_given(client, key, name):
    response = add(client, key, **({"FirstName": "Ada", "LastName": "", "Number": NUMBER} | {name: None}))
    expected = "+65 9123 4567" if name == "FirstName" else "Ada"
    assert (response.status_code, list(Contact.objects.values_list("name", flat=True))) == (200, [expected])


@pytest.mark.parametrize(
    ("number", "spelling"),
    [(6591234567, "6591234567"), (" 6591234567", "+6591234567"), ("+65 9123 4567", "+65 9123 4567")],
)
def test_the_number_is_read_in_any_spelling_and_as_a_whole_number_and_is_echoed(client, key, number, spelling):
    response = add(client, key, FirstName="Ada", Number=number)
    assert answer(response) == found(entry(Contact.objects.get(), POPUP, phone_mobile=spelling))
    assert Contact.objects.reached_at(NUMBER).count() == 1


@pytest.mark.parametrize("number", ["", " ", "anonymous", "hello", "[Number]", "%CallerNumber%", "9" * 300])
def test_without_a_number_nobody_is_added(client, key, number):
    response = add(client, key, FirstName="Ada", Number=number)
    assert (answer(response), Contact.objects.count()) == (refused(400, False, "number_unreadable", NO_NUMBER), 0)


@pytest.mark.parametrize("sent", [{}, {"Number": None}], ids=["missing", "null"])
def test_no_number_is_told_as_such(client, key, sent):
    response = add(client, key, FirstName="Ada", **sent)
    assert answer(response) == refused(400, False, "number_unreadable", NO_NUMBER)


@pytest.mark.parametrize("value", [True, 1.5, -7, [], {}], ids=repr)
def test_a_number_of_a_wrong_type_is_refused(client, key, value):
    message = "Send number as text or a whole number."
    assert answer(add(client, key, Number=value)) == refused(400, False, "wrong_type", message)


@pytest.mark.parametrize("again", [{"FirstName": "Ada", "LastName": "Example"}, {"FirstName": "ada EXAMPLE"}], ids=str)
def test_the_same_name_and_number_is_the_contact_that_is_there(client, key, again):
    ada = make_contact("Ada Example", NUMBER, email="ada@example.com")
    response = add(client, key, Number="91234567", Email="other@example.com", **again)
    assert answer(response) == found(entry(ada, POPUP, phone_mobile="91234567"))
    assert list(Contact.objects.values_list("email", flat=True)) == ["ada@example.com"]


def test_the_same_name_in_other_letters_is_the_same_in_every_script(client, key):
    make_contact("Élodie Straße", NUMBER)
    assert names(add(client, key, FirstName="élodie", LastName="Straße", Number=NUMBER)) == ["Élodie Straße"]
    assert Contact.objects.count() == 1


def test_another_name_at_the_number_is_a_contact_of_its_own(client, key):
    make_contact("Ada Example", NUMBER)
    make_contact("Bea Example", OTHER_NUMBER)
    make_contact("Cem Example", NUMBER, archived_at="2026-01-02T03:04Z")
    for name in ("Bea", "Cem"):
        assert names(add(client, key, FirstName=name, LastName="Example", Number=NUMBER)) == [f"{name} Example"]
    assert Contact.objects.active().reached_at(NUMBER).count() == 3


def test_a_caller_without_a_name_is_whoever_has_the_number_already(client, key):
    ada = make_contact("Ada Example", NUMBER)
    for _ in range(2):
        assert answer(add(client, key, Number=NUMBER)) == found(entry(ada, POPUP, phone_mobile=NUMBER))
    assert Contact.objects.get() == ada


def test_a_caller_without_a_name_is_no_archived_contact(client, key):
    make_contact("Old Example", NUMBER, archived_at="2026-01-02T03:04Z")
    assert names(add(client, key, Number=NUMBER)) == ["+65 9123 4567"]


def test_a_caller_without_a_name_is_added_once(client, key):
    assert [names(add(client, key, Number=NUMBER)) for _ in range(2)] == [["+65 9123 4567"]] * 2
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"Email": "nobody"}, "email: Enter a valid email address."),
        (
            {"LastName": "x" * 197},
            "name: Ensure this value has at most 200 characters (it has 201).",
        ),
    ],
    ids=["no address", "a long name"],
)
def test_what_cannot_be_kept_is_refused_with_what_is_wrong(client, key, sent, message):
    response = add(client, key, FirstName="Ada", Number=NUMBER, **sent)
    assert (answer(response), Contact.objects.count()) == (refused(400, False, "contact_unusable", message), 0)


def test_a_form_is_read_with_its_lost_plus(client, key):
    post_form(client, "FirstName=Ada&Number=+6591234567", path=CONTACTS, HTTP_X_API_KEY=key)
    assert list(Contact.objects.values_list("name", "numbers__number")) == [("Ada", NUMBER)]


def test_what_stands_in_the_address_is_not_added(client, key):
    response = post_json(client, {"FirstName": "Ada"}, path=f"{CONTACTS}?number=91234567", HTTP_X_API_KEY=key)
    assert answer(response) == refused(400, False, "number_unreadable", NO_NUMBER)


# Addresses


@pytest.mark.parametrize(
    "host", [{"HTTP_HOST": "localhost"}, {"HTTP_X_FORWARDED_HOST": "evil.example"}, {"HTTP_HOST": "127.0.0.1:8000"}]
)
def test_addresses_are_those_that_people_open_whatever_the_host_header_says(client, key, host):
    ada = make_contact("Ada Example", NUMBER, email="ada@example.com")
    urls = [
        find(client, key, query, **host).json()["contacts"][0]["url"] for query in ("number=91234567", "search=ada")
    ]
    added = post_json(client, {"Number": OTHER_NUMBER}, path=CONTACTS, HTTP_X_API_KEY=key, **host)
    assert urls == [POPUP, f"{BASE}/contacts/{ada.pk}/"]
    assert added.json()["contacts"][0]["url"] == f"{BASE}/popup?cid=%2B12025550123"


def test_without_a_public_address_nothing_is_answered_or_added(client, key, settings):
    settings.PUBLIC_URL = ""
    make_contact("Ada Example", NUMBER)
    answers = [find(client, key, "number=91234567"), add(client, key, FirstName="Bea", Number=OTHER_NUMBER)]
    expected = refused(500, False, "public_url_missing", PUBLIC_URL_MISSING)
    assert ([answer(response) for response in answers], Contact.objects.count()) == ([expected] * 2, 1)


def test_a_question_by_head_is_answered_without_a_body(client, key):
    make_contact("Ada Example", NUMBER)
    response = client.head(CONTACTS, query_params={"number": NUMBER}, HTTP_X_API_KEY=key)
    assert answer(response) == (200, "")
