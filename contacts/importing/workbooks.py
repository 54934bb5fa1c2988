"""Decides what of an XLSX file is read, and refuses one that would fill the memory before it is opened."""

import csv
import io
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from itertools import chain, repeat
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
# Errors, and formulas without a result: they are held beside the workbook, a text of some characters for each.
MOST_WITHOUT_VALUE = 500_000
SHOWN_OF_A_FORMULA = 60
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
# A spreadsheet keeps this many digits of a number.
LARGEST_EXACT = 10**15


# What stands in cells that have no value, by `_place`: `#N/A`, `=A1+1`.
Without = dict[int, str]


class _Refused(Exception):
    """Why a part of a workbook is not read, in words."""


def as_csv(
    file: BinaryIO, wanted_sheet: str = "", told: Callable[[], None] = lambda: None
) -> tuple[str, Iterator[bytes]]:
    """The sheet of that name, else the first with rows, and its cells as UTF-8 CSV. Raises ValidationError.

    An error is written as its text, a formula without a result as the formula: neither is an empty cell. A number that
    is whole is written without a fraction: a phone number that a spreadsheet took for a quantity. While the workbook
    is looked through, `told` is called again and again.
    """
    without = _examine(file, told)
    file.seek(0)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(file)
        sheet = _sheet(workbook, wanted_sheet, without)
        return sheet.name, _csv(sheet, without.get(sheet.name, {}))
    except python_calamine.PasswordError as error:
        raise ValidationError(_("The workbook has a password. Save it without one.")) from error
    except python_calamine.CalamineError as error:
        raise _damaged() from error


def _damaged() -> ValidationError:
    return ValidationError(_("This is no XLSX workbook, or a damaged one. Open it in a spreadsheet and save it anew."))


def _sheet(
    workbook: python_calamine.CalamineWorkbook, wanted: str, without: dict[str, Without]
) -> python_calamine.CalamineSheet:
    names = workbook.sheet_names
    if wanted and wanted not in names:
        said = _("There is no sheet “{wanted}”. The sheets are: {names}.")
        raise ValidationError(said.format(wanted=wanted, names=", ".join(names[:20])))
    for name in [wanted] if wanted else names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.height or without.get(name):
            return sheet
    raise ValidationError(_("The workbook has no rows."))


def _csv(sheet: python_calamine.CalamineSheet, without: Without) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    for cells in _rows(sheet, without):
        writer.writerow(cells or [""])
        if buffer.tell() > READ_AT_ONCE:
            yield buffer.getvalue().encode(errors="replace")
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode(errors="replace")


def _rows(sheet: python_calamine.CalamineSheet, without: Without) -> Iterator[list[str]]:
    """All rows of a sheet from its first, so that they have the numbers that people see."""
    columns = sorted({place % MOST_COLUMNS for place in without})
    begins = sheet.start[1] if sheet.start else 0
    left = min([begins, *columns])
    width = max([begins + sheet.width - 1, *columns]) + 1 - left
    missing = max(without, default=-1) // MOST_COLUMNS + 1 - sheet.total_height
    for number, cells in enumerate(chain(sheet.iter_rows(), repeat([], max(0, missing))), 1):
        texts = [""] * (begins - left) + [_text(cell) for cell in cells]
        texts += [""] * (width - len(texts))
        for column in columns:
            texts[column - left] = without.get(_place(number, column + 1)) or texts[column - left]
        yield texts


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


def _examine(file: BinaryIO, told: Callable[[], None]) -> dict[str, Without]:
    """Unpacks each part to its end, a little at a time, and counts what opening the workbook would hold.

    Answers which cells of each sheet have no value.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            found = _examine_parts(archive, told)
            return {sheet: found[part] for sheet, part in _parts_of_sheets(archive) if found.get(part)}
    except _Refused as error:
        raise ValidationError(str(error)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise _damaged() from error


def _examine_parts(archive: zipfile.ZipFile, told: Callable[[], None]) -> dict[str, Without]:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or len({part.filename for part in parts}) < len(parts):
        raise _Refused(_("This is no workbook of a spreadsheet: it has too many parts, or one twice."))
    _require_size(sum(part.file_size for part in parts), sum(part.compress_size for part in parts))
    found: dict[str, Without] = {}
    for part in parts:
        with archive.open(part) as stream:
            found[part.filename] = _examine_part(stream, told)
    return found


def _parts_of_sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The name of each sheet and of the part that holds it (ECMA-376, Part 1, 12.3.24 and Part 2, 6.5)."""
    names = set(archive.namelist())
    if not names.issuperset({_WORKBOOK, _RELATIONS}):
        return
    targets = {
        element.get("Id"): element.get("Target", "") for element in _elements(archive, _RELATIONS, "Relationship")
    }
    for sheet in _elements(archive, _WORKBOOK, "sheet"):
        key = next((value for name, value in sheet.items() if name.endswith(":id")), "")
        target = targets.get(key, "").removeprefix("/")
        yield sheet.get("name", ""), target if target.startswith("xl/") else f"xl/{target}"


