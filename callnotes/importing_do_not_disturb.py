"""Decides what a list of numbers that are not to be called adds to the ledger: an export of it, or any with numbers."""

from collections.abc import Callable, Iterator
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

from callnotes import do_not_disturb
from callnotes.fields import aware
from callnotes.models import DoNotDisturb
from callnotes.models.do_not_disturb import REASON_MAX_LENGTH
from contacts.importing import reading, repairing
from contacts.importing.mapping import Target, guess, heading_key
from contacts.importing.repairing import Refused
from contacts.importing.wording import fault_words
from contacts.spreadsheets import unescaped

AT_ONCE = 500


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
    """A row, what became of it, or would, and why it was rejected."""

    cells: list[str]
    outcome: Outcome
    why: str = ""


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

    def take(self, by: AbstractBaseUser, *, check: bool = False) -> Iterator[Taken]:
        """What becomes of each row, as it is stored; a `check` stores nothing. Safe to repeat."""
        added: dict[str, list[datetime | None]] = {}
        with self._opened() as file:
            rows = (cells for _, cells in reading.entries(file, self._dialect))
            while page := list(islice(rows, AT_ONCE)):
                wishes = [self._wish(cells) for cells in page]
                in_force = _ends({wish.number for wish in wishes if isinstance(wish, Wish)})
                for cells, wish in zip(page, wishes, strict=True):
                    taken = _taken(cells, wish, in_force, added)
                    if taken.outcome is Outcome.ADDED and not check:
                        do_not_disturb.put(wish.number, by, wish.reason, wish.ends_at, wish.since)
                    yield taken

    def _place_of_numbers(self) -> int:
        with self._opened() as file:
            first = reading.head(file, self._dialect, reading.SAMPLE_ROWS)[self._dialect.header_row :]
        columns = guess(self.headings, first, settings.DEFAULT_PHONE_REGION)
        places = [place for place, column in enumerate(columns) if column.target is Target.NUMBER]
        if len(places) != 1:
            raise ValidationError("The file needs one column of phone numbers. Give it the heading Number.")
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
            raise ValidationError("A row is about one number. Write one in each.")
        now = timezone.now()
        since, ends_at = self._moment(padded, "since"), self._moment(padded, "until")
        if since and (since > now or (ends_at and ends_at <= since)):
            raise ValidationError("Since has to lie in the past, and before Until. Mend it, or empty the cell.")
        is_past = bool(self._cell(padded, "lifted") or (ends_at and ends_at <= now))
        reason = Truncator(self._cell(padded, "reason")).chars(REASON_MAX_LENGTH)
        return Wish(found[0].number, reason, since, ends_at, is_past)

    def _cell(self, cells: list[str], heading: str) -> str:
        return unescaped(cells[self._places[heading]]).strip() if heading in self._places else ""

    def _moment(self, cells: list[str], heading: str) -> datetime | None:
        """The moment under a heading; None for an empty cell. Raises ValidationError."""
        text = self._cell(cells, heading)
        if text and aware(text) is None:
            raise ValidationError(
                f"{text[:40]} is no moment. Write it as 2026-03-04T20:00:00+08:00, or empty the cell."
            )
        return aware(text) if text else None


def _ends(numbers: set[str]) -> dict[str, list[datetime | None]]:
    """When the entries of these numbers that are in force end. One query."""
    ends: dict[str, list[datetime | None]] = {}
    for number, end in DoNotDisturb.objects.in_force(timezone.now()).on(numbers).values_list("number", "ends_at"):
        ends.setdefault(number, []).append(end)
    return ends


def _taken(cells: list[str], wish: Wish | str, in_force: dict, added: dict) -> Taken:
    """What becomes of a row beside what is in force, and what the rows before it have added."""
    if isinstance(wish, str):
        return Taken(cells, Outcome.REJECTED, wish)
    if wish.is_past:
        return Taken(cells, Outcome.PAST)
    if wish.is_met_by([*in_force.get(wish.number, []), *added.get(wish.number, [])]):
        return Taken(cells, Outcome.UNCHANGED)
    added.setdefault(wish.number, []).append(wish.ends_at)
    return Taken(cells, Outcome.ADDED)
