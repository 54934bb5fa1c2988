"""Refuses an XLSX workbook that would fill the memory once it is opened, and finds its cells that have no value."""

import sys
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO
from xml.parsers import expat

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contacts.importing.reading import LONGEST_CELL, MOST_COLUMNS

MOST_PARTS = 2_000
MOST_UNPACKED_BYTES = 600 * 1024 * 1024
MOST_CELLS = 20_000_000
# Text packs to a twentieth at best; what packs to less is made to hurt, or empty cells.
GREATEST_RATIO = 250
FREELY_UNPACKED_BYTES = 10 * 1024 * 1024
READ_AT_ONCE = 256 * 1024
# What goes on for longer, such as an attribute, is looked at from its beginning with each piece that comes.
LONGEST_TAG = 1024 * 1024
# Errors, and formulas without a result: they are held beside the workbook, a text of some characters for each.
MOST_WITHOUT_VALUE = 500_000
SHOWN_OF_A_FORMULA = 60
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_KINDS = {"c", "v", "f", "row", "si"}


# What stands in cells that have no value, by `place_of`: `#N/A`, `=A1+1`.
Without = dict[int, str]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a workbook may hold: bytes once it is unpacked, and in its cells; cells over which a sheet reaches."""

    most_bytes: int
    most_cells: int


OF_A_PROCESS_OF_ITS_OWN = Bounds(MOST_UNPACKED_BYTES, MOST_CELLS)


class _Refused(Exception):
    """Why a part of a workbook is not read, in words."""


def damaged() -> ValidationError:
    return ValidationError(_("This is no XLSX workbook, or a damaged one. Open it in a spreadsheet and save it anew."))


def place_of(row: int, column: int) -> int:
    """One number for a cell; rows and columns are counted from 1."""
    return (row - 1) * MOST_COLUMNS + column - 1


def examine(file: BinaryIO, told: Callable[[], None], bounds: Bounds) -> dict[str, Without]:
    """Unpacks each part to its end, a little at a time, and counts what opening the workbook would hold.

    Answers which cells of each sheet have no value; `told` is called again and again. Raises ValidationError.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            found = _examine_parts(archive, told, bounds)
            return {sheet: found[part] for sheet, part in _parts_of_sheets(archive) if found.get(part)}
    except _Refused as error:
        raise ValidationError(str(error)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise damaged() from error


def _examine_parts(archive: zipfile.ZipFile, told: Callable[[], None], bounds: Bounds) -> dict[str, Without]:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or len({part.filename for part in parts}) < len(parts):
        raise _Refused(_("This is no workbook of a spreadsheet: it has too many parts, or one twice."))
    if (unpacked := sum(part.file_size for part in parts)) > bounds.most_bytes:
        raise _too_large(unpacked)
    texts, found = _SharedTexts(), {}
    for part in sorted(parts, key=_refers_to_texts):
        if part.file_size > FREELY_UNPACKED_BYTES and part.file_size > part.compress_size * GREATEST_RATIO:
            raise _too_large(part.file_size)
        found[part.filename] = _examine_part(_unpacked(archive, part), _Area(texts, bounds), told)
    return found


def _refers_to_texts(part: zipfile.ZipInfo) -> bool:
    return "sharedstrings" not in part.filename.lower()


def _too_large(unpacked: int) -> _Refused:
    said = _("Unpacked, the workbook would have {size} MB. Save the sheet as CSV, or split it.")
    return _Refused(said.format(size=unpacked // 1_000_000))


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part to the end that it has, and not only to the one that it tells of: other readers go on there."""
    told = part.file_size
    part.file_size += 1
    with archive.open(part) as stream:
        while piece := stream.read(READ_AT_ONCE):
            told -= len(piece)
            yield piece
    part.file_size -= 1
    if told < 0:
        raise zipfile.BadZipFile


def _examine_part(pieces: Iterator[bytes], area: "_Area", told: Callable[[], None]) -> Without:
    """What is XML is parsed, whatever it is called. Answers its cells without a value."""
    beginning = next(pieces, b"")
    is_xml = beginning.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<")
    try:
        if is_xml:
            area.feed(beginning)
        for piece in pieces:
            if is_xml:
                area.feed(piece)
            told()
        if is_xml:
            area.end()
    except expat.ExpatError as error:
        raise zipfile.BadZipFile from error
    return area.without


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


class _SharedTexts:
    """How many bytes each of the texts has to which cells refer by number; the sheets are parsed after them."""

    def __init__(self) -> None:
        self.sizes = array("L")
        self.are_referred_to = False

    def add(self, number: int, size: int) -> None:
        if self.are_referred_to:
            raise zipfile.BadZipFile
        if number < len(self.sizes):
            self.sizes[number] = max(size, self.sizes[number])
        else:
            self.sizes.append(size)

    def size(self, number: int) -> int:
        self.are_referred_to = True
        return self.sizes[number] if 0 <= number < len(self.sizes) else 0


class _Area:
    """How far the cells of a part reach and what they hold, counted while it is parsed. Raises _Refused for too much.

    What a cell holds is of bounded size; so is what all do, each with the text to which it refers.
    """

    def __init__(self, texts: _SharedTexts, bounds: Bounds) -> None:
        self.rows = self.columns = self.in_row = 0
        self.without: Without = {}
        self._texts, self._bounds = texts, bounds
        self._text_count = self._expanded = 0
        self._is_inside = False
        self._size = 0
        self._place, self._kind = (0, 0), ""
        self._value, self._formula = "", None
        self._heard: list[str] | None = None
        self._fed = self._understood = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begins
        self._parser.EndElementHandler = self._ends
        self._parser.CharacterDataHandler = self._says
        self._parser.StartDoctypeDeclHandler = self._refuse_document_type

    def feed(self, piece: bytes) -> None:
        self._parser.Parse(piece, False)
        self._fed += len(piece)
        self._understood = max(self._understood, self._parser.CurrentByteIndex)
        if self._fed - self._understood > LONGEST_TAG:
            raise _Refused(_("The workbook holds a tag without an end. Open it in a spreadsheet and save it anew."))

    def end(self) -> None:
        self._parser.Parse(b"", True)

    def _refuse_document_type(self, *_declared: object) -> None:
        raise _Refused(_("The workbook holds a document type, as no spreadsheet writes it. Save it anew."))

    def _begins(self, name: str, attributes: dict[str, str]) -> None:
        """Called for each of millions of elements, as are the two below."""
        kind = name if name in _KINDS else name.rpartition(":")[2]
        if kind == "c":
            self._begin_text()
            self._begin_cell(attributes)
        elif kind in ("v", "f"):
            self._heard = []
        elif kind == "row":
            self.in_row = 0
            self._reach(self.rows + 1, 0)
        elif kind == "si":
            self._begin_text()

    def _says(self, text: str) -> None:
        if not self._is_inside:
            return
        self._size += len(text) if text.isascii() else len(text.encode())
        if self._size > LONGEST_CELL:
            raise _Refused(_("A cell holds far more text than the 32,767 characters of a spreadsheet. Shorten it."))
        if self._heard is not None:
            self._heard.append(text)

    def _ends(self, name: str) -> None:
        kind = name if name in _KINDS else name.rpartition(":")[2]
        if kind in ("v", "f"):
            text, self._heard = "".join(self._heard or []).strip(), None
            if kind == "f":
                self._formula = text
            elif self._kind == "s":
                self._hold(self._texts.size(int(text or -1)))
            else:
                self._value = text
        elif kind == "c":
            self._is_inside = False
            self._end_cell()
        elif kind == "si":
            self._is_inside = False
            self._texts.add(self._text_count, self._size)
            self._text_count += 1

    def _begin_text(self) -> None:
        if self._is_inside:
            raise zipfile.BadZipFile
        self._is_inside, self._size = True, 0

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self.in_row += 1
        reference = attributes.get("r", "")
        letters = reference.rstrip("0123456789")
        column, row = _column(letters) or self.in_row, int(reference[len(letters) :] or 0)
        self.in_row = column
        if column > self.columns or row > self.rows:
            self._reach(row, column)
        self._place, self._kind = (row or self.rows, column), attributes.get("t", "")
        self._value, self._formula = "", None

    def _end_cell(self) -> None:
        """Notes the cell if it is an error or a formula without a result."""
        is_in_row = self._place[0] > 0
        if is_in_row and self._kind == "e":
            self._note(self._value or "#N/A")
        elif is_in_row and self._formula is not None and self._kind not in ("s", "str") and not self._value:
            self._note(f"={self._formula}"[:SHOWN_OF_A_FORMULA])
        self._kind = ""

    def _note(self, text: str) -> None:
        if len(self.without) == MOST_WITHOUT_VALUE:
            said = _("More than {most} cells of a sheet are errors or formulas without a result. Mend it, or split it.")
            raise _Refused(said.format(most=f"{MOST_WITHOUT_VALUE:,}"))
        self.without[place_of(*self._place)] = sys.intern(text)

    def _hold(self, size: int) -> None:
        self._expanded += size
        if self._expanded > self._bounds.most_bytes:
            raise _too_large(self._expanded)

    def _reach(self, row: int, column: int) -> None:
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        if self.columns > MOST_COLUMNS:
            said = _("A sheet reaches to column {count}; at most {most} are read. Delete what is not needed.")
            raise _Refused(said.format(count=self.columns, most=MOST_COLUMNS))
        if self.rows * self.columns > self._bounds.most_cells:
            said = _("A sheet reaches over {count} cells; at most {most} are read. Save it as CSV, or split it.")
            raise _Refused(said.format(count=f"{self.rows * self.columns:,}", most=f"{self._bounds.most_cells:,}"))


@cache
def _column(letters: str) -> int:
    """The number of a column: A is 1, Z 26, AA 27; 0 for none. No sheet has more than three letters to one."""
    if len(letters) > 3 or not all("A" <= letter <= "Z" for letter in letters):
        raise _Refused(_("A cell of the workbook stands in no column. Open it in a spreadsheet and save it anew."))
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
