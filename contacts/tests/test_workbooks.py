"""XLSX that leaves while it is made: every reader finds the texts that were written, and no formula."""

import re
import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from contacts import workbooks
from contacts.spreadsheets import Number, Row
from contacts.workbooks import LONGEST_TEXT, xlsx_pieces

# What XML can hold or an escape stands for; the two that are no characters are known to few readers.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=30)
TRICKY_TEXTS = st.text(st.sampled_from("_x0041F&<>\r\n\t\"' ="), max_size=30)


def sheets(*pages: list[Row], columns: list[str]) -> list[list[Row]]:
    """What a reader finds in the workbook of these pages, sheet by sheet."""
    workbook = CalamineWorkbook.from_filelike(BytesIO(b"".join(xlsx_pieces(columns, pages))))
    return [workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names]


def part(name: str, *pages: list[Row], columns: list[str]) -> str:
    with zipfile.ZipFile(BytesIO(b"".join(xlsx_pieces(columns, pages)))) as archive:
        assert archive.testzip() is None
        return archive.read(name).decode()


@given(st.lists(st.lists((TEXTS | TRICKY_TEXTS).map("|{}".format), min_size=2, max_size=2), max_size=5))
def test_the_workbook_is_read_back_as_it_was(rows):
    assert sheets(rows, columns=["one", "two"]) == [[["one", "two"], *rows]]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("https://example.com")', "a;=1"])
def test_no_text_is_a_formula_or_a_link_nor_becomes_one_when_its_cell_is_edited(text):
    sheet = part("xl/worksheets/sheet1.xml", [[text]], columns=["one"])
    cell = re.search(r'<c r="A2" s="(\d+)" t="inlineStr">', sheet)
    assert not re.search("<(f|hyperlink)", sheet)
    assert sheets([[text]], columns=["one"]) == [[["one"], [text]]]
    styles = re.search(r"<cellXfs.*?</cellXfs>", part("xl/styles.xml", columns=["one"]), re.DOTALL)[0]
    assert 'numFmtId="49"' in re.findall("<xf [^>]*>", styles)[int(cell[1])]  # Text


@pytest.mark.parametrize("number", ["+6591234567", "0123", "12345678901234567890"])
def test_a_number_is_text_with_all_its_digits(number):
    assert sheets([[Number(number)]], columns=["Number"]) == [[["Number"], [number]]]


def test_a_count_is_a_figure_with_which_a_spreadsheet_can_reckon():
    assert sheets([[7]], [[0]], columns=["Seconds"]) == [[["Seconds"], [7.0], [0.0]]]


def test_a_workbook_without_rows_has_its_header():
    assert sheets(columns=["one", "two"]) == [[["one", "two"]]]


def test_what_one_sheet_cannot_hold_is_on_further_ones_each_with_the_header(monkeypatch):
    monkeypatch.setattr(workbooks, "ROWS_PER_SHEET", 5)
    pages = [[[f"{page}a"], [f"{page}b"]] for page in range(5)]
    found = sheets(*pages, columns=["one"])
    assert [[row[0] for row in sheet] for sheet in found] == [
        ["one", "0a", "0b", "1a", "1b"],
        ["one", "2a", "2b", "3a", "3b"],
        ["one", "4a", "4b"],
    ]


def test_a_sheet_that_grows_too_large_for_its_archive_ends_too(monkeypatch):
    monkeypatch.setattr(workbooks, "BYTES_PER_SHEET", 1)
    assert sheets([["a"]], [["b"]], columns=["one"]) == [[["one"], ["a"]], [["one"], ["b"]]]


@pytest.mark.parametrize("letter", ["x", "😀", "&"])
def test_a_text_longer_than_a_cell_is_cut_and_says_so(letter):
    longest = letter * (LONGEST_TEXT // (len(letter.encode("utf-16-le")) // 2))
    [[_, [whole], [cut]]] = sheets([[longest], [longest + "yy"]], columns=["one"])
    assert whole == longest
    assert len(cut.encode("utf-16-le")) // 2 <= LONGEST_TEXT
    kept, mark, rest = cut.partition(" … (longer than a cell of a spreadsheet holds: the CSV has all of it)")
    assert (set(kept), bool(mark), rest) == ({letter}, True, "")


def test_it_leaves_page_by_page():
    made = []
    page = [["x" * 1000]] * 500
    file = xlsx_pieces(["one"], (made.append(place) or page for place in range(10)))
    assert (next(file)[:4], made) == (b"PK\x03\x04", [0])
    next(file)
    assert made == [0, 1]


def test_who_leaves_before_the_end_leaves_nothing_open_and_gets_no_whole_workbook():
    file = xlsx_pieces(["one"], ([["x"]] for _ in range(10)))
    begun = next(file)
    file.close()
    assert not zipfile.is_zipfile(BytesIO(begun))


def test_a_fault_on_the_way_is_told_and_ends_no_workbook():
    def pages():
        yield [["x"]]
        raise ConnectionError("The database is away.")

    file = xlsx_pieces(["one"], pages())
    got = next(file)
    with pytest.raises(ConnectionError):
        next(file)
    assert not zipfile.is_zipfile(BytesIO(got))
