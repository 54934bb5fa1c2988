from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contacts import subjects
from contacts.acting import acting
from contacts.erasing import ImportUnderWay
from contacts.subjects import Subject
from privacy import erasing
from privacy.erasing import KeyMissing, Part
from privacy.management.naming import add_subject, contact_of, keepers, number_of


class Command(BaseCommand):
    help = (
        "Erases a person, or all that is on a number, for good: calls stay, without anything that identifies."
        " Contacts who have a NUMBER keep it, and are named: erase each by --contact. Without --yes it asks first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_subject(parser)
        parser.add_argument(
            "--with-number",
            action="append",
            metavar="NUMBER",
            default=[],
            help="erase the whole history of this number of the contact too, although others have it; again for more",
        )
        parser.add_argument("--dry-run", action="store_true", help="only tell what there is and what becomes of it")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *, dry_run: bool, yes: bool, **options) -> None:
        subject = self._subject(options)
        parts = erasing.preview(subject)
        who = keepers(options)
        self._tell(parts, who)
        with _refusals():
            erasing.check(subject)
        if dry_run:
            self.stdout.write("Nothing was erased: this was a dry run.")
            return
        if not (yes or _is_meant()):
            raise CommandError("Nothing was erased.")
        self._erase(subject, erasing.seen(parts), who)

    def _subject(self, options: dict[str, Any]) -> Subject:
        """Of a contact with all numbers that nobody else has, and those that are named."""
        if options["contact"] is None:
            return subjects.of_number(number_of(options))
        contact = contact_of(options)
        named = {number_of({"number": number}) for number in options["with_number"]}
        known = subjects.known_numbers(contact)
        if unknown := named - {each.number for each in known}:
            raise CommandError(f"The contact never had the number {min(unknown)}.")
        return subjects.of_contact(contact, named | {each.number for each in known if not each.others})

    def _tell(self, parts: list[Part], who: str) -> None:
        for part in parts:
            if part.count:
                self.stdout.write(f"{part.section.heading}: {part.count:,} ({part.section.erased})")
        if who:
            self.stdout.write(who)

    def _erase(self, subject: Subject, as_seen: str, who: str) -> None:
        with _refusals(), acting(name="manage.py erase"):
            erasing.erase(subject, as_seen)
        self.stdout.write("Erased. Backups hold it for as long as they are kept: see docs/privacy.md.")
        if who:
            self.stdout.write(who)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except (ImportUnderWay, KeyMissing, erasing.NotAsSeen) as error:
        raise CommandError(erasing.refusal(error)) from None


def _is_meant() -> bool:
    try:
        return input("Type ERASE to erase it for good: ") == "ERASE"
    except EOFError:
        raise CommandError("Nothing was erased: say --yes.") from None
