"""Decides what a list of numbers that are not to be called adds to the ledger: an export of it, or any with numbers."""

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import BinaryIO

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from callnotes import do_not_disturb
from callnotes.fields import aware
from callnotes.models import DoNotDisturb
from callnotes.models.do_not_disturb import REASON_MAX_LENGTH
from contacts.importing import reading, repairing
from contacts.importing.mapping import Target, guess, heading_key
from contacts.importing.repairing import Refused
from contacts.importing.wording import fault_words
from contacts.spreadsheets import lines, plain, unescaped
from contacts.turns import turns

AT_ONCE = 500
# In English in every language, as the columns of exports are.
WHY_HEADING = "Why it was rejected"
READ_BESIDE_NUMBERS = ["since", "until", "reason", "lifted"]


class Outcome(StrEnum):
    ADDED = "added"
    UNCHANGED = "unchanged"
    PAST = "past"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a row asks for: that a number is not called, since when and until when."""

    number: str
    reason: str
    since: datetime | None
    ends_at: datetime | None
    is_past: bool

    def is_met_by(self, ends: list[datetime | None]) -> bool:
        """Whether one of the entries in force, which end then, lasts as long."""
        return any(end is None or (self.ends_at is not None and end >= self.ends_at) for end in ends)


@dataclass(frozen=True, slots=True)
class Taken:
    """A row and its place in the file, what became of it, or would, and why it was rejected."""

    row: int
    cells: list[str]
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows became what, and those that were rejected."""

    counts: Counter[Outcome]
    rejected: list[Taken]


def tally(all_taken: Iterable[Taken]) -> Tally:
    """Counts rows as they are taken, and keeps none but the rejected ones."""
    counts: Counter[Outcome] = Counter()
    rejected: list[Taken] = []
    for taken in all_taken:
        counts[taken.outcome] += 1
        rejected += [taken] if taken.outcome is Outcome.REJECTED else []
    return Tally(counts, rejected)


def rejected_lines(headings: list[str], rejected: list[Taken]) -> Iterator[str]:
    """The lines of a CSV file of rejected rows: as they came, with the reason behind them. Reasons of before are gone.

    Cells beyond the last heading stand behind the reason.
    """
    kept = [place for place, heading in enumerate(headings) if heading != WHY_HEADING]
    rows = (_cells(taken, kept, len(headings)) for taken in rejected)
    return lines([*(plain(headings[place]) for place in kept), WHY_HEADING], rows)


def _cells(taken: Taken, kept: list[int], width: int) -> list[str]:
    padded = taken.cells + [""] * (width - len(taken.cells))
    return [plain(cell) for cell in [*(padded[place] for place in kept), taken.why, *taken.cells[width:]]]


