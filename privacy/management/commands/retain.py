from django.core.management.base import BaseCommand, CommandParser

from contacts.acting import acting
from privacy import retention
from privacy.retention import Outcome


class Command(BaseCommand):
    help = (
        "Lets records go that are older than their kind is kept, as set in the back office under Retention periods."
        " May be stopped and repeated."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count what would go")

    def handle(self, *, dry_run: bool, verbosity: int, **options) -> None:
        with acting(name="manage.py retain"):
            for outcome in retention.outlook() if dry_run else retention.run():
                if verbosity:
                    self.stdout.write(self._line(outcome, "would go" if dry_run else "gone"))

    def _line(self, outcome: Outcome, word: str) -> str:
        if outcome.before is None:
            return f"{outcome.kind.label}: kept for good"
        return f"{outcome.kind.label}: {outcome.count:,} {word}, from before {outcome.before:%Y-%m-%d %H:%M} UTC"
