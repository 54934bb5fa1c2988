import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from callnotes.importing_do_not_disturb import Ledger, Outcome, rejected_lines, tally
from contacts import new_files
from contacts.importing import workbooks


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
        found = tally(ledger.take(person, check=check))
        self.stdout.write(
            f"Added: {found.counts[Outcome.ADDED]:,}, unchanged: {found.counts[Outcome.UNCHANGED]:,}, lifted or over:"
            f" {found.counts[Outcome.PAST]:,}, rejected: {len(found.rejected):,}."
            f"{' Nothing was written.' if check else ''}"
        )
        if found.rejected:
            path = new_files.write(rejected, lambda: rejected_lines(ledger.headings, found.rejected))
            said = f"Rejected: {len(found.rejected):,}. They stand in {path}, with reasons; mend and import them."
            raise CommandError(said)


def _person(username: str) -> AbstractBaseUser:
    try:
        return get_user_model().objects.get_by_natural_key(username)
    except get_user_model().DoesNotExist:
        raise CommandError(f"Nobody signs in as {username}. Choose who sets it by --by.") from None


@contextmanager
def _as_csv(file: Path) -> Iterator[Path]:
    """The file, or what a workbook says, as a CSV file for a while. Raises ValidationError."""
    with file.open("rb") as content, tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.csv"
        with rows.open("wb") as converted:
            converted.writelines(workbooks.either_as_csv(content))
        yield rows
