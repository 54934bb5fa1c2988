"""What a backup is: one zip file that holds a database and a manifest, and is sealed. Pure.

The seal is the SHA-256 of all that stands before it, in hexadecimal: the last 64 characters of the file, which zip
takes for a comment. So a single changed bit is noticed, and `head -c -64 FILE | sha256sum` tells it without us.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from tempfile import gettempdir
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

FORMAT = 1
DATABASE = "database"
MANIFEST = "manifest.json"
DATABASES = ["sqlite", "postgresql"]
SEAL_LENGTH = 64
_SEAL = re.compile(rb"[0-9a-f]{64}")
_CHUNK = 1 << 20

# A folder, and how many bytes are written there.
Need = tuple[Path, int]


class BackupError(Exception):
    """Why there is no backup, or nothing is restored: a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. Migrations are `app.name`; rows are counted by table; `made_at` is ISO 8601, UTC.

    `peppers` are fingerprints, which tell whether the TOKEN_PEPPER of its keys is there, and nothing else of it.
    """

    version: str
    made_at: str
    database: str
    database_version: str
    migrations: list[str]
    rows: dict[str, int]
    peppers: list[str]
    format: int = FORMAT

    def row_count(self) -> int:
        return sum(self.rows.values())


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup whose seal is whole."""

    path: Path
    manifest: Manifest
    _archive: ZipFile

    @property
    def size(self) -> int:
        """Of its database unpacked, in bytes."""
        return self._archive.getinfo(DATABASE).file_size

    def extract(self, into: Path) -> None:
        """Raises BackupError where there is no room for it."""
        check_room(str(self.path), [(into.parent, self.size)])
        with self._archive.open(DATABASE) as packed, into.open("wb") as file:
            shutil.copyfileobj(packed, file, _CHUNK)


def check_room(what: str, needs: Iterable[Need]) -> None:
    """Raises BackupError, with how much is missing, where a disk has not the room that its folders need together."""
    disks: dict[int, list[Need]] = {}
    for folder, size in needs:
        disks.setdefault(folder.stat().st_dev, []).append((folder, size))
    for there in disks.values():
        folders, sizes = zip(*there, strict=True)
        needed, free = sum(sizes), shutil.disk_usage(folders[0]).free
        if needed > free:
            places = " and ".join(map(str, dict.fromkeys(folders)))
            lacks = f"{what} needs {_megabytes(needed)} in {places}, and {_megabytes(needed - free)} are missing there"
            can_lead_away = any(folder.is_relative_to(gettempdir()) for folder in folders)
            elsewhere = ", or set TMPDIR to a folder on another disk" if can_lead_away else ""
            raise BackupError(f"{lacks}: make room{elsewhere}.")


def _megabytes(size: int) -> str:
    return f"{-(-size // 1_000_000):,} MB"


def write(file: BinaryIO, fill: Callable[[IO[bytes]], Manifest]) -> Manifest:
    """Lets `fill` write the database into a new backup, and seals that with the manifest which it answers."""
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        member = ZipInfo(DATABASE)
        member.compress_type = ZIP_DEFLATED
        with archive.open(member, "w", force_zip64=True) as database:
            manifest = fill(database)
        archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
        archive.comment = b"0" * SEAL_LENGTH
    seal = _digest(file)
    file.seek(-SEAL_LENGTH, 2)
    file.write(seal)
    return manifest


@contextmanager
def opened(path: Path) -> Iterator[Backup]:
    """Raises BackupError for a file that cannot be read, is no backup, is damaged, or is of a later format."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from None
    with file:
        _check_seal(file, path)
        try:
            with ZipFile(file) as archive:
                yield Backup(path, _manifest(archive, path), archive)
        except BadZipFile:
            raise BackupError(f"{path} is no backup of DBN CRM.") from None


def _check_seal(file: BinaryIO, path: Path) -> None:
    length = file.seek(0, 2)
    file.seek(max(0, length - SEAL_LENGTH))
    seal = file.read()
    if not _SEAL.fullmatch(seal):
        raise BackupError(f"{path} is no backup of DBN CRM, or not a whole one: take another copy.")
    if seal != _digest(file):
        raise BackupError(f"{path} is damaged (its SHA-256 is not what it was): take another copy.")


def _digest(file: BinaryIO) -> bytes:
    """The SHA-256 of a file without its seal."""
    rest = file.seek(0, 2) - SEAL_LENGTH
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(min(_CHUNK, rest)):
        digest.update(chunk)
        rest -= len(chunk)
    return digest.hexdigest().encode()


def _manifest(archive: ZipFile, path: Path) -> Manifest:
    try:
        archive.getinfo(DATABASE)
        said = json.loads(archive.read(MANIFEST))
    except (KeyError, ValueError, RecursionError):
        raise BackupError(f"{path} is no backup of DBN CRM.") from None
    if isinstance(said, dict) and said.get("format") != FORMAT:
        raise BackupError(f"{path} was made by a newer version of DBN CRM ({said.get('version')}): install that first.")
    if not _is_whole(said):
        raise BackupError(f"{path} does not say what a backup of DBN CRM says: take another one.")
    return Manifest(**{field.name: said[field.name] for field in fields(Manifest)})


def _is_whole(said: object) -> bool:
    """Whether each part of a manifest is there, and of its kind."""
    if not isinstance(said, dict):
        return False
    texts = [said.get(name) for name in ("version", "made_at", "database", "database_version")]
    lists = [said.get(name) for name in ("migrations", "peppers")]
    rows = said.get("rows")
    return (
        all(isinstance(text, str) for text in texts)
        and said["database"] in DATABASES
        and all(isinstance(each, list) and all(isinstance(text, str) for text in each) for each in lists)
        and isinstance(rows, dict)
        and all(type(count) is int for count in rows.values())
        and (said["database"] == "sqlite" or said["database_version"].isdecimal())
    )