class Ledger:
    """A CSV file of numbers, which `opened` gives from its beginning. Raises ValidationError for one that is none."""

    def __init__(self, opened: Callable[[], BinaryIO]) -> None:
        self._opened = opened
        with opened() as file:
            self._dialect = reading.found_dialect(file.read(reading.SAMPLE_BYTES))
        with opened() as file:
            self.headings = reading.survey(file, self._dialect).headings
        self._number_place = self._place_of_numbers()
        self._places = {heading_key(heading): place for place, heading in enumerate(self.headings)}

    @property
    def read_headings(self) -> list[str]:
        """Those of the columns that count, in the order of the file."""
        read = {self._number_place, *(self._places.get(heading) for heading in READ_BESIDE_NUMBERS)}
        return [heading for place, heading in enumerate(self.headings) if place in read]

    def text(self) -> str:
        """The whole file, in whichever encoding it came, with all its line ends made one."""
        with io.TextIOWrapper(self._opened(), encoding=self._dialect.encoding, newline=None) as file:
            return file.read()

    def has_more_rows_than(self, most: int) -> bool:
        """Blank ones and what stands above them are none."""
        with self._opened() as file:
            return any(islice(reading.entries(file, self._dialect), most, None))

    def take(self, by: AbstractBaseUser, *, check: bool = False) -> Iterator[Taken]:
        """What becomes of each row, stored AT_ONCE rows at a time; a `check` stores nothing. Safe to repeat."""
        added: dict[str, list[datetime | None]] = {}
        with self._opened() as file:
            rows = reading.entries(file, self._dialect)
            while page := list(islice(rows, AT_ONCE)):
                wishes = [self._wish(cells) for _row, cells in page]
                outcomes = _outcomes(wishes, added) if check else _written(wishes, added, by)
                for (row, cells), outcome in zip(page, outcomes, strict=True):
                    yield Taken(row, cells, *outcome)

    def _place_of_numbers(self) -> int:
        with self._opened() as file:
            first = reading.head(file, self._dialect, reading.SAMPLE_ROWS)[self._dialect.header_row :]
        columns = guess(self.headings, first, settings.DEFAULT_PHONE_REGION)
        places = [place for place, column in enumerate(columns) if column.target is Target.NUMBER]
        if len(places) != 1:
            raise ValidationError(_("The file needs one column of phone numbers. Give it the heading Number."))
        return places[0]

    def _wish(self, cells: list[str]) -> Wish | str:
        """What a row asks for, or why it cannot be read."""
        try:
            return self._read(cells)
        except Refused as refused:
            heading = self.headings[self._number_place]
            return fault_words({"fault": refused.fault, "column": heading, "cell": refused.cell})
        except ValidationError as error:
            return " ".join(error.messages)

    def _read(self, cells: list[str]) -> Wish:
        padded = cells + [""] * (len(self.headings) - len(cells))
        found = repairing.numbers(padded[self._number_place], settings.DEFAULT_PHONE_REGION).found
        if len(found) != 1:
            raise ValidationError(_("A row is about one number. Write one in each."))
        now = timezone.now()
        since, ends_at = self._moment(padded, "since"), self._moment(padded, "until")
        if since and (since > now or (ends_at and ends_at <= since)):
            raise ValidationError(_("Since has to lie in the past, and before Until. Mend it, or empty the cell."))
        is_past = bool(self._cell(padded, "lifted") or (ends_at and ends_at <= now))
        reason = Truncator(self._cell(padded, "reason")).chars(REASON_MAX_LENGTH)
        return Wish(found[0].number, reason, since, ends_at, is_past)

    def _cell(self, cells: list[str], heading: str) -> str:
        return unescaped(cells[self._places[heading]]).strip() if heading in self._places else ""

    def _moment(self, cells: list[str], heading: str) -> datetime | None:
        """The moment under a heading; None for an empty cell. Raises ValidationError."""
        text = self._cell(cells, heading)
        if text and aware(text) is None:
            said = _("{cell} is no moment. Write it as 2026-03-04T20:00:00+08:00, or empty the cell.")
            raise ValidationError(said.format(cell=text[:40]))
        return aware(text) if text else None


def _written(wishes: list[Wish | str], added: dict, by: AbstractBaseUser) -> list[tuple[Outcome, str]]:
    """As `_outcomes`, with what is added stored in turn: who sends the same beside it adds nothing."""
    with turns(_numbers(wishes)):
        outcomes = _outcomes(wishes, added)
        wanted = [wish for wish, (outcome, _why) in zip(wishes, outcomes, strict=True) if outcome is Outcome.ADDED]
        do_not_disturb.put_all([_entry(wish) for wish in wanted], by)
    return outcomes


def _entry(wish: Wish) -> DoNotDisturb:
    set_at = wish.since or timezone.now()
    return DoNotDisturb(number=wish.number, reason=wish.reason, ends_at=wish.ends_at, set_at=set_at)


def _outcomes(wishes: list[Wish | str], added: dict) -> list[tuple[Outcome, str]]:
    """What becomes of rows, and why some are rejected. One query."""
    in_force = do_not_disturb.ends(_numbers(wishes))
    return [_outcome(wish, in_force, added) for wish in wishes]


def _numbers(wishes: list[Wish | str]) -> set[str]:
    return {wish.number for wish in wishes if isinstance(wish, Wish)}


def _outcome(wish: Wish | str, in_force: dict, added: dict) -> tuple[Outcome, str]:
    """What becomes of a row beside what is in force and what the rows before it have added, and why it is rejected."""
    if isinstance(wish, str):
        return Outcome.REJECTED, wish
    if wish.is_past:
        return Outcome.PAST, ""
    if wish.is_met_by([*in_force.get(wish.number, []), *added.get(wish.number, [])]):
        return Outcome.UNCHANGED, ""
    added.setdefault(wish.number, []).append(wish.ends_at)
    return Outcome.ADDED, ""
