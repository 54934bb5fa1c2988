"""A backup's file: what it says of itself, and that nothing else passes for one."""

import hashlib
import io
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbncrm.backups import on_sqlite
from dbncrm.backups.archive import BackupError, Manifest, check_room, opened, write
from dbncrm.backups.contents import known_migrations
from dbncrm.backups.restoring import restore

CONTENT = bytes(range(256)) * 8
MANIFEST = Manifest(
    version="1.0.0",
    made_at=datetime(2026, 3, 4, tzinfo=UTC).isoformat(),
    database="sqlite",
    database_version="3.40.1",
    migrations=["contacts.0001_initial"],
    rows={"contacts_contact": 2, "django_migrations": 1},
    peppers=["0123456789abcdef"],
)


def sealed(content: bytes = CONTENT, manifest: Manifest = MANIFEST) -> bytes:
    file = io.BytesIO()
    write(file, lambda member: member.write(content) and manifest)
    return file.getvalue()


def refusal(folder: Path, content: bytes) -> str:
    """Why a file of this content is refused."""
    file = folder / "file"
    file.write_bytes(content)
    with pytest.raises(BackupError) as refused, opened(file):
        pass
    return str(refused.value).removeprefix(f"{file} ")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("files")


def test_it_holds_the_database_and_a_manifest(folder):
    file = folder / "whole.zip"
    file.write_bytes(sealed())
    with opened(file) as backup:
        backup.extract(folder / "extracted")
        assert backup.manifest == MANIFEST
    assert (folder / "extracted").read_bytes() == CONTENT
    assert MANIFEST.row_count() == 3


def test_any_tool_for_zip_files_reads_it_and_its_last_64_characters_are_the_sha_256_of_the_rest(folder):
    content = sealed()
    with ZipFile(io.BytesIO(content)) as archive:
        assert (archive.testzip(), archive.namelist()) == (None, ["database", "manifest.json"])
    assert hashlib.sha256(content[:-64]).hexdigest().encode() == content[-64:]


@given(st.integers(min_value=0), st.integers(min_value=0, max_value=7))
def test_a_single_changed_bit_anywhere_is_noticed(folder, place, bit):
    content = bytearray(sealed())
    content[place % len(content)] ^= 1 << bit
    assert refusal(folder, bytes(content)) in {
        "is damaged (its SHA-256 is not what it was): take another copy.",
        "is no backup of DBN CRM, or not a whole one: take another copy.",
    }


@given(st.integers(min_value=0))
def test_a_part_of_one_is_refused(folder, length):
    content = sealed()
    assert refusal(folder, content[: length % len(content)]).endswith("take another copy.")


def test_what_follows_a_backup_is_noticed(folder):
    assert refusal(folder, sealed() + b"\n") == "is no backup of DBN CRM, or not a whole one: take another copy."


def test_another_file_is_refused_even_under_a_seal(folder):
    other = b"Dear colleague, here is the list."
    assert refusal(folder, other) == "is no backup of DBN CRM, or not a whole one: take another copy."
    assert refusal(folder, other + hashlib.sha256(other).hexdigest().encode()) == "is no backup of DBN CRM."


def test_a_later_format_is_refused_with_what_to_do(folder):
    later = Manifest(**{name: getattr(MANIFEST, name) for name in MANIFEST.__slots__} | {"format": 2})
    said = "was made by a newer version of DBN CRM (1.0.0): install that first."
    assert refusal(folder, sealed(manifest=later)) == said


def sealed_archive(manifest: str, *members: str) -> bytes:
    """An archive with a seal, whose manifest is any text."""
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", manifest)
        for member in members:
            archive.writestr(member, CONTENT)
        archive.comment = b"0" * 64
    content = file.getvalue()[:-64]
    return content + hashlib.sha256(content).hexdigest().encode()


NO_BACKUP = "is no backup of DBN CRM."
NOT_WHOLE = "does not say what a backup of DBN CRM says: take another one."


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ("[]", NOT_WHOLE),
        ('{"format": 1}', NOT_WHOLE),
        ("[" * 200_000, NO_BACKUP),
        *(
            (json.dumps(asdict(MANIFEST) | change), NOT_WHOLE)
            for change in (
                {"migrations": 5},
                {"rows": [1]},
                {"rows": {"a": "b"}},
                {"peppers": None},
                {"database": "oracle"},
                {"database": "postgresql", "database_version": "new"},
            )
        ),
    ],
)
def test_a_sealed_file_that_is_malformed_is_refused_with_what_to_do(folder, manifest, said):
    assert refusal(folder, sealed_archive(manifest, "database")) == said


