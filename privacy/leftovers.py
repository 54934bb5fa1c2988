"""How what SQLite leaves of erased rows in its files is overwritten. PostgreSQL does so by itself, in its own time."""

from django.db import connection


def overwrite() -> None:
    """Empties the write-ahead log, as far as nobody reads in it. Does nothing within a transaction: it would wait."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
