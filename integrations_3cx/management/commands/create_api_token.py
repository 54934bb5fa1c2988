from datetime import datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date

from contacts.acting import acting
from integrations_3cx.models import ApiToken, Scope, default_scopes


class Command(BaseCommand):
    help = "Makes an API token for a phone system and prints its key, once, alone on the last line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="which phone system uses it")
        parser.add_argument("--key", help="take over a key of 16 to 128 characters that a 3CX already uses")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help="what it may do; may be given again (default: lookup and note)",
        )
        parser.add_argument("--expires", metavar="YYYY-MM-DD", help="the last day on which it is valid")
        parser.add_argument(
            "--allow", action="append", default=[], metavar="CIDR", help="a network it may be used from; again for more"
        )

    def handle(
        self, *, name: str, key: str | None, scope: list | None, expires: str | None, allow: list, **options
    ) -> None:
        try:
            with acting(name="manage.py create_api_token"):
                token, key = ApiToken.objects.issue(
                    name,
                    key=key,
                    scopes=scope or default_scopes(),
                    allowed_networks=allow,
                    expires_at=_midnight_after(expires) if expires else None,
                )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{token.name}: may {' and '.join(token.scopes)}. Copy the key now, it is not kept:")
        self.stdout.write(key)


def _midnight_after(day: str) -> datetime:
    try:
        last_day = parse_date(day)
    except ValueError:
        last_day = None
    if last_day is None:
        raise CommandError(f"--expires {day} is no date; write YYYY-MM-DD.")
    return timezone.make_aware(datetime.combine(last_day + timedelta(days=1), time.min))
