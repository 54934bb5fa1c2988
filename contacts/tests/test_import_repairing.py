"""What a cell of an import means, what is repaired in it, and what cannot be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts import phone
from contacts.importing.repairing import Fault, Found, Numbers, Refused, Repair, email, numbers, one_line, text

MIRA = Found("+6591234567")
TOMAS = Found("+6598765432")


@pytest.mark.parametrize(
    ("cell", "found", "repairs"),
    [
        ("9123 4567", [MIRA], []),
        ("+65 9123-4567", [MIRA], []),
        ("tel:+6591234567", [MIRA], []),
        ("６５９１２３４５６７", [MIRA], [Repair.PLUS]),
        ("6591234567", [MIRA], [Repair.PLUS]),
        ('="+6591234567"', [MIRA], [Repair.FORMULA]),
        ("=+6591234567", [MIRA], [Repair.FORMULA]),
        ("=6591234567", [MIRA], [Repair.FORMULA, Repair.PLUS]),
        ("'+6591234567", [MIRA], [Repair.APOSTROPHE]),
        ("'91234567", [MIRA], [Repair.APOSTROPHE]),
        ("\u00a091234567\u00a0", [MIRA], [Repair.BLANKS]),
        ("6.591234567E+9", [MIRA], [Repair.SCIENTIFIC, Repair.PLUS]),
        ("6,591234567e9", [MIRA], [Repair.SCIENTIFIC, Repair.PLUS]),
        ("6591234567.0", [MIRA], [Repair.DECIMAL, Repair.PLUS]),
        ("+65 9123 4567 ext. 12", [Found("+6591234567", "ext. 12")], [Repair.EXTENSION]),
        ("91234567 x12", [Found("+6591234567", "ext. 12")], [Repair.EXTENSION]),
        ("91234567 #12", [Found("+6591234567", "ext. 12")], [Repair.EXTENSION]),
        ("tel:+6591234567;ext=12", [Found("+6591234567", "ext. 12")], [Repair.EXTENSION]),
        ("91234567分机12", [Found("+6591234567", "ext. 12")], [Repair.EXTENSION]),
        ("Mobile: 91234567", [Found("+6591234567", "Mobile")], [Repair.WORD]),
        ("Tel 91234567", [MIRA], [Repair.WORD]),
        ("91234567 (home)", [Found("+6591234567", "home")], [Repair.WORD]),
        ("91234567 / 98765432", [MIRA, TOMAS], [Repair.SEVERAL]),
        ("91234567,98765432", [MIRA, TOMAS], [Repair.SEVERAL]),
        ("91234567 98765432", [MIRA, TOMAS], [Repair.SEVERAL]),
        ("9123 4567 9876 5432", [MIRA, TOMAS], [Repair.SEVERAL]),
        ("+6591234567+6598765432", [MIRA, TOMAS], [Repair.SEVERAL]),
        ("91234567 or 98765432", [MIRA, TOMAS], [Repair.SEVERAL]),
        ("91234567\n98765432", [MIRA, TOMAS], [Repair.SEVERAL]),
        ("91234567、98765432", [MIRA, TOMAS], [Repair.SEVERAL]),
        ("91234567或98765432", [MIRA, TOMAS], [Repair.SEVERAL]),
        ("91234567和 98765432", [MIRA, TOMAS], [Repair.SEVERAL]),
        ("+65 9123 4567 与+6598765432", [MIRA, TOMAS], [Repair.SEVERAL]),
        ("91234567 与 98765432", [MIRA, TOMAS], [Repair.SEVERAL]),
        ("和平 91234567", [Found("+6591234567", "和平")], [Repair.WORD]),
        ("91234567; +65 9123 4567", [MIRA], [Repair.SEVERAL]),
        ("91234567;98765432", [MIRA, TOMAS], [Repair.SEVERAL]),
        ("1001", [Found("1001")], [Repair.UNLISTED]),
        ("123", [Found("123")], [Repair.UNLISTED]),
        ("44561", [Found("44561")], [Repair.UNLISTED]),
        ("1001, 1002", [Found("1001"), Found("1002")], [Repair.SEVERAL, Repair.UNLISTED]),
        ("9123.4567", [MIRA], []),
        ("91,234,567", [MIRA], []),
        ("12345678", [Found("12345678")], [Repair.UNLISTED]),
        ("", [], []),
        (" ", [], []),
        ("-", [], []),
        ("0", [], [Repair.ZEROS]),
        ("00000000", [], [Repair.ZEROS]),
        ("0000 0000", [], [Repair.ZEROS]),
        ("000-0000", [], [Repair.ZEROS]),
        ("+000", [], [Repair.ZEROS]),
        ("(00) 0000–0000", [], [Repair.ZEROS]),
        ("０００", [], [Repair.ZEROS]),
        ("0.0", [], [Repair.ZEROS]),
        ("'0", [], [Repair.APOSTROPHE, Repair.ZEROS]),
        ("Mobile: 0", [], [Repair.ZEROS]),
        ("0 / 00000000", [], [Repair.ZEROS]),
        ("91234567, 00000000", [MIRA], [Repair.SEVERAL, Repair.ZEROS]),
        ("00000000 / 91234567", [MIRA], [Repair.SEVERAL, Repair.ZEROS]),
        ("N/A", [], []),
    ],
)
def test_numbers_of_a_cell_are_read_and_repaired(cell, found, repairs):
    assert numbers(cell, "SG") == Numbers(tuple(found), tuple(repairs))


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("9123 0012 (home)", [Found("+6591230012", "home")]),
        ("Mobile: 9123 0012", [Found("+6591230012", "Mobile")]),
        ("9123 0012, 91234567", [Found("+6591230012"), MIRA]),
        ("6123 0045 or 6123 0046", [Found("+6561230045"), Found("+6561230046")]),
        ("9123 0012 ext. 5", [Found("+6591230012", "ext. 5")]),
        ("+65 9123 0012 ext 5", [Found("+6591230012", "ext. 5")]),
        ("+86 138 0013 8000 (home)", [Found("+8613800138000", "home")]),
        ("+86 139 0013 9000、13700137000", [Found("+8613900139000"), Found("13700137000")]),
        ("9123 0012 / 9123 0013", [Found("+6591230012"), Found("+6591230013")]),
        ("9123 0012 0065 9123 0013", [Found("+6591230012"), Found("+6591230013")]),
        ("0065 9123 4567 0065 9876 5432", [MIRA, TOMAS]),
    ],
)
def test_a_number_with_zeros_in_its_middle_stays_whole_beside_anything_else(cell, found):
    assert numbers(cell, "SG").found == tuple(found)


def spellings(digits: str) -> st.SearchStrategy[str]:
    """A number with a blank, a hyphen or nothing before each of its digits but the first."""
    gaps = st.lists(st.sampled_from(["", "", " ", "-"]), min_size=len(digits) - 1, max_size=len(digits) - 1)
    return gaps.map(lambda signs: digits[0] + "".join(map("".join, zip(signs, digits[1:], strict=True))))


KNOWN = st.one_of(
    st.integers(0, 9999999).map(lambda ending: f"9{ending:07}"),
    st.integers(0, 99999999).map(lambda ending: f"+86138{ending:08}"),
).filter(lambda digits: phone.read(digits, "SG").rule in {phone.Rule.NATIONAL, phone.Rule.INTERNATIONAL})
SPELT = KNOWN.flatmap(lambda digits: spellings(digits).map(lambda spelt: (phone.read(digits, "SG").number, spelt)))


@given(SPELT, st.sampled_from(["{} (home)", "Mobile: {}", "{} ext. 5", "{} x5", "Tel {} (home)"]))
def test_a_number_in_any_spacing_is_never_torn_by_a_word_or_an_extension(number, words):
    canonical, spelt = number
    assert [found.number for found in numbers(words.format(spelt), "SG").found] == [canonical]


@given(SPELT, SPELT, st.sampled_from([" / ", ", ", "; ", " or ", "、", "\n", " | "]))
def test_two_numbers_in_any_spacing_are_two_and_never_torn(one, other, between):
    found = [found.number for found in numbers(one[1] + between + other[1], "SG").found]
    assert found == list(dict.fromkeys([one[0], other[0]]))


@pytest.mark.parametrize(
    ("cell", "region", "number", "repairs"),
    [
        ("7911123456", "GB", "+447911123456", (Repair.ZERO,)),
        ("07911123456", "GB", "+447911123456", ()),
        ("123456789", "MY", "+60123456789", (Repair.ZERO,)),
        ("030/23125400", "DE", "+493023125400", ()),
        ("Tel 030/23125400", "DE", "+493023125400", (Repair.WORD,)),
        ("+44 (0)20 7946 0958", "SG", "+442079460958", ()),
    ],
)
def test_a_number_is_completed_as_its_region_writes_it(cell, region, number, repairs):
    assert numbers(cell, region) == Numbers((Found(number),), repairs)


@pytest.mark.parametrize(
    ("cell", "fault", "shown"),
    [
        ("6.59123E+9", Fault.LOST_DIGITS, "6.59123E+9"),
        ("6,59E+09", Fault.LOST_DIGITS, "6,59E+09"),
        ("1E10", Fault.LOST_DIGITS, "1E10"),
        ("6123 4567/8", Fault.SHORT_ENDING, "8"),
        ("12/10/2026", Fault.DATE, "12/10/2026"),
        ("2024-02-29", Fault.DATE, "2024-02-29"),
        ("2024-02-29 10:00:00", Fault.DATE, "2024-02-29 10:00:00"),
        ("2024-02-29T10:00:00", Fault.DATE, "2024-02-29T10:00:00"),
        ("03.04.1985", Fault.DATE, "03.04.1985"),
        ("03.04.85", Fault.DATE, "03.04.85"),
        ("Since: 2024-02-29", Fault.DATE, "2024-02-29"),
        ("91234567, 2024-02-29", Fault.DATE, "2024-02-29"),
        ("10:30", Fault.DATE, "10:30"),
        ("1,234", Fault.QUANTITY, "1,234"),
        ("1.234,56", Fault.QUANTITY, "1.234,56"),
        ("3.14", Fault.QUANTITY, "3.14"),
        ("91234567.5", Fault.QUANTITY, "91234567.5"),
        ("12,5 %", Fault.QUANTITY, "12,5 %"),
        ("$1,234.50", Fault.QUANTITY, "$1,234.50"),
        ("91234567 / 3.14", Fault.QUANTITY, "3.14"),
        ("call me", Fault.NO_NUMBER, "call me"),
        ("1-800-FLOWERS", Fault.NO_NUMBER, "1-800-FLOWERS"),
        ("#REF!", Fault.ERROR, "#REF!"),
        ("=1+1", Fault.WITHOUT_RESULT, "=1+1"),
        ("91234567, none", Fault.NO_NUMBER, "none"),
        ("1234567890123456", Fault.NO_NUMBER, "1234567890123456"),
        ("9" * 400, Fault.NO_NUMBER, "9" * 60),
        ("8 " * 60_000, Fault.NO_NUMBER, "8 8 8"),
        ("9123\x004567", Fault.CONTROL_CHARACTER, "91234567"),
        (",".join(f"912345{place:02}" for place in range(21)), Fault.TOO_MANY_NUMBERS, "91234500,91234501,9123450"),
    ],
)
def test_what_cannot_be_a_number_is_refused_with_its_reason(cell, fault, shown):
    with pytest.raises(Refused) as refused:
        numbers(cell, "SG")
    assert refused.value.fault == fault
    assert refused.value.cell.startswith(shown[:25])


@pytest.mark.parametrize("gap", [" ", "\t", ",", ";", " \t", ", "])
def test_a_gap_of_any_length_parts_numbers_and_is_soon_read(gap):
    cell = f"91234567,{gap * 60_000}98765432"
    assert numbers(cell, "SG") == Numbers((MIRA, TOMAS), (Repair.SEVERAL,))


@given(st.text(max_size=80))
def test_any_cell_is_read_or_refused_and_what_is_read_is_canonical(cell):
    try:
        found = numbers(cell, "SG").found
    except Refused:
        return
    assert all(phone.read(number.number, "SG").number == number.number for number in found)
    assert all(len(number.label) <= 40 for number in found)


@given(
    st.integers(80000000, 98999999), st.sampled_from(["+65{}", "65{}", '="+65{}"', "'+65{}", "{}", "{}.0", "tel:+65{}"])
)
def test_every_disguise_of_a_number_is_one_number(digits, disguise):
    known = phone.read(f"+65{digits}", "SG")
    if known.rule is phone.Rule.INTERNATIONAL:
        assert numbers(disguise.format(digits), "SG").found == (Found(f"+65{digits}"),)


@pytest.mark.parametrize(
    ("cell", "words", "repairs"),
    [
        ("Mira Talvane", "Mira Talvane", []),
        ("  Mira Talvane ", "Mira Talvane", []),
        ('="Mira"', "Mira", [Repair.FORMULA]),
        ("'=1+1", "=1+1", [Repair.APOSTROPHE]),
        *(("=1+1", "=1+1", []), ("=", "=", []), ("=12", "12", [Repair.FORMULA])),
        ("'t Hooft", "'t Hooft", []),
        ("Mira\u3000", "Mira", [Repair.BLANKS]),
        ("line\nline", "line\nline", []),
    ],
)
def test_words_are_freed_of_what_spreadsheets_put_around_them(cell, words, repairs):
    assert text(cell) == (words, repairs)


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("#N/A", Fault.ERROR),
        *((cell, Fault.WITHOUT_RESULT) for cell in ("=", "= A2", *(f"={sign}A2" for sign in "_({+-@$\"'1"))),
    ],
)
def test_what_a_spreadsheet_could_not_reckon_is_no_name(cell, fault):
    with pytest.raises(Refused) as refused:
        one_line(cell)
    assert (refused.value.fault, refused.value.cell) == (fault, cell)


@pytest.mark.parametrize("cell", ["=> call later", "== urgent ==", "#1 customer"])
def test_what_only_looks_like_a_formula_is_a_text(cell):
    assert one_line(cell) == (cell, [])


def test_a_name_is_one_line():
    assert one_line("Mira\n  Talvane") == ("Mira Talvane", [Repair.BLANKS])


@pytest.mark.parametrize("cell", ["mailto:mira@example.com", "Mira <mira@example.com>", "<mira@example.com>"])
def test_an_address_is_taken_out_of_its_frame(cell):
    assert email(cell) == ("mira@example.com", [Repair.EMAIL])
