from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from people import enrolment, second_factor


class Command(BaseCommand):
    help = "Takes a person's second factor away, where no administrator can do so in the back office."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *, username: str, **options) -> None:
        people = get_user_model().objects.filter(username=username)
        if not people:
            raise CommandError(f"Nobody has the username {username}.")
        if not second_factor.reset(people):
            raise CommandError(f"{username} has set up no second factor.")
        self.stdout.write(f"The second factor of {username} is reset. Staff set up another at their next sign-in.")
        for person in filter(enrolment.is_needed, people):
            self.stdout.write(f"They are asked for this enrolment code then: {enrolment.new_code(person)}")
