"""How a file becomes rows: what is found of it, what may be told, and which files are refused with a reason."""

import io
import re
import time
import tracemalloc
import zipfile
import zlib

import pytest
from django.core.exceptions import ValidationError

from contacts.importing import examining, files, reading, workbooks
from contacts.importing.examining import Bounds
from contacts.importing.mapping import Column, Target, guess
from contacts.importing.reading import Dialect
from contacts.models.imports import ImportPiece, ImportRun, State
from contacts.tests.import_files import SHEET, changed_workbook, csv_file, stored, xlsx_file

pytestmark = pytest.mark.django_db

ROWS = ("Name;Mobile", "Mira;91234567", "Tomas;98765432")
MOST_SECONDS = 20
MOST_MEMORY = 64 * 1024 * 1024


def rows_of(run: ImportRun) -> list[list[str]]:
    return [cells for _, cells in reading.entries(files.opened(run), run.read_as)]


@pytest.mark.parametrize(
    ("lines", "encoding", "found"),
    [
        (ROWS, "utf-8", Dialect("utf-8-sig", ";", 1)),
        (ROWS, "utf-8-sig", Dialect("utf-8-sig", ";", 1)),
        (ROWS, "utf-16", Dialect("utf-16", ";", 1)),
        (ROWS, "utf-16-le", Dialect("utf-16-le", ";", 1)),
        (("Name\tMobile", "Jürgen\t91234567"), "cp1252", Dialect("cp1252", "\t", 1)),
        (("姓名,手机", "王伟,91234567", "李娜,98765432"), "gb18030", Dialect("gb18030", ",", 1)),
        (("姓名,手機", "王偉,91234567", "陳怡君,98765432"), "big5", Dialect("big5", ",", 1)),
        (("All customers,", ",", "Name,Mobile", "Mira,91234567"), "utf-8", Dialect("utf-8-sig", ",", 3)),
        (("Mira,91234567", "Tomas,98765432"), "utf-8", Dialect("utf-8-sig", ",", 0)),
        (("Name|Mobile", '"Talvane, Mira"|91234567'), "utf-8", Dialect("utf-8-sig", "|", 1)),
    ],
)
def test_encoding_delimiter_and_headings_are_found(lines, encoding, found):
    run = stored(csv_file(*lines, encoding=encoding), "people.csv")
    assert run.read_as == found
    assert rows_of(run)[0][0] in {"Mira", "Jürgen", "王伟", "王偉", "Talvane, Mira"}


def test_what_was_found_can_be_told_otherwise():
    run = stored(csv_file("a;b", "Mira;9123,4567"), "people.csv", dialect={"delimiter": ",", "header_row": 0})
    assert (run.read_as, run.headings) == (Dialect("utf-8-sig", ",", 0), ["Column 1", "Column 2"])


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        ("ID|Full Name|E-mail_Address|HP|Office Tel|Notes", "|name|email|number:mobile|number:office|remarks"),
        ("First name|Last Name|Organisation|Phone 1|Phone 2", "first_name|last_name|company|number|number"),
        ("Name|Handy|Notizen|Notiz|Bemerkungen|Bemerkung|Kommentar", "name||remarks|remarks|remarks|remarks|remarks"),
        ("姓名|公司|手机|办公电话|备注", "name|company|number:mobile|number:office|remarks"),
        ("Name|Name|Assistant Phone|Age|Reason", "name||number:assistant||"),
    ],
)
def test_columns_are_guessed_by_their_headings(headings, columns):
    guessed = guess(headings.split("|"), [], "SG")
    assert "|".join(f"{column.target}{':' if column.label else ''}{column.label}" for column in guessed) == columns


def test_columns_without_known_headings_are_guessed_by_their_cells():
    sample = [["Mira Talvane", "6591234567", "mira@example.com", "12"], ["Tomas", '="+6598765432"', "", "13"]]
    assert guess(["a", "b", "c", "d"], sample, "SG") == [
        Column(Target.NAME), Column(Target.NUMBER), Column(Target.EMAIL), Column(Target.NOTHING)
    ]  # fmt: skip


