"""Pages of a history, newest first, by where the last one ended: no counting, however long the history."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from django.http import Http404
from django.utils import timezone

from callnotes import history
from callnotes.models import Place, TimelineQuerySet, TimelineRow

ROWS_PER_PAGE = 50

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"([0-9]{1,17})-([a-z]{1,10})-([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    rows: list[TimelineRow]


@dataclass(frozen=True, slots=True)
class Page:
    """`older` is the cursor of the next page, empty on the last one."""

    rows: list[TimelineRow]
    older: str
    is_newest: bool

    @property
    def days(self) -> list[Day]:
        """The rows by the day on which they happened, in the zone of who reads them."""
        by_day = groupby(self.rows, lambda row: timezone.localdate(row.place.moment))
        return [Day(on, list(rows)) for on, rows in by_day]


def page(sources: history.Sources, before: str = "") -> Page:
    """The rows that follow the cursor `before`. Raises Http404 for a cursor that is none."""
    found = history.newest(sources, ROWS_PER_PAGE + 1, _read(before) if before else None)
    shown = found[:ROWS_PER_PAGE]
    return Page(shown, older=_cursor(shown[-1].place) if len(found) > len(shown) else "", is_newest=not before)


def page_by(rows: TimelineQuerySet, moment: str, before: str = "") -> Page:
    """The same of rows by another moment of theirs than that of histories, with what a list shows of them."""
    if before:
        place = _read(before)
        rows = rows.filter(**{f"{moment}__lte": place.moment}).exclude(**{moment: place.moment, "pk__gte": place.pk})
    found = list(rows.order_by(f"-{moment}", "-pk").for_display()[: ROWS_PER_PAGE + 1])
    shown = found[:ROWS_PER_PAGE]
    older = ""
    if len(found) > len(shown):
        older = _cursor(Place(getattr(shown[-1], moment), shown[-1].kind, shown[-1].pk))
    return Page(shown, older, is_newest=not before)


def _cursor(place: Place) -> str:
    return f"{(place.moment - _EPOCH) // timedelta(microseconds=1)}-{place.kind}-{place.pk}"


def _read(cursor: str) -> Place:
    match = _CURSOR.fullmatch(cursor)
    if not match:
        raise Http404("This page does not exist; start at the newest.")
    moment = _EPOCH + timedelta(microseconds=int(match[1]))
    return Place(moment, kind=match[2], pk=int(match[3]))
