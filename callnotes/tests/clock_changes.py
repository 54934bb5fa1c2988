"""Every change of a clock from 2024 to 2040, in every zone that there is."""

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

DAY_SECONDS = 24 * 60 * 60
FIRST = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
LAST = int(datetime(2041, 1, 1, tzinfo=UTC).timestamp())
ZONES = sorted(zoneinfo.available_timezones())


@dataclass(frozen=True)
class Change:
    """A clock is set: `at` is the first moment with the offset `after`."""

    zone: ZoneInfo
    at: datetime
    before: timedelta
    after: timedelta

    @property
    def length(self) -> timedelta:
        """How far it is set, forward or back."""
        return abs(self.after - self.before)

    @property
    def begins(self) -> datetime:
        """The first wall clock time that is skipped, or that comes twice."""
        return self.at.replace(tzinfo=None) + min(self.before, self.after)

    @property
    def ends(self) -> datetime:
        """The first wall clock time that is not skipped any more, or comes but once again."""
        return self.begins + self.length


@cache
def gaps() -> list[Change]:
    return [change for change in _changes() if change.after > change.before]


@cache
def overlaps() -> list[Change]:
    return [change for change in _changes() if change.after < change.before]


@cache
def _changes() -> list[Change]:
    return [change for name in ZONES for change in _changes_of(ZoneInfo(name))]


def _changes_of(zone: ZoneInfo) -> Iterator[Change]:
    """Found from day to day: a clock that was set and set back between would be missed."""
    offsets = [(day, _offset(day, zone)) for day in range(FIRST, LAST + 1, DAY_SECONDS)]
    for (day, before), (next_day, after) in pairwise(offsets):
        if before != after:
            yield Change(zone, _first_with(after, day, next_day, zone), before, after)


def _first_with(offset: timedelta, early: int, late: int, zone: ZoneInfo) -> datetime:
    while late - early > 1:
        middle = (early + late) // 2
        early, late = (early, middle) if _offset(middle, zone) == offset else (middle, late)
    return datetime.fromtimestamp(late, UTC)


def _offset(seconds: int, zone: ZoneInfo) -> timedelta:
    return datetime.fromtimestamp(seconds, zone).utcoffset()
