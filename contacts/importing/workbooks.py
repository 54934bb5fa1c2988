"""Decides what of an XLSX file is read, and refuses one that would fill the memory before it is opened."""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import BinaryIO
from xml.parsers import expat

import python_calamine
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contacts.importing.reading import MOST_COLUMNS

BEGINNING = b"PK\x03\x04"
OLD_BEGINNING = b"\xd0\xcf\x11\xe0"
MOST_PARTS = 2_000
MOST_UNPACKED_BYTES = 600 * 1024 * 1024
MOST_CELLS = 20_000_000
# Text packs to a twentieth at best; what packs to less is made to hurt, or empty cells.
GREATEST_RATIO = 250
FREELY_UNPACKED_BYTES = 10 * 1024 * 1024
READ_AT_ONCE = 256 * 1024
# A spreadsheet keeps this many digits of a number.
LARGEST_EXACT = 10**15


class _Refused(Exception):
    """Why a part of a workbook is not read, in words."""


def as_csv(
    file: BinaryIO, wanted_sheet: str = "", told: Callable[[], None] = lambda: None
) -> tuple[str, Iterator[bytes]]:
    """The sheet of that name, else the first with rows, and its cells as UTF-8 CSV. Raises ValidationError.

    A number that is whole is written without a fraction: a phone number that a spreadsheet took for a quantity. While
    the workbook is looked through, `told` is called again and again.
    """
    _examine(file, told)
    file.seek(0)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(file)
        sheet = _sheet(workbook, wanted_sheet)
        return sheet.name, _csv(sheet)
    except python_calamine.PasswordError as error:
        raise ValidationError(_("The workbook has a password. Save it without one.")) from error
    except python_calamine.CalamineError as error:
        raise _damaged() from error


def _damaged() -> ValidationError:
    return ValidationError(_("This is no XLSX workbook, or a damaged one. Open it in a spreadsheet and save it anew."))


def _sheet(workbook: python_calamine.CalamineWorkbook, wanted: str) -> python_calamine.CalamineSheet:
    names = workbook.sheet_names
    if wanted and wanted not in names:
        said = _("There is no sheet “{wanted}”. The sheets are: {names}.")
        raise ValidationError(said.format(wanted=wanted, names=", ".join(names[:20])))
    for name in [wanted] if wanted else names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.height:
            return sheet
    raise ValidationError(_("The workbook has no rows."))


def _csv(sheet: python_calamine.CalamineSheet) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    # What stands above the first filled row counts, so that rows have the numbers that people see.
    for _row in range(sheet.start[0] if sheet.start else 0):
        writer.writerow([""])
    for cells in sheet.iter_rows():
        writer.writerow([_text(cell) for cell in cells])
        if buffer.tell() > READ_AT_ONCE:
            yield buffer.getvalue().encode(errors="replace")
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode(errors="replace")


def _text(cell: object) -> str:
    """A cell as CSV says it; a number of more digits than a spreadsheet keeps stays in the form that shows this."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < LARGEST_EXACT:
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, float | int | timedelta) else str(cell).replace("\0", "")


def _examine(file: BinaryIO, told: Callable[[], None]) -> None:
    """Unpacks each part to its end, a little at a time, and counts what opening the workbook would hold."""
    try:
        with zipfile.ZipFile(file) as archive:
            _examine_parts(archive, told)
    except _Refused as error:
        raise ValidationError(str(error)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise _damaged() from error


def _examine_parts(archive: zipfile.ZipFile, told: Callable[[], None]) -> None:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or len({part.filename for part in parts}) < len(parts):
        raise _Refused(_("This is no workbook of a spreadsheet: it has too many parts, or one twice."))
    _require_size(sum(part.file_size for part in parts), sum(part.compress_size for part in parts))
    for part in parts:
        with archive.open(part) as stream:
            _examine_part(stream, told)


def _require_size(unpacked: int, packed: int) -> None:
    is_bomb = unpacked > FREELY_UNPACKED_BYTES and unpacked > packed * GREATEST_RATIO
    if unpacked > MOST_UNPACKED_BYTES or is_bomb:
        said = _("Unpacked, the workbook would have {size} MB. Save the sheet as CSV, or split it.")
        raise _Refused(said.format(size=unpacked // 1_000_000))


def _examine_part(stream: BinaryIO, told: Callable[[], None]) -> None:
    """What is XML is parsed, whatever it is called: a sheet's cells are counted, a document type is refused."""
    beginning = stream.read(READ_AT_ONCE)
    if not beginning.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<"):
        while stream.read(READ_AT_ONCE):
            told()
        return
    area = _Area()
    try:
        area.parser.Parse(beginning, False)
        while piece := stream.read(READ_AT_ONCE):
            area.parser.Parse(piece, False)
            told()
        area.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise zipfile.BadZipFile from error


class _Area:
    """How far the cells of a sheet reach, counted while its XML is parsed. Raises _Refused where that is too far."""

    def __init__(self) -> None:
        self.rows = self.columns = self.in_row = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._begins
        self.parser.StartDoctypeDeclHandler = self._refuse_document_type

    def _refuse_document_type(self, *_declared: object) -> None:
        raise _Refused(_("The workbook holds a document type, as no spreadsheet writes it. Save it anew."))

    def _begins(self, name: str, attributes: dict[str, str]) -> None:
        """Called for each of millions of elements."""
        if name == "c" or name.endswith(":c"):
            self.in_row += 1
            reference = attributes.get("r", "")
            letters = reference.rstrip("0123456789")
            column, row = _column(letters) or self.in_row, int(reference[len(letters) :] or 0)
            if column > self.columns or row > self.rows:
                self._reach(row, column)
        elif name == "row" or name.endswith(":row"):
            self.in_row = 0
            self._reach(self.rows + 1, 0)

    def _reach(self, row: int, column: int) -> None:
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        if self.columns > MOST_COLUMNS:
            said = _("A sheet reaches to column {count}; at most {most} are read. Delete what is not needed.")
            raise _Refused(said.format(count=self.columns, most=MOST_COLUMNS))
        if self.rows * self.columns > MOST_CELLS:
            said = _("A sheet reaches over {count} cells; at most {most} are read. Save it as CSV, or split it.")
            raise _Refused(said.format(count=f"{self.rows * self.columns:,}", most=f"{MOST_CELLS:,}"))


@cache
def _column(letters: str) -> int:
    """The number of a column: A is 1, Z 26, AA 27; 0 for none. No sheet has more than three letters to one."""
    if len(letters) > 3 or not all("A" <= letter <= "Z" for letter in letters):
        raise _Refused(_("A cell of the workbook stands in no column. Open it in a spreadsheet and save it anew."))
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
