"""The one way in which a file becomes an import that can begin: stored in the database, read to its end, guessed at."""

import io
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterable
from typing import BinaryIO

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.importing import reading, workbooks
from contacts.importing.leases import LEASE, LeaseLost, Renewing
from contacts.importing.mapping import Column, guess, heading_key
from contacts.importing.reading import Dialect
from contacts.models.imports import DRAFTS, ImportMapping, ImportPiece, ImportRun, State

MOST_BYTES = 200 * 1024 * 1024
PIECE_BYTES = 512 * 1024
SAMPLE_ROWS = 50
# How a file is read and taken: what is found of it, or chosen by hand.
CHOSEN = ["dialect", "headings", "columns", "rows", "keep_rule", "shared_rule"]


def store(
    file: BinaryIO,
    name: str,
    *,
    by: AbstractBaseUser | None = None,
    sheet: str = "",
    mapping: ImportMapping | None = None,
    dialect: dict | None = None,
) -> ImportRun:
    """An import of a file. Raises ValidationError where a CSV file cannot be read, and keeps nothing then.

    A workbook is to be read by a worker: it would fill the memory of a web process. `dialect` holds what is told of
    encoding, delimiter and header_row; the rest is found.
    """
    is_workbook = _is_workbook(file, sheet)
    with transaction.atomic():
        run = ImportRun.objects.create(
            file_name=name[-200:],
            sheet=sheet[:200],
            mapping=mapping,
            dialect={key: value for key, value in (dialect or {}).items() if value is not None},
            size=0,
            rows=0,
            headings=[],
            columns=[],
            state=State.READING,
            asked_at=timezone.now(),
            created_by=by,
            asked_by=by,
        )
        run.size = _store_pieces(run, iter(lambda: file.read(PIECE_BYTES), b""))
        if not is_workbook:
            run.lease, run.leased_until = uuid.uuid4(), timezone.now() + LEASE
        run.save()
    return run if is_workbook else _read_at_once(run)


def _read_at_once(run: ImportRun) -> ImportRun:
    """The run, read outside a transaction, for that may take long. A worker reads it where this process dies.

    Raises ValidationError where it cannot be read, and deletes it then.
    """
    own = ImportRun.objects.filter(pk=run.pk, lease=run.lease)
    try:
        read(run, Renewing(run))
        own.update(state=State.DRAFT, lease=None, leased_until=None, **_choices(run))
    except (LeaseLost, ValidationError):
        if own.delete()[0]:
            raise
    except BaseException:
        own.delete()
        raise
    return _as_left(run)


def _as_left(run: ImportRun) -> ImportRun:
    """The run as it is now, which somebody may have stopped, or discarded."""
    stored = ImportRun.objects.filter(pk=run.pk).first()
    if stored is None:
        raise ValidationError(_("Reading it was stopped. Upload it again to import it."))
    return stored


def converted(run: ImportRun, told: Callable[[], None]) -> tuple[str, BinaryIO]:
    """The name of the sheet of a stored workbook, and its cells as a temporary CSV file. Raises ValidationError.

    `told` is called again and again while that goes on.
    """
    with tempfile.TemporaryFile() as workbook:
        shutil.copyfileobj(opened(run), workbook, PIECE_BYTES)
        workbook.seek(0)
        sheet, pieces = workbooks.as_csv(workbook, run.sheet, told)
        converted = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
        for piece in pieces:
            converted.write(piece)
            told()
    converted.seek(0)
    return sheet, converted


def is_workbook(run: ImportRun) -> bool:
    """Whether a run's file is still the workbook that was uploaded."""
    return opened(run).read(len(workbooks.BEGINNING)) == workbooks.BEGINNING


def replace(run: ImportRun, sheet: str, file: BinaryIO) -> None:
    """Puts the cells of a sheet in the place of the workbook. To be called in a transaction."""
    drop(run)
    run.sheet = sheet[:200]
    _store_pieces(run, iter(lambda: file.read(PIECE_BYTES), b""))


def read(run: ImportRun, told: Callable[[], None] = lambda: None) -> None:
    """Finds what was not told of how a file is read, reads all of it, and says what its columns are. Stores nothing."""
    known = run.dialect | ({"encoding": "utf-8-sig", "delimiter": ","} if run.sheet else {})
    found = Dialect(**reading.found_dialect(_sample(run)).as_dict() | known)
    if "header_row" not in known:
        found = reading.with_headings_found(found, opened(run))
    read_as(run, found, told)
    if run.mapping:
        apply(run, run.mapping)


