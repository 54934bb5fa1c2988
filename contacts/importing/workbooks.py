"""Reads a sheet of an XLSX workbook as CSV, once it is sure that opening it does not fill the memory."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import chain, repeat
from typing import BinaryIO

import python_calamine
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contacts.importing.examining import OF_A_PROCESS_OF_ITS_OWN, Bounds, Without, damaged, examine, place_of
from contacts.importing.reading import MOST_COLUMNS

BEGINNING = b"PK\x03\x04"
OLD_BEGINNING = b"\xd0\xcf\x11\xe0"
WRITTEN_AT_ONCE = 256 * 1024
# A spreadsheet keeps this many digits of a number.
LARGEST_EXACT = 10**15


def is_workbook(file: BinaryIO) -> bool:
    """Whether a file, from its beginning, is one that is read. Raises ValidationError for other workbooks."""
    beginning = file.read(len(BEGINNING))
    file.seek(0)
    if beginning == OLD_BEGINNING:
        raise ValidationError(_("This is a workbook of Excel 97-2003 or one with a password. Save it as XLSX or CSV."))
    return beginning == BEGINNING


def either_as_csv(file: BinaryIO, bounds: Bounds = OF_A_PROCESS_OF_ITS_OWN) -> Iterator[bytes]:
    """A CSV file as it is; of a workbook, the cells of its first sheet with rows. Raises ValidationError."""
    return as_csv(file, bounds=bounds)[1] if is_workbook(file) else iter(partial(file.read, WRITTEN_AT_ONCE), b"")


def as_csv(
    file: BinaryIO,
    wanted_sheet: str = "",
    told: Callable[[], None] = lambda: None,
    bounds: Bounds = OF_A_PROCESS_OF_ITS_OWN,
) -> tuple[str, Iterator[bytes]]:
    """The sheet of that name, else the first with rows, and its cells as UTF-8 CSV. Raises ValidationError.

    An error is written as its text, a formula without a result as the formula: neither is an empty cell. A number that
    is whole is written without a fraction: a phone number that a spreadsheet took for a quantity. While the workbook
    is looked through, `told` is called again and again.
    """
    without = examine(file, told, bounds)
    file.seek(0)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(file)
        sheet = _sheet(workbook, wanted_sheet, without)
        return sheet.name, _csv(sheet, without.get(sheet.name, {}))
    except python_calamine.PasswordError as error:
        raise ValidationError(_("The workbook has a password. Save it without one.")) from error
    except python_calamine.CalamineError as error:
        raise damaged() from error


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
        if buffer.tell() > WRITTEN_AT_ONCE:
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
            texts[column - left] = without.get(place_of(number, column + 1)) or texts[column - left]
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
