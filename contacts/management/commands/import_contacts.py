import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from contacts import new_files
from contacts.acting import acting
from contacts.importing import files, running
from contacts.importing.mapping import Column, Target, heading_key
from contacts.importing.reading import DELIMITERS, ENCODINGS
from contacts.importing.rejected import rejected_lines
from contacts.importing.repairing import LABEL_MAX_LENGTH
from contacts.models.imports import ImportMapping, ImportRun, KeepRule, SharedRule, State

TOLD_EVERY_SECONDS = 2
DELIMITER_NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


class Command(BaseCommand):
    help = (
        "Imports contacts from a CSV or XLSX file, repairs what can be repaired, and writes rejected rows, with the"
        " reason of each, into a file beside it. Ends with status 0 where all rows were taken."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV or XLSX")
        parser.add_argument("--check", action="store_true", help="only count what would become of the rows")
        parser.add_argument("--encoding", choices=[*ENCODINGS, "utf-8"], help="of a CSV file (default: found)")
        parser.add_argument(
            "--delimiter", choices=[*DELIMITERS, *DELIMITER_NAMES], help="of a CSV file (default: found)"
        )
        parser.add_argument(
            "--header-row", type=int, metavar="ROW", help="the row of the headings; 0 for none (default: found)"
        )
        parser.add_argument("--sheet", default="", help="of an XLSX file (default: the first that has rows)")
        parser.add_argument("--mapping", metavar="NAME", help="a mapping that was saved in the back office")
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="HEADING=WHAT",
            help=f"what a column is: {', '.join(filter(None, Target))}, number:LABEL, or nothing; again for more",
        )
        parser.add_argument(
            "--keep", choices=KeepRule.values, help="what a contact keeps that is there (default: fill)"
        )
        parser.add_argument(
            "--shared",
            choices=SharedRule.values,
            help="where somebody of another name has the number: reject the row (default), update or add a contact",
        )
        parser.add_argument(
            "--rejected", type=Path, metavar="PATH", help="where rejected rows go (default: beside FILE)"
        )

    def handle(self, *, file: Path, check: bool, rejected: Path | None, **options) -> None:
        with acting(name="manage.py import_contacts"):
            self._import(file, check, rejected, options)

    def _import(self, file: Path, check: bool, rejected: Path | None, options: dict) -> None:
        run = self._stored(file, options)
        try:
            self._take(run, check, rejected or file.with_name(f"{file.stem}.rejected.csv"))
        finally:
            if check:
                _discard(run)

    def _take(self, run: ImportRun, check: bool, rejected: Path) -> None:
        self._tell_reading(run)
        work = State.CHECKING if check else State.IMPORTING
        run = running.work(running.ask(run, work, lease=uuid.uuid4()), self._teller())
        if run.failure:
            raise CommandError(run.failure)
        self._tell_outcome(run, check)
        if run.rejected:
            path = _written(run, rejected)
            raise CommandError(f"Rejected: {run.rejected:,}. They stand in {path}, with reasons; mend and import them.")

    def _stored(self, file: Path, options: dict) -> ImportRun:
        """The file as an import, with what the options say. Raises CommandError."""
        delimiter, encoding = options["delimiter"], options["encoding"]
        told = {
            "delimiter": DELIMITER_NAMES.get(delimiter, delimiter),
            "encoding": "utf-8-sig" if encoding == "utf-8" else encoding,
            "header_row": options["header_row"],
        }
        try:
            with file.open("rb") as content:
                mapping = _mapping(options["mapping"])
                run = files.store(content, file.name, sheet=options["sheet"], mapping=mapping, dialect=told)
            return _configured(_read(run), options)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None

    def _tell_reading(self, run: ImportRun) -> None:
        read_as = run.read_as
        header = f"headings in row {read_as.header_row}" if read_as.header_row else "no headings"
        sheet = (
            f"sheet {run.sheet}"
            if run.sheet
            else f"{ENCODINGS[read_as.encoding]}, delimiter {DELIMITERS[read_as.delimiter]}"
        )
        self.stdout.write(f"{run.file_name}: {sheet}, {header}.")
        for heading, column in zip(run.headings, run.taken_as, strict=True):
            self.stdout.write(f"  {heading or '(no heading)'}: {_described(column)}")

    def _teller(self) -> Callable[[ImportRun], None]:
        last = time.monotonic()

        def tell(run: ImportRun) -> None:
            nonlocal last
            if time.monotonic() - last >= TOLD_EVERY_SECONDS and run.is_under_way:
                last = time.monotonic()
                self.stdout.write(f"At row {run.rows_done:,} of {run.rows:,} ({run.percent} %) ...")
                self.stdout.flush()

        return tell

    def _tell_outcome(self, run: ImportRun, check: bool) -> None:
        counts = [("New", run.new), ("changed", run.changed), ("unchanged", run.unchanged), ("rejected", run.rejected)]
        said = ", ".join(f"{name}: {count:,}" for name, count in [*counts, ("repaired", run.repaired)])
        kept = "Nothing was written." if check else f"It is import {run.pk} in the back office."
        self.stdout.write(f"Rows: {run.rows_dealt_with:,}. {said}. {kept}")


def _discard(run: ImportRun) -> None:
    """One that was broken off is under way until its lease is over: then a worker takes it up, or somebody stops it."""
    with suppress(running.NotNow):
        running.discard(run)


def _mapping(name: str | None) -> ImportMapping | None:
    if name is None:
        return None
    try:
        return ImportMapping.objects.get(name=name)
    except ImportMapping.DoesNotExist:
        known = ", ".join(ImportMapping.objects.values_list("name", flat=True)) or "none"
        raise CommandError(f"No mapping is saved as {name}. Saved are: {known}.") from None


def _read(run: ImportRun) -> ImportRun:
    """The import, with its workbook read if it is one."""
    if run.state == State.READING:
        run = running.work(running.ask(run, State.READING, lease=uuid.uuid4()))
    if run.failure:
        raise ValidationError(run.failure)
    return run


def _configured(run: ImportRun, options: dict) -> ImportRun:
    columns = run.taken_as
    places = {heading_key(heading): place for place, heading in enumerate(run.headings)}
    for said in options["column"]:
        heading, _, what = said.rpartition("=")
        if heading_key(heading) not in places:
            raise ValidationError(f"There is no column {heading}. The columns are: {', '.join(run.headings)}.")
        columns[places[heading_key(heading)]] = _column(what)
    files.put_columns(run, columns)
    run.keep_rule = options["keep"] or run.keep_rule
    run.shared_rule = options["shared"] or run.shared_rule
    run.save()
    return run


def _column(what: str) -> Column:
    target, _, label = what.partition(":")
    try:
        return Column(Target("" if target == "nothing" else target), label[:LABEL_MAX_LENGTH])
    except ValueError:
        known = ", ".join(filter(None, Target))
        raise ValidationError(f"{target} is nothing that a column can be; write one of {known}, nothing.") from None


def _described(column: Column) -> str:
    return f"{column.target}:{column.label}" if column.label else column.target or "nothing"


def _written(run: ImportRun, path: Path) -> Path:
    """Where the rejected rows of a run now stand."""
    try:
        return new_files.write(path, lambda: rejected_lines(run))
    except OSError as error:
        raise CommandError(f"{error.filename} cannot be written: {error.strerror}.") from None
