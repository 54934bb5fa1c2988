"""How a PostgreSQL database is dumped, and how a dump takes its place: in one transaction, or not at all.

By the programs of PostgreSQL's own client. No password stands on a command line: they read it from their environment.
"""

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import ConnectionHandler, ProgrammingError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2.extensions import make_dsn

from dbncrm.backups.archive import Backup, BackupError, Need
from dbncrm.backups.contents import Contents, contents

# What Django's connection has beside libpq's own parameters.
NOT_OF_LIBPQ = {"cursor_factory"}
PROGRAMS = ["pg_dump", "pg_restore", "psql"]
OURS_ALONE = ["--no-owner", "--no-privileges", "--no-comments", "--no-publications", "--no-subscriptions"]
DROP_TABLES = """
BEGIN;
SET client_min_messages = warning;
SET LOCAL lock_timeout = '10s';
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema() LOOP
        EXECUTE format('DROP TABLE %I CASCADE', name);
    END LOOP;
END $$;
"""


def version() -> str:
    connection.ensure_connection()
    return str(connection.pg_version // 10_000)


def check_tools() -> None:
    """Raises BackupError where a program of the client is missing, or older than the server."""
    wanted = f"install the client of version {version()} (Debian: apt-get install postgresql-client-{version()})"
    for program in PROGRAMS:
        if not shutil.which(program):
            raise BackupError(f"{program} is not on this machine: {wanted}.")
        said = subprocess.run([program, "--version"], check=False, capture_output=True, text=True).stdout  # noqa: S603
        found = re.search(r"\) (\d+)", said)
        if not found or int(found[1]) < int(version()):
            raise BackupError(f"{program} is older than the server ({said.strip() or 'it does not start'}): {wanted}.")


def check_version(manifest_version: str) -> None:
    """Raises BackupError for a dump of a later server than this one, which need not be able to read it."""
    if int(manifest_version) > int(version()):
        raise BackupError(f"The backup is of PostgreSQL {manifest_version}, and the server is older ({version()}).")


def exists() -> bool:
    return True


def size() -> int:
    """Nothing of it stands on this machine, as far as can be told."""
    return 0


def needs(restored: int, held: int) -> list[Need]:
    """The server does not tell how much room it has; a restore that finds none there changes nothing."""
    return []


def needs_to_dump(folder: Path, held: int) -> list[Need]:
    """A dump goes into the backup at once."""
    return []


def dump(into: IO[bytes], folder: Path) -> Contents:
    """Writes what the database held at one moment, and answers what that is."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        [snapshot] = cursor.fetchone()
        found = contents(connection)
        options = ["--format=custom", "--compress=0", f"--snapshot={snapshot}", *OURS_ALONE]
        with _program(connection, "pg_dump", *options, stdout=subprocess.PIPE) as pg_dump:
            shutil.copyfileobj(pg_dump.stdout, into)
    return found


def bring_in(backup: Backup, folder: Path, target: BaseDatabaseWrapper = connection) -> None:
    """Puts a backup in the place of all that is there. Raises BackupError, and nothing has changed."""
    file = folder / "restored.dump"
    backup.extract(file)
    with _replacing(target) as psql:
        _script(file, psql)
        psql.write(_counting(backup.manifest.rows).encode())
    file.unlink()


def clear() -> None:
    """Takes all that is there away."""
    with _replacing(connection):
        pass


def another(name: str) -> BaseDatabaseWrapper:
    """A connection to another database on the same server. To be closed."""
    return ConnectionHandler({"default": connection.settings_dict | {"NAME": name}})["default"]


@contextmanager
def throwaway(backup: Backup, folder: Path) -> Iterator[BaseDatabaseWrapper]:
    """A backup, restored into a database of its own on the same server, which is dropped afterwards."""
    name = f"dbncrm_verify_{secrets.token_hex(6)}"
    try:
        connection.cursor().execute(f"CREATE DATABASE {name} TEMPLATE template0")
    except ProgrammingError as error:
        advice = "allow it (ALTER ROLE … CREATEDB), or set DATABASE_URL to a server where you may"
        raise BackupError(f"No database can be made to restore into ({str(error).strip()}): {advice}.") from None
    try:
        with closing(another(name)) as database:
            bring_in(backup, folder, database)
            yield database
    finally:
        connection.cursor().execute(f"DROP DATABASE {name}")


def others_connected() -> int:
    """How many other sessions the CRM's own role has in the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def address(of: BaseDatabaseWrapper) -> tuple[str, dict[str, str]]:
    """Where a database is, with all options of DATABASE_URL, and the environment that holds its password."""
    parameters = {name: told for name, told in of.get_connection_params().items() if name not in NOT_OF_LIBPQ}
    if "sslpassword" in parameters:
        raise BackupError("DATABASE_URL has an sslpassword, which would show on a command line: use a key without one.")
    password = parameters.pop("password", None)
    return make_dsn(**parameters), os.environ | ({"PGPASSWORD": password} if password else {})


@contextmanager
def _replacing(target: BaseDatabaseWrapper) -> Iterator[IO[bytes]]:
    """Where SQL is written that makes all anew. Without its end, which stands last, nothing of it counts."""
    options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"]
    with _program(target, "psql", *options, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as psql:
        psql.stdin.write(DROP_TABLES.encode())
        psql.stdin.flush()
        yield psql.stdin
        psql.stdin.write(b"COMMIT;\n")
        psql.stdin.close()


@contextmanager
def _program(to: BaseDatabaseWrapper, name: str, *options: str, **streams: Any) -> Iterator[subprocess.Popen]:
    """A program of the client, at work on a database. Raises BackupError with what it says, where it fails."""
    dsn, environment = address(to)
    failure = None
    with TemporaryFile() as said:
        try:
            with subprocess.Popen(  # noqa: S603  no shell, and every word is ours
                [name, *options, f"--dbname={dsn}"], env=environment, stderr=said, **streams
            ) as program:
                yield program
        except (BackupError, BrokenPipeError) as error:
            failure = error
        if program.returncode:
            raise BackupError(f"{name} failed: {_error(said)}.")
    if failure:
        raise failure


def _script(file: Path, into: IO[bytes]) -> None:
    """Writes the SQL of a dump."""
    with TemporaryFile() as said:
        command = ["pg_restore", "--file=-", *OURS_ALONE, str(file)]
        if subprocess.run(command, check=False, stdout=into, stderr=said).returncode:  # noqa: S603
            raise BackupError(f"pg_restore cannot read the backup: {_error(said)}.")


def _error(said: IO[bytes]) -> str:
    """The line of an error. Those that follow may quote what customers said."""
    said.seek(0)
    lines = said.read().decode(errors="replace").splitlines() or ["it was ended"]
    return next((line for line in lines if "error" in line.lower()), lines[0]).rstrip(".")


def _counting(rows: dict[str, int]) -> str:
    """SQL that fails where a table has not as many rows as it is to have."""
    checks = [
        f"ASSERT (SELECT COUNT(*) FROM {connection.ops.quote_name(table)}) = {count}, 'not all rows of {table}';"  # noqa: S608
        for table, count in rows.items()
    ]
    return "RESET search_path;\nDO $$ BEGIN\n{}\nEND $$;\n".format("\n".join(checks))
