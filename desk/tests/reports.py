"""Reports for tests: rows of every sort, and what is wrong with the figures of them."""

import random
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from django.contrib.auth.models import User
from django.utils import timezone

from callnotes import callbacks
from callnotes.callbacks import Promise
from callnotes.models import Callback
from callnotes.tests.factories import make_call, make_disposition, make_missed, make_note
from desk.reports import rows
from desk.reports.figures import by_time, overview
from desk.reports.forms import CallbacksForm, CallsForm, NotesForm, Question, ReportForm
from desk.reports.groups import of_agents, of_queues
from desk.reports.tables import Table

NUMBER = "+6591234567"


NOW = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)  # A Wednesday, noon in Singapore.


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def fill(chance: random.Random, agents: list[User | None]) -> None:
    """Calls of every sort with several legs, notes with and without corrections, promises of every outcome."""
    make_disposition("later", "Call again", opens_callback=True, color="violet")
    for _ in range(25):
        at = NOW - timedelta(minutes=chance.choice([chance.randrange(600), chance.randrange(60 * 24 * 50)]))
        number = chance.choice(["", *(f"+659123456{digit}" for digit in range(6))])
        told = {"queue": chance.choice(["", "800", "801"])}
        for extension in chance.sample(["101", "102", "103"], chance.choice([1, 1, 3])):
            call(chance, number, at, extension=extension, **told)
        if number and chance.random() < 0.7:
            note(chance, number, at + 5 * MINUTE, chance.choice(agents))
    for callback in Callback.objects.open().order_by("pk")[::3]:
        callbacks.close_by_hand(callback, agents[0], "Met them.", now=callback.due_at + MINUTE)


def call(chance: random.Random, number: str, at: datetime, **told: str) -> None:
    sort = chance.choice(["incoming", "missed", "outgoing", "unanswered"])
    if sort == "missed":
        make_missed(number, at, **told)
    else:
        results = {"incoming": "answered", "outgoing": "answered", "unanswered": "not_answered"}
        direction = "inbound" if sort == "incoming" else "outbound"
        make_call(number, at, direction=direction, result=results[sort], **told)


def note(chance: random.Random, number: str, at: datetime, agent: User | None) -> None:
    keys = ["completed", "no_answer", "schedule_later", "later", "do_not_disturb"]
    promise = Promise(at + timedelta(hours=chance.randrange(1, 60)))
    written = make_note(number, key=chance.choice(keys), agent=agent, now=at, promise=promise)
    for _ in range(chance.choice([0, 0, 1, 2])):
        at += timedelta(hours=chance.randrange(1, 40))
        written = make_note(number, key=chance.choice(keys), agent=agent, now=at, promise=promise, corrects=written)


FORMS = {
    "/reports/notes/": (NotesForm, rows.notes_of),
    "/reports/calls/": (CallsForm, rows.calls_of),
    "/reports/callbacks/": (CallbacksForm, rows.callbacks_of),
}


def length(address: str) -> int:
    """How many rows the list at an address has."""
    parts = urlsplit(address)
    form_class, rows_of = FORMS[parts.path]
    form = form_class(dict(parse_qsl(parts.query)))
    assert form.is_valid(), (address, form.errors)
    return rows_of(form, form.question(timezone.now())).count()


def asked(**query: object) -> Question:
    form = ReportForm(query)
    assert form.is_valid(), form.errors
    return form.question(timezone.now())


def everything(question: Question) -> list[Table]:
    """The tables of all reports."""
    return [*overview(question), *by_time(question), *of_agents(question), *of_queues(question)]


def wrong(tables: list[Table]) -> list[tuple]:
    """Figures that are not as long as their lists, and sums that are not those of their figures."""
    found = []
    for figures in tables:
        cells = [cell for row in figures.rows for cell in [*row.cells, row.total]] + figures.totals
        found += [(figures.key, cell) for cell in cells if cell.count and cell.count != length(cell.address)]
        found += [(figures.key, row) for row in figures.rows if row.total.count != sum(row.counts)]
        found += [(figures.key,) for _ in [1] if figures.total.count != length(figures.total.address)]
        if figures.rows:
            found += [
                (figures.key, "sum")
                for _ in [1]
                if sum(cell.count for cell in figures.totals[:-1]) != figures.total.count
            ]
    return found
