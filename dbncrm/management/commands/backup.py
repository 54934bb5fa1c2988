from argparse import ArgumentTypeError
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.template.defaultfilters import filesizeformat

from dbncrm.backups import making
from dbncrm.backups.archive import BackupError

NOT_IN_IT = (
    "Not in it: .env with SECRET_KEY, TOKEN_PEPPER, without which no key works, and DO_NOT_DISTURB_KEY, without which"
    " erased people who do not want to be called are not recognised. Keep a copy of that elsewhere."
)


class Command(BaseCommand):
    help = "Backs the database up into one file while the product works, or tries whether a backup can be restored."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path", metavar="FILE|FOLDER", type=Path, help="a file that does not exist yet, or a folder to name one in"
        )
        parser.add_argument("--keep", metavar="N", type=_count, help="in a folder, take all but the last N away")
        parser.add_argument(
            "--verify", action="store_true", help="restore the backup FILE into a throwaway database and compare"
        )

    def handle(self, *, path: Path, keep: int | None, verify: bool, verbosity: int, **options) -> None:
        if keep and (verify or not path.is_dir()):
            raise CommandError("--keep is for a backup into a folder, which has to exist.")
        try:
            said = _verified(path) if verify else _backed_up(path, keep or 0)
        except (BackupError, DatabaseError, OSError) as error:
            raise CommandError(" ".join(str(error).split())) from None
        if verbosity:
            self.stdout.write(said)


def _backed_up(path: Path, keep: int) -> str:
    file, manifest = making.back_up(path, keep=keep)
    size = filesizeformat(file.stat().st_size).replace("\xa0", " ")
    return f"Backed up {manifest.row_count()} rows of {len(manifest.rows)} tables to {file} ({size}).\n{NOT_IN_IT}"


def _verified(path: Path) -> str:
    manifest = making.verify(path)
    rows = f"{manifest.row_count()} rows of {len(manifest.rows)} tables"
    return f"{path} can be restored: {rows}, of {manifest.made_at}, version {manifest.version}."


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise ArgumentTypeError("write a whole number, 1 or more")
    return int(text)
