"""A CSV file is read where it was uploaded, while others write; it is an import that can begin only when it is read."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from contacts.importing import files, running
from contacts.models.imports import ImportPiece, ImportRun, State
from contacts.tests.import_files import an_import, csv_file
from contacts.tests.reads import at_each_read, reads

pytestmark = pytest.mark.django_db(transaction=True)

PIECES = ImportPiece._meta.db_table
LINES = ["Name,Mobile", "Mira,91234567", "Tomas,98765432"]


def test_others_write_while_a_file_is_read():
    with reads(PIECES) as found:
        run = an_import(*LINES)
    assert set(found) == {False}
    assert (run.state, run.rows, run.headings, run.lease) == (State.DRAFT, 3, ["Name", "Mobile"], None)


def test_while_a_file_is_read_nothing_begins_with_it_and_no_worker_takes_it():
    seen = []

    def look() -> None:
        run = ImportRun.objects.get()
        with pytest.raises(running.NotNow):
            running.ask(run, State.IMPORTING)
        seen.append((run.state, running.claim()))

    with at_each_read(PIECES, look):
        an_import(*LINES)
    assert set(seen) == {(State.READING, None)}


def take_over() -> None:
    """As a worker does a minute after whoever read the file died."""
    if ImportRun.objects.filter(state=State.READING).update(leased_until=timezone.now()):
        running.work(running.claim())


def test_a_file_whose_reader_died_is_read_by_a_worker():
    with at_each_read(PIECES, take_over):
        run = an_import(*LINES)
    assert (run.state, run.rows, run.readings, run.failure) == (State.DRAFT, 3, 1, "")
    assert ImportRun.objects.get() == run


def test_a_file_that_cannot_be_read_is_not_kept():
    with pytest.raises(ValidationError):
        an_import("Name,Mobile", '"Mira,91234567')
    assert (ImportRun.objects.count(), ImportPiece.objects.count()) == (0, 0)


def test_a_file_of_which_reading_is_broken_off_is_not_kept():
    def end() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), at_each_read(PIECES, end):
        an_import(*LINES)
    assert (ImportRun.objects.count(), ImportPiece.objects.count()) == (0, 0)


def test_reading_a_file_is_stopped_by_somebody_else():
    def stop() -> None:
        for run in ImportRun.objects.filter(state=State.READING):
            running.stop(run)

    with at_each_read(PIECES, stop):
        run = files.store(csv_file(*LINES), "people.csv")
    said = "Reading it was stopped. Upload it again to import it."
    assert (run.state, run.failure, run.pieces.count()) == (State.REFUSED, said, 0)


def test_a_file_that_is_discarded_while_it_is_read_is_gone_and_its_owner_told():
    def discard() -> None:
        for run in ImportRun.objects.all():
            running.discard(run)

    with pytest.raises(ValidationError, match="Reading it was stopped"), at_each_read(PIECES, discard):
        an_import(*LINES)
    assert not connection.in_atomic_block
    assert ImportRun.objects.count() == 0
