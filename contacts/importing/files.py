"""The one way in which a file becomes an import that can begin: stored in the database, read to its end, guessed at."""

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from contacts.importing import reading, workbooks
from contacts.importing.mapping import Column, guess, heading_key
from contacts.importing.reading import Dialect
from contacts.models.imports import DRAFTS, ImportMapping, ImportPiece, ImportRun, State

MOST_BYTES = 200 * 1024 * 1024
PIECE_BYTES = 512 * 1024
SAMPLE_ROWS = 50


def store(
    file: BinaryIO,
    name: str,
    *,
    by: AbstractBaseUser | None = None,
    sheet: str = "",
    mapping: ImportMapping | None = None,
    dialect: dict | None = None,
) -> ImportRun:
    """An import of a file, all of which can be read. Raises ValidationError where it cannot, and keeps nothing then.

    `dialect` holds what is told of encoding, delimiter and header_row; the rest is found.
    """
    sheet, pieces = _pieces(file, sheet)
    with transaction.atomic():
        run = ImportRun.objects.create(
            file_name=name[-200:], sheet=sheet[:200], size=0, rows=0, dialect={}, headings=[], columns=[], created_by=by
        )
        run.size = sum(_store_pieces(run, pieces))
        found = reading.found_dialect(_sample(run)).as_dict() | {
            key: value for key, value in (dialect or {}).items() if value is not None
        }
        if sheet:
            found |= {"encoding": "utf-8-sig", "delimiter": ","}
        redialected = Dialect(**found)
        if (dialect or {}).get("header_row") is None:
            redialected = reading.with_headings_found(redialected, opened(run))
        read_as(run, redialected)
        if mapping:
            apply(run, mapping)
        run.save()
    return run


def read_as(run: ImportRun, dialect: Dialect) -> None:
    """Reads all of an import's file anew, and guesses what its columns are. Raises ValidationError; stores nothing."""
    survey = reading.survey(opened(run), dialect)
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
    chosen = {
        name: getattr(run, name) for name in ("dialect", "headings", "columns", "rows", "keep_rule", "shared_rule")
    }
    drafts = ImportRun.objects.filter(pk=run.pk, state__in=DRAFTS)
    return bool(drafts.update(state=State.DRAFT, failure="", **chosen))


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


def opened(run: ImportRun) -> BinaryIO:
    """The file of an import, as CSV. Costs a query for each PIECE_BYTES that are read."""
    return io.BufferedReader(_Pieces(run), PIECE_BYTES)  # type: ignore[arg-type]


def drop(run: ImportRun) -> None:
    """Deletes the file of an import, of which nothing more will be read."""
    run.pieces.all().delete()


class _Pieces(io.RawIOBase):
    def __init__(self, run: ImportRun) -> None:
        self._run = run
        self._position = 0
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        if not self._rest:
            piece = ImportPiece.objects.filter(run=self._run, position=self._position).first()
            self._rest = bytes(piece.content) if piece else b""
            self._position += 1
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def _pieces(file: BinaryIO, sheet: str) -> tuple[str, Iterator[bytes]]:
    """The name of the sheet, empty for CSV, and the file as CSV."""
    beginning = file.read(len(workbooks.BEGINNING))
    file.seek(0)
    if beginning == workbooks.OLD_BEGINNING:
        raise ValidationError(_("This is a workbook of Excel 97-2003 or one with a password. Save it as XLSX or CSV."))
    if beginning == workbooks.BEGINNING:
        return workbooks.as_csv(file, sheet)
    if sheet:
        raise ValidationError(_("Only an XLSX file has sheets; leave the sheet empty."))
    return "", iter(lambda: file.read(PIECE_BYTES), b"")


def _store_pieces(run: ImportRun, pieces: Iterable[bytes]) -> Iterator[int]:
    """Stores the pieces one by one, and gives their sizes."""
    stored = 0
    for position, piece in enumerate(filter(None, pieces)):
        stored += len(piece)
        if stored > MOST_BYTES:
            said = _("The file has more than {most} MB. Split it, and import its parts one after the other.")
            raise ValidationError(said.format(most=MOST_BYTES // 1024 // 1024))
        ImportPiece.objects.create(run=run, position=position, content=piece)
        yield len(piece)
    if not stored:
        raise ValidationError(_("The file is empty."))


def _sample(run: ImportRun) -> bytes:
    return opened(run).read(reading.SAMPLE_BYTES)
