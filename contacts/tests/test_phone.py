"""Any spelling of a number reads as one canonical number, and says by which rule."""

import pytest

from contacts import phone
from contacts.phone import Reading, Rule, read

CALLER = "+6591234567"

INTERNATIONAL = {
    "plus": "+6591234567",
    "plus decoded to a blank": " 6591234567",
    "several blanks": "   6591234567",
    "no-break space for a plus": "\xa06591234567",
    "ideographic space for a plus": "\u30006591234567",
    "double zero": "006591234567",
    "double zero after a blank": " 006591234567",
    "double zero in groups": "00 65 9123-4567",
    "double zero in brackets": "(00) 65 9123 4567",
    "grouped": "+65 9123-4567",
    "grouped with a no-break space": "+65\xa09123\xa04567",
    "grouped with en dashes": "+65–9123–4567",
    "grouped with dots": "+65.9123.4567",
    "blank after the plus": "+ 65 9123 4567",
    "blanks around": "  +65 9123 4567  ",
    "line end behind": "+6591234567\r\n",
    "plus in brackets": "(+65) 9123 4567",
    "code in brackets": "+(65) 9123 4567",
    "plus twice": "++6591234567",
    "plus and double zero": "+006591234567",
    "encoded plus": "%2B6591234567",
    "tel": "tel:+6591234567",
    "tel in capitals": "TEL:+6591234567",
    "tel with slashes": "tel://+6591234567",
    "tel with separators": "tel:+65-9123-4567",
    "tel with a lost plus": "tel: 6591234567",
    "tel with an encoded plus": "tel:%2B6591234567",
    "tel with an extension": "tel:+6591234567;ext=12",
    "tel with an ISDN subaddress": "tel:+65-9123-4567;isub=1411",
    "tel with the code as context": "tel:91234567;phone-context=+65",
    "tel with the code as context in capitals": "tel:91234567;PHONE-CONTEXT=+65",
    "tel with a context that it does not need": "tel:+6591234567;phone-context=+44",
    "tel with more behind its context": "tel:91234567;phone-context=+65;isub=1",
    "callto": "callto:+6591234567",
    "sip": "sip:+6591234567@pbx.example.com",
    "sip in capitals with port and parameters": "SIP:+6591234567@PBX.EXAMPLE.COM:5060;transport=TCP",
    "sips": "sips:+6591234567@192.0.2.7",
    "sip with a lost plus": "sip: 6591234567@pbx.example.com",
    "sip with an encoded plus": "sip:%2B6591234567@pbx.example.com;user=phone",
    "sip with user parameters": "sip:+6591234567;npdi@pbx.example.com",
    "sip with a context": "sip:91234567;phone-context=+65@pbx.example.com;user=phone",
    "address without a scheme": "+6591234567@192.0.2.7",
    "name and address": '"Ada Example" <sip:+6591234567@pbx.example.com>;tag=a1',
    "name with digits and address": '"Ada 123" <tel:+65-9123-4567>',
    "address in angle brackets": "<+6591234567>",
    "full-width": "＋６５９１２３４５６７",
    "Arabic-Indic digits": "+٦٥٩١٢٣٤٥٦٧",
    "Devanagari digits": "+६५९१२३४५६७",
    "mathematical digits": "+𝟔𝟓𝟗𝟏𝟐𝟑𝟒𝟓𝟔𝟕",
    "superscripts": "⁺⁶⁵⁹¹²³⁴⁵⁶⁷",
    "direction marks around": "\u202a+6591234567\u202c",
    "left-to-right mark in front": "\u200e+6591234567",
    "left-to-right mark before a lost plus": "\u200e 6591234567",
    "byte order mark in front": "\ufeff+6591234567",
    "soft hyphens": "+65\u00ad9123\u00ad4567",
    "zero-width spaces": "+65\u200b9123\u200b4567",
}
NATIONAL = {
    "national": "91234567",
    "national in groups": "9123 4567",
    "national after a blank": " 91234567",
    "national, dialled as tel": "tel:9123-4567",
    "national, dialled as sip": "sip:91234567@pbx.example.com",
    "national with a name": "Ada Example <91234567>",
    "national, full-width": "９１２３ ４５６７",
    "national, Arabic-Indic digits": "٩١٢٣٤٥٦٧",
    "national, superscripts": "⁹¹²³⁴⁵⁶⁷",
    "bare international": "6591234567",
    "bare international in groups": "65 9123 4567",
    "bare international after a mark": "\u200e6591234567",
}


@pytest.mark.parametrize("spelling", INTERNATIONAL.values(), ids=INTERNATIONAL)
def test_an_international_spelling_is_read_so_whatever_the_region(spelling):
    regions = ("SG", "US", "GB", "DE")
    assert [read(spelling, region) for region in regions] == [Reading(CALLER, Rule.INTERNATIONAL)] * len(regions)


@pytest.mark.parametrize("spelling", NATIONAL.values(), ids=NATIONAL)
def test_a_spelling_without_a_sign_of_its_country_is_read_in_the_default_region(spelling):
    assert read(spelling, "SG") == Reading(CALLER, Rule.NATIONAL)


@pytest.mark.parametrize(
    ("spelling", "region", "number"),
    [
        pytest.param("202-555-0123", "US", "+12025550123", id="United States"),
        pytest.param("1 (202) 555-0123", "US", "+12025550123", id="United States with the trunk 1"),
        pytest.param("0491 570 156", "AU", "+61491570156", id="Australia with the trunk 0"),
        pytest.param("491570156", "AU", "+61491570156", id="Australia without it"),
        pytest.param("011 65 9123 4567", "US", CALLER, id="North America's international prefix 011"),
    ],
)
def test_a_number_is_read_as_people_of_its_region_write_it(spelling, region, number):
    assert read(spelling, region) == Reading(number, Rule.NATIONAL)


