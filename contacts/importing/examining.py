"""Refuses an XLSX workbook that would fill the memory once it is opened, and finds its cells that have no value."""

import io
import sys
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO
from xml.parsers import expat

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contacts.importing.reading import LONGEST_CELL, MOST_COLUMNS

MOST_PARTS = 2_000
MOST_DIRECTORY_BYTES = 1024 * 1024
MOST_UNPACKED_BYTES = 600 * 1024 * 1024
MOST_CELLS = 20_000_000
# Text packs to a twentieth at best; what packs to less is made to hurt, or empty cells.
GREATEST_RATIO = 250
FREELY_UNPACKED_BYTES = 10 * 1024 * 1024
READ_AT_ONCE = 256 * 1024
# What goes on for longer, such as an attribute, is looked at from its beginning with each piece that comes.
LONGEST_TAG = 1024 * 1024
# Of each, the parser remembers every one that it has met.
MOST_NAMES = 1_000
DEEPEST = 64
# Errors, and formulas without a result: they are held beside the workbook, a text of some characters for each.
MOST_WITHOUT_VALUE = 500_000
SHOWN_OF_A_FORMULA = 60
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
# By these the program that opens it would take it for a workbook of another kind, which is not examined.
_OF_OTHER_KINDS = {"content.xml", "mimetype", "xl/workbook.bin"}
_END_RECORD, _END_RECORD_BYTES = b"PK\x05\x06", 22
_LONG_END_RECORD = b"PK\x06\x06"


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
        _require_short_directory(file)
        with zipfile.ZipFile(file) as archive:
            found = _examine_parts(archive, told, bounds)
            return _of_sheets(archive, found)
    except _Refused as error:
        raise ValidationError(str(error)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise damaged() from error


def _require_short_directory(file: BinaryIO) -> None:
    """Finds how long the list of parts says to be, where zipfile does (APPNOTE.TXT, 4.3.14 and 4.3.16)."""
    file.seek(0, io.SEEK_END)
    file.seek(max(0, file.tell() - 2**16 - 2 * _END_RECORD_BYTES - 100))
    tail = file.read()
    last = len(tail) - _END_RECORD_BYTES
    ends_with_it = tail[last : last + 4] == _END_RECORD and tail.endswith(b"\0\0")
    place = last if ends_with_it else tail.rfind(_END_RECORD)
    long_place = tail.rfind(_LONG_END_RECORD)
    sizes = [int.from_bytes(tail[place + 12 : place + 16], "little")]
    if long_place >= 0:
        sizes = [int.from_bytes(tail[long_place + 40 : long_place + 48], "little"), sizes[0] % 0xFFFFFFFF]
    if place < 0:
        raise zipfile.BadZipFile
    if max(sizes) > MOST_DIRECTORY_BYTES:
        raise _too_many_parts()


def _too_many_parts() -> _Refused:
    return _Refused(_("This is no workbook of a spreadsheet: it has too many parts, or one twice."))


def _examine_parts(archive: zipfile.ZipFile, told: Callable[[], None], bounds: Bounds) -> dict[str, Without | None]:
    """What each part has without a value; None for one that is no XML."""
    parts = archive.infolist()
    names = {part.filename.lower().replace("\\", "/") for part in parts}
    if len(parts) > MOST_PARTS or len(names) < len(parts):
        raise _too_many_parts()
    if (unpacked := sum(part.file_size for part in parts)) > bounds.most_bytes:
        raise _too_large(unpacked)
    held, found = _Held(), {}
    for part in sorted(parts, key=_refers_to_texts):
        if part.file_size > FREELY_UNPACKED_BYTES and part.file_size > part.compress_size * GREATEST_RATIO:
            raise _too_large(part.file_size)
        found[part.filename] = _examine_part(part.filename, _unpacked(archive, part), _Area(held, bounds), told)
    if not names.issuperset({_WORKBOOK, _RELATIONS}) or names & _OF_OTHER_KINDS:
        raise zipfile.BadZipFile
    return found


def _of_sheets(archive: zipfile.ZipFile, found: dict[str, Without | None]) -> dict[str, Without]:
    """By the names of the sheets. Raises BadZipFile for a sheet that was not examined."""
    unread = {part.rpartition("/")[2] for part, without in found.items() if without is None}
    sheets = dict(_parts_of_sheets(archive))
    if unread & {part.replace("\\", "/").rpartition("/")[2] for part in sheets.values()}:
        raise zipfile.BadZipFile
    return {sheet: without for sheet, part in sheets.items() if (without := found.get(part))}


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


def _examine_part(name: str, pieces: Iterator[bytes], area: "_Area", told: Callable[[], None]) -> Without | None:
    """What is XML is parsed, whatever it is called, and what is called so. Answers its cells without a value."""
    beginning = next(pieces, b"")
    begins_so = beginning.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<")
    is_xml = begins_so or name.lower().endswith((".xml", ".rels"))
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
    return area.without if is_xml else None


def _parts_of_sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The name of each sheet and of the part that holds it (ECMA-376, Part 1, 12.3.24 and Part 2, 6.5)."""
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
    name = next(name for name in archive.namelist() if name.lower().replace("\\", "/") == part)
    with archive.open(name) as stream:
        parser.ParseFile(stream)
    return found


class _Held:
    """What a workbook has in common: names, cells without a value, and the texts to which cells refer by number.

    Of those it is known how many bytes each has; the sheets are parsed after them.
    """

    def __init__(self) -> None:
        self.sizes = array("L")
        self.are_referred_to = False
        self.without_count = 0
        self.kinds: dict[str, str] = {}
        self.attributes: set[str] = set()

    def add(self, number: int, size: int) -> None:
        if self.are_referred_to:
            raise zipfile.BadZipFile
        if number < len(self.sizes):
            self.sizes[number] = max(size, self.sizes[number])
        else:
            self.sizes.append(size)

    def meet(self, name: str, attributes: Iterable[str]) -> str:
        """The name of an element without its prefix. Raises _Refused for too many different names."""
        self.kinds[name] = name.rpartition(":")[2]
        self.attributes.update(attributes)
        if len(self.kinds) > MOST_NAMES or len(self.attributes) > MOST_NAMES:
            raise _Refused(_("The workbook holds too many kinds of tags. Open it in a spreadsheet and save it anew."))
        return self.kinds[name]

    def size(self, number: int) -> int:
        self.are_referred_to = True
        return self.sizes[number] if 0 <= number < len(self.sizes) else 0


class _Area:
    """How far the cells of a part reach and what they hold, counted while it is parsed. Raises _Refused for too much.

    What a cell holds is of bounded size; so is what all do, each with the text to which it refers.
    """

    def __init__(self, held: _Held, bounds: Bounds) -> None:
        self.rows = self.columns = self.row = self.in_row = self.depth = 0
        self.without: Without = {}
        self._held, self._bounds = held, bounds
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
        kind = self._held.kinds.get(name)
        if kind is None or not self._held.attributes.issuperset(attributes):
            kind = self._held.meet(name, attributes)
        self.depth += 1
        if self.depth > DEEPEST or self._heard is not None:
            raise zipfile.BadZipFile
        if kind == "c":
            self._begin_text()
            self._begin_cell(attributes)
        elif kind in ("v", "f") and self._is_inside:
            self._heard = []
        elif kind == "row":
            self.in_row = 0
            self.row = int(attributes.get("r") or self.row + 1)
            self._reach(self.row, 0)
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
        kind = self._held.kinds[name]
        self.depth -= 1
        if kind in ("v", "f") and self._is_inside:
            text, self._heard = "".join(self._heard or []).strip(), None
            if kind == "f":
                self._formula = text
            elif self._kind == "s":
                self._hold(self._held.size(int(text or -1)))
            else:
                self._value = text
        elif kind == "c":
            self._is_inside = False
            self._end_cell()
        elif kind == "si":
            self._is_inside = False
            self._held.add(self._text_count, self._size)
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
            self._reach(row or self.row, column)
        self._place, self._kind = (row or self.row, column), attributes.get("t", "")
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
        self._held.without_count += 1
        if self._held.without_count > MOST_WITHOUT_VALUE:
            said = _(
                "More than {most} cells are errors or formulas without a result. Mend them, or split the workbook."
            )
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
