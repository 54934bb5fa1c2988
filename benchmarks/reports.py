"""How long the reports take over a year of calls: makes it in an empty database, and reads each page from that.

    make bench-reports [SCALE=1m]
    tools/throwaway_postgresql.py .venv/bin/python benchmarks/reports.py [SCALE]

SCALE calls (20k; 1m is a million), as many notes, three in a hundred of them corrected, and a promise to call for
every fourth.
"""

import logging
import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dbncrm.test_settings")
django.setup()
logging.disable(logging.INFO)

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from callnotes.models import Call, Callback, CallNote, Disposition  # noqa: E402

AGENTS, QUEUES, DAYS, AT_ONCE, TIMES = 60, 8, 365, 5_000, 5
HOURS, WEIGHTS = list(range(8, 20)), [1, 4, 6, 6, 5, 3, 5, 6, 6, 5, 3, 1]
SORTS = {"incoming": 45, "missed": 15, "outgoing": 28, "unanswered": 12}
WORDS = "Asked for a quote; sent by e-mail. Follow up if no answer has come by the end of the week."
PAGES = ["/reports/", "/reports/hours/", "/reports/agents/", "/reports/queues/", "/reports/?queue=803"]
LISTS = ["/reports/notes/", "/reports/calls/", "/reports/calls/?sort=missed", "/reports/callbacks/?outcome=kept"]


def main(rows: int) -> None:
    began = time.perf_counter()
    call_command("migrate", verbosity=0)
    if not Call.objects.exists():
        _fill(rows, random.Random(3))
    with connection.cursor() as cursor:
        # As autovacuum does by itself, some time after many rows have come.
        cursor.execute("VACUUM")
        cursor.execute("ANALYZE")
    counts = [f"{model.objects.count():,} {model._meta.verbose_name_plural}" for model in (Call, CallNote, Callback)]
    print(f"{connection.vendor}: {', '.join(counts)}; made in {time.perf_counter() - began:.0f} s")
    _measure()


def _scale(text: str) -> int:
    """How many rows `20k`, `1m` or `5000` are."""
    unit = {"k": 1_000, "m": 1_000_000}.get(text[-1].lower())
    return int(text[:-1]) * unit if unit else int(text)


def _measure() -> None:
    """Tells of each page, over a year, a month and today, how long people wait, and what it takes of one processor."""
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="reader"))
    today = timezone.localdate()
    for path in [*PAGES, *LISTS, "/admin/"]:
        for days in (DAYS, 30, 1) if path != "/admin/" else (1,):
            period = {"since": today - timedelta(days=days - 1), "until": today}
            waited = sorted(_visit(client, path, period) for _ in range(TIMES))
            taken = min(_taken(client, path, period) for _ in range(2))
            told = f"{waited[0]:6.0f} ms, median {waited[TIMES // 2]:6.0f}, processor {taken:6.0f}"
            print(f"{path:36} {days:4} days: {told}")


def _taken(client: Client, path: str, period: dict) -> float:
    """Milliseconds of processor time, here and in PostgreSQL, which divides no read among processes for once."""
    if connection.vendor != "postgresql":
        began = time.process_time()
        _visit(client, path, period)
        return (time.process_time() - began) * 1000
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0; SELECT pg_backend_pid()")
        process = Path(f"/proc/{cursor.fetchone()[0]}/stat")
        began = time.process_time() + _seconds_of(process)
        _visit(client, path, period)
        taken = time.process_time() + _seconds_of(process) - began
        cursor.execute("RESET max_parallel_workers_per_gather")
    return taken * 1000


def _seconds_of(process: Path) -> float:
    """The processor time of a process of this machine, by Linux's proc(5)."""
    fields = process.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _visit(client: Client, path: str, period: dict) -> float:
    address = path + ("&" if "?" in path else "?") + "&".join(f"{name}={day}" for name, day in period.items())
    began = time.perf_counter()
    response = client.get(address if path != "/admin/" else path)
    assert response.status_code == 200, (address, response.status_code)
    return (time.perf_counter() - began) * 1000


def _fill(rows: int, chance: random.Random) -> None:
    User.objects.create_superuser("reader")
    people = (User(username=f"agent{place:02}", last_name=f"Agent {place}") for place in range(AGENTS))
    agents = User.objects.bulk_create(people)
    dispositions = list(Disposition.objects.all())
    moments = _moments(rows, chance)
    while chunk := list(islice(moments, AT_ONCE)):
        calls = Call.objects.bulk_create(_call(chance, at, agents) for at in chunk)
        notes = CallNote.objects.bulk_create(_note(chance, call, dispositions) for call in calls)
        CallNote.objects.bulk_create(_correction(note) for note in notes if chance.random() < 0.03)
        promises = [note for note in notes if note.disposition.opens_callback]
        Callback.objects.bulk_create(_callback(chance, note, notes) for note in promises)


def _moments(rows: int, chance: random.Random) -> Iterator[datetime]:
    """The moments of a year up to this evening, in their order, and as many each day."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(DAYS - 1, -1, -1):
        start = today - timedelta(days=day)
        hours = sorted(chance.choices(HOURS, WEIGHTS, k=-(-rows // DAYS)))
        yield from (start + timedelta(hours=hour, seconds=chance.randrange(3600)) for hour in hours)


def _call(chance: random.Random, at: datetime, agents: list[User]) -> Call:
    sort = chance.choices(list(SORTS), list(SORTS.values()))[0]
    is_inbound = sort in ("incoming", "missed")
    is_reached = sort == "missed" and chance.random() < 0.9
    result = {"missed": "missed", "unanswered": "not_answered"}.get(sort, "answered")
    return Call(
        number=f"+659{chance.randrange(10**7):07}",
        agent=chance.choice(agents),
        queue=str(800 + chance.randrange(QUEUES)) if is_inbound else "",
        direction="inbound" if is_inbound else "outbound",
        result=result,
        started_at=at,
        ended_at=at + timedelta(minutes=3),
        duration_seconds=180 if result == "answered" else 0,
        handled_at=at + timedelta(minutes=chance.expovariate(1 / 90)) if is_reached else None,
        content_key=f"{chance.getrandbits(256):064x}",
    )


def _note(chance: random.Random, call: Call, dispositions: list[Disposition]) -> CallNote:
    at = call.ended_at
    return CallNote(
        number=call.number,
        agent=call.agent,
        disposition=chance.choice(dispositions),
        comments=WORDS,
        source="desk",
        reported_call=call,
        matched_by="time",
        created_at=at,
        first_written_at=at,
    )


def _correction(note: CallNote) -> CallNote:
    return CallNote(
        number=note.number,
        agent=note.agent,
        disposition=note.disposition,
        comments=WORDS,
        source="desk",
        reported_call=note.reported_call,
        matched_by="time",
        corrects=note,
        created_at=note.created_at + timedelta(minutes=5),
        first_written_at=note.first_written_at,
    )


def _callback(chance: random.Random, note: CallNote, notes: list[CallNote]) -> Callback:
    due_at = note.created_at + timedelta(hours=chance.randrange(1, 72))
    is_closed = chance.random() < 0.9
    return Callback(
        number=note.number,
        agent=note.agent,
        note=note,
        due_at=due_at,
        created_at=note.created_at,
        closed_at=due_at + timedelta(minutes=chance.randrange(-60, 60)) if is_closed else None,
        closed_as="kept" if is_closed else "",
        closing_note=chance.choice(notes) if is_closed else None,
    )


if __name__ == "__main__":
    main(_scale(sys.argv[1] if len(sys.argv) > 1 else "20k"))
