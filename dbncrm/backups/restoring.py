"""How a backup takes the place of the database: whole, or the database stays as it was."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from dbncrm.backups import making, moving, running
from dbncrm.backups.archive import Backup, BackupError, Manifest, check_room, opened
from dbncrm.backups.contents import Contents, contents, known_migrations

SAFETY_NAME = "before-restore-%Y%m%dT%H%M%SZ.zip"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done. `safety` is the backup of what was there, where anybody had put anything in."""

    manifest: Manifest
    safety: Path | None
    migrated: list[str]
    lacks_pepper: bool


def restore(path: Path, *, replace: bool = False, safety_folder: Path | None = None) -> Restored:
    """Puts a backup into the database and migrates it; one of SQLite into PostgreSQL too.

    Raises BackupError, and the database is as it was: for a file that is no whole backup or of a newer version, while
    processes work on the database, where it holds data and `replace` does not allow that, or where a step fails.
    """
    with opened(path) as backup, TemporaryDirectory(prefix="dbncrm-restore-") as unpacked:
        folder = Path(unpacked)
        _check_fits(backup.manifest)
        _check_nobody_works()
        held = _held()
        if held.is_of_people() and not replace:
            raise BackupError("The database holds data. To put the backup in its place, say --replace.")
        lasting = safety_folder or path.parent if held.is_of_people() else folder
        check_room("Backing up what is there", making.here().needs_to_dump(lasting, making.here().size()))
        _check_room(backup, making.here().size(), folder)
        safety = _safety(held, lasting)
        _check_room(backup, _unpacked(safety), folder)
        _bring_in_or_put_back(backup, safety, folder)
    migrated = sorted(known_migrations() - set(backup.manifest.migrations))
    lacks_pepper = not set(backup.manifest.peppers) <= set(making.fingerprints(settings.TOKEN_PEPPERS))
    return Restored(backup.manifest, safety if held.is_of_people() else None, migrated, lacks_pepper)


def _check_fits(manifest: Manifest) -> None:
    making.check_kind(manifest)
    if unknown := sorted(set(manifest.migrations) - known_migrations()):
        newer = f"The backup is of a newer version of DBN CRM ({manifest.version}, with {unknown[-1]})"
        raise BackupError(f"{newer}: install that version first.")
    if manifest.database != connection.vendor and set(manifest.migrations) != known_migrations():
        raise BackupError(
            "Only a backup by this version of DBN CRM moves to PostgreSQL: make one after its migrations."
        )


def _check_nobody_works() -> None:
    if processes := running.here():
        raise BackupError(f"DBN CRM is running (process {', '.join(map(str, processes))}): stop it first.")
    if sessions := making.here().others_connected():
        raise BackupError(f"The database is in use by {sessions} other sessions: stop DBN CRM on every machine first.")


def _held() -> Contents:
    try:
        return contents(connection) if making.here().exists() else Contents([], {})
    except DatabaseError as error:
        advice = "move its file away, or name an empty database in DATABASE_URL, and restore again"
        raise BackupError(f"The database cannot be read ({error}), so it is not replaced: {advice}.") from None


def _check_room(backup: Backup, held: int, folder: Path) -> None:
    """Raises BackupError unless there is room for the backup, unpacked and as the database; and for what is there, of
    `held` bytes, should it be put back.
    """
    moves = backup.manifest.database != connection.vendor
    unpacked = backup.size + held if moves else max(backup.size, held)
    check_room("The restore", [(folder, unpacked), *making.here().needs(backup.size, held)])


def _safety(held: Contents, folder: Path) -> Path | None:
    """A backup of what is there. None where there are no tables."""
    return making.back_up(folder / f"{timezone.now():{SAFETY_NAME}}")[0] if held.migrations else None


def _unpacked(safety: Path | None) -> int:
    if safety is None:
        return 0
    with opened(safety) as backup:
        return backup.size


def _bring_in_or_put_back(backup: Backup, safety: Path | None, folder: Path) -> None:
    """What fails before anything has changed raises BackupError by itself."""
    moves = backup.manifest.database != connection.vendor
    if not moves:
        making.here().bring_in(backup, folder)
    try:
        call_command("migrate", interactive=False, verbosity=0)
        if moves:
            moving.move(backup, folder)
    except BaseException as error:
        connection.close()
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BackupError(f"The backup cannot be used here ({reason}); {_put_back(safety, folder)}.") from error


def _put_back(safety: Path | None, folder: Path) -> str:
    """Makes the database what it was, and says so; or that this failed, and where that is now."""
    try:
        if safety is None:
            making.here().clear()
        else:
            with opened(safety) as backup:
                making.here().bring_in(backup, folder)
    except (BackupError, DatabaseError, OSError) as error:
        return f"nor could what was there be put back ({error}): restore {safety}"
    return "the database is as it was"
