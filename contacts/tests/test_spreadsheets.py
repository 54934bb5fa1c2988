"""CSV that a spreadsheet opens as text: read back it is what was written, and no cell is a formula."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.spreadsheets import lines, plain

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t1", "\r1", "\n1", "＝1＋1", "=cmd|' /C calc'!A0"]
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@pytest.mark.parametrize("text", FORMULAS)
def test_what_might_be_a_formula_stands_behind_an_apostrophe(text):
    assert plain(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Mira", "1 = 1", "'=1", " =1", "tel:+6591234567"])
def test_any_other_text_stays_as_it_is(text):
    assert plain(text) == text


@given(TEXTS)
def test_no_cell_begins_as_a_formula_does_and_none_loses_a_word(text):
    cell = plain(text)
    assert not cell.startswith(("\t", "\r", "\n"))
    assert not any(part.startswith(("=", "+", "-", "@")) for part in re.split(r"[;\t\r\n]", cell))
    assert cell.replace("'", "") == text.replace("'", "")


@given(st.lists(st.lists(TEXTS.filter(lambda text: "\r" not in text), min_size=2, max_size=2), max_size=5))
def test_the_file_begins_with_a_mark_of_its_encoding_and_is_read_back_as_it_was(rows):
    text = "".join(lines(["one", "two"], rows))
    assert text.startswith("\ufeffone,two\r\n")
    assert list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))) == [["one", "two"], *rows]


def test_a_line_is_made_when_it_is_asked_for():
    made = []
    rows = (made.append(place) or [str(place)] for place in range(10))
    file = lines(["place"], rows)
    assert [next(file), next(file), made] == ["\ufeffplace\r\n", "0\r\n", [0]]


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
