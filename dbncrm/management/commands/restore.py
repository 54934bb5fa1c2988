from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from callnotes.checks import WITHOUT_KEY, key_is_missing
from dbncrm.backups.archive import BackupError
from dbncrm.backups.restoring import Restored, restore

OTHER_PEPPER = "TOKEN_PEPPER is not what it was then: until it is put back, or keys are made anew, no key works."


class Command(BaseCommand):
    help = "Puts a backup into the database and migrates it; where that fails, the database stays as it was."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", metavar="FILE", type=Path, help="made by the command backup")
        parser.add_argument(
            "--replace", action="store_true", help="also in the place of data, of which a backup is made first"
        )
        parser.add_argument(
            "--safety", metavar="FOLDER", type=Path, help="where that backup is written (default: beside FILE)"
        )

    def handle(self, *, path: Path, replace: bool, safety: Path | None, verbosity: int, **options) -> None:
        if safety and not safety.is_dir():
            raise CommandError(f"There is no folder {safety}: make it with mkdir -p -m 700.")
        try:
            restored = restore(path, replace=replace, safety_folder=safety)
        except (BackupError, DatabaseError, OSError) as error:
            raise CommandError(f"Nothing was restored. {' '.join(str(error).split())}") from None
        if verbosity:
            self.stdout.write(_said(path, restored))
        if restored.lacks_pepper:
            self.stderr.write(OTHER_PEPPER)
        if key_is_missing():
            self.stderr.write(WITHOUT_KEY)


def _said(path: Path, restored: Restored) -> str:
    manifest = restored.manifest
    rows = f"{manifest.row_count()} rows of {len(manifest.rows)} tables"
    migrated = f", then applied {', '.join(restored.migrated)}" if restored.migrated else ""
    safety = f"\nWhat was there before is in {restored.safety}." if restored.safety else ""
    return f"Restored {rows} from {path}, of {manifest.made_at}{migrated}.{safety}"
