from django.core.management.base import BaseCommand, CommandParser

from contacts.acting import acting
from privacy import held
from privacy.management.naming import add_subject, keepers, subject_of


class Command(BaseCommand):
    help = (
        "Writes all that is held about a person, as JSON, to standard output. That it was is kept in the history."
        " Of a NUMBER, the contacts who have it are not in it: they are named on standard error."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_subject(parser)

    def handle(self, **options) -> None:
        with acting(name="manage.py held_about"):
            self.stdout.write(held.written(subject_of(options)))
        if who := keepers(options):
            self.stderr.write(who)
