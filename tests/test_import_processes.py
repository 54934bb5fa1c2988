"""Workers of imports as processes: killed, without their database for a moment, two at a time."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from contacts.importing import running
from contacts.models import Contact, ContactNumber
from contacts.models.imports import ImportRow, ImportRun, State
from contacts.tests.import_files import an_import, counts

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]

ROWS = 6_000
MOST_LOOKS = 600


def database_url() -> str:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return os.environ["TEST_DATABASE_URL"].replace("/postgres?", f"/{name}?")


@contextmanager
def worker(*options: str) -> Iterator[subprocess.Popen]:
    """A worker beside the test, on its database; killed at the end if it still runs."""
    env = os.environ | {"TEST_DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "dbncrm.test_settings"}
    process = subprocess.Popen([sys.executable, "manage.py", "run_imports", *options], cwd=settings.BASE_DIR, env=env)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(holds: Callable[[ImportRun], bool], process: subprocess.Popen) -> None:
    """Looks ten times a second, for a minute at most, while the process runs."""
    for _ in range(MOST_LOOKS):
        if holds(ImportRun.objects.get()):
            return
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    assert holds(ImportRun.objects.get())


def ask() -> None:
    people = (f"Person {place},+65912{place:05}" for place in range(ROWS))
    running.ask(an_import("Name,Mobile", *people), State.IMPORTING)


def end_lease() -> None:
    """As if a minute had passed."""
    ImportRun.objects.update(leased_until=timezone.now())


def assert_all_imported_once() -> None:
    run = ImportRun.objects.get()
    assert (run.state, counts(run)) == (State.DONE, {"new": ROWS})
    assert [model.objects.count() for model in (Contact, ContactNumber, ImportRow)] == [ROWS] * 3
    assert Contact.history.count() == ROWS


def test_what_a_killed_worker_leaves_two_others_finish_and_no_row_is_doubled():
    ask()
    with worker("--once") as killed:
        wait_until(lambda run: run.rows_done > 0, killed)
    assert 0 < Contact.objects.count() < ROWS
    end_lease()
    with worker("--once") as first, worker("--once") as second:
        assert (first.wait(timeout=120), second.wait(timeout=120)) == (0, 0)
    assert_all_imported_once()


def test_a_worker_survives_that_its_database_goes_away_and_ends_when_it_is_told():
    ask()
    with worker() as surviving:
        wait_until(lambda run: run.rows_done > 0, surviving)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            end_lease()
        wait_until(lambda run: run.state == State.DONE, surviving)
        surviving.terminate()
        assert surviving.wait(timeout=60) == 0
    assert_all_imported_once()
