"""The drill: what is backed up while the product works is restored elsewhere; where that fails, nothing changes.

By processes as an administrator starts them, each on a database that is thrown away.
"""

import json
import os
import resource
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from zipfile import ZipFile

import psycopg2
import pytest
from django.conf import settings

from dbncrm.backups import archive
from tests.test_processes import run, variables

pytestmark = pytest.mark.process

SERVER = os.environ.get("TEST_DATABASE_URL", "")
WRITERS = 2
BEFORE_THE_BACKUP = 15
SET_UP = "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'dbncrm.settings'; django.setup()\n"
# Each note opens a callback: two rows that are stored together, or not at all. Acknowledged once they are.
WRITE = """
import sys
from datetime import timedelta
from django.utils import timezone
from callnotes import recording
from callnotes.callbacks import Promise
from callnotes.models import Disposition
later = Disposition.objects.get(key="schedule_later")
for place in range(int(sys.argv[2])):
    number = f"+65{sys.argv[1]}{place:06}"
    promise = Promise(timezone.now() + timedelta(hours=1))
    recording.record(number, later, f"The whole note of {number}.", source="desk", promise=promise)
    print(number, flush=True)
"""
READ = """
import json
from callnotes.models import CallNote
print(json.dumps(list(CallNote.objects.order_by("number").values_list("number", "comments", "callback__number"))))
"""
READ_ALL = """
from django.apps import apps
for model in sorted(apps.get_models(include_auto_created=True), key=lambda model: model._meta.label):
    fields = [field.attname for field in model._meta.local_concrete_fields]
    print(*[(model._meta.label, row) for row in model._base_manager.order_by("pk").values_list(*fields)], sep="\\n")
"""


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Iterator[str]:
    """The name of a migrated database without rows of anybody's, to be copied."""
    name, folder = f"template_{secrets.token_hex(6)}", tmp_path_factory.mktemp("template")
    if not SERVER:
        done("migrate", "-v0", env=variables(folder, DATABASE_URL=f"sqlite:///{folder}/{name}"))
        yield f"{folder}/{name}"
        return
    on_the_server(f"CREATE DATABASE {name}")
    done("migrate", "-v0", env=variables(folder, DATABASE_URL=url_on_the_server(name)))
    yield name
    on_the_server(f"DROP DATABASE {name}")


