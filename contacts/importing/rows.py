"""Decides what a row says about a contact, as its columns are taken: a person, or why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from contacts.importing import repairing
from contacts.importing.mapping import Column, Target
from contacts.importing.repairing import LABEL_MAX_LENGTH, Fault, Refused, Repair

MOST_CHARACTERS = {Target.NAME: 200, Target.COMPANY: 200, Target.EMAIL: 254, Target.REMARKS: 10_000}
LARGEST_ID = 2**63 - 1
_SWITCHES = {
    **dict.fromkeys("yes y true 1 x ja archived inactive 是 已归档".split(), True),
    **dict.fromkeys("no n false 0 nein active 否 -".split(), False),
    "": None,
}


@dataclass(frozen=True, slots=True)
class Person:
    """What a row says. Empty text, and None, say nothing. `numbers` has the label of each canonical number."""

    id: int | None = None
    name: str = ""
    company: str = ""
    email: str = ""
    remarks: str = ""
    archived: bool | None = None
    numbers: dict[str, str] = field(default_factory=dict)


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


class Reader:
    """Reads rows by the headings and columns of an import, in the numbering plan of a region."""

    def __init__(self, headings: Sequence[str], columns: Sequence[Column], region: str) -> None:
        self._headings = headings
        self._columns = columns
        self._region = region
        self._remarks = sum(column.target is Target.REMARKS for column in columns)

    def entry(self, number: int, cells: list[str]) -> Entry:
        """The row, with its person or with every fault of it."""
        entry = Entry(number, cells)
        said: dict[Target, list[str]] = {}
        numbers: dict[str, str] = {}
        for heading, column, cell in zip(self._headings, self._columns, self._padded(entry), strict=True):
            try:
                self._read(entry, heading, column, cell, said, numbers)
            except Refused as refused:
                entry.refuse(refused.fault, heading, refused.cell)
        if not entry.faults:
            self._complete(entry, said, numbers)
        return entry

    def _padded(self, entry: Entry) -> list[str]:
        """The cells under the headings; words beyond the last heading belong to nobody."""
        width = len(self._headings)
        beyond = "".join(entry.cells[width:]).strip()
        if beyond:
            entry.refuse(Fault.TOO_MANY_CELLS, "", beyond[: repairing.SHOWN_LENGTH])
        return entry.cells[:width] + [""] * (width - len(entry.cells))

    def _read(self, entry: Entry, heading: str, column: Column, cell: str, said: dict, numbers: dict) -> None:
        match column.target:
            case Target.NOTHING:
                return
            case Target.NUMBER:
                self._read_numbers(entry, heading, column, cell, numbers)
                return
            case Target.REMARKS:
                value, repairs = repairing.text(cell)
                value = f"{heading}: {value}" if value and self._remarks > 1 else value
            case Target.EMAIL:
                value, repairs = repairing.email(cell)
                _require_email(value)
            case _:
                value, repairs = repairing.one_line(cell)
        said.setdefault(column.target, []).append(value)
        _note(entry, heading, cell, [value], repairs)

    def _read_numbers(self, entry: Entry, heading: str, column: Column, cell: str, numbers: dict) -> None:
        read = repairing.numbers(cell, self._region)
        for found in read.found:
            label = " ".join(filter(None, [column.label, found.label]))[:LABEL_MAX_LENGTH]
            numbers.setdefault(found.number, label)
        _note(entry, heading, cell, [found.number for found in read.found], list(read.repairs))

    def _complete(self, entry: Entry, said: dict[Target, list[str]], numbers: dict[str, str]) -> None:
        try:
            values = {target: "\n".join(filter(None, texts)) for target, texts in said.items()}
            name = values.get(Target.NAME) or _full_name(values)
            company = values.get(Target.COMPANY, "")
            person = Person(
                id=_id(values.get(Target.ID, "")),
                name=name or company,
                company=company if name else "",
                email=values.get(Target.EMAIL, ""),
                remarks=values.get(Target.REMARKS, ""),
                archived=_switch(values.get(Target.ARCHIVED, "")),
                numbers=numbers,
            )
            _require_whole(person)
        except Refused as refused:
            entry.refuse(refused.fault, "", refused.cell)
            return
        if company and not name:
            _note(entry, "", company, [company], [Repair.NAME_FROM_COMPANY])
        entry.person = person


def _note(entry: Entry, heading: str, cell: str, became: list[str], repairs: list[Repair]) -> None:
    if repairs:
        shown = cell[: repairing.SHOWN_LENGTH]
        entry.repairs.append({"column": heading, "cell": shown, "became": became, "repairs": repairs})


def _full_name(values: dict[Target, str]) -> str:
    return " ".join(filter(None, [values.get(Target.FIRST_NAME), values.get(Target.LAST_NAME)]))


def _require_whole(person: Person) -> None:
    """A contact has a name and a number; a row that names one by its id may leave them out."""
    if person.id is None and not person.name:
        raise Refused(Fault.NAME_MISSING)
    if person.id is None and not person.numbers:
        raise Refused(Fault.NUMBER_MISSING)
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
