"""The one way in which imports are read, checked, run, stopped and undone: outside a request, by one worker each.

A batch stores what its rows bring about together with how far the run has come, and only while its worker holds the
lease: whatever ends a worker, another goes on where the last batch ended, and no row is taken twice.
"""

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.acting import acting
from contacts.importing import files, reading, saving, undoing
from contacts.importing.leases import LEASE, LeaseLost, Renewing
from contacts.importing.planning import Book, ScratchBook, plan
from contacts.importing.rows import Entry, Reader
from contacts.models.imports import ImportRow, ImportRun, Outcome, State, Undo
from contacts.turns import turns

BATCH = 1000
# A turn is a lock of PostgreSQL, which has 6,400 of them as it comes, for all who work at a time.
MOST_TURNS = 2000
# A workbook that ends so many workers is not read by another.
MOST_READINGS = 3
# What ends the work of whoever has no database any more; another goes on when the lease is over.
OUTAGES = (OperationalError, InterfaceError)
# Where work leads that is stopped or fails, and from where it may begin.
_BEFORE = {
    State.CHECKING: State.DRAFT,
    State.IMPORTING: State.STOPPED,
    State.UNDOING: State.DONE,
}
_AFTER = {
    State.READING: State.DRAFT,
    State.CHECKING: State.CHECKED,
    State.IMPORTING: State.DONE,
    State.UNDOING: State.UNDONE,
}
MAY_BEGIN = {
    State.READING: {State.READING},
    State.CHECKING: {State.DRAFT, State.CHECKED},
    State.IMPORTING: {State.DRAFT, State.CHECKED, State.STOPPED},
    State.UNDOING: {State.DONE, State.STOPPED},
}

logger = logging.getLogger(__name__)


class NotNow(Exception):
    """What was asked for cannot be done in the state in which the import is."""


class _Stopped(Exception):
    """Somebody asked to stop."""


def ask(
    run: ImportRun, work: State, *, by: AbstractBaseUser | None = None, lease: uuid.UUID | None = None
) -> ImportRun:
    """Asks for a run to be checked, imported (on from where it was stopped) or undone, in a name. Raises NotNow.

    With a `lease` the caller does it, by `work`; else a worker does.
    """
    with transaction.atomic():
        stored = ImportRun.objects.select_for_update().get(pk=run.pk)
        if stored.state not in MAY_BEGIN[work]:
            raise NotNow
        if work == State.UNDOING:
            stored.rows_done = stored.rows
        elif stored.state != State.STOPPED:
            stored.begin_counting()
        stored.state, stored.is_stopping, stored.failure = work, False, ""
        stored.asked_at, stored.asked_by, stored.finished_at = timezone.now(), by, None
        stored.lease, stored.leased_until = lease, timezone.now() + LEASE if lease else None
        stored.save()
    return stored


def stop(run: ImportRun) -> None:
    """Stops a check or an import after the batch at which it is, and reading at once: the file is dropped then.

    Raises NotNow where none of them is under way.
    """
    with transaction.atomic():
        stored = ImportRun.objects.select_for_update().get(pk=run.pk)
        if stored.state == State.READING:
            _refuse(stored, _("Reading it was stopped. Upload it again to import it."))
        elif stored.state in [State.CHECKING, State.IMPORTING]:
            stored.is_stopping = True
            stored.save(update_fields=["is_stopping"])
        else:
            raise NotNow


def discard(run: ImportRun) -> None:
    """Forgets an import that is not under way, or still being read: its file, and what it would need to be undone.

    Raises NotNow.
    """
    with transaction.atomic():
        stored = ImportRun.objects.select_for_update().get(pk=run.pk)
        if not stored.may_be_discarded:
            raise NotNow
        stored.delete()


def claim() -> ImportRun | None:
    """A run that is due, with a lease of its own; None where there is none. What ended too many workers is refused."""
    now = timezone.now()
    for run in ImportRun.objects.due(now)[:10]:
        taken = {"lease": uuid.uuid4(), "leased_until": now + LEASE}
        if run.state == State.READING:
            taken["readings"] = run.readings + 1
        if not ImportRun.objects.due(now).filter(pk=run.pk).order_by().update(**taken):
            continue
        claimed = ImportRun.objects.get(pk=run.pk)
        if claimed.state != State.READING or claimed.readings <= MOST_READINGS:
            return claimed
        with suppress(LeaseLost):
            _leave(claimed, _said_of_readings(run.readings))
    return None


def _said_of_readings(count: int) -> str:
    said = _("{count} times its reading ended with the worker, or was cut short. Save the sheet as CSV, or split it.")
    return said.format(count=count)


def work(
    run: ImportRun,
    told: Callable[[ImportRun], None] = lambda _run: None,
    is_ending: Callable[[], bool] = lambda: False,
) -> ImportRun:
    """Does what a leased run has to do, tells after each batch, and leaves it to others when it `is_ending`.

    It is put down to who asked for it. Answers the run as it is then. A fault of the file, and one of ours, is kept in
    `failure`; an outage rises.
    """
    undone = " undone" if run.state == State.UNDOING else ""
    with acting(run.asked_by, reason=f"Import {run.file_name}{undone}"):
        try:
            _work(run, told, is_ending)
        except LeaseLost:
            logger.warning("Import %s was taken over, stopped or discarded.", run.pk)
    return ImportRun.objects.filter(pk=run.pk).first() or run