@pytest.fixture
def new_database(tmp_path, template) -> Iterator[Callable[..., dict[str, str]]]:
    """Makes a database that is gone after the test; answers the environment of a production that works on it."""
    made: list[str] = []

    def make(*, migrated: bool = False) -> dict[str, str]:
        made.append(f"drill_{secrets.token_hex(6)}")
        if SERVER:
            on_the_server(f"CREATE DATABASE {made[-1]}" + (f" TEMPLATE {template}" if migrated else ""))
            return variables(tmp_path, DATABASE_URL=url_on_the_server(made[-1]))
        if migrated:
            shutil.copy(template, tmp_path / f"{made[-1]}.sqlite3")
        return variables(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/{made[-1]}.sqlite3")

    yield make
    for name in made if SERVER else []:
        on_the_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def on_the_server(statement: str) -> None:
    with closing(psycopg2.connect(SERVER)) as connection:
        connection.autocommit = True
        connection.cursor().execute(statement)


def url_on_the_server(database: str) -> str:
    return urlsplit(SERVER)._replace(path=f"/{database}").geturl()


def manage(*arguments: object, env: dict[str, str]) -> tuple[int, str]:
    """The exit status of a command, and what it says."""
    result = run("manage.py", *map(str, arguments), env=env)
    return result.returncode, result.stdout + result.stderr


def done(*arguments: object, env: dict[str, str]) -> str:
    status, said = manage(*arguments, env=env)
    assert status == 0, said
    return said


def write(env: dict[str, str], writer: int, notes: int) -> None:
    result = run("-c", SET_UP + WRITE, str(writer), str(notes), env=env)
    assert result.returncode == 0, result.stderr


def notes(env: dict[str, str]) -> list[list[str]]:
    """Of each note its number, its words and the number of the callback that it opened."""
    result = run("-c", SET_UP + READ, env=env)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def whole(number: str) -> list[str]:
    return [number, f"The whole note of {number}.", number]


@contextmanager
def writing(env: dict[str, str], writer: int) -> Iterator[subprocess.Popen]:
    """A process that writes notes without end, until it is killed."""
    command = [sys.executable, "-c", SET_UP + WRITE, str(writer), "100000"]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def destroy(env: dict[str, str]) -> None:
    if SERVER:
        on_the_server(f"DROP DATABASE {urlsplit(env['DATABASE_URL']).path[1:]} WITH (FORCE)")
    else:
        for file in Path(env["DATABASE_URL"].removeprefix("sqlite:///")).parent.glob("drill_*"):
            file.unlink()


def backed_up_under_load(env: dict[str, str], folder: Path) -> tuple[set[str], set[str]]:
    """The numbers whose notes were acknowledged before the backup began, and those of all until the writers died."""
    with writing(env, 81) as first, writing(env, 82) as second:
        before = [process.stdout.readline().strip() for process in (first, second) for _ in range(BEFORE_THE_BACKUP)]
        done("backup", folder, env=env)
        for process in (first, second):
            process.send_signal(signal.SIGKILL)
        after = [line.strip() for process in (first, second) for line in process.stdout]
    return set(before), {*before, *after}


def test_what_was_acknowledged_before_a_backup_is_restored_elsewhere_and_nothing_is_half(new_database, tmp_path):
    env, folder = new_database(migrated=True), tmp_path / "backups"
    folder.mkdir()
    before, acknowledged = backed_up_under_load(env, folder)
    [file] = folder.iterdir()
    assert "can be restored" in done("backup", "--verify", file, env=env)
    destroy(env)

    elsewhere = new_database()
    assert f"from {file}" in done("restore", file, env=elsewhere)
    restored = notes(elsewhere)
    numbers = {number for number, *_ in restored}
    assert restored == [whole(number) for number in sorted(numbers)]
    assert before <= numbers
    assert len(acknowledged) > len(before), "the writers went on while the backup was made"
    for writer in ("+6581", "+6582"):
        of_writer = sorted(number for number in numbers if number.startswith(writer))
        assert of_writer == [f"{writer}{place:06}" for place in range(len(of_writer))], "a moment, without gaps"

    write(elsewhere, 83, 1)
    assert notes(elsewhere) == [*restored, whole("+6583000000")]


def test_data_is_replaced_where_that_is_said_and_can_be_put_back(new_database, tmp_path):
    env = new_database(migrated=True)
    write(env, 81, 2)
    file = tmp_path / "old.zip"
    done("backup", file, env=env)
    write(env, 82, 1)
    now = [whole("+6581000000"), whole("+6581000001"), whole("+6582000000")]

    refused = (
        "CommandError: Nothing was restored. The database holds data. To put the backup in its place, say --replace."
    )
    assert manage("restore", file, env=env) == (1, f"{refused}\n")
    assert notes(env) == now

    safe = tmp_path / "safe"
    safe.mkdir()
    said = done("restore", file, "--replace", "--safety", safe, env=env)
    [safety] = safe.iterdir()
    assert said.splitlines()[-1] == f"What was there before is in {safety}."
    assert notes(env) == now[:2]

    other_pepper = env | {"TOKEN_PEPPER": "of other tests: zyxwvutsrqponmlkjihgfedcba 9876543210"}
    said = done("restore", safety, "--replace", env=other_pepper)
    assert said.splitlines()[-1].startswith("TOKEN_PEPPER is not what it was then:")
    assert notes(env) == now


def test_it_warns_where_erased_people_would_not_be_recognised(new_database, tmp_path):
    env, file = new_database(migrated=True), tmp_path / "file.zip"
    erased = "DoNotDisturb.objects.create(number='0' * 8 + '1' * 12, number_digest='0' * 64)"
    result = run("-c", f"{SET_UP}from callnotes.models import DoNotDisturb\n{erased}", env=env)
    assert result.returncode == 0, result.stderr
    done("backup", file, env=env)
    assert "DO_NOT_DISTURB_KEY is not set" in done("restore", file, env=new_database())
    key = {"DO_NOT_DISTURB_KEY": "of the tests: 9876543210 abcdefghijklmnopqrstuvwxyz"}
    assert "DO_NOT_DISTURB_KEY" not in done("restore", file, env=new_database() | key)


def test_a_backup_that_does_not_fit_leaves_the_database_as_it_was(new_database, tmp_path):
    """A file that is damaged, cut off or no backup; one of a newer version; one with fewer rows than it says."""
    env, file = new_database(migrated=True), tmp_path / "whole.zip"
    write(env, 81, 2)
    done("backup", file, env=env)
    content = file.read_bytes()
    faulty = {
        "flipped": (content[:5000] + bytes([content[5000] ^ 1]) + content[5001:], "is damaged"),
        "cut off": (content[:-5000], "is no backup of DBN CRM, or not a whole one"),
        "foreign": (b"Dear colleague,\n", "is no backup of DBN CRM, or not a whole one"),
        "newer": (
            altered(file, add_migration),
            "The backup is of a newer version of DBN CRM (1.0.0, with callnotes.9999",
        ),
        "short": (altered(file, add_row), "callnotes_callnote"),
    }
    for name, (wrong, why) in faulty.items():
        (tmp_path / name).write_bytes(wrong)
        status, said = manage("restore", tmp_path / name, "--replace", env=env)
        assert (status, why in said, said.startswith("CommandError: Nothing was restored.")) == (1, True, True), said
    assert manage("backup", "--verify", tmp_path / "short", env=env)[0] == 1
    assert notes(env) == [whole("+6581000000"), whole("+6581000001")]


def altered(file: Path, alter: Callable[[archive.Manifest], archive.Manifest]) -> bytes:
    """A backup that is whole, of the same database, and says something else of it."""
    made = file.with_name("altered")
    with archive.opened(file) as backup, made.open("w+b") as stream:
        backup.extract(file.with_name("database"))
        content = file.with_name("database").read_bytes()
        archive.write(stream, lambda member: member.write(content) and alter(backup.manifest))
    return made.read_bytes()


def add_migration(manifest: archive.Manifest) -> archive.Manifest:
    return replace(manifest, migrations=[*manifest.migrations, "callnotes.9999_from_tomorrow"])


def add_row(manifest: archive.Manifest) -> archive.Manifest:
    return replace(manifest, rows=manifest.rows | {"callnotes_callnote": 3})


def test_a_backup_that_cannot_be_migrated_leaves_the_database_as_it_was(new_database, tmp_path):
    """It says that its last migration is not applied, though it is: so that fails."""
    env, file = new_database(migrated=True), tmp_path / "old.zip"
    write(env, 81, 1)
    done("migrate", "-v0", "--fake", "integrations_3cx", "0001", env=env)
    done("backup", file, env=env)
    done("migrate", "-v0", "--fake", env=env)
    write(env, 82, 1)
    status, said = manage("restore", file, "--replace", env=env)
    assert (status, "The backup cannot be used here" in said, "the database is as it was" in said) == (1, True, True), (
        said
    )
    assert notes(env) == [whole("+6581000000"), whole("+6582000000")]
    assert "No planned migration operations." in done("migrate", "--plan", env=env)

    empty = new_database()
    assert manage("restore", file, env=empty)[0] == 1
    assert "Create model Contact" in done("migrate", "--plan", env=empty)


def test_an_older_backup_takes_the_place_of_what_nobody_has_used_yet_and_is_migrated(new_database, tmp_path):
    env, file = new_database(migrated=True), tmp_path / "old.zip"
    done("migrate", "-v0", "integrations_3cx", "0001", env=env)
    done("backup", file, env=env)
    done("migrate", "-v0", env=env)
    said = done("restore", file, env=env)
    assert ("then applied integrations_3cx.0002" in said, len(said.splitlines())) == (True, 1), said
    assert "No planned migration operations." in done("migrate", "--plan", env=env)


def test_it_refuses_while_others_work_on_the_database(new_database, tmp_path):
    env, file = new_database(migrated=True), tmp_path / "file.zip"
    done("backup", file, env=env)
    command = [sys.executable, "-c", "input()", "dbncrm.wsgi:application"]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, stdin=subprocess.PIPE) as web:
        said = manage("restore", file, env=env)
        web.kill()
    refused = f"Nothing was restored. DBN CRM is running (process {web.pid}): stop it first."
    assert said == (1, f"CommandError: {refused}\n")
    if SERVER:
        with closing(psycopg2.connect(env["DATABASE_URL"])):
            said = manage("restore", file, env=env)
        refused = (
            "Nothing was restored. The database is in use by 1 other sessions: stop DBN CRM on every machine first."
        )
        assert said == (1, f"CommandError: {refused}\n")
    done("restore", file, env=env)