def test_blank_rows_count_as_rows_and_say_nothing():
    run = stored(csv_file("Name,Mobile", "", "Mira,91234567", ",", "Tomas,98765432"), "people.csv")
    numbers = [number for number, _ in reading.entries(files.opened(run), run.read_as)]
    assert (numbers, run.rows) == ([3, 5], 5)


def test_a_workbook_is_read_as_people_see_it():
    file = xlsx_file(["Name", "Mobile", "Archived", "Since"], ["Mira", 6591234567, True, 0.5], before=["Empty"])
    run = stored(file, "people.xlsx")
    assert (run.sheet, run.headings) == ("People", ["Name", "Mobile", "Archived", "Since"])
    assert rows_of(run) == [["Mira", "6591234567", "TRUE", "0.5"]]


def test_a_number_of_a_workbook_that_has_lost_digits_shows_it():
    run = stored(xlsx_file(["Name", "Mobile"], ["Mira", 6.5912345671234567e17]), "people.xlsx")
    assert "e+17" in rows_of(run)[0][1]


ERRORS = (
    b'<row r="2"><c r="A2" t="e"><f>NA()</f><v>#N/A</v></c><c r="B2"><v>91234567</v></c></row>'
    b'<row r="3"><c r="B3"><f>1+1</f></c></row><row r="4"><c r="B4"><f>1+1</f><v></v></c></row>'
    b'<row r="5"><c r="A5" t="str"><f>A1</f><v></v></c><c r="B5"><f>1+1</f><v>2</v></c></row>'
    b'<row r="6"><c r="A6"><f t="shared" si="0"/></c></row></sheetData>'
)


def with_errors() -> io.BytesIO:
    file = xlsx_file(["Name", "Mobile"], before=["Empty"])
    return changed_workbook(file, "xl/worksheets/sheet2.xml", lambda sheet: sheet.replace(b"</sheetData>", ERRORS))


def test_errors_and_formulas_without_a_result_are_no_empty_cells():
    run = stored(with_errors(), "people.xlsx")
    assert rows_of(run) == [["#N/A", "91234567"], ["", "=1+1"], ["", "=1+1"], ["", "2"], ["=", ""]]


def test_too_many_errors_are_refused_before_they_fill_the_memory(monkeypatch):
    monkeypatch.setattr(examining, "MOST_WITHOUT_VALUE", 3)
    assert "More than 3 cells are errors or formulas without a result." in refusal(with_errors())


def test_rows_have_the_numbers_that_people_see_in_a_workbook_too():
    run = stored(xlsx_file([], [], ["Name", "Mobile"], ["Mira", 6591234567]), "people.xlsx")
    rows = list(reading.entries(files.opened(run), run.read_as))
    assert (run.read_as.header_row, rows) == (3, [(4, ["Mira", "6591234567"])])


def test_a_sheet_is_chosen_by_its_name_and_a_wrong_name_is_told_the_right_ones():
    assert refusal(xlsx_file(["Name"], ["Mira"], before=["A"]), sheet="C") == (
        "There is no sheet “C”. The sheets are: A, People."
    )
    assert stored(xlsx_file(["Name"], ["Mira"], sheet="B"), "people.xlsx", sheet="B").sheet == "B"


def refusal(file: io.BytesIO, **told) -> str:
    """Why a file is refused: within seconds, in bounded memory, and its bytes are not kept."""
    tracemalloc.start()
    begun = time.monotonic()
    try:
        with pytest.raises(ValidationError) as refused:
            stored(file, "people", **told)
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()
    assert time.monotonic() - begun < MOST_SECONDS
    assert set(ImportRun.objects.values_list("state", flat=True)) <= {State.REFUSED}
    assert ImportPiece.objects.count() == 0
    return " ".join(refused.value.messages)


