"""The one way in which imports are checked, run, stopped and undone: in batches, outside a request, by one worker each.

A batch stores what its rows bring about together with how far the run has come, and only while its worker holds the
lease: whatever ends a worker, another goes on where the last batch ended, and no row is taken twice.
"""

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.importing import files, reading, saving, undoing
from contacts.importing.planning import Book, ScratchBook, plan
from contacts.importing.rows import Entry, Reader
from contacts.models.imports import ImportRow, ImportRun, Outcome, State, Undo
from contacts.turns import turns

BATCH = 500
LEASE = timedelta(seconds=60)
# Where work leads that is stopped or fails, and from where it may begin.
_BEFORE = {State.CHECKING: State.DRAFT, State.IMPORTING: State.STOPPED, State.UNDOING: State.DONE}
_AFTER = {State.CHECKING: State.CHECKED, State.IMPORTING: State.DONE, State.UNDOING: State.UNDONE}
MAY_BEGIN = {
    State.CHECKING: {State.DRAFT, State.CHECKED},
    State.IMPORTING: {State.DRAFT, State.CHECKED, State.STOPPED},
    State.UNDOING: {State.DONE, State.STOPPED},
}

logger = logging.getLogger(__name__)


class NotNow(Exception):
    """What was asked for cannot be done in the state in which the import is."""


class LeaseLost(Exception):
    """Another worker has taken the run over, or somebody has discarded it."""


class _Stopped(Exception):
    """Somebody asked to stop."""


def ask(run: ImportRun, work: State, *, lease: uuid.UUID | None = None) -> ImportRun:
    """Asks for a run to be checked, imported (on from where it was stopped) or undone. Raises NotNow.

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
        stored.asked_at, stored.finished_at = timezone.now(), None
        stored.lease, stored.leased_until = lease, timezone.now() + LEASE if lease else None
        stored.save()
    return stored


def stop(run: ImportRun) -> None:
    """Stops a check or an import after the batch at which it is. Raises NotNow where it is not under way."""
    stoppable = ImportRun.objects.filter(pk=run.pk, state__in=[State.CHECKING, State.IMPORTING])
    if not stoppable.update(is_stopping=True):
        raise NotNow


def discard(run: ImportRun) -> None:
    """Forgets an import that is not under way: its file, and what it would need to be undone. Raises NotNow."""
    with transaction.atomic():
        stored = ImportRun.objects.select_for_update().get(pk=run.pk)
        if stored.is_under_way:
            raise NotNow
        stored.delete()


def claim() -> ImportRun | None:
    """A run that is due, with a lease of its own; None where there is none."""
    now = timezone.now()
    for run in ImportRun.objects.due(now)[:10]:
        lease = {"lease": uuid.uuid4(), "leased_until": now + LEASE}
        if ImportRun.objects.due(now).filter(pk=run.pk).order_by().update(**lease):
            return ImportRun.objects.get(pk=run.pk)
    return None


def work(
    run: ImportRun,
    told: Callable[[ImportRun], None] = lambda _run: None,
    is_ending: Callable[[], bool] = lambda: False,
) -> ImportRun:
    """Does what a leased run has to do, tells after each batch, and leaves it to others when it `is_ending`.

    Answers the run as it is then. A fault of the file, and one of ours, is kept in `failure`; an outage rises.
    """
    do = {State.CHECKING: _check, State.IMPORTING: _import, State.UNDOING: _undo}[State(run.state)]
    try:
        for at in do(run):
            told(at)
            if is_ending():
                ImportRun.objects.filter(pk=run.pk, lease=run.lease).update(lease=None, leased_until=None)
                break
    except LeaseLost:
        logger.warning("Import %s was taken over or discarded.", run.pk)
    except _Stopped:
        _leave(run)
    except ValidationError as error:
        _leave(run, " ".join(error.messages))
    except DatabaseError:
        raise
    except Exception:
        logger.exception("Import %s failed.", run.pk)
        _leave(run, _("An error on our side ended it; the log says which. What was done until then is stored."))
    return ImportRun.objects.filter(pk=run.pk).first() or run


def _check(run: ImportRun) -> Iterator[ImportRun]:
    """Plans all rows and writes no contact. One that broke off begins anew, for its scratch database is lost."""
    _begin_anew(run)
    book = ScratchBook()
    try:
        for entries in _batches(run, after=0):
            planned = plan(entries, book, run.keep_rule, run.shared_rule, timezone.now())
            book.remember(plan.known for plan in planned if plan.known and plan.after)
            with _batch(run, entries[-1].number) as stored:
                saving.keep(stored, planned, with_changes=False)
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
            saving.keep(stored, planned, with_changes=True)
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
    reader = Reader(run.headings, run.taken_as, settings.DEFAULT_PHONE_REGION)
    rows = reading.entries(files.opened(run), run.read_as, after)
    while batch := list(islice(rows, BATCH)):
        yield [reader.entry(number, cells) for number, cells in batch]


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
        stored.failure = failure
        _release(stored, _BEFORE[State(stored.state)])


def _release(stored: ImportRun, state: State) -> None:
    stored.state, stored.finished_at = state, timezone.now()
    stored.lease = stored.leased_until = None
    stored.is_stopping = False
    stored.save()
