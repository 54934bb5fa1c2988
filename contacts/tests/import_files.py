"""Files for imports, made by the tests: clean, messy and hostile."""

import io
import zipfile
from collections.abc import Sequence

import xlsxwriter
from django.core.exceptions import ValidationError

from contacts.importing import files, running
from contacts.models.imports import ImportRun, State

SHEET = "xl/worksheets/sheet1.xml"


def csv_file(*lines: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO("\r\n".join(lines).encode(encoding))


def xlsx_file(*rows: Sequence, sheet: str = "People", before: Sequence[str] = ()) -> io.BytesIO:
    """A workbook with rows in one sheet, behind empty ones."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_numbers": False}) as workbook:
        for name in before:
            workbook.add_worksheet(name)
        worksheet = workbook.add_worksheet(sheet)
        for place, row in enumerate(rows):
            worksheet.write_row(place, 0, row)
    file.seek(0)
    return file


def changed_workbook(file: io.BytesIO, part: str, change) -> io.BytesIO:
    """A workbook with a part made by a function of what it was."""
    changed = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    changed.seek(0)
    return changed


def an_import(*lines: str, **told) -> ImportRun:
    """An import of a CSV file of these lines, not checked yet."""
    rules = {name: told.pop(name) for name in ("keep_rule", "shared_rule") if name in told}
    run = files.store(csv_file(*lines), "people.csv", **told)
    for name, rule in rules.items():
        setattr(run, name, rule)
    run.save()
    return run


def stored(file: io.BytesIO, name: str = "people", **told) -> ImportRun:
    """An import of a file, with a workbook read as a worker does. Raises ValidationError where it cannot be read."""
    run = files.store(file, name, **told)
    run = done(run, State.READING) if run.state == State.READING else run
    if run.failure:
        raise ValidationError(run.failure)
    return run


def done(run: ImportRun, work: State) -> ImportRun:
    """The run after a worker has done that work."""
    running.ask(run, work)
    return running.work(running.claim())


def imported(*lines: str, **told) -> ImportRun:
    return done(an_import(*lines, **told), State.IMPORTING)


def counts(run: ImportRun) -> dict[str, int]:
    """What became of the rows; what became of none is left out."""
    names = ["new", "changed", "unchanged", "rejected", "repaired", "undone", "kept"]
    return {name: getattr(run, name) for name in names if getattr(run, name)}
