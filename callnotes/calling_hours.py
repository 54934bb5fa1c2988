"""Decides when the call centre calls: hours of a week, on the wall clock of a zone. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from itertools import count, pairwise

from callnotes import wall_clock

DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
HOUR, DAY = 60, 24 * 60  # in minutes

WRITE_HOURS = "write days and hours such as Mo-Fr 09:00-12:30 13:30-18:00, Sa 10:00-14:00"
WRITE_FORWARD = "write periods that end after they begin, and a night as two: Mo 22:00-24:00, Tu 00:00-06:00"
WRITE_APART = "write periods that do not overlap, such as Mo-Fr 09:00-18:00, Sa 10:00-14:00"

_DAY = "|".join(DAYS)
_PERIOD = re.compile(r"(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})", re.ASCII)
_GROUP = re.compile(
    rf"\s*(?P<first>{_DAY})(\s*-\s*(?P<last>{_DAY}))?(?P<periods>(\s+{_PERIOD.pattern})+)\s*", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class CallingHours:
    """`periods` are half-open, in minutes since Monday began; in their order, apart, and at least one."""

    periods: tuple[tuple[int, int], ...]

    def contains(self, moment: datetime, zone: tzinfo) -> bool:
        shown = wall_clock.shown(moment, zone)
        minute = shown.weekday() * DAY + shown.hour * HOUR + shown.minute
        return any(start <= minute < end for start, end in self.periods)

    def next_start(self, moment: datetime, zone: tzinfo) -> datetime:
        """The next working hour, in UTC: later than the moment, a full hour within a period or a period's beginning.

        What the clock skips does not count, and what it shows twice counts once, the first time.
        """
        today = wall_clock.shown(moment, zone)
        monday = datetime.combine(today.date() - timedelta(days=today.weekday()), time.min)
        return next(start for start in self._starts_since(monday, zone) if start > moment)

    def _starts_since(self, monday: datetime, zone: tzinfo) -> Iterator[datetime]:
        minutes = [minute for period in self.periods for minute in _starts(*period)]
        for week in count():
            for minute in minutes:
                naive = monday + timedelta(weeks=week, minutes=minute)
                start = wall_clock.moment(naive, zone)
                if wall_clock.shown(start, zone) == naive:
                    yield start


def read(text: str) -> CallingHours:
    """Reads `Mo-Fr 09:00-12:30 13:30-18:00, Sa 10:00-14:00`. Raises ValueError, saying what to write.

    Days go round the week (`Sa-Mo`), `24:00` ends a day, periods that touch are one.
    """
    periods = sorted(period for group in text.split(",") for period in _periods(group))
    if any(end > start for (_, end), (start, _) in pairwise(periods)):
        raise ValueError(WRITE_APART)
    return CallingHours(tuple(_joined(periods)))


def _periods(group: str) -> Iterator[tuple[int, int]]:
    """The periods of one or several days, in minutes since Monday began."""
    match = _GROUP.fullmatch(group)
    if not match:
        raise ValueError(WRITE_HOURS)
    first = DAYS.index(match["first"].lower())
    last = DAYS.index((match["last"] or match["first"]).lower())
    of_a_day = [(_minute(start), _minute(end)) for start, end in _PERIOD.findall(match["periods"])]
    if any(end <= start for start, end in of_a_day):
        raise ValueError(WRITE_FORWARD)
    for day in range(first, first + (last - first) % 7 + 1):
        began = day % 7 * DAY
        yield from ((began + start, began + end) for start, end in of_a_day)


def _minute(text: str) -> int:
    hour, minute = map(int, text.split(":"))
    if minute >= HOUR or hour * HOUR + minute > DAY:
        raise ValueError(WRITE_HOURS)
    return hour * HOUR + minute


def _joined(periods: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in periods:
        if joined and joined[-1][1] == start:
            start = joined.pop()[0]
        joined.append((start, end))
    return joined


def _starts(start: int, end: int) -> list[int]:
    """A period's beginning and the full hours in it, in minutes."""
    next_full_hour = (start // HOUR + 1) * HOUR
    return [start, *range(next_full_hour, end, HOUR)]
