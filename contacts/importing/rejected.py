"""The file of rejected rows: as they came, with the reason behind them, to be mended and imported again."""

from collections.abc import Iterator

from contacts.importing.mapping import REASON_HEADING, heading_key
from contacts.importing.wording import fault_words
from contacts.models.imports import ImportRow, ImportRun, Outcome
from contacts.spreadsheets import lines, plain

READ_AT_ONCE = 500


def rejected_lines(run: ImportRun) -> Iterator[str]:
    """The lines of the CSV file, read bit by bit. Of a file of rejected rows, the reasons of before are left out."""
    kept = [place for place, heading in enumerate(run.headings) if heading_key(heading) != heading_key(REASON_HEADING)]
    headings = [plain(run.headings[place]) for place in kept]
    return lines([*headings, REASON_HEADING], (_cells(row, kept, len(run.headings)) for row in _rows(run)))


def _rows(run: ImportRun) -> Iterator[ImportRow]:
    after = 0
    rejected = run.kept_rows.filter(outcome=Outcome.REJECTED).order_by("number")
    while page := list(rejected.filter(number__gt=after)[:READ_AT_ONCE]):
        yield from page
        after = page[-1].number


def _cells(row: ImportRow, kept: list[int], width: int) -> list[str]:
    """Cells beyond the last heading stand behind the reason: what was too much stays too much."""
    cells = [plain(row.cells[place]) if place < len(row.cells) else "" for place in kept]
    reasons = " ".join(map(fault_words, row.faults))
    return [*cells, plain(reasons), *map(plain, row.cells[width:])]
