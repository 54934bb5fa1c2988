"""How a backup of SQLite moves into PostgreSQL: every row of every table, as it stands, in one transaction.

Django's dumpdata and loaddata would not do: their JSON cuts moments to milliseconds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, connections, models, transaction

from dbncrm.backups import on_sqlite
from dbncrm.backups.archive import Backup
from dbncrm.backups.contents import check_rows, contents

SOURCE = "backup"
ROWS_AT_ONCE = 500


def move(backup: Backup, folder: Path) -> None:
    """Replaces all rows of the database, which is migrated as the backup is. Raises BackupError or DatabaseError."""
    kinds = [
        model for model in apps.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy
    ]
    with _as_source(backup, folder), transaction.atomic():
        tables = [model._meta.db_table for model in kinds]
        connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables, reset_sequences=True))
        for model in kinds:
            _copy_rows(model)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), kinds):
                cursor.execute(statement)
        check_rows(backup.manifest.rows, contents(connection).rows)


def _copy_rows(model: type[models.Model]) -> None:
    """Raw: no field makes its value anew, such as the moment of a change."""
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    rows = model._base_manager.using(SOURCE).order_by("pk").iterator(ROWS_AT_ONCE)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        model._base_manager.all()._insert(some, fields=fields, using=connection.alias, raw=True)


@contextmanager
def _as_source(backup: Backup, folder: Path) -> Iterator[None]:
    """While the ORM can read the backup."""
    with on_sqlite.throwaway(backup, folder) as database:
        connections.settings[SOURCE] = database.settings_dict
        try:
            yield
        finally:
            connections[SOURCE].close()
            del connections[SOURCE], connections.settings[SOURCE]
