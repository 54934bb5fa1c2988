"""What a database holds, whatever its kind: its tables with their rows, and the migrations that made them."""

from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from dbncrm.backups.archive import BackupError

# What a new database holds as soon as it is migrated: nobody has put anything in yet.
FILLED_BY_MIGRATIONS = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "callnotes_disposition",
    "django_content_type",
    "django_migrations",
    "people_standardgroup",
}


@dataclass(frozen=True, slots=True)
class Contents:
    """Migrations are `app.name`; rows are counted by table."""

    migrations: list[str]
    rows: dict[str, int]

    def is_of_people(self) -> bool:
        """Whether anybody has put anything in."""
        return any(count for table, count in self.rows.items() if table not in FILLED_BY_MIGRATIONS)


def contents(of: BaseDatabaseWrapper) -> Contents:
    """By SQL, for the ORM would read the database of DATABASE_URL. One query for each table, which counts its rows."""
    with of.cursor() as cursor:
        tables = sorted(of.introspection.table_names(cursor))
        rows = {table: _read(cursor, f"SELECT COUNT(*) FROM {of.ops.quote_name(table)}")[0][0] for table in tables}  # noqa: S608
        migrations = _read(cursor, "SELECT app, name FROM django_migrations") if "django_migrations" in rows else []
    return Contents(sorted(map(".".join, migrations)), rows)


def _read(cursor: Any, query: str) -> list[tuple]:
    cursor.execute(query)
    return cursor.fetchall()


def check_rows(expected: dict[str, int], found: dict[str, int]) -> None:
    """Raises BackupError where a table has not as many rows as it is to have."""
    tables = sorted(table for table in expected.keys() | found.keys() if expected.get(table) != found.get(table))
    if tables:
        wrong = ", ".join(f"{table}: {found.get(table)} rows instead of {expected.get(table)}" for table in tables)
        raise BackupError(f"The backup does not hold what it says ({wrong}): take another one.")


def known_migrations() -> set[str]:
    """All that this version of the code has, `app.name`."""
    return set(map(".".join, MigrationLoader(None).disk_migrations))
