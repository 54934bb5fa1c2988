"""Times and durations in the forms in which 3CX prints them. Pure: the zone of local times is an argument.

A form is read or refused, never guessed. Sources: published CRM templates for V16 to V20, and .NET's own formats.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

SEND_ISO = 'send it as .ToString("yyyy-MM-ddTHH:mm:ssZ") prints it'

# .NET's `:` in a format is the culture's separator, a dot in some.
_CLOCK = r"[T ](?P<hour>\d{1,2})[:.](?P<minute>\d{2})([:.](?P<second>\d{2})([.,]\d{1,9})?)?"
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})(?P<sign>[-/])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})"
    + _CLOCK
    + r" ?(?P<offset>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
# With dots, day comes first in every culture that .NET has, unless the year does.
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})" + _CLOCK, re.ASCII)
_EPOCH_MILLISECONDS = re.compile(r"\d{12,14}", re.ASCII)
_TIMESPAN = re.compile(
    r"((?P<days>\d{1,4})\.)?(?P<hours>\d{1,4}):(?P<minutes>\d{2}):(?P<seconds>\d{2})([.,]\d{1,7})?", re.ASCII
)
_SECONDS = re.compile(r"(\d{1,9})([.,]\d{1,7})?", re.ASCII)
# .NET prints a moment that there was not as the first of its calendar.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


def moment(text: str, zone: tzinfo) -> datetime | None:
    """An aware moment in whole seconds; None for .NET's moment that there was not.

    Reads `2026-11-22T14:05:06Z` with or without fraction and offset, `2026-11-22 14:05:06`, `22.11.2026 14:05:06`,
    and milliseconds since 1970. `zone` is that of a text without an offset. Raises ValueError, saying what to send.
    """
    text = text.strip()
    if not (_EPOCH_MILLISECONDS.fullmatch(text) or _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)):
        raise ValueError(f"cannot be read for sure; {SEND_ISO}")
    try:
        read = _read(text, zone)
    except ValueError:
        raise ValueError(f"is no date and time; {SEND_ISO}") from None
    if read.year > _LAST_YEAR:
        raise ValueError(f"lies too far ahead; {SEND_ISO}")
    return read.astimezone(UTC) if read.year >= _FIRST_YEAR else None


def seconds(text: str) -> int:
    """A duration in whole seconds, from `hh:mm:ss`, `d.hh:mm:ss` or a number of seconds. Raises ValueError."""
    text = text.strip()
    if match := _SECONDS.fullmatch(text):
        return int(match[1])
    if match := _TIMESPAN.fullmatch(text):
        return int(timedelta(**{unit: int(value or 0) for unit, value in match.groupdict().items()}).total_seconds())
    raise ValueError("is no duration; send it as hh:mm:ss, or as a number of seconds")


def _read(text: str, zone: tzinfo) -> datetime:
    if _EPOCH_MILLISECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text) // 1000, UTC)
    match = _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    parts = match.groupdict() if match else {}
    names = ("year", "month", "day", "hour", "minute", "second")
    year, month, day, hour, minute, second = (int(parts[name] or 0) for name in names)
    return datetime(year, month, day, hour, minute, second, tzinfo=_offset(parts.get("offset")) or zone)


def _offset(text: str | None) -> tzinfo | None:
    if not text or text == "Z":
        return UTC if text else None
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))
