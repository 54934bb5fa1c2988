"""The command `backup`: one file, whole and private, under a name that nothing else has."""

import fcntl
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command
from django.db import ConnectionHandler, connection

from callnotes.tests.factories import make_note
from contacts.models import Contact
from contacts.tests.factories import make_contact
from dbncrm.backups import making, on_postgresql
from dbncrm.backups.archive import BackupError

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refusal(*arguments: object, **options: object) -> str:
    with pytest.raises(CommandError) as refused:
        call_command("backup", *map(str, arguments), **options)
    return str(refused.value)


def manifest(file: Path) -> dict:
    with ZipFile(file) as archive:
        return json.loads(archive.read("manifest.json"))


def test_it_tells_where_the_backup_is_and_what_is_not_in_it(tmp_path, capsys):
    file = tmp_path / "crm.zip"
    call_command("backup", str(file))
    rows = manifest(file)["rows"]
    summary, not_in_it = capsys.readouterr().out.splitlines()
    assert summary.startswith(f"Backed up {sum(rows.values())} rows of {len(rows)} tables to {file} (")
    assert not_in_it == (
        "Not in it: .env with SECRET_KEY, TOKEN_PEPPER, without which no key works, and DO_NOT_DISTURB_KEY, without"
        " which erased people who do not want to be called are not recognised. Keep a copy of that elsewhere."
    )


def test_it_can_be_silent_for_cron(tmp_path, capsys):
    call_command("backup", str(tmp_path), verbosity=0)
    assert (capsys.readouterr().out, len(names(tmp_path))) == ("", 1)


def test_its_manifest_says_what_it_is(tmp_path, settings):
    make_note("+6591234567")
    make_contact("Ada Example", "+6591234567")
    file, _ = making.back_up(tmp_path / "crm.zip", now=NOON)
    said = manifest(file)
    migrations, rows = said.pop("migrations"), said.pop("rows")
    assert said == {
        "version": "1.0.0",
        "made_at": "2026-03-04T12:00:00+00:00",
        "database": connection.vendor,
        "database_version": making.here().version(),
        "peppers": making.fingerprints(settings.TOKEN_PEPPERS),
        "format": 1,
    }
    assert {"contacts.0001_initial", "callnotes.0001_initial", "auth.0001_initial"} < set(migrations)
    assert (rows["contacts_contact"], rows["callnotes_callnote"], rows["callnotes_chat"]) == (1, 1, 0)
    assert rows["django_migrations"] == len(migrations)


def test_no_pepper_can_be_read_from_it(tmp_path, settings):
    file, _ = making.back_up(tmp_path / "crm.zip")
    assert len(manifest(file)["peppers"]) == len(settings.TOKEN_PEPPERS)
    assert not any(pepper in json.dumps(manifest(file)) for pepper in settings.TOKEN_PEPPERS)