def _work(run: ImportRun, told: Callable[[ImportRun], None], is_ending: Callable[[], bool]) -> None:
    do = {State.READING: _read, State.CHECKING: _check, State.IMPORTING: _import, State.UNDOING: _undo}[
        State(run.state)
    ]
    try:
        for at in do(run):
            told(at)
            if is_ending():
                ImportRun.objects.filter(pk=run.pk, lease=run.lease).update(lease=None, leased_until=None)
                break
    except LeaseLost:
        raise
    except _Stopped:
        _leave(run)
    except ValidationError as error:
        _leave(run, " ".join(error.messages))
    except OUTAGES:
        raise
    except Exception:
        logger.exception("Import %s failed.", run.pk)
        _leave(run, _("An error on our side ended it; the log says which. What was done until then is stored."))


def _read(run: ImportRun) -> Iterator[ImportRun]:
    """Makes a workbook the CSV that all else reads, and finds out what its columns are. Broken off, it begins anew."""
    renewing = Renewing(run)
    if files.is_workbook(run):
        sheet, file = files.converted(run, renewing)
        with closing(file), transaction.atomic():
            stored = _held(run)
            files.replace(stored, sheet, file)
            stored.save()
            run.sheet = stored.sheet
    files.read(run, renewing)
    with transaction.atomic():
        stored = _held(run)
        for name in files.CHOSEN:
            setattr(stored, name, getattr(run, name))
        _release(stored, State.DRAFT)
    yield stored


def _check(run: ImportRun) -> Iterator[ImportRun]:
    """Plans all rows and writes no contact. One that broke off begins anew, for its scratch database is lost."""
    _begin_anew(run)
    book = ScratchBook()
    try:
        for entries in _batches(run, after=0):
            planned = plan(entries, book, run.keep_rule, run.shared_rule, timezone.now())
            book.remember(plan.known for plan in planned if plan.known and plan.after)
            with _batch(run, entries[-1].number) as stored:
                saving.keep(stored, planned, is_check=True)
                stored.count(Counter(plan.outcome for plan in planned), saving.repaired(planned))
            yield stored
    finally:
        book.close()
    yield _finish(run)


def _import(run: ImportRun) -> Iterator[ImportRun]:
    if not run.rows_done:
        _begin_anew(run)
    for entries in _batches(run, after=run.rows_done):
        numbers = {number for entry in entries if entry.person for number in entry.person.numbers}
        with _batch(run, entries[-1].number) as stored, turns(numbers):
            now = timezone.now()
            book = Book()
            planned = plan(entries, book, run.keep_rule, run.shared_rule, now)
            saving.save(planned, book.contacts, now)
            saving.keep(stored, planned, is_check=False)
            stored.count(Counter(plan.outcome for plan in planned), saving.repaired(planned))
        yield stored
    yield _finish(run)


def _undo(run: ImportRun) -> Iterator[ImportRun]:
    """From the last row to the first, for a row may have changed what one before it added."""
    while rows := list(_to_undo(run).order_by("-number")[:BATCH]):
        with _batch(run, rows[-1].number) as stored:
            undoing.take_back(rows, timezone.now())
            undone = Counter(row.undo for row in rows)
            stored.undone += undone[Undo.UNDONE]
            stored.kept += undone[Undo.KEPT]
        yield stored
    yield _finish(run)


def _to_undo(run: ImportRun) -> QuerySet[ImportRow]:
    return run.kept_rows.filter(undo=Undo.NOT_UNDONE, outcome__in=[Outcome.NEW, Outcome.CHANGED])


def _batches(run: ImportRun, after: int) -> Iterator[Sequence[Entry]]:
    """The rows of a run's file that come after one, read and repaired."""
    reader = Reader(run.headings, run.taken_as, settings.DEFAULT_PHONE_REGION, escaped=not run.sheet)
    batch: list[Entry] = []
    numbers = 0
    for number, cells in reading.entries(files.opened(run), run.read_as, after):
        batch.append(reader.entry(number, cells))
        numbers += len(batch[-1].person.numbers) if batch[-1].person else 0
        if len(batch) >= BATCH or numbers >= MOST_TURNS:
            yield batch
            batch, numbers = [], 0
    if batch:
        yield batch


@contextmanager
def _batch(run: ImportRun, last_row: int) -> Iterator[ImportRun]:
    """A transaction that stores how far the run has come with what is done in it. Raises LeaseLost, and _Stopped."""
    with transaction.atomic():
        stored = _held(run)
        if stored.is_stopping:
            raise _Stopped
        yield stored
        stored.rows_done, stored.leased_until = last_row, timezone.now() + LEASE
        stored.save()


def _held(run: ImportRun) -> ImportRun:
    """The run, locked. Raises LeaseLost where its lease is another's by now."""
    stored = ImportRun.objects.select_for_update().filter(pk=run.pk, lease=run.lease).first()
    if stored is None:
        raise LeaseLost
    return stored


def _begin_anew(run: ImportRun) -> None:
    with transaction.atomic():
        stored = _held(run)
        stored.begin_counting()
        stored.save()
        stored.kept_rows.all().delete()


def _finish(run: ImportRun) -> ImportRun:
    """The run, done; its file is dropped where nothing more is read of it."""
    with transaction.atomic():
        stored = _held(run)
        _release(stored, _AFTER[State(stored.state)])
        if stored.state != State.CHECKED:
            files.drop(stored)
    return stored


def _leave(run: ImportRun, failure: str = "") -> None:
    """Ends the work of a run before it is done, where it may be taken up again."""
    with transaction.atomic():
        stored = _held(run)
        if stored.state == State.READING:
            _refuse(stored, failure)
            return
        stored.failure = failure
        _release(stored, _BEFORE[State(stored.state)])


def _refuse(stored: ImportRun, failure: str) -> None:
    """Leaves a file unread, for good."""
    stored.failure = failure
    _release(stored, State.REFUSED)
    files.drop(stored)


def _release(stored: ImportRun, state: State) -> None:
    stored.state, stored.finished_at = state, timezone.now()
    stored.lease = stored.leased_until = None
    stored.is_stopping = False
    stored.save()
