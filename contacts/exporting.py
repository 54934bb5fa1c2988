"""The one way in which rows leave as a file: all that a list has, in its order, read bit by bit, kept in the history.

The keys are read first, eight bytes for each row, and then the rows, READ_AT_ONCE at a time: so a file shows each row
that the list had, once, in the list's order, however long the reader takes and whatever is added meanwhile, and no
query stays open. A row that is deleted meanwhile is left out.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone

from contacts.spreadsheets import Row, csv_pieces
from contacts.workbooks import COLUMNS_PER_SHEET, xlsx_pieces

READ_AT_ONCE = 500
KEYS_READ_AT_ONCE = 10_000
WRITERS = {"csv": csv_pieces, "xlsx": xlsx_pieces}
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class TooWide(Exception):
    """A sheet of a workbook has fewer columns than these rows have."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a file shows of rows: `rows` brings all that `cells` reads of some of them, in as many queries for any."""

    name: str
    columns: list[str]
    rows: QuerySet
    cells: Callable[[list[Model]], Iterable[Row]]


def download(
    table: Table, chosen: QuerySet, kind: str, *, by: AbstractBaseUser, said: str = ""
) -> StreamingHttpResponse:
    """The chosen rows, in their order, as a file of a kind of WRITERS; `said` tells the history which they are.

    Costs two queries, and while it is read what the table costs for every READ_AT_ONCE rows. Raises TooWide.
    """
    if kind == "xlsx" and len(table.columns) > COLUMNS_PER_SHEET:
        raise TooWide
    keys = _keys(chosen)
    _remember(table, len(keys), kind, by, said)
    name = f"{table.name}-{timezone.localdate():%Y-%m-%d}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    pieces = WRITERS[kind](table.columns, _pages(table, keys))
    return StreamingHttpResponse(pieces, content_type=CONTENT_TYPES[kind], headers=headers)


def moment(at: datetime | None, zone: tzinfo) -> str:
    """ISO 8601 with the zone's offset: `2026-03-03T14:05:00+08:00`; empty for none."""
    return at.astimezone(zone).isoformat(timespec="seconds") if at else ""


def _keys(chosen: QuerySet) -> array:
    keys = chosen.prefetch_related(None).values_list("pk", flat=True)
    return array("q", keys.iterator(chunk_size=KEYS_READ_AT_ONCE))


def _pages(table: Table, keys: array) -> Iterator[Iterable[Row]]:
    for start in range(0, len(keys), READ_AT_ONCE):
        wanted = keys[start : start + READ_AT_ONCE]
        found = table.rows.in_bulk(wanted)
        yield table.cells([found[key] for key in wanted if key in found])


def _remember(table: Table, count: int, kind: str, by: AbstractBaseUser, said: str) -> None:
    """Writes to Django's history, in English for all who read it, who exported what, and how much."""
    LogEntry.objects.create(
        user_id=by.pk,
        content_type=ContentType.objects.get_for_model(table.rows.model),
        object_repr=f"Export: {table.name}",
        action_flag=CHANGE,
        change_message=f"Exported as {kind.upper()}, rows: {count}. {said}".strip(),
    )
