"""A masked number shows its country and its last digits, and so does one among words, however it is spelled."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts import masks, phone
from contacts.tests.test_phone import INTERNATIONAL


@pytest.mark.parametrize(
    ("canonical", "masked"),
    [
        ("+6591234567", "+65 •••• 4567"),
        ("+12025550123", "+1 •••• 0123"),
        ("+4930231254", "+49 •••• 1254"),
        ("+8821612345678", "+882 •••• 5678"),
        ("+651234", "+65 ••••"),
        ("+999123456", "•••• 3456"),
        ("91234567", "•••• 4567"),
        ("1234567", "•••• 567"),
        ("123456", "•••• 56"),
        ("12345", "•••• 5"),
        ("1001", "••••"),
        ("1", "••••"),
        ("", ""),
    ],
)
def test_a_masked_number_shows_its_country_and_its_last_digits_fewer_of_a_short_one(canonical, masked):
    assert masks.number(canonical) == masked


@given(st.from_regex(phone.CANONICAL_PATTERN, fullmatch=True).map(str.strip))
def test_at_least_four_digits_are_hidden_and_at_most_four_of_the_national_number_are_shown(canonical):
    code, _, rest = masks.number(canonical).partition(masks.HIDDEN)
    digits, shown = phone.digits_of(canonical), phone.digits_of(rest)
    assert digits.startswith(phone.digits_of(code))
    assert digits.endswith(shown)
    assert len(shown) <= 4
    assert len(digits) - len(phone.digits_of(code)) - len(shown) >= min(4, len(digits) - len(phone.digits_of(code)))


@pytest.mark.parametrize("spelling", INTERNATIONAL.values(), ids=INTERNATIONAL.keys())
@pytest.mark.parametrize("sentence", ["{}", "Call {}, please.", "Mr Tan({}) rang", "mobile:{};office"])
def test_a_number_among_words_is_masked_however_it_is_spelled(spelling, sentence):
    masked = masks.words(sentence.format(spelling))
    assert masks.HIDDEN in masked
    assert "9123" not in phone.digits_of(unicodedata.normalize("NFKC", masked))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Call +65 9123 4567 or 9876-5432.", "Call +65 •••• 4567 or •••• 5432."),
        ("９１２３４５６７", "•••• 4567"),
        ("9 1 2 3 4 5 6 7", "•••• 4567"),
        ("9123\n4567", "•••• 4567"),
        ("+65%209123%204567", "+65 •••• 4567"),
        ("9\ufe0f\u20e31\ufe0f\u20e323456\ufe0f7", "•••• 4567"),
        ("9123\u200b4567", "•••• 4567"),
        ("٩١٢٣٤٥٦٧", "•••• 4567"),
        ("https://pbx.example.com/rec/6591234567-1001.wav", "https://pbx.example.com/rec/•••• 1001.wav"),
        ("9123    4567", "•••• 4567"),
        ("9123\r\n\r\n4567", "•••• 4567"),
        ("91,234,567", "•••• 4567"),
        ("➊➋➌➍➎➏➐", "•••• 567"),
        ("⑴⑵⑶⑷⑸⑹⑺", "•••• 567"),
        ("⑩⑩⑩⑩", "•••• 1010"),
        ("01/02/2003/4567", "•••• 4567"),
        ("9.1.2023.4567", "•••• 4567"),
        ("4567/01/02/2003", "•••• 2003"),
        ("91:23:45:67", "•••• 4567"),
        ("12:34:56:78", "•••• 5678"),
        ("1,234.56", "•••• 56"),
        ("Order 12345, 20 pieces", "Order •••• 520 pieces"),
        ("Order 12345 of 20 pieces at 10:30", "Order 12345 of 20 pieces at 10:30"),
        ("2026-03-02 12:30:45, 10:30-11:30", "2026-03-02 12:30:45, 10:30-11:30"),
        ("Moved from 2026-03-04 14:05 to 14.03.2026, 9:15", "Moved from 2026-03-04 14:05 to 14.03.2026, 9:15"),
        ("On 3/4/2026 91234567 rang", "On 3/4/2026 •••• 4567 rang"),
        ("Postcode 238823", "Postcode •••• 23"),
        ("Nothing to hide", "Nothing to hide"),
        ("", ""),
    ],
)
def test_dates_times_and_short_figures_stay_what_may_be_a_number_does_not(text, masked):
    assert masks.words(text) == masked


@pytest.mark.parametrize("sign", ",;:|*'’\"=…•!?#&@\\~^<>[]{}_\u30fc\uff70\u02d0\u0640\u3164")
def test_no_sign_between_the_digits_hides_a_number_from_the_mask(sign):
    assert masks.words(f"Call 9123{sign}4567, {sign} today") == f"Call •••• 4567, {sign} today"


LONG = [
    "1" + " " * 100_000,
    *("1 " * 50_000, "+" * 100_000, "1+" * 50_000 + "x", "1" + "+" * 100_000 + "x", "1/" * 50_000, "12:30 " * 20_000),
]


@pytest.mark.parametrize("text", LONG, ids=lambda text: text[:6])
def test_a_long_text_is_masked_in_a_time_that_grows_with_its_length(text):
    """Whatever is tried again and again in such a text takes minutes, not seconds."""
    began = time.process_time()
    masks.words(text)
    masks.beginning(text, len(text))
    assert time.process_time() - began < 10


SEPARATORS = st.text(" -./()_,;:|*'=…\n\u00a0\u2011\u200e", max_size=3)


@given(st.text("0123456789", min_size=6, max_size=15), st.data())
def test_whatever_stands_between_the_digits_no_more_than_the_last_four_are_shown(digits, data):
    spelled = "".join(digit + data.draw(SEPARATORS) for digit in digits)
    shown = masks.words(f"x {spelled} x")
    dates = masks.words(spelled) == spelled
    assert dates or len(phone.digits_of(shown)) <= max(4, len(digits) - 4)


@given(st.text(), st.integers(1, 50))
def test_masking_takes_any_text_and_masks_nothing_twice(text, length):
    once = masks.words(text)
    assert masks.words(once) == once
    assert masks.beginning(text[:length], length) is not None


@pytest.mark.parametrize(
    ("beginning", "length", "masked"),
    [
        ("Visitor: 9123", 13, "Visitor: ••••"),
        ("Visitor: 91", 11, "Visitor: ••••"),
        ("Visitor: +65 9123 4567", 22, "Visitor: ••••"),
        ("Visitor: 9123", 14, "Visitor: 9123"),
        ("On 91234567 or", 14, "On •••• 4567 or"),
    ],
)
def test_a_number_that_is_cut_off_at_the_end_of_a_beginning_is_hidden(beginning, length, masked):
    assert masks.beginning(beginning, length) == masked


@pytest.mark.parametrize(
    ("text", "has"), [("Mira", False), ("3M", True), ("①", True), ("٣", True), ("²", True), ("三", False), ("", False)]
)
def test_digits_of_every_script_may_not_be_sought(text, has):
    assert masks.has_digits(text) is has
