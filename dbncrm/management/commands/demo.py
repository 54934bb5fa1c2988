import json
import secrets
import shlex
import socket
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from callnotes.models import CallNote, DoNotDisturb
from contacts.acting import acting
from contacts.models import ContactNumber
from dbncrm import demo
from integrations_3cx.models import ApiToken, Scope

ACCESS_FILE = "demo-access.json"
COLLEAGUES = [("linnea", "Linnea", "Fenquist"), ("kumar", "Kumar", "Selrath")]


class Command(BaseCommand):
    help = "Migrates, fills an empty database with demonstration data, and prints how to try all. Needs DEBUG=on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="where the web process will listen")

    def handle(self, *, port: int, **options) -> None:
        if not settings.DEBUG:
            raise CommandError("Demonstration data is for DEBUG=on alone: it would mix with real contacts.")
        _check_port(port)
        call_command("migrate", verbosity=0)
        file = settings.BASE_DIR / ACCESS_FILE
        if not User.objects.exists():
            self.stdout.write("Making demonstration data (once) ...")
            with transaction.atomic(), acting(name="manage.py demo"):
                access = _fill()
            _keep(file, access)
        if file.exists():
            self._tell(json.loads(file.read_text()), f"http://127.0.0.1:{port}")
        else:
            self.stdout.write(f"DBN CRM serves on http://127.0.0.1:{port}/ from your own data.")

    def _tell(self, access: dict[str, str], base: str) -> None:
        query, number, key = base + reverse("integrations_3cx:query"), access["number"], access["key"]
        known, unknown = f"cid={quote(number)}", "cid=%2B12025550199"
        note = ["cid=" + number, "status=Completed", "comments=Asked for a quote.", "token=" + key]
        note_line = " ".join(f"--data-urlencode {shlex.quote(pair)}" for pair in note)
        call = json.dumps({"CallType": "Missed", "Number": number, "CallStartTimeUTC": f"{timezone.now():%FT%TZ}"})
        batch = json.dumps([{"cid": number}, {"cid": number, "status": "No Answer", "comments": ""}])
        self.stdout.write(
            f"""
DBN CRM is ready. Stop it with Ctrl+C; the next `make run` keeps the data.

Agents      {base}/                    sign in as agent, password {access["agent"]}
Pop-up      {base}{reverse("desk:popup")}?{known}
Back office {base}{reverse("admin:index")}              sign in as admin, password {access["admin"]}
Connect 3CX {base}{reverse("admin:connect_3cx")}
3CX key     {key}

Is this number known? (yes, then no)
  curl '{query}?{known}&token={key}'
  curl '{query}?{unknown}&token={key}'
Record what came of a call:
  curl {query} {note_line}
Names on the phones:
  curl '{base}{reverse("integrations_3cx:contacts")}?number={quote(number)}' -H 'X-API-Key: {key}'
Report a call:
  curl {base}{reverse("integrations_3cx:calls")} -H 'X-API-Key: {key}' -H 'Content-Type: application/json' -d '{call}'
Several at once:
  curl {query} -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d '{batch}'
"""
        )


def _check_port(port: int) -> None:
    """Raises CommandError where something listens: a second web process would share the port unnoticed."""
    with closing(socket.socket()) as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            raise CommandError(f"Port {port} is taken; stop what listens there, or: make run PORT=8001") from None


def _fill() -> dict[str, str]:
    """Makes the data and the sign-ins; answers what opens them."""
    access = {"admin": secrets.token_urlsafe(12), "agent": secrets.token_urlsafe(12)}
    User.objects.create_superuser("admin", password=access["admin"], first_name="Avery", last_name="Admin")
    agent = User.objects.create_user("agent", password=access["agent"], first_name="Robin", last_name="Agent")
    colleagues = [
        User.objects.create_user(username, first_name=first, last_name=last) for username, first, last in COLLEAGUES
    ]
    demo.fill([agent, *colleagues], now=timezone.now())
    access["key"] = ApiToken.objects.issue("Demonstration 3CX", scopes=list(Scope.values))[1]
    access["number"] = _busiest_number()
    return access


def _busiest_number() -> str:
    """A number of one contact alone, with much to read."""
    sole = ContactNumber.objects.values("number").annotate(contacts=Count("contact")).filter(contacts=1)
    notes = CallNote.objects.exclude(number__in=DoNotDisturb.objects.values("number"))
    busiest = notes.filter(number__in=sole.values("number"), number__startswith="+65").values("number")
    return busiest.annotate(notes=Count("pk")).order_by("-notes", "number")[0]["number"]


def _keep(file: Path, access: dict[str, str]) -> None:
    file.touch(mode=0o600)
    file.write_text(json.dumps(access, indent=2))