def test_a_sealed_file_without_a_database_is_refused(folder):
    assert refusal(folder, sealed_archive(json.dumps(asdict(MANIFEST)))) == NO_BACKUP


def with_room_for(size: int, monkeypatch) -> None:
    """Lets each disk have as much room left, and no more."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: shutil._ntuple_diskusage(0, 0, size))


def test_what_has_no_room_is_not_unpacked(folder, monkeypatch):
    file = folder / "large.zip"
    file.write_bytes(sealed())
    with_room_for(2047, monkeypatch)
    with (
        opened(file) as backup,
        pytest.raises(BackupError, match="make room, or set TMPDIR to a folder on another disk"),
    ):
        backup.extract(folder / "none")
    assert not (folder / "none").exists()


def test_what_is_written_to_one_disk_counts_together_and_what_is_missing_is_told(folder, monkeypatch):
    elsewhere = Path("/proc")
    needs = [(folder, 700_000_000), (elsewhere, 900_000_000), (folder.parent, 300_000_000)]
    with_room_for(1_000_000_000, monkeypatch)
    check_room("The restore", needs)
    with_room_for(999_999_999, monkeypatch)
    with pytest.raises(BackupError) as refused:
        check_room("The restore", needs)
    where = f"1,000 MB in {folder} and {folder.parent}, and 1 MB are missing there"
    assert str(refused.value) == f"The restore needs {where}: make room, or set TMPDIR to a folder on another disk."
    with_room_for(600_000_000, monkeypatch)
    with pytest.raises(BackupError, match=r"needs 900 MB in /proc, and 300 MB are missing there: make room\.$"):
        check_room("The restore", needs[1:2])


@pytest.mark.parametrize(("held", "restored"), [(0, 60), (60, 60), (6, 60), (60, 6)])
def test_as_much_room_is_asked_for_as_sqlite_writes_until_a_copy_has_taken_a_databases_place(tmp_path, held, restored):
    """What stands beside each other at most, and hardly more. Where less is restored, what was there may come back."""
    target, source = (tmp_path / name / "made.sqlite3" for name in ("target", "source"))
    for file, rows in ((target, held), (source, restored)):
        file.parent.mkdir()
        sqlite_file(file.parent, "CREATE TABLE a (b)", *["INSERT INTO a VALUES (randomblob(100000))"] * rows)
    sizes = [file.stat().st_size for file in (source, target)]
    with closing(sqlite3.connect(target)) as into, closing(sqlite3.connect(source)) as copy:
        into.execute("PRAGMA journal_mode=WAL")
        copy.backup(into)
        beside = sum(file.stat().st_size for file in target.parent.iterdir()) - sizes[1]
        into.execute("PRAGMA wal_checkpoint(PASSIVE)")
        written = max(beside, sum(file.stat().st_size for file in target.parent.iterdir()) - sizes[1])
    [(_folder, needed)] = on_sqlite.needs(*sizes)
    small = 100_000
    assert written <= needed + small
    assert needed <= (written if restored >= held else 1.02 * sizes[1]) + small


@pytest.mark.django_db
def test_a_restore_without_room_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    file = tmp_path / "file.zip"
    manifest = replace(MANIFEST, migrations=sorted(known_migrations()))
    file.write_bytes(sealed(manifest=manifest))
    with_room_for(2047, monkeypatch)
    with pytest.raises(BackupError, match=r"needs \d MB in .*, and \d MB are missing there: make room"):
        restore(file, replace=True)
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BackupError, match=r"cannot be read: No such file or directory\.$"), opened(tmp_path / "none"):
        pass


def sqlite_file(folder: Path, *statements: str) -> bytes:
    """The content of an SQLite database that these statements make, without asking whether rows refer to others."""
    file = folder / "made.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()
    return file.read_bytes()


TABLES = ["CREATE TABLE a (id INTEGER PRIMARY KEY)", "CREATE TABLE b (a_id INTEGER REFERENCES a (id))"]


def fault(folder: Path, content: bytes) -> str:
    """Why a backup of this database is refused."""
    file = folder / "backup.zip"
    file.write_bytes(sealed(content))
    with pytest.raises(BackupError) as refused, opened(file) as backup, on_sqlite.throwaway(backup, folder):
        pass
    return str(refused.value)


@pytest.mark.django_db
def test_a_database_that_is_not_sound_is_told(tmp_path):
    dangling = sqlite_file(tmp_path, *TABLES, "INSERT INTO b VALUES (7)")
    assert fault(tmp_path, dangling) == "The database is damaged (b 1 a 0)."
    assert fault(tmp_path, dangling[:5000]) == "The database is damaged (database disk image is malformed)."
    assert fault(tmp_path, b"no database") == "The database is damaged (file is not a database)."
