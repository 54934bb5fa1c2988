"""A restore has to know which processes work on the database that it replaces, and which on another one."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from dbncrm.backups import running


@pytest.fixture
def folder(tmp_path, settings):
    settings.BASE_DIR = tmp_path
    return tmp_path


@pytest.fixture(params=["dbncrm.wsgi:application", "manage.py runserver"])
def started(request, folder) -> Iterator:
    """Starts what looks like a process of DBN CRM in this folder, with variables of its own; answers its id."""
    processes = []

    def start(**variables: str) -> int:
        own = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        command = [sys.executable, "-c", "print(flush=True); input()", *request.param.split()]
        process = subprocess.Popen(
            command, cwd=folder, env=own | variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        process.stdout.readline()
        processes.append(process)
        return process.pid

    yield start
    for process in processes:
        process.kill()
        process.communicate()


ON_SQLITE, ON_POSTGRESQL = "sqlite:///crm.sqlite3", "postgresql://dbncrm:one@db:5432/crm"


@pytest.mark.parametrize(
    ("ours", "theirs", "counts"),
    [
        (ON_SQLITE, ON_SQLITE, True),
        (ON_SQLITE, "sqlite:///{folder}/crm.sqlite3", True),
        (ON_SQLITE, "sqlite:///second.sqlite3", False),
        (ON_SQLITE, ON_POSTGRESQL, False),
        (ON_POSTGRESQL, "postgres://another:two@db/crm", True),
        (ON_POSTGRESQL, "postgresql://dbncrm:one@db:5432/second", False),
        (ON_POSTGRESQL, "nothing that can be read", True),
    ],
)
@pytest.mark.parametrize("is_in_file", [True, False])
def test_a_process_counts_where_it_works_on_the_same_database(
    started, folder, monkeypatch, ours, theirs, counts, is_in_file
):
    """Its own environment says on which, or else the `.env` of its folder."""
    monkeypatch.setenv("DATABASE_URL", ours)
    url = theirs.format(folder=folder)
    (folder / ".env").write_text(f"DATABASE_URL={url if is_in_file else 'sqlite:///third.sqlite3'}\n")
    process = started(**({} if is_in_file else {"DATABASE_URL": url}))
    assert running.here() == ([process] if counts else [])


def test_where_it_cannot_be_told_a_process_counts(started, folder, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", ON_SQLITE)
    process = started()
    assert running.here() == [process]
    (folder / ".env").mkdir()
    assert running.here() == [process]
