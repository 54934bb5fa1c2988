"""Decides which times are offered for a call later, at one click. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from callnotes import wall_clock

MORNING, AFTERNOON = time(9), time(15)
AFTERNOON_OFFERED_BEFORE = time(14, 30)


@dataclass(frozen=True, slots=True)
class QuickTime:
    """`key` is hour, afternoon, tomorrow or monday; `moment` is in UTC."""

    key: str
    moment: datetime


def quick_times(now: datetime, zone: tzinfo) -> tuple[QuickTime, ...]:
    """In an hour, and on the wall clock of the zone: this afternoon, tomorrow and next Monday; the soonest first.

    The afternoon is left out when it is near, Monday when it is tomorrow.
    """
    later = [quick_time for quick_time in _offered(now, zone) if quick_time.moment > now]
    return tuple(sorted(later, key=lambda quick_time: quick_time.moment))


def _offered(now: datetime, zone: tzinfo) -> Iterator[QuickTime]:
    yield QuickTime("hour", (now.astimezone(UTC) + timedelta(hours=1)).replace(second=0, microsecond=0))
    shown = wall_clock.shown(now, zone)
    tomorrow = shown.date() + timedelta(days=1)
    monday = shown.date() + timedelta(days=7 - shown.weekday())
    if shown.time() < AFTERNOON_OFFERED_BEFORE:
        yield QuickTime("afternoon", wall_clock.moment(datetime.combine(shown.date(), AFTERNOON), zone))
    yield QuickTime("tomorrow", wall_clock.moment(datetime.combine(tomorrow, MORNING), zone))
    if monday != tomorrow:
        yield QuickTime("monday", wall_clock.moment(datetime.combine(monday, MORNING), zone))
