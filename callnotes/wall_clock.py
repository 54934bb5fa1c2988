"""Decides which moment a time on the wall clock of a zone is. Pure.

Twice a year most clocks are set. A time that the clock skips then is read with the offset that held before, so that
02:30 is 03:30 of the new time; a time that comes twice is its first. Source: RFC 5545, section 3.3.5, form 3.
"""

from datetime import UTC, datetime, tzinfo


def moment(naive: datetime, zone: tzinfo) -> datetime:
    """The moment, in UTC, at which clocks of the zone show the time. Raises ValueError where it is no naive time.

    A skipped time comes out as late as the clock was set forward: after times that follow it on the clock.
    """
    if naive.tzinfo is not None:
        raise ValueError(f"{naive} is a moment already")
    # The first of two, and the offset from before a gap, are what fold=0 says (PEP 495).
    return naive.replace(tzinfo=zone, fold=0).astimezone(UTC)


def shown(moment: datetime, zone: tzinfo) -> datetime:
    """The naive time that clocks of the zone show at the moment."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)
