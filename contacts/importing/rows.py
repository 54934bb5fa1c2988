"""Decides what a row says about a contact, as its columns are taken: a person, or why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from contacts.importing import repairing
from contacts.importing.mapping import Column, Target, heading_key
from contacts.importing.repairing import LABEL_MAX_LENGTH, Fault, Refused, Repair
from contacts.spreadsheets import unescaped

MOST_CHARACTERS = {Target.NAME: 200, Target.COMPANY: 200, Target.EMAIL: 254, Target.REMARKS: 10_000}
MOST_NUMBERS = 1000
# A spreadsheet keeps this many digits of a number, and the keys to come have room behind it.
LARGEST_ID = 10**15 - 1
_READ_BESIDE = frozenset({Target.NOTHING, Target.LABEL})
_EXACT = frozenset({Target.NAME, Target.COMPANY, Target.EMAIL, Target.REMARKS, Target.LABEL})
_SWITCHES = {
    **dict.fromkeys("yes y true 1 x ja archived inactive 是 已归档".split(), True),
    **dict.fromkeys("no n false 0 nein active 否 -".split(), False),
    "": None,
}


@dataclass(frozen=True, slots=True)
class Person:
    """What a row says. Empty text, and None, say nothing. `numbers` has the label of each canonical number.

    `primary` is one of the numbers; empty where the row says that none is.
    """

    id: int | None = None
    name: str = ""
    company: str = ""
    email: str = ""
    remarks: str = ""
    archived: bool | None = None
    numbers: dict[str, str] = field(default_factory=dict)
    primary: str | None = None


@dataclass(slots=True)
class Entry:
    """A row as it was read. `repairs` and `faults` are what is kept of them: see `as_repair` and `as_fault`."""

    number: int
    cells: list[str]
    person: Person | None = None
    repairs: list[dict] = field(default_factory=list)
    faults: list[dict] = field(default_factory=list)

    def refuse(self, fault: Fault, column: str = "", cell: str = "") -> None:
        self.person = None
        self.faults.append({"fault": fault, "column": column, "cell": cell})


@dataclass(slots=True)
class _Said:
    """What the cells of a row say, while they are read. `first_of` has the first number of each column of them."""

    texts: dict[Target, list[str]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    first_of: dict[str, str] = field(default_factory=dict)

    def text(self, target: Target) -> str:
        return "\n".join(self.texts.get(target, []))


class Reader:
    """Reads rows by the headings and columns of an import, in the numbering plan of a region.

    A file that has our own IDs is taken for an export of ours: its texts stand as they are, blanks and all. Those of a
    CSV file are `escaped`; see `spreadsheets`.
    """

    def __init__(
        self, headings: Sequence[str], columns: Sequence[Column], region: str, *, escaped: bool = True
    ) -> None:
        self._headings = headings
        self._columns = columns
        self._region = region
        self._escaped = escaped
        self._remarks = sum(column.target is Target.REMARKS for column in columns)
        self._tells_primary = any(column.target is Target.PRIMARY for column in columns)
        self._label_places = _label_places(columns)
        self._id_place = next((place for place, column in enumerate(columns) if column.target is Target.ID), None)
        self._is_export = self._id_place is not None

    def entry(self, number: int, cells: list[str]) -> Entry:
        """The row, with its person or with every fault of it."""
        entry, said = Entry(number, cells), _Said()
        padded = self._padded(entry)
        for place, cell in enumerate(padded):
            if not cell:
                continue
            try:
                self._read(entry, place, padded, said)
            except Refused as refused:
                entry.refuse(refused.fault, self._headings[place], refused.cell)
        if not entry.faults:
            self._complete(entry, said)
        return entry

    def _padded(self, entry: Entry) -> list[str]:
        """The cells under the headings; words beyond the last heading belong to nobody."""
        width = len(self._headings)
        beyond = "".join(entry.cells[width:]).strip()
        if beyond:
            entry.refuse(Fault.TOO_MANY_CELLS, "", beyond[: repairing.SHOWN_LENGTH])
        return entry.cells[:width] + [""] * (width - len(entry.cells))

    def _read(self, entry: Entry, place: int, cells: list[str], said: _Said) -> None:
        heading, target, cell = self._headings[place], self._columns[place].target, cells[place]
        if target is Target.NUMBER:
            self._read_numbers(entry, place, cells, said)
        elif target not in _READ_BESIDE:
            value, repairs = self._text(target, cell)
            if target is Target.EMAIL:
                _require_email(value)
            if target is Target.REMARKS and value and self._remarks > 1:
                value = f"{heading}: {value}"
            if value:
                said.texts.setdefault(target, []).append(value)
            _note(entry, heading, cell, [value], repairs)

    def _text(self, target: Target, cell: str) -> tuple[str, list[Repair]]:
        if self._is_export and target in _EXACT:
            return (unescaped(cell) if self._escaped else cell), []
        match target:
            case Target.REMARKS:
                return repairing.text(cell)
            case Target.EMAIL:
                return repairing.email(cell)
        return repairing.one_line(cell)

    def _read_numbers(self, entry: Entry, place: int, cells: list[str], said: _Said) -> None:
        heading, cell, label = self._headings[place], cells[place], self._label(place, cells)
        # Of a contact of ours zeros may be a number that was stored; anywhere else they are none.
        has_id = self._id_place is not None and cells[self._id_place].strip()
        number = repairing.exported_number(cell, self._region) if self._is_export else ""
        if number and (has_id or number.strip("0")):
            said.numbers.setdefault(number, label)
            said.first_of.setdefault(heading_key(heading), number)
            return
        read = repairing.numbers(cell, self._region)
        for found in read.found:
            said.numbers.setdefault(
                found.number, label or _joined(self._columns[place].label, found.label)[:LABEL_MAX_LENGTH]
            )
            said.first_of.setdefault(heading_key(heading), found.number)
        _note(entry, heading, cell, [found.number for found in read.found], list(read.repairs))

    def _label(self, place: int, cells: list[str]) -> str:
        """The label that stands in a column of its own behind that of the number."""
        label_place = self._label_places.get(place)
        label = self._text(Target.LABEL, cells[label_place])[0] if label_place is not None else ""
        if len(label) > LABEL_MAX_LENGTH:
            raise Refused(Fault.TOO_LONG, label)
        return label

    def _complete(self, entry: Entry, said: _Said) -> None:
        try:
            entry.person = self._person(said)
        except Refused as refused:
            entry.refuse(refused.fault, "", refused.cell)
            return
        company = said.text(Target.COMPANY)
        if company and not entry.person.company:
            _note(entry, "", company, [company], [Repair.NAME_FROM_COMPANY])

    def _person(self, said: _Said) -> Person:
        name = said.text(Target.NAME) or _joined(said.text(Target.FIRST_NAME), said.text(Target.LAST_NAME))
        company = said.text(Target.COMPANY)
        person = Person(
            id=_id(said.text(Target.ID)),
            name=name or company,
            company=company if name else "",
            email=said.text(Target.EMAIL),
            remarks=said.text(Target.REMARKS),
            archived=_switch(said.text(Target.ARCHIVED)),
            numbers=said.numbers,
            primary=_primary(said) if self._tells_primary else None,
        )
        _require_whole(person)
        return person


def _label_places(columns: Sequence[Column]) -> dict[int, int]:
    """Of the columns of numbers that have one, where the column of their labels stands: behind it."""
    places: dict[int, int] = {}
    of_numbers = None
    for place, column in enumerate(columns):
        if column.target is Target.NUMBER:
            of_numbers = place
        elif column.target is Target.LABEL and of_numbers is not None:
            places.setdefault(of_numbers, place)
    return places


def _primary(said: _Said) -> str:
    """The number to whose column the row points, or none."""
    heading = said.text(Target.PRIMARY)
    if heading and heading_key(heading) not in said.first_of:
        raise Refused(Fault.BAD_PRIMARY, heading)
    return said.first_of.get(heading_key(heading), "")


def _note(entry: Entry, heading: str, cell: str, became: list[str], repairs: list[Repair]) -> None:
    if repairs:
        shown = cell[: repairing.SHOWN_LENGTH]
        entry.repairs.append({"column": heading, "cell": shown, "became": became, "repairs": repairs})


def _joined(*words: str) -> str:
    return " ".join(filter(None, words))


def _require_whole(person: Person) -> None:
    """A contact has a name and a number; a row with an ID may be of one who has none, or leave them out."""
    if person.id is None and not person.name:
        raise Refused(Fault.NAME_MISSING)
    if person.id is None and not person.numbers:
        raise Refused(Fault.NUMBER_MISSING)
    if len(person.numbers) > MOST_NUMBERS:
        raise Refused(Fault.TOO_MANY_NUMBERS)
    for target, most in MOST_CHARACTERS.items():
        if len(getattr(person, target)) > most:
            raise Refused(Fault.TOO_LONG, getattr(person, target))


def _require_email(address: str) -> None:
    try:
        if address:
            validate_email(address)
    except ValidationError:
        raise Refused(Fault.BAD_EMAIL, address) from None


def _id(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:20]) <= LARGEST_ID):
        raise Refused(Fault.BAD_ID, text)
    return int(text)


def _switch(text: str) -> bool | None:
    try:
        return _SWITCHES[text.casefold()]
    except KeyError:
        raise Refused(Fault.BAD_SWITCH, text) from None