def read_as(run: ImportRun, dialect: Dialect, told: Callable[[], None] = lambda: None) -> None:
    """Reads all of an import's file anew, and guesses what its columns are. Raises ValidationError; stores nothing."""
    survey = reading.survey(opened(run, told), dialect)
    run.dialect, run.headings, run.rows = dialect.as_dict(), survey.headings, survey.rows
    put_columns(run, guess(survey.headings, sample_rows(run), settings.DEFAULT_PHONE_REGION))


def put_columns(run: ImportRun, columns: Iterable[Column]) -> None:
    run.columns = [[column.target, column.label] for column in columns]


def apply(run: ImportRun, mapping: ImportMapping) -> None:
    """Takes the columns that a saved mapping names for what it says, and its rules. Stores nothing."""
    run.columns = [
        mapping.columns.get(heading_key(heading), column)
        for heading, column in zip(run.headings, run.columns, strict=True)
    ]
    run.keep_rule, run.shared_rule = mapping.keep_rule, mapping.shared_rule


def store_choices(run: ImportRun) -> bool:
    """Stores how a draft is read and taken; a check of before counts no longer. Whether it still was one."""
    drafts = ImportRun.objects.filter(pk=run.pk, state__in=DRAFTS)
    return bool(drafts.update(state=State.DRAFT, failure="", **_choices(run)))


def _choices(run: ImportRun) -> dict:
    return {name: getattr(run, name) for name in CHOSEN}


def remember(run: ImportRun, name: str) -> ImportMapping:
    """Saves how a run's columns are taken, and its rules, under a name; what had the name is replaced."""
    columns = {heading_key(heading): column for heading, column in zip(run.headings, run.columns, strict=True)}
    rules = {"keep_rule": run.keep_rule, "shared_rule": run.shared_rule}
    return ImportMapping.objects.update_or_create(name=name, defaults={"columns": columns, **rules})[0]


def sample_rows(run: ImportRun, count: int = SAMPLE_ROWS) -> list[list[str]]:
    """The first rows below the headings."""
    dialect = run.read_as
    first = reading.head(opened(run), dialect, dialect.header_row + count)
    return [cells for cells in first[dialect.header_row :] if cells]


def opened(run: ImportRun, told: Callable[[], None] = lambda: None) -> BinaryIO:
    """The file of an import, from its beginning. Costs a query for each PIECE_BYTES, and tells of each."""
    return io.BufferedReader(_Pieces(run, told), PIECE_BYTES)  # type: ignore[arg-type]


def drop(run: ImportRun) -> None:
    """Deletes the file of an import, of which nothing more will be read."""
    run.pieces.all().delete()


class _Pieces(io.RawIOBase):
    def __init__(self, run: ImportRun, told: Callable[[], None]) -> None:
        self._run = run
        self._told = told
        self._position = 0
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        if not self._rest:
            self._told()
            piece = ImportPiece.objects.filter(run=self._run, position=self._position).first()
            self._rest = bytes(piece.content) if piece else b""
            self._position += 1
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def _is_workbook(file: BinaryIO, sheet: str) -> bool:
    is_workbook = workbooks.is_workbook(file)
    if sheet and not is_workbook:
        raise ValidationError(_("Only an XLSX file has sheets; leave the sheet empty."))
    return is_workbook


def _store_pieces(run: ImportRun, pieces: Iterable[bytes]) -> int:
    """Stores the pieces one by one; answers how many bytes they are. Raises ValidationError for none or too many."""
    stored = 0
    for position, piece in enumerate(pieces):
        stored += len(piece)
        if stored > MOST_BYTES:
            said = _("The file has more than {most} MB. Split it, and import its parts one after the other.")
            raise ValidationError(said.format(most=MOST_BYTES // 1024 // 1024))
        ImportPiece.objects.create(run=run, position=position, content=piece)
    if not stored:
        raise ValidationError(_("The file is empty."))
    return stored


def _sample(run: ImportRun) -> bytes:
    return opened(run).read(reading.SAMPLE_BYTES)
