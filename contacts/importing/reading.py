"""Decides how the bytes of a CSV file become rows: its encoding, delimiter and headings are found, and may be told."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contacts.importing.mapping import recognised

SAMPLE_BYTES = 256 * 1024
SAMPLE_ROWS = 50
MOST_COLUMNS = 200
MOST_ROWS = 2_000_000
LONGEST_CELL = csv.field_size_limit()
LONGEST_LINE = 4_000_000
LONGEST_ROW = 400_000
LINES_OF_HEADINGS = 10
DELIMITERS = {",": ",", ";": ";", "\t": "tab", "|": "|"}
ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1252": "Windows-1252",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "shift_jis": "Shift JIS",
    "euc_kr": "EUC-KR",
    "cp1251": "Windows-1251",
}
NO_HEADINGS = 0

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is read. `header_row` is the row of the headings, counted from 1; 0 where it has none."""

    encoding: str
    delimiter: str
    header_row: int

    def as_dict(self) -> dict:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Survey:
    """A file that was read to its end: its headings and how many rows it has, headings and blank ones too."""

    headings: list[str]
    rows: int


def found_dialect(sample: bytes) -> Dialect:
    """The dialect of a file by its first bytes (at most SAMPLE_BYTES). Raises ValidationError for what is no text."""
    encoding = _found_encoding(sample)
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample, final=False)
    except UnicodeError as error:
        raise _undecodable(encoding) from error
    delimiter = max(DELIMITERS, key=lambda candidate: _evenness(text, candidate))
    return Dialect(encoding, delimiter, _found_header_row(_first_rows(text, delimiter)))


def with_headings_found(dialect: Dialect, stream: BinaryIO) -> Dialect:
    """The dialect with the row of the headings as a file's first rows tell."""
    return replace(dialect, header_row=_found_header_row(head(stream, dialect, SAMPLE_ROWS)))


