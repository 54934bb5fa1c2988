from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations_3cx import crm_template
from integrations_3cx.addresses import web_origin


class Command(BaseCommand):
    help = "Prints the CRM template (XML) that is uploaded to 3CX. It holds no key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base-url", default=settings.PUBLIC_URL, help="the CRM's address (default: PUBLIC_URL)")

    def handle(self, *, base_url: str, **options) -> None:
        if not base_url:
            raise CommandError("Name the CRM's address by --base-url https://crm.example.com, or set PUBLIC_URL.")
        try:
            self.stdout.write(crm_template.xml(web_origin(base_url)), ending="")
        except ValueError as error:
            raise CommandError(f"--base-url {error}.") from None