def _elements(archive: zipfile.ZipFile, part: str, wanted: str) -> list[dict[str, str]]:
    """The attributes of all elements of that name in a part that was examined."""
    found: list[dict[str, str]] = []

    def begins(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == wanted:
            found.append(attributes)

    parser = expat.ParserCreate()
    parser.StartElementHandler = begins
    with archive.open(part) as stream:
        parser.ParseFile(stream)
    return found


def _require_size(unpacked: int, packed: int) -> None:
    is_bomb = unpacked > FREELY_UNPACKED_BYTES and unpacked > packed * GREATEST_RATIO
    if unpacked > MOST_UNPACKED_BYTES or is_bomb:
        said = _("Unpacked, the workbook would have {size} MB. Save the sheet as CSV, or split it.")
        raise _Refused(said.format(size=unpacked // 1_000_000))


def _examine_part(stream: BinaryIO, told: Callable[[], None]) -> Without:
    """What is XML is parsed, whatever it is called: a sheet's cells are counted, a document type is refused.

    Answers its cells without a value.
    """
    beginning = stream.read(READ_AT_ONCE)
    if not beginning.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<"):
        while stream.read(READ_AT_ONCE):
            told()
        return {}
    area = _Area()
    try:
        area.parser.Parse(beginning, False)
        while piece := stream.read(READ_AT_ONCE):
            area.parser.Parse(piece, False)
            told()
        area.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise zipfile.BadZipFile from error
    area.end_cell()
    return area.without


class _Area:
    """How far the cells of a sheet reach, counted while its XML is parsed. Raises _Refused where that is too far."""

    def __init__(self) -> None:
        self.rows = self.columns = self.in_row = 0
        self.without: Without = {}
        self._cell = (0, 0, "")
        self._formula: list[str] | None = None
        self._value: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._begins
        self.parser.StartDoctypeDeclHandler = self._refuse_document_type

    def _refuse_document_type(self, *_declared: object) -> None:
        raise _Refused(_("The workbook holds a document type, as no spreadsheet writes it. Save it anew."))

    def _begins(self, name: str, attributes: dict[str, str]) -> None:
        """Called for each of millions of elements."""
        if name == "c" or name.endswith(":c"):
            if self._formula is not None or self._cell[2] == "e":
                self.end_cell()
            self.in_row += 1
            reference = attributes.get("r", "")
            letters = reference.rstrip("0123456789")
            column, row = _column(letters) or self.in_row, int(reference[len(letters) :] or 0)
            self.in_row = column
            if column > self.columns or row > self.rows:
                self._reach(row, column)
            self._cell = (row or self.rows, column, attributes.get("t", ""))
        elif name == "row" or name.endswith(":row"):
            self.in_row = 0
            self._reach(self.rows + 1, 0)
        elif name == "f" or name.endswith(":f"):
            self._formula = []
            self.parser.CharacterDataHandler = partial(_hear, self._formula)
        elif (name == "v" or name.endswith(":v")) and (self._formula is not None or self._cell[2] == "e"):
            self._value = []
            self.parser.CharacterDataHandler = partial(_hear, self._value)

    def end_cell(self) -> None:
        """Notes the cell that ends here, if it is an error or a formula without a result."""
        row, column, kind = self._cell
        value, formula = "".join(self._value).strip(), "".join(self._formula or []).strip()
        if row and kind == "e":
            self._note(_place(row, column), value or "#N/A")
        elif row and self._formula is not None and kind != "str" and not value:
            self._note(_place(row, column), f"={formula}"[:SHOWN_OF_A_FORMULA])
        self._cell, self._formula, self._value = (0, 0, ""), None, []
        self.parser.CharacterDataHandler = None

    def _note(self, place: int, text: str) -> None:
        if len(self.without) == MOST_WITHOUT_VALUE:
            said = _("More than {most} cells of a sheet are errors or formulas without a result. Mend it, or split it.")
            raise _Refused(said.format(most=f"{MOST_WITHOUT_VALUE:,}"))
        self.without[place] = sys.intern(text)

    def _reach(self, row: int, column: int) -> None:
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        if self.columns > MOST_COLUMNS:
            said = _("A sheet reaches to column {count}; at most {most} are read. Delete what is not needed.")
            raise _Refused(said.format(count=self.columns, most=MOST_COLUMNS))
        if self.rows * self.columns > MOST_CELLS:
            said = _("A sheet reaches over {count} cells; at most {most} are read. Save it as CSV, or split it.")
            raise _Refused(said.format(count=f"{self.rows * self.columns:,}", most=f"{MOST_CELLS:,}"))


def _hear(heard: list[str], text: str) -> None:
    """Keeps the beginning of a text that may be made to go on for ever."""
    if len(heard) < SHOWN_OF_A_FORMULA:
        heard.append(text[:SHOWN_OF_A_FORMULA])


def _place(row: int, column: int) -> int:
    """One number for a cell; rows and columns are counted from 1."""
    return (row - 1) * MOST_COLUMNS + column - 1


@cache
def _column(letters: str) -> int:
    """The number of a column: A is 1, Z 26, AA 27; 0 for none. No sheet has more than three letters to one."""
    if len(letters) > 3 or not all("A" <= letter <= "Z" for letter in letters):
        raise _Refused(_("A cell of the workbook stands in no column. Open it in a spreadsheet and save it anew."))
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
