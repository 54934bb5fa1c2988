"""CSV that a spreadsheet opens as text: read back it is what was written, and no cell is a formula."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.phone import read
from contacts.spreadsheets import Number, csv_cell, csv_pieces, lines, plain, unescaped

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t1", "\r1", "\n1", "＝1＋1", "=cmd|' /C calc'!A0"]
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
# Texts made of what the rule looks at, which hypothesis would seldom put side by side.
TRICKY_TEXTS = st.text(st.sampled_from("'=+-@＝;\t\r\n a"))


@pytest.mark.parametrize("text", FORMULAS)
def test_what_might_be_a_formula_stands_behind_an_apostrophe(text):
    assert plain(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Mira", "1 = 1", "'Mira'", " =1", "tel:+6591234567", "O'Example", "''"])
def test_any_other_text_stays_as_it_is(text):
    assert (plain(text), unescaped(text)) == (text, text)


@pytest.mark.parametrize("text", ["'=1", "''+1", "x;'=1", "'\t1"])
def test_an_apostrophe_that_somebody_typed_before_a_sign_gets_another_so_that_one_can_be_taken_away(text):
    assert plain(text).count("'") == text.count("'") + 1
    assert unescaped(plain(text)) == text


@given(TEXTS | TRICKY_TEXTS)
def test_no_cell_begins_as_a_formula_does_and_none_loses_a_word(text):
    cell = plain(text)
    assert not cell.startswith(("\t", "\r", "\n"))
    assert not any(part.startswith(("=", "+", "-", "@")) for part in re.split(r"[;\t\r\n]", cell))
    assert cell.replace("'", "") == text.replace("'", "")


@given(TEXTS | TRICKY_TEXTS)
def test_the_escape_is_taken_away_again_whatever_the_text(text):
    assert unescaped(plain(text)) == text


@pytest.mark.parametrize("number", ["+6591234567", "0123", "123", "12345678901234567890"])
def test_a_number_is_a_text_to_a_spreadsheet_and_a_number_to_whoever_reads_numbers(number):
    cell = csv_cell(Number(number))
    assert cell == f"tel:{number}"
    assert read(cell, "SG").number == number


def test_a_withheld_number_is_an_empty_cell_and_a_count_a_figure():
    assert (csv_cell(Number("")), csv_cell(0), csv_cell(-7)) == ("", "0", "-7")


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=5))
def test_the_file_begins_with_a_mark_of_its_encoding_and_is_read_back_as_it_was(rows):
    text = b"".join(csv_pieces(["one", "two"], [rows])).decode()
    assert text.startswith("\ufeffone,two\r\n")
    cells = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert [[unescaped(cell) for cell in row] for row in cells] == [["one", "two"], *rows]


def test_a_line_is_made_when_it_is_asked_for():
    made = []
    rows = (made.append(place) or [str(place)] for place in range(10))
    file = lines(["place"], rows)
    assert [next(file), next(file), made] == ["\ufeffplace\r\n", "0\r\n", [0]]


def test_a_page_is_made_when_it_is_asked_for():
    made = []
    pages = (made.append(place) or [[str(place)], ["x"]] for place in range(10))
    file = csv_pieces(["place"], pages)
    assert [next(file), next(file), made] == ["\ufeffplace\r\n".encode(), b"0\r\nx\r\n", [0]]


def test_a_file_that_breaks_off_says_so_in_its_last_line():
    def pages():
        yield [["a"]]
        raise ConnectionError("The database is away.")

    file = csv_pieces(["one"], pages())
    assert [next(file), next(file)] == ["\ufeffone\r\n".encode(), b"a\r\n"]
    assert next(file) == b"INCOMPLETE: this export broke off here. Please export it again.\r\n"
    with pytest.raises(ConnectionError):
        next(file)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ok;=A1", "ok;'=A1"),
        ("x\n=cmd|A0", "x\n'=cmd|A0"),
        ("a\t+1", "a\t'+1"),
        ("one; two", "one; two"),
        ("a\nb", "a\nb"),
    ],
)
def test_what_another_separator_would_make_a_formula_stands_behind_one_too(text, written):
    assert plain(text) == written