def test_nobody_else_may_read_it(tmp_path):
    file, _ = making.back_up(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600


def test_it_can_be_tried_without_touching_the_database(tmp_path, capsys):
    make_contact("Ada Example", "+6591234567")
    file, made = making.back_up(tmp_path, now=NOON)
    Contact.objects.all().delete()
    call_command("backup", "--verify", str(file))
    rows = f"{made.row_count()} rows of {len(made.rows)} tables"
    said = f"{file} can be restored: {rows}, of 2026-03-04T12:00:00+00:00, version 1.0.0.\n"
    assert capsys.readouterr().out == said
    assert not Contact.objects.exists()
    assert throwaway_databases() == []


def throwaway_databases() -> list[str]:
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'dbncrm_verify%'")
        return [name for (name,) in cursor.fetchall()]


def test_in_a_folder_the_last_ones_are_kept_and_nothing_else_is_touched(tmp_path):
    (tmp_path / "before-restore-20260101T000000Z.zip").touch()
    (tmp_path / "dbncrm-of-the-audit.zip").touch()
    for day in range(4):
        making.back_up(tmp_path, keep=2, now=NOON + timedelta(days=day))
    assert names(tmp_path) == [
        "before-restore-20260101T000000Z.zip",
        "dbncrm-20260306T120000Z.zip",
        "dbncrm-20260307T120000Z.zip",
        "dbncrm-of-the-audit.zip",
    ]


def test_it_never_overwrites(tmp_path):
    file = tmp_path / "crm.zip"
    file.write_text("the last one")
    assert refusal(file) == f"{file} exists: name another file, or a folder, where each backup has a name of its own."
    making.back_up(tmp_path, now=NOON)
    with pytest.raises(BackupError, match=r"dbncrm-20260304T120000Z\.zip exists: name another file"):
        making.back_up(tmp_path, now=NOON)
    assert file.read_text() == "the last one"


def test_a_folder_that_is_not_there_is_told(tmp_path):
    said = f"There is no folder {tmp_path / 'none'}: make it with mkdir -p -m 700, or name a file: …/crm.zip."
    assert refusal(tmp_path / "none" / "crm.zip") == said
    assert refusal(tmp_path / "none") == said
    assert refusal(tmp_path / "none", keep=3) == "--keep is for a backup into a folder, which has to exist."


def test_two_at_once_into_one_folder_are_refused(tmp_path):
    place = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(place, fcntl.LOCK_EX)
    try:
        assert refusal(tmp_path) == f"Another backup is being written to {tmp_path}: wait for it."
    finally:
        os.close(place)
    assert names(tmp_path) == []


def test_what_a_backup_that_was_killed_has_left_goes_with_the_next(tmp_path):
    (tmp_path / ".dbncrm-unfinished-x1").mkdir()
    (tmp_path / ".dbncrm-unfinished-x1" / "crm.zip").write_text("half")
    making.back_up(tmp_path, now=NOON)
    assert names(tmp_path) == ["dbncrm-20260304T120000Z.zip"]


def backed_up_with(path: Path, to: Path) -> str:
    """What is said against it where the machine's programs are these alone."""
    with pytest.MonkeyPatch.context() as changes:
        changes.setenv("PATH", str(path))
        try:
            making.back_up(to)
        except BackupError as error:
            return str(error)
    return ""


def make_client(folder: Path, version: str) -> None:
    """Programs that call themselves PostgreSQL's client of a version."""
    for program in on_postgresql.PROGRAMS:
        file = folder / program
        file.write_text(f"#!/bin/sh\necho '{program} (PostgreSQL) {version}'\n")
        file.chmod(0o700)


def test_a_missing_or_older_client_of_postgresql_is_told_with_what_to_install(tmp_path):
    """SQLite needs none."""
    missing = backed_up_with(tmp_path, tmp_path / "first.zip")
    make_client(tmp_path, "9.6.24")
    older = backed_up_with(tmp_path, tmp_path / "second.zip")
    if connection.vendor == "sqlite":
        assert (missing, older) == ("", "")
        return
    server = making.here().version()
    wanted = f"install the client of version {server} (Debian: apt-get install postgresql-client-{server})."
    assert missing == f"pg_dump is not on this machine: {wanted}"
    assert older == f"pg_dump is older than the server (pg_dump (PostgreSQL) 9.6.24): {wanted}"
    assert list(tmp_path.glob("*.zip")) == []


def test_postgresqls_programs_get_all_options_and_no_password_on_their_command_line():
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "the crm",
        "USER": "robin",
        "PASSWORD": "let me in",
        "HOST": "db.example.com",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "verify-full", "sslrootcert": "/etc/ssl/ca.pem", "connect_timeout": 2},
    }
    dsn, environment = on_postgresql.address(ConnectionHandler({"default": database})["default"])
    assert dsn == (
        "dbname='the crm' sslmode=verify-full sslrootcert=/etc/ssl/ca.pem connect_timeout=2 client_encoding=UTF8"
        " user=robin host=db.example.com port=5433"
    )
    assert (environment["PGPASSWORD"], environment["PATH"]) == ("let me in", os.environ["PATH"])
