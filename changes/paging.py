"""Pages of the list of changes, newest first, by where the last one ended: nothing is counted, however long it is."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.http import Http404

from changes.reading import Entry, entries
from changes.sources import SOURCES, Place, Wanted

ENTRIES_PER_PAGE = 50

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"([0-9]{1,17})-([a-z0-9_.]{1,100})-([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """`older` is the cursor of the next page, empty on the last one."""

    entries: list[Entry]
    older: str
    is_newest: bool


def page(wanted: Wanted, before: str = "") -> Page:
    """The changes that are wanted, after the cursor `before`. Raises Http404 for a cursor that is none."""
    found = SOURCES.newest(wanted, _read(before) if before else None, ENTRIES_PER_PAGE + 1)
    shown = found[:ENTRIES_PER_PAGE]
    return Page(entries(shown), older=_cursor(shown[-1][0]) if len(found) > len(shown) else "", is_newest=not before)


def _cursor(place: Place) -> str:
    return f"{(place.moment - _EPOCH) // timedelta(microseconds=1)}-{place.source}-{place.pk}"


def _read(cursor: str) -> Place:
    match = _CURSOR.fullmatch(cursor)
    if not match:
        raise Http404("This page does not exist; start at the newest.")
    return Place(_EPOCH + timedelta(microseconds=int(match[1])), match[2], int(match[3]))
