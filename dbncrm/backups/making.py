"""How a backup is made: whole under its name, or not at all; and how it is tried whether it can be restored."""

import fcntl
import hashlib
import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import IO

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from dbncrm.backups import on_postgresql, on_sqlite
from dbncrm.backups.archive import BackupError, Manifest, opened, write
from dbncrm.backups.contents import check_rows, contents

KINDS: dict[str, ModuleType] = {"sqlite": on_sqlite, "postgresql": on_postgresql}
NAME = "dbncrm-%Y%m%dT%H%M%SZ.zip"
OURS = re.compile(r"dbncrm-\d{8}T\d{6}Z\.zip")
UNFINISHED = ".dbncrm-unfinished-"


def here() -> ModuleType:
    """How it is done on the database of DATABASE_URL."""
    return KINDS[connection.vendor]


def back_up(to: Path, *, keep: int = 0, now: datetime | None = None) -> tuple[Path, Manifest]:
    """Makes a backup: in a folder under a name of its moment, else under the name given. Answers where, and of what.

    In a folder it then takes away all but the last `keep` of those; 0 keeps all. Raises BackupError.
    """
    now = now or timezone.now()
    here().check_tools()
    _check_place(to)
    folder, name = (to, f"{now.astimezone(UTC):{NAME}}") if to.is_dir() else (to.parent, to.name)
    try:
        with _alone_in(folder):
            manifest = _written(folder, name, now)
            if keep:
                _take_away_all_but(keep, folder)
    except (OSError, DatabaseError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise BackupError(f"No backup was written to {folder}: {reason}.") from None
    return folder / name, manifest


def verify(path: Path) -> Manifest:
    """Restores a backup into a throwaway database, and counts. Raises BackupError where that fails, or rows differ."""
    with opened(path) as backup, TemporaryDirectory() as folder:
        check_kind(backup.manifest)
        with KINDS[backup.manifest.database].throwaway(backup, Path(folder)) as database:
            check_rows(backup.manifest.rows, contents(database).rows)
        return backup.manifest


def check_kind(manifest: Manifest) -> None:
    """Raises BackupError for a backup that needs another server, or other programs, than there are."""
    if manifest.database == "postgresql":
        if connection.vendor != "postgresql":
            raise BackupError("The backup is of PostgreSQL: set DATABASE_URL to a database there.")
        on_postgresql.check_tools()
        on_postgresql.check_version(manifest.database_version)


def fingerprints(peppers: list[str]) -> list[str]:
    """What tells one pepper from another. A pepper is random, and cannot be found from it."""
    return [hashlib.sha256(f"DBN CRM, pepper of keys: {pepper}".encode()).hexdigest()[:16] for pepper in peppers]


def _check_place(to: Path) -> None:
    """A file is named by its `.zip`, so that a folder which is missing is not taken for one."""
    folder = to.parent if to.suffix == ".zip" else to
    if not folder.is_dir():
        raise BackupError(f"There is no folder {folder}: make it with mkdir -p -m 700, or name a file: …/crm.zip.")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """While nobody else backs up into the folder. What backups that were killed have left there is taken away."""
    place = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left)
        yield
        os.fsync(place)
    except BlockingIOError:
        raise BackupError(f"Another backup is being written to {folder}: wait for it.") from None
    finally:
        os.close(place)


def _written(folder: Path, name: str, now: datetime) -> Manifest:
    if (folder / name).exists():
        taken = f"{folder / name} exists"
        raise BackupError(f"{taken}: name another file, or a folder, where each backup has a name of its own.")
    with TemporaryDirectory(prefix=UNFINISHED, dir=folder) as unfinished:
        file = Path(unfinished) / name
        with open(file, "x+b", opener=partial(os.open, mode=0o600)) as stream:
            manifest = write(stream, partial(_fill, Path(unfinished), now))
            stream.flush()
            os.fsync(stream.fileno())
        file.rename(folder / name)
    return manifest


def _fill(folder: Path, now: datetime, member: IO[bytes]) -> Manifest:
    if not here().exists():
        raise BackupError("There is no database at DATABASE_URL: nothing is backed up.")
    found = here().dump(member, folder)
    if not found.migrations:
        raise BackupError("The database of DATABASE_URL is empty, so it is hardly the right one: nothing is backed up.")
    return Manifest(
        version=product_version(),
        made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        database=connection.vendor,
        database_version=here().version(),
        migrations=found.migrations,
        rows=found.rows,
        peppers=fingerprints(settings.TOKEN_PEPPERS),
    )


def product_version() -> str:
    return tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"]


def _take_away_all_but(keep: int, folder: Path) -> None:
    made = sorted(file for file in folder.iterdir() if OURS.fullmatch(file.name))
    for file in made[:-keep]:
        file.unlink()
