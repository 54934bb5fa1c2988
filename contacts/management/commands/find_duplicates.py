from django.core.management.base import BaseCommand, CommandParser

from contacts import duplicates


class Command(BaseCommand):
    help = "Looks through the contacts for duplicates, from where the last search broke off to the end."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at-most", type=int, metavar="CONTACTS", help="stop after about so many")

    def handle(self, *, at_most: int | None, verbosity: int, **options) -> None:
        looked = duplicates.search(at_most)
        if verbosity:
            self.stdout.write(self._line(looked))

    def _line(self, looked: int) -> str:
        place = duplicates.progress()
        where = f"up to key {place.position}; the next search goes on there" if place.position else "to the end"
        return f"Looked through {looked:,} contacts, {where}."
