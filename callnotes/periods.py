"""Decides which days a period has, which days come before it, and which moments are theirs. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Self

from callnotes.wall_clock import moment, shown

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days, the last one included."""

    first: date
    last: date

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def start(self, zone: tzinfo) -> datetime:
        return moment(datetime.combine(self.first, time.min), zone)

    def end(self, zone: tzinfo) -> datetime:
        """The first moment after them."""
        return moment(datetime.combine(self.last + DAY, time.min), zone)

    def before(self) -> Self:
        """As many days right before; before whole months, as many months."""
        if self.first.day == 1 and (self.last + DAY).day == 1:
            months = _month(self.last) - _month(self.first) + 1
            return type(self)(_first_of(_month(self.first) - months), self.first - DAY)
        return type(self)(self.first - (self.last - self.first) - DAY, self.first - DAY)

    def up_to(self, now: datetime, zone: tzinfo, earlier: Self) -> datetime:
        """Until when earlier days are compared with these: while these last, to the same time on the clock.

        So that a morning is compared with a morning, not with a whole day.
        """
        end = earlier.end(zone)
        if not self.start(zone) <= now < self.end(zone):
            return end
        elapsed = shown(now, zone) - datetime.combine(self.first, time.min)
        return min(moment(datetime.combine(earlier.first, time.min) + elapsed, zone), end)

    def each(self) -> list[Self]:
        return [type(self)(day, day) for day in (self.first + DAY * place for place in range(len(self)))]

    def months(self) -> list[Self]:
        """The days, parted by month."""
        firsts = [_first_of(month) for month in range(_month(self.first), _month(self.last) + 1)]
        lasts = [first - DAY for first in firsts[1:]] + [self.last]
        return [type(self)(max(first, self.first), last) for first, last in zip(firsts, lasts, strict=True)]


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _week(day: date) -> Days:
    """From Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return Days(monday, monday + timedelta(days=6))


def _month_of(day: date) -> Days:
    return Days(_first_of(_month(day)), _first_of(_month(day) + 1) - DAY)


NAMED: dict[str, Callable[[date], Days]] = {
    "today": lambda today: Days(today, today),
    "yesterday": lambda today: Days(today - DAY, today - DAY),
    "this-week": _week,
    "last-week": lambda today: _week(today).before(),
    "this-month": _month_of,
    "last-month": lambda today: _month_of(today).before(),
}
