"""How an SQLite database is copied while others write, and how a copy takes its place: at once, or not at all.

Both by SQLite's online backup (sqlite.org/backup.html): a copy is of one moment, and what it is copied into changes in
one transaction, for processes that have it open too.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from django.db import ConnectionHandler, DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from dbncrm.backups.archive import Backup, BackupError, Need
from dbncrm.backups.contents import Contents, check_rows, contents

# Of a page of 4 KB the log has a header too, and its index a place: less than a 64th (sqlite.org/walformat.html).
_PAGES_FOR_ONE_OF_LOG = 64


def version() -> str:
    return sqlite3.sqlite_version


def check_tools() -> None:
    """Python brings all that is needed."""


def exists() -> bool:
    return Path(connection.settings_dict["NAME"]).exists()


def size() -> int:
    """Of the database, in bytes; 0 where there is none."""
    return Path(connection.settings_dict["NAME"]).stat().st_size if exists() else 0


def needs(restored: int, held: int) -> list[Need]:
    """What a restore writes beside a database of `held` bytes until one of `restored` has taken its place.

    All of it goes into the write-ahead log, and then the file grows. What was there may be put back in the same way.
    """
    written = max(restored, held)
    log = written + written // _PAGES_FOR_ONE_OF_LOG
    return [(Path(connection.settings_dict["NAME"]).parent, log + max(0, restored - held))]


def needs_to_dump(folder: Path, held: int) -> list[Need]:
    """What making a backup writes at least: a copy of the database."""
    return [(folder, held)]


def dump(into: IO[bytes], folder: Path) -> Contents:
    """Writes a copy of one moment, and answers what it holds. Raises BackupError where the database is damaged."""
    file = folder / "copy.sqlite3"
    with closing(another(file)) as copy:
        _copy(connection, copy)
        _examine(copy)
        found = contents(copy)
        copy.cursor().execute("PRAGMA journal_mode=DELETE")
    with file.open("rb") as whole:
        shutil.copyfileobj(whole, into)
    return found


def bring_in(backup: Backup, folder: Path) -> None:
    """Puts a backup in the place of all that is there. Raises BackupError, and nothing has changed."""
    with throwaway(backup, folder) as copy:
        check_rows(backup.manifest.rows, contents(copy).rows)
        _copy(copy, connection)


def clear() -> None:
    """Takes all that is there away."""
    with closing(another(":memory:")) as nothing:
        _copy(nothing, connection)


@contextmanager
def throwaway(backup: Backup, folder: Path) -> Iterator[BaseDatabaseWrapper]:
    """A database of a backup, examined, in a file of its own."""
    file = folder / "restored.sqlite3"
    backup.extract(file)
    with closing(another(file)) as copy:
        _examine(copy)
        yield copy


def others_connected() -> int:
    """SQLite does not tell; it lets a restore wait for what others are writing."""
    return 0


def another(file: Path | str) -> BaseDatabaseWrapper:
    """A connection to a file. To be closed."""
    return ConnectionHandler({"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}})["default"]


def _copy(source: BaseDatabaseWrapper, target: BaseDatabaseWrapper) -> None:
    source.ensure_connection()
    target.ensure_connection()
    with source.wrap_database_errors, target.wrap_database_errors:
        source.connection.backup(target.connection)


def _examine(database: BaseDatabaseWrapper) -> None:
    """Raises BackupError unless SQLite finds pages and indexes sound, and every row that another refers to."""
    try:
        with database.cursor() as cursor:
            faults = [*cursor.execute("PRAGMA integrity_check(1)"), *cursor.execute("PRAGMA foreign_key_check")]
    except DatabaseError as error:
        faults = [(str(error),)]
    if faults != [("ok",)]:
        raise BackupError(f"The database is damaged ({' '.join(map(str, faults[-1]))}).")
