import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from callnotes.importing_do_not_disturb import Ledger, Outcome, Taken
from contacts import new_files
from contacts.importing import workbooks
from contacts.spreadsheets import lines, plain

WHY_HEADING = "Why it was rejected"


class Command(BaseCommand):
    help = (
        "Adds the numbers of a CSV or XLSX file, an export of the ledger or any with a column Number, to"
        " do-not-disturb; those in force already stay as they are. Ends with status 0 where all rows were taken."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV or XLSX")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="who sets it, as the ledger will say")
        parser.add_argument("--check", action="store_true", help="only count what would become of the rows")
        parser.add_argument(
            "--rejected", type=Path, metavar="PATH", help="where rejected rows go (default: beside FILE)"
        )

    def handle(self, *, file: Path, by: str, check: bool, rejected: Path | None, **options) -> None:
        person = _person(by)
        try:
            with _as_csv(file) as csv_file:
                ledger = Ledger(lambda: csv_file.open("rb"))
                self._take(ledger, person, check, rejected or file.with_name(f"{file.stem}.rejected.csv"))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be read or written: {error.strerror}.") from None

    def _take(self, ledger: Ledger, person: AbstractBaseUser, check: bool, rejected: Path) -> None:
        counts: Counter[Outcome] = Counter()
        refused: list[Taken] = []
        for taken in ledger.take(person, check=check):
            counts[taken.outcome] += 1
            refused += [taken] if taken.outcome is Outcome.REJECTED else []
        self.stdout.write(
            f"Added: {counts[Outcome.ADDED]:,}, unchanged: {counts[Outcome.UNCHANGED]:,}, lifted or over:"
            f" {counts[Outcome.PAST]:,}, rejected: {counts[Outcome.REJECTED]:,}."
            f"{' Nothing was written.' if check else ''}"
        )
        if refused:
            path = _write(ledger.headings, refused, rejected)
            raise CommandError(f"Rejected: {len(refused):,}. They stand in {path}, with reasons; mend and import them.")


def _person(username: str) -> AbstractBaseUser:
    try:
        return get_user_model().objects.get_by_natural_key(username)
    except get_user_model().DoesNotExist:
        raise CommandError(f"Nobody signs in as {username}. Choose who sets it by --by.") from None


@contextmanager
def _as_csv(file: Path) -> Iterator[Path]:
    """The file; of a workbook, the cells of its first sheet with rows. Raises ValidationError."""
    with file.open("rb") as content, tempfile.TemporaryDirectory() as folder:
        is_workbook = content.read(len(workbooks.BEGINNING)) == workbooks.BEGINNING
        content.seek(0)
        if is_workbook:
            converted = Path(folder) / "rows.csv"
            with converted.open("wb") as rows:
                rows.writelines(workbooks.as_csv(content)[1])
        yield converted if is_workbook else file


def _write(headings: list[str], refused: list[Taken], path: Path) -> Path:
    """Where the rejected rows now stand."""
    rows = [[*map(plain, taken.cells), plain(taken.why)] for taken in refused]
    return new_files.write(path, lambda: lines([*map(plain, headings), WHY_HEADING], rows))
