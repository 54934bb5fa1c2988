"""Which tables the reports by agent and by queue have: the figures of the overview, for each of them."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from callnotes import reports
from callnotes.models import Disposition
from callnotes.reports import NO_QUEUE, NOBODY
from desk.reports.figures import ARE_MISSED, CALLS, MISSED, OF_KINDS, OF_OUTCOMES, OF_WAITS
from desk.reports.forms import Question, named_queue
from desk.reports.tables import Head, Table, bars, summed
from desk.templatetags.people import person_name

WHOSE_NOTES = _("Each note once, with who wrote its last version; what the phone system sent is nobody's.")
WHOSE_CALLS = _("Each call once, with who answered or made it; a missed call of a queue is nobody's.")
WHOSE_MISSED = _("Each missed call once, with whose own number was called, not with who called back.")
WHOSE_DUE = _("Each promise to call once, with who is to keep it; one that anybody may keep is nobody's.")

OF_CALLS = _("Each note once, with the queue of its call; a note without a reported call stands under “No queue”.")
OF_NOTES = _("Each promise to call once, with the queue of the call in whose note it was made.")
# What takes too long over more days: a note's queue stands with its call, and whose a missed call is in two columns.
FEW_DAYS = 62


def of_agents(question: Question) -> list[Table]:
    """Queries: one for people, dispositions and each table; the dearest is of few days alone."""
    scope = question.scope
    people = {agent.pk: person_name(agent) for agent in reports.agents()} | {NOBODY: _("Nobody")}

    def table(key: str, page: str, what: str, title: str, by: dict, series: list[Head], **which: str) -> Table:
        found = summed(by, lambda agent: agent or NOBODY, lambda column: column)
        heads = [
            Head(pk, people[pk], which={"agent": pk}, address=question.address("reports", agent=pk))
            for pk in _most_first(found)
        ]
        return Table(
            *(key, title, what, _("Total"), _("Agent"), heads, series, found),
            *(page, "report-agents", question, bars, which),
        )

    by_notes = reports.counts(reports.notes(scope), "agent", "disposition")
    by_calls = reports.counts(reports.calls(scope), "whose", "sort")
    by_callbacks = reports.counts(reports.callbacks(scope, question.now), "agent", "outcome")
    due, tables = _("Callbacks by agent"), []
    if is_short(question):
        by_waits, waits = reports.counts(reports.missed(scope), "whose", "wait"), _("Time to call back by agent")
        tables = [table("agents-waits", "report-calls", WHOSE_MISSED, waits, by_waits, OF_WAITS, **ARE_MISSED)]
    return [
        table("agents-notes", "report-notes", WHOSE_NOTES, _("Notes by agent"), by_notes, _dispositions(by_notes)),
        table("agents-calls", "report-calls", WHOSE_CALLS, _("Calls by agent"), by_calls, OF_KINDS),
        table("agents-callbacks", "report-callbacks", WHOSE_DUE, due, by_callbacks, OF_OUTCOMES),
        *tables,
    ]


def of_queues(question: Question) -> list[Table]:
    """Queries: one for dispositions and each table. Notes and callbacks are of few days alone."""
    scope, queue_of_note = question.scope, "reported_call__queue"

    def table(key: str, page: str, what: str, title: str, by: dict, series: list[Head], **which: str) -> Table:
        found = summed(by, lambda queue: queue or NO_QUEUE, lambda column: column)
        heads = [
            Head(queue, named_queue(queue), which={"queue": queue}, address=question.address("reports", queue=queue))
            for queue in _most_first(found)
        ]
        return Table(
            *(key, title, what, _("Total"), _("Queue"), heads, series, found),
            *(page, "report-queues", question, bars, which),
        )

    by_calls = reports.counts(reports.calls(scope), "queue", "sort")
    by_waits, waits = reports.counts(reports.missed(scope), "queue", "wait"), _("Time to call back by queue")
    tables = [
        table("queues-calls", "report-calls", CALLS, _("Calls by queue"), by_calls, OF_KINDS),
        table("queues-waits", "report-calls", MISSED, waits, by_waits, OF_WAITS, **ARE_MISSED),
    ]
    if not is_short(question):
        return tables
    by_notes = reports.counts(reports.notes(scope), queue_of_note, "disposition")
    by_callbacks = reports.counts(reports.callbacks(scope, question.now), f"note__{queue_of_note}", "outcome")
    return [
        *tables,
        table("queues-notes", "report-notes", OF_CALLS, _("Notes by queue"), by_notes, _dispositions(by_notes)),
        table("queues-callbacks", "report-callbacks", OF_NOTES, _("Callbacks by queue"), by_callbacks, OF_OUTCOMES),
    ]


def is_short(question: Question) -> bool:
    return len(question.days) <= FEW_DAYS


def _dispositions(counts: dict[tuple, int]) -> list[Head]:
    """Those that occur."""
    found = {disposition for _whose, disposition in counts}
    return [
        Head(disposition.pk, disposition.label, disposition.color, {"disposition": disposition.pk})
        for disposition in Disposition.objects.filter(pk__in=found)
    ]


def _most_first(counts: dict[tuple, int]) -> Iterable:
    """The keys of rows, that with the greatest sum first."""
    sums = summed(counts, lambda row: row, lambda _column: "")
    return [row for (row, _all), _count in sorted(sums.items(), key=lambda item: (-item[1], str(item[0])))]