def bomb() -> io.BytesIO:
    """A sheet of 1 GB of blanks that packs to 1 MB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(SHEET, "w") as sheet:
        sheet.write(b"<worksheet>")
        for _ in range(1000):
            sheet.write(b" " * 1024 * 1024)
    file.seek(0)
    return file


def with_sheet(change) -> io.BytesIO:
    return changed_workbook(xlsx_file(["Name", "Mobile"], ["Mira", "91234567"]), SHEET, change)


def with_texts(change) -> io.BytesIO:
    """A workbook of one text to which two cells refer, with its texts, or the file, made by a function."""
    return changed_workbook(xlsx_file(["Name"], ["Name"]), "xl/sharedStrings.xml", change)


def with_part_that_tells_too_small_a_size() -> io.BytesIO:
    """Each reader that goes by the packed bytes finds more than the archive tells of."""
    content, short = b"<x>" + b" " * 100_000 + b"</x>", b"<x></x>"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(SHEET, content)
        told = archive.getinfo(SHEET)
        told.file_size, told.CRC = 3, zlib.crc32(short[:3])
    file.seek(0)
    return file


def with_rows(rows: bytes) -> io.BytesIO:
    return with_sheet(lambda sheet: re.sub(b"<sheetData>.*</sheetData>", b"<sheetData>%s</sheetData>" % rows, sheet))


def with_another(part: str, content: bytes = b"") -> io.BytesIO:
    file = xlsx_file(["Name", "Mobile"], ["Mira", "91234567"])
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(part, content)
    file.seek(0)
    return file


def with_endless_directory() -> io.BytesIO:
    """More parts than a list of a megabyte can tell of; each is empty."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for place in range(20_000):
            archive.writestr(f"{place:030}", b"")
    file.seek(0)
    return file


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
TOO_LONG = "A cell holds far more text than the 32,767 characters of a spreadsheet."
ENDLESS = "holds a tag without an end"
CLOSED = "a quotation mark opens a cell and does not close it properly"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (lambda: io.BytesIO(b""), "The file is empty."),
        (lambda: csv_file("Name,Mobile"), "no rows below its headings"),
        (lambda: csv_file("Name,Mobile", "Mi\0ra,91234567"), "NUL characters"),
        (lambda: io.BytesIO(b"Name,Mobile\n" + b"\0" * 100), "NUL characters"),
        (lambda: csv_file("Name,Mobile", 'Mira,"91234567', "Tomas,98765432"), CLOSED),
        (lambda: csv_file("Name,Mobile", 'Mira,"9"1'), CLOSED),
        (lambda: csv_file("Name,Mobile", 'Mira,"' + "9\n" * 200_000), "Is a quotation mark missing"),
        (lambda: csv_file("Name,Mobile", "Mira," + "9" * 5_000_000), "Is a quotation mark missing"),
        (lambda: csv_file("Name,Mobile", ",".join(["x" * 50_000] * 9)), "Row 2 has over 400,000 characters"),
        (lambda: csv_file("Name,Mobile", "," * 1_000_000), "has 1000001 cells; at most 200 are read"),
        (lambda: io.BytesIO(b"Name,Mobile\n" * 30_000 + b"J\xfcrgen,91234567"), "is not written in UTF-8"),
        (lambda: io.BytesIO(b"\xd0\xcf\x11\xe0" + b"x" * 600), "Save it as XLSX or CSV"),
        (lambda: io.BytesIO(b"PK\x03\x04" + b"x" * 600), "no XLSX workbook, or a damaged one"),
        (bomb, "Unpacked, the workbook would have"),
        (lambda: with_sheet(lambda _: DOCTYPE), "holds a document type"),
        (lambda: with_sheet(lambda sheet: sheet.replace(b'"B2"', b'"XFD1048576"')), "reaches to column 16384"),
        (lambda: with_sheet(lambda sheet: sheet.replace(b'"B2"', b'"GA1048576"')), "at most 20,000,000 are read"),
        (lambda: with_sheet(lambda sheet: sheet.replace(b'"B2"', b'"ABCDE2"')), "stands in no column"),
        (lambda: with_sheet(lambda sheet: sheet[:-30]), "a damaged one"),
        (lambda: with_texts(lambda texts: texts.replace(b"Name", b"Name" * 250_000)), TOO_LONG),
        (lambda: with_texts(lambda texts: texts.replace(b"<t>Name</t>", b"<r><t>Name</t></r>" * 50_000)), TOO_LONG),
        (lambda: with_sheet(lambda sheet: sheet.replace(b"<v>0</v>", b"<v>%s</v>" % (b"0" * 200_000))), TOO_LONG),
        (lambda: with_texts(lambda texts: texts.replace(b"<t>", b'<t a="%s">' % (b"a" * 3_000_000))), ENDLESS),
        (lambda: with_texts(lambda texts: texts.replace(b"<t>", b"<!--%s--><t>" % (b"a" * 3_000_000))), ENDLESS),
        (lambda: with_texts(lambda texts: texts.replace(b"<t>", b"<si/><t>")), "a damaged one"),
        (lambda: with_texts(lambda texts: texts + b" " * 20_000_000), "Unpacked, the workbook would have 20 MB"),
        (with_part_that_tells_too_small_a_size, "a damaged one"),
        # What the parser takes otherwise than the program that opens the workbook.
        (lambda: with_rows(b'<row r="1048576">%s</row>' % (b"<c><v>1</v></c>" * 20)), "at most 20,000,000 are read"),
        (lambda: with_sheet(lambda sheet: b"x" + sheet), "a damaged one"),
        (lambda: with_sheet(lambda sheet: b" " * 300_000 + sheet), "a damaged one"),
        (lambda: with_sheet(lambda sheet: sheet.replace(b"<v>0</v>", b"<v>0<f/></v>")), "a damaged one"),
        (lambda: with_another("content.xml", b"<x/>"), "a damaged one"),
        (lambda: with_another("XL/workbook.xml", b"<x/>"), "too many parts, or one twice"),
        (with_endless_directory, "too many parts, or one twice"),
        # What the parser itself remembers.
        (lambda: with_rows(b"<a>" * 100 + b"</a>" * 100), "a damaged one"),
        (lambda: with_rows(b"".join(b"<n%d/>" % place for place in range(2000))), "too many kinds of tags"),
        (lambda: with_rows(b"".join(b'<n a%d=""/>' % place for place in range(2000))), "too many kinds of tags"),
        (lambda: xlsx_file(), "The workbook has no rows."),
    ],
)
def test_a_hostile_or_broken_file_is_refused_with_its_reason(file, said):
    assert said in refusal(file())


def test_a_file_over_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 3 * files.PIECE_BYTES)
    assert "Split it" in refusal(io.BytesIO(b"x" * 4 * files.PIECE_BYTES))


def test_texts_that_many_cells_repeat_count_as_often_as_they_do():
    """One text of 100,000 letters to which two cells refer: what a megabyte packs to fills a machine."""
    text = "Name" * 25_000
    file = with_texts(lambda texts: texts.replace(b"Name", text.encode()))
    with pytest.raises(ValidationError, match=r"Unpacked, the workbook would have 0 MB\."):
        workbooks.as_csv(file, bounds=Bounds(199_999, 20))
    file.seek(0)
    assert text.encode() in b"".join(workbooks.as_csv(file, bounds=Bounds(200_000, 20))[1])


def test_a_sheet_reaches_no_further_than_the_reader_can_bear():
    file = xlsx_file(["Name", "Mobile"], ["Mira", "91234567"])
    assert b"".join(workbooks.either_as_csv(file, Bounds(100_000, 4))).count(b"\r\n") == 2
    file.seek(0)
    with pytest.raises(ValidationError, match="A sheet reaches over 4 cells; at most 3 are read"):
        workbooks.either_as_csv(file, Bounds(100_000, 3))