def with_room_for(size: int, *arguments: object, env: dict[str, str]) -> tuple[int, str]:
    """A command on a machine that cannot write a larger file: what a full disk does. Python caches no code then."""
    result = subprocess.run(
        [sys.executable, "-B", "manage.py", *map(str, arguments)],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, size)),
        timeout=60,
    )
    return result.returncode, result.stdout + result.stderr


def test_on_a_full_disk_nothing_is_half_written(new_database, tmp_path):
    """There is no room for a backup; and then, on SQLite, for that alone and not for the change of the database."""
    env, file, folder = new_database(migrated=True), tmp_path / "file.zip", tmp_path / "backups"
    folder.mkdir()
    write(env, 81, 2)
    done("backup", file, env=env)
    write(env, 82, 1)
    status, said = with_room_for(8_000, "backup", folder, env=env)
    assert (status, said.startswith(f"CommandError: No backup was written to {folder}: ")) == (1, True), said
    with ZipFile(file) as archived:
        room_for_a_copy = archived.getinfo("database").file_size + 1_000
    for room in [8_000] if SERVER else [8_000, room_for_a_copy]:
        status, said = with_room_for(room, "restore", file, "--replace", "--safety", folder, env=env)
        assert (status, said.startswith("CommandError: Nothing was restored.")) == (1, True), said
    written = [path.name.partition("-2")[0] for path in folder.iterdir()]
    assert written == ([] if SERVER else ["before-restore"]), "the backup of what is there, before the change of it"
    assert notes(env) == [whole("+6581000000"), whole("+6581000001"), whole("+6582000000")]


def test_a_backup_of_sqlite_is_restored_on_either_database_with_every_value(new_database, tmp_path):
    env, file = variables(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/small.sqlite3"), tmp_path / "file.zip"
    done("migrate", "-v0", env=env)
    write(env, 81, 2)
    done("backup", file, env=env)
    elsewhere = new_database()
    done("restore", file, env=elsewhere)
    assert everything(elsewhere) == everything(env)
    write(elsewhere, 82, 1)
    assert notes(elsewhere) == [whole("+6581000000"), whole("+6581000001"), whole("+6582000000")]


def everything(env: dict[str, str]) -> list[str]:
    """Every row of every model, with every value."""
    result = run("-c", SET_UP + READ_ALL, env=env)
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) > 100
    return result.stdout.splitlines()
