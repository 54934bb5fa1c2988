"""The fastest way in which a database takes many new rows: as they are, without an object for each.

By COPY on PostgreSQL, by one prepared statement on SQLite. What `save` and `bulk_create` derive or trace is not done.
"""

import io
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

# What ends a cell or a row for COPY, or begins a sign for either.
_COPIED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL = "\\N"
# Up to so many keys are taken one by one: nothing else that takes some meanwhile is overtaken.
_TAKEN_ONE_BY_ONE = 10_000


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Stores rows of the columns of these names (`contact_id`). Those of JSON are taken as Python has them.

    Raises Django's errors of the database.
    """
    columns = ", ".join(map(connection.ops.quote_name, names))
    into = f"{connection.ops.quote_name(model._meta.db_table)} ({columns})"
    written = [_writer(model, name) for name in names]
    cells = ([write(value) for write, value in zip(written, row, strict=True)] for row in rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lines = ("\t".join(map(_copied, row)) for row in cells)
            with connection.wrap_database_errors:
                cursor.copy_expert(f"COPY {into} FROM STDIN", io.StringIO("\n".join(lines)))
        else:
            places = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO {into} VALUES ({places})", cells)  # noqa: S608


def fresh_keys(model: type[models.Model], count: int, above: int = 0) -> list[int]:
    """Keys for new rows, which nobody else gets. To be called in a transaction.

    They are `above` the largest key that `take_keys` was told: SQLite learns of that by the INSERT alone.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        last = max(cursor.fetchone()[0], above)
    return list(range(last + 1, last + count + 1))


def take_keys(model: type[models.Model], largest: int) -> None:
    """Sees to it that keys that were told, up to this one, are given to no row to come. SQLite does so by itself."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
        sequence = cursor.fetchone()[0]
        # The last value of a sequence that gave no key yet is the first that it will give.
        cursor.execute(f"SELECT last_value - (NOT is_called)::int FROM {sequence}")  # noqa: S608
        missing = largest - cursor.fetchone()[0]
        if missing > _TAKEN_ONE_BY_ONE:
            cursor.execute("SELECT setval(%s, %s)", [sequence, largest])
        elif missing > 0:
            cursor.execute("SELECT max(nextval(%s)) FROM generate_series(1, %s)", [sequence, missing])


def _writer(model: type[models.Model], name: str) -> Callable[[Any], Any]:
    field = model._meta.get_field(name)
    if isinstance(field, models.JSONField):
        return _json
    return _moment if isinstance(field, models.DateTimeField) else _as_it_is


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, cls=DjangoJSONEncoder)


def _moment(value: datetime | None) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def _as_it_is(value: Any) -> Any:
    return value


def _copied(value: Any) -> str:
    return _NULL if value is None else str(value).translate(_COPIED)