@pytest.mark.parametrize(
    ("spelling", "number"),
    [
        pytest.param("12025550123", "+12025550123", id="United States"),
        pytest.param("61 491 570 156", "+61491570156", id="Australia"),
        pytest.param("tel:61491570156", "+61491570156", id="as tel"),
    ],
)
def test_a_bare_international_number_of_another_country_is_recognised(spelling, number):
    assert read(spelling, "SG") == Reading(number, Rule.BARE_INTERNATIONAL)


@pytest.mark.parametrize("spelling", ["+44 (0)20 7946 0018", "(+44) 20 7946 0018", "(+44)(0)20-7946-0018"])
def test_a_trunk_zero_behind_the_country_code_does_not_count(spelling):
    assert read(spelling, "SG") == Reading("+442079460018", Rule.INTERNATIONAL)


def test_a_zero_that_belongs_to_the_number_stays():
    assert read("+39 06 6982 1234", "SG").number == read("06 6982 1234", "IT").number == "+390669821234"


def test_digits_that_the_default_region_knows_are_its_own():
    assert read("18001234567", "SG") == Reading("+6518001234567", Rule.NATIONAL)


@pytest.mark.parametrize(
    ("spelling", "number"),
    [
        pytest.param("123", "123", id="as in the document's example"),
        pytest.param("0", "0", id="one digit"),
        pytest.param("007", "007", id="with zeros in front"),
        pytest.param("1001", "1001", id="extension of four digits"),
        pytest.param("10001", "10001", id="extension of five digits"),
        pytest.param(" 1001", "1001", id="after a blank"),
        pytest.param("+1001", "1001", id="with a plus"),
        pytest.param("10-01", "1001", id="with a hyphen"),
        pytest.param("sip:1001@pbx.example.com", "1001", id="sip"),
        pytest.param("tel:1001;phone-context=pbx.example.com", "1001", id="tel with a host as context"),
        pytest.param('"Desk 5" <sip:1001@pbx.example.com>', "1001", id="name and address"),
        pytest.param("１００１", "1001", id="full-width"),
        pytest.param("١٠٠١", "1001", id="Arabic-Indic digits"),
    ],
)
def test_a_short_number_stands_for_itself(spelling, number):
    assert read(spelling, "SG") == Reading(number, Rule.SHORT)


@pytest.mark.parametrize(
    "spelling",
    ["999912345678", "+999912345678", " 999912345678", "00999912345678", "9999-1234-5678", "sip:999912345678@x"],
)
def test_a_number_that_no_plan_knows_meets_itself_in_every_spelling(spelling):
    assert read(spelling, "SG") == Reading("999912345678", Rule.UNLISTED)


def test_six_digits_that_no_plan_knows_stand_for_themselves():
    assert read("100 001", "SG") == Reading("100001", Rule.UNLISTED)


@pytest.mark.parametrize(
    "spelling",
    [
        *("anonymous", "Anonymous", "ANONYMOUS", " anonymous ", "unknown", "Private", "RESTRICTED", "withheld"),
        *("unavailable", "Ａｎｏｎｙｍｏｕｓ", "ano\u200bnymous", "sip:anonymous@anonymous.invalid", "tel:unknown"),
        '"Anonymous" <sip:anonymous@anonymous.invalid>',
        *("", " ", "\t\n", "-", "+", "()", "***", "tel:", "sip:@pbx.example.com", "\u200e", "\x00", "<>"),
    ],
    ids=ascii,
)
def test_a_caller_who_hides_the_number_is_withheld(spelling):
    assert read(spelling, "SG") == Reading("", Rule.WITHHELD)


@pytest.mark.parametrize(
    "spelling",
    [
        *("1-800-FLOWERS", "91234567 ext 5", "N/A", "null", "None", "[CallerNumber]", "%CallerNumber%", "Ada Example"),
        *("anonymous 91234567", "九一二三四五六七", "sip:pbx.example.com"),
    ],
    ids=ascii,
)
def test_letters_are_no_number(spelling):
    assert read(spelling, "SG") == Reading("", Rule.UNREADABLE)


def test_twenty_digits_are_the_most_that_a_number_has():
    assert read("9" * 20, "SG") == Reading("9" * 20, Rule.UNLISTED)
    assert read("9" * 21, "SG") == Reading("", Rule.UNREADABLE)


def test_a_spelling_has_at_most_250_characters():
    assert read("+6591234567" + " " * 239, "SG") == Reading(CALLER, Rule.INTERNATIONAL)
    assert read("+6591234567" + " " * 240, "SG") == Reading("", Rule.UNREADABLE)


def test_five_thousand_digits_are_no_number():
    assert read("6" * 5000, "SG") == Reading("", Rule.UNREADABLE)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+6591234567", "+65 9123 4567"),
        ("+12025550123", "+1 202-555-0123"),
        ("123", "123"),
        ("9999123456", "9999123456"),
    ],
)
def test_a_number_is_shown_as_people_read_it(number, shown):
    assert phone.display(number) == shown


def test_digits_are_decimal_digits_of_any_script():
    assert phone.digits_of("+65 (٩١) १२ ３-x²") == "6591123"


def test_the_last_digits_come_first_in_the_reversed_column():
    assert phone.reversed_digits("+6591234567") == "7654321956"
