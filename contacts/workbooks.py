"""Rows as an XLSX workbook that leaves while it is made: no workbook is held as a whole, in memory or on a disk. Pure.

XlsxWriter knows what a workbook is made of, but hands over none before its last row. It makes the frame here, with
styles and header; the rows are written into the frame's sheets as they come, each text as an inline string, which is
never a formula. Cells have the format Text, so that they stay texts when somebody edits them.

Source: ECMA-376, part 1: 18.3.1 (sheets), 18.3.1.53 (inline strings), 22.9.2.19 (_xHHHH_ for what XML cannot hold).
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import cache
from io import BytesIO

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from contacts.spreadsheets import Cell, Row

# What Excel opens (Excel specifications and limits).
ROWS_PER_SHEET = 1_048_576
COLUMNS_PER_SHEET = 16_384
LONGEST_TEXT = 32_767
CUT_MARK = " … (longer than a cell of a spreadsheet holds: the CSV has all of it)"
TEXT_FORMAT = 49  # The built-in format Text (18.8.30).
# A part of a zip archive that is written without knowing its length has less than 2 GiB.
BYTES_PER_SHEET = 2**30

_TO_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml\Z")
_END_OF_ROWS = b"</sheetData>"
_STYLE = re.compile(rb'<col [^>]*style="(\d+)"')
_FIRST_ROW = 2


class _Outlet:
    """What the archive is written to, from its first byte to its last: hands over what has come."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits, and nothing is open."""

    close = flush

    def handed_over(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def xlsx_pieces(columns: list[str], pages: Iterable[Iterable[Row]]) -> Iterator[bytes]:
    """A workbook, a piece for each page of rows and when it is asked for. What one sheet cannot hold is on another."""
    outlet = _Outlet()
    with (
        zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive,
        closing(_Workbook(archive, columns)) as workbook,
    ):
        for rows in pages:
            workbook.add(list(rows))
            yield outlet.handed_over()
        workbook.complete()
    yield outlet.handed_over()


class _Workbook:
    """A workbook that is being written: its sheets one after the other, then what belongs to all of them."""

    def __init__(self, archive: zipfile.ZipFile, columns: list[str]) -> None:
        self._archive, self._columns = archive, columns
        sheet = _frame(columns, sheets=1)["xl/worksheets/sheet1.xml"]
        self._start, _, self._end = sheet.partition(_END_OF_ROWS)
        [self._style] = {style.decode() for style in _STYLE.findall(sheet)}
        self._sheets = 0
        self._begin_sheet()

    def add(self, rows: list[Row]) -> None:
        """Adds a page of rows, which is far shorter than a sheet, to the sheet that has room for it."""
        if self._next_row + len(rows) > ROWS_PER_SHEET + 1 or self._bytes > BYTES_PER_SHEET:
            self._end_sheet()
            self._begin_sheet()
        xml = "".join(_row(place, row, self._style) for place, row in enumerate(rows, self._next_row))
        self._bytes += self._part.write(xml.encode())
        self._next_row += len(rows)

    def complete(self) -> None:
        self._end_sheet()
        for name, content in _frame(self._columns, self._sheets).items():
            if not _SHEET.match(name):
                self._archive.writestr(name, content)

    def close(self) -> None:
        """Ends what was begun, also where nobody reads on: the archive cannot be closed before."""
        self._part.close()

    def _begin_sheet(self) -> None:
        self._sheets += 1
        self._next_row, self._bytes = _FIRST_ROW, 0
        self._part = self._archive.open(f"xl/worksheets/sheet{self._sheets}.xml", "w")
        self._part.write(self._start)

    def _end_sheet(self) -> None:
        self._part.write(_END_OF_ROWS + self._end)
        self._part.close()


def _frame(columns: list[str], sheets: int) -> dict[str, bytes]:
    """The parts of a workbook whose sheets have a header and no row yet, by name."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        text = workbook.add_format({"num_format": TEXT_FORMAT})
        header = workbook.add_format({"num_format": TEXT_FORMAT, "bold": True})
        for _ in range(sheets):
            sheet = workbook.add_worksheet()
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(columns) - 1, 18, text)
            for place, column in enumerate(columns):
                sheet.write_string(0, place, column, header)
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _row(place: int, cells: Row, style: str) -> str:
    written = (_cell(f"{_letters(column)}{place}", cell, style) for column, cell in enumerate(cells) if cell != "")
    return f'<row r="{place}">{"".join(written)}</row>'


def _cell(address: str, cell: Cell, style: str) -> str:
    if isinstance(cell, int):
        return f'<c r="{address}"><v>{cell}</v></c>'
    text = _TO_ESCAPE.sub(_escape, _cut(cell))
    return f'<c r="{address}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _escape(match: re.Match[str]) -> str:
    return _ENTITIES.get(match[0]) or f"_x{ord(match[0]):04X}_"


def _cut(text: str) -> str:
    """A text as far as a cell can hold it: cells are measured in units of UTF-16. What is cut says so."""
    if len(text) * 2 <= LONGEST_TEXT or len(text.encode("utf-16-le")) // 2 <= LONGEST_TEXT:
        return text
    units = text.encode("utf-16-le")[: (LONGEST_TEXT - len(CUT_MARK)) * 2]
    return units.decode("utf-16-le", errors="ignore") + CUT_MARK


@cache
def _letters(column: int) -> str:
    return str(xl_col_to_name(column))