def rows(stream: BinaryIO, dialect: Dialect) -> Iterator[Row]:
    """Each row of a file that is not blank, with its number, headings too. Raises ValidationError where it ends badly.

    Holds one row at a time; a cell has at most LONGEST_CELL characters, a row MOST_COLUMNS cells.
    """
    reader = csv.reader(_lines(stream, dialect.encoding), delimiter=dialect.delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            _check(number, cells)
            if any(map(str.strip, cells)):
                yield number, cells
    except csv.Error as error:
        raise _unreadable(number + 1, reader.line_num, str(error)) from error
    except UnicodeError as error:
        raise _undecodable(dialect.encoding, number + 1) from error


def entries(stream: BinaryIO, dialect: Dialect, after: int = 0) -> Iterator[Row]:
    """The rows below the headings; of a run that goes on, those after a row."""
    beginning = max(after, dialect.header_row)
    return ((number, cells) for number, cells in rows(stream, dialect) if number > beginning)


def head(stream: BinaryIO, dialect: Dialect, count: int) -> list[list[str]]:
    """The first rows that are not blank, headings too; blank ones above them count as rows without cells."""
    found: list[list[str]] = []
    for number, cells in rows(stream, dialect):
        found += [[]] * (number - 1 - len(found)) + [cells]
        if len(found) >= count:
            break
    return found[:count]


def survey(stream: BinaryIO, dialect: Dialect) -> Survey:
    """Reads all of a file, so that what is wrong with it is told before anything begins. Raises ValidationError."""
    headings: list[str] = []
    width = last = 0
    for number, cells in rows(stream, dialect):
        if number == dialect.header_row:
            headings = [cell.strip() for cell in cells]
        if number > dialect.header_row:
            width, last = max(width, len(cells)), number
    if not last:
        raise ValidationError(_("The file has no rows below its headings. Choose a file with rows."))
    if not headings:
        headings = [_("Column {number}").format(number=place) for place in range(1, width + 1)]
    return Survey(headings, last)


def _lines(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """The lines of a file as `csv` wants them. A line that goes on for ever is refused before it fills the memory."""
    with io.TextIOWrapper(stream, encoding=encoding, newline="") as text:
        while line := text.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE:
                raise csv.Error("line too long")
            if "\0" in line:
                raise csv.Error("NUL")
            yield line


def _check(number: int, cells: Sequence[str]) -> None:
    if sum(map(len, cells)) > LONGEST_ROW:
        said = _("Row {number} has over {most} characters. Is a quotation mark missing, or another delimiter meant?")
        raise ValidationError(said.format(number=number, most=f"{LONGEST_ROW:,}"))
    if len(cells) > MOST_COLUMNS:
        said = _("Row {number} has {count} cells; at most {most} are read. Delete columns that are not needed.")
        raise ValidationError(said.format(number=number, count=len(cells), most=MOST_COLUMNS))
    if number > MOST_ROWS:
        said = _("The file has more than {most} rows. Split it, and import its parts one after the other.")
        raise ValidationError(said.format(most=f"{MOST_ROWS:,}"))


def _unreadable(number: int, line: int, error: str) -> ValidationError:
    if error == "NUL":
        said = _("Row {number} (line {line}) holds NUL characters: this is no text, or text of another encoding.")
    elif "field limit" in error or "line too long" in error:
        said = _(
            "Row {number} (line {line}) has a cell of over {most} characters. Is a quotation mark missing at its end?"
        )
    else:
        said = _(
            "Row {number} (line {line}): a quotation mark opens a cell and does not close it properly. Mend it, or"
            " choose another delimiter."
        )
    return ValidationError(said.format(number=number, line=line, most=LONGEST_CELL))


def _undecodable(encoding: str, number: int = 1) -> ValidationError:
    said = _("From row {number} on the file is not written in {encoding}. Choose another encoding.")
    return ValidationError(said.format(number=number, encoding=ENCODINGS[encoding]))


def _found_encoding(sample: bytes) -> str:
    """By its mark; by the zeros of UTF-16; else UTF-8 where it is that; else the likeliest of Chinese and Western."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if sample.count(0) > len(sample) // 4:
        return "utf-16-be" if sample[::2].count(0) > sample[1::2].count(0) else "utf-16-le"
    if _decodes(sample, "utf-8-sig"):
        return "utf-8-sig"
    return next((encoding for encoding in ("gb18030", "big5") if _is_chinese(sample, encoding)), "cp1252")


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample, final=False)
    except UnicodeError:
        return False
    return True


def _is_chinese(sample: bytes, encoding: str) -> bool:
    """Whether nearly all that is not ASCII would be everyday characters; Western letters by chance are rare ones."""
    if not _decodes(sample, encoding):
        return False
    text = codecs.getincrementaldecoder(encoding)().decode(sample, final=False)
    others = [character for character in text if not character.isascii()]
    everyday = sum("\u4e00" <= character <= "\u9fff" or character in "，。、；：（）　－" for character in others)
    common = sum(_decodable_in(character, {"gb18030": "gb2312", "big5": "big5"}[encoding]) for character in others)
    return bool(others) and min(everyday, common) >= 0.9 * len(others)


def _decodable_in(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeError:
        return False
    return True


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    """The first whole rows of a sample, however badly it goes on."""
    found: list[list[str]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            found.append(cells)
            if len(found) == SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    return found


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    """How well a delimiter divides: the share of rows that have as many cells as most have, and how many these are."""
    widths = Counter(len(cells) for cells in _first_rows(text, delimiter) if any(map(str.strip, cells)))
    widths.pop(1, None)
    if not widths:
        return (0, 0)
    width, count = max(widths.items(), key=lambda entry: (entry[1], entry[0]))
    return (round(count / (widths.total() or 1), 1) if count > 1 else 0.1, width)


def _found_header_row(first: list[list[str]]) -> int:
    """The row with the most known headings; else the first that is filled, if none of its cells looks like data."""
    candidates = [(number, cells) for number, cells in enumerate(first[:LINES_OF_HEADINGS], 1) if any(cells)]
    if not candidates:
        return NO_HEADINGS
    number, cells = max(candidates, key=lambda candidate: recognised(candidate[1]))
    if recognised(cells):
        return number
    number, cells = candidates[0]
    looks_like_data = any("@" in cell or sum(map(str.isdecimal, cell)) > 3 for cell in cells)
    return NO_HEADINGS if looks_like_data else number
