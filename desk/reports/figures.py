"""Which tables a report has, and what is counted in each."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callnotes import reports
from callnotes.models import Disposition
from callnotes.periods import Days
from callnotes.reports import KINDS, NO_QUEUE, NOBODY, OUTCOMES, WAITS
from contacts import dates
from desk.reports.forms import Question, named_queue
from desk.reports.tables import Head, Table, bars, columns, heat, labelled, of_one, single, summed
from desk.templatetags.people import person_name

OF_KINDS = labelled(KINDS, "sort", ["green", "red", "blue", "grey"])
OF_WAITS = labelled(
    {name: label for name, (_limit, label) in WAITS.items()},
    "wait",
    ["green", "green", "blue", "violet", "amber", "red", "grey", "grey"],
)
OF_OUTCOMES = labelled(OUTCOMES, "outcome", ["green", "amber", "blue", "violet", "red", "grey"])
WEEKDAYS = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
DAYS_IN_A_COURSE = 62
ARE_MISSED = {"sort": "missed"}

NOTES = _("Each note once, in the period in which it was first written, with the outcome of its last version.")
CALLS = _("Each call once, however many phones rang, in the period in which it began.")
WHOSE_CALLS = _("Each call once, with who answered or made it; a missed call of a queue is nobody's.")
MISSED = _(
    "Each missed call once: the time until its number was reached, by a call that either side made or by a note that"
    " says so."
)
DUE = _("Each promise to call once, in the period in which it is due: kept in time within 30 minutes after that.")


def overview(question: Question) -> list[Table]:
    """Costs a query for the dispositions, and one for each of notes, calls, missed calls and callbacks."""
    by_hour = reports.calls_by_hour(question.scope, timezone.get_current_timezone())
    return [
        notes(question),
        calls(question, by_hour),
        course(question, by_hour),
        week(question, by_hour),
        waits(question),
        callbacks(question),
    ]


def of_agents(question: Question) -> list[Table]:
    """The same figures by agent."""
    scope = question.scope
    people = {agent.pk: person_name(agent) for agent in reports.agents()} | {NOBODY: _("Nobody")}

    def table(key: str, page: str, what: str, title: str, by: dict[tuple, int], series: list[Head]) -> Table:
        found = summed(by, lambda agent: agent or NOBODY, lambda column: column)
        heads = [
            Head(pk, people[pk], which={"agent": pk}, address=question.address("reports", agent=pk))
            for pk in _most_first(found)
        ]
        return Table(
            key, title, what, _("Total"), _("Agent"), heads, series, found, page, "report-agents", question, bars
        )

    by_notes = reports.counts(reports.notes(scope), "agent", "disposition")
    by_calls = reports.counts(reports.calls(scope), "whose", "sort")
    by_callbacks = reports.counts(reports.callbacks(scope, question.now), "agent", "outcome")
    return [
        table("agents-notes", "report-notes", NOTES, _("Notes by agent"), by_notes, _dispositions(by_notes)),
        table("agents-calls", "report-calls", WHOSE_CALLS, _("Calls by agent"), by_calls, OF_KINDS),
        table("agents-callbacks", "report-callbacks", DUE, _("Callbacks by agent"), by_callbacks, OF_OUTCOMES),
    ]


def of_queues(question: Question) -> list[Table]:
    """Calls and waits by queue. Its notes and callbacks stand in the overview of a queue."""
    scope = question.scope

    def table(key: str, what: str, title: str, by: dict[tuple, int], series: list[Head], **which: str) -> Table:
        found = summed(by, lambda queue: queue or NO_QUEUE, lambda column: column)
        heads = [
            Head(queue, named_queue(queue), which={"queue": queue}, address=question.address("reports", queue=queue))
            for queue in _most_first(found)
        ]
        return Table(
            *(key, title, what, _("Total"), _("Queue"), heads, series, found),
            *("report-calls", "report-queues", question, bars, which),
        )

    by_calls = reports.counts(reports.calls(scope), "queue", "sort")
    by_waits = reports.counts(reports.missed(scope), "queue", "wait")
    return [
        table("queues-calls", CALLS, _("Calls by queue"), by_calls, OF_KINDS),
        table("queues-waits", MISSED, _("Time to call back by queue"), by_waits, OF_WAITS, **ARE_MISSED),
    ]


def notes(question: Question) -> Table:
    found = reports.counts(reports.notes(question.scope), "disposition")
    heads = [
        Head(disposition.pk, disposition.label, disposition.color, {"disposition": disposition.pk})
        for disposition in Disposition.objects.all()
        if disposition.is_active or (disposition.pk,) in found
    ]
    title, corner, unit = _("Notes by outcome"), _("Outcome"), _("Notes")
    return Table(
        "notes",
        title,
        NOTES,
        unit,
        corner,
        heads,
        single(unit),
        of_one(found),
        "report-notes",
        "reports",
        question,
        bars,
    )


def calls(question: Question, by_hour: reports.CallsByHour) -> Table:
    found = summed(by_hour, lambda _hour: "", lambda sort: sort)
    counts = {(sort, ""): count for (_all, sort), count in found.items()}
    title, corner, unit = _("Calls by result"), _("Result"), _("Calls")
    return Table(
        "calls", title, CALLS, unit, corner, OF_KINDS, single(unit), counts, "report-calls", "reports", question, bars
    )


def course(question: Question, by_hour: reports.CallsByHour) -> Table:
    """By hour for a day, by day for two months, else by month."""
    days = question.days
    if len(days) == 1:
        heads, key_of = _hours_of_day(by_hour), _hour
    elif len(days) <= DAYS_IN_A_COURSE:
        heads, key_of = [_of_day(day) for day in days.each()], datetime.date
    else:
        heads, key_of = [_of_month(month) for month in days.months()], _month
    found = summed(by_hour, key_of, lambda sort: sort)
    title, corner, unit = _("Calls over the period"), _("When"), _("Calls")
    return Table(
        "course", title, CALLS, unit, corner, heads, OF_KINDS, found, "report-calls", "reports", question, columns
    )


def week(question: Question, by_hour: reports.CallsByHour) -> Table:
    found: dict[tuple, int] = {}
    for (hour, _sort), count in by_hour.items():
        key = hour.hour, hour.isoweekday()
        found[key] = found.get(key, 0) + count
    weekdays = [
        Head(place, label, which={"weekday": place}, short=label, exact=f"weekday {place}")
        for place, label in enumerate(WEEKDAYS, start=1)
    ]
    title, corner, unit = _("Calls by hour and weekday"), _("Hour"), _("Calls")
    heads = _hours_of_day(by_hour)
    return Table("week", title, CALLS, unit, corner, heads, weekdays, found, "report-calls", "reports", question, heat)


def waits(question: Question) -> Table:
    counts = of_one(reports.counts(reports.missed(question.scope), "wait"))
    title, corner, unit = _("Time to call back"), _("Reached"), _("Missed calls")
    return Table(
        *("waits", title, MISSED, unit, corner, OF_WAITS, single(unit), counts),
        *("report-calls", "reports", question, bars, ARE_MISSED),
    )


def callbacks(question: Question) -> Table:
    counts = of_one(reports.counts(reports.callbacks(question.scope, question.now), "outcome"))
    title, corner, unit = _("Callbacks"), _("What became of it"), _("Callbacks")
    return Table(
        *(
            "callbacks",
            title,
            DUE,
            unit,
            corner,
            OF_OUTCOMES,
            single(unit),
            counts,
            "report-callbacks",
            "reports",
            question,
            bars,
        )
    )


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


def _hours_of_day(by_hour: reports.CallsByHour) -> list[Head]:
    """From the first to the last hour in which anybody called."""
    hours = {hour.hour for hour, _sort in by_hour}
    return (
        [
            Head(
                hour,
                f"{hour:02}:00–{(hour + 1) % 24:02}:00",
                which={"hour": hour},
                short=f"{hour:02}:00",
                exact=f"{hour:02}",
            )
            for hour in range(min(hours), max(hours) + 1)
        ]
        if hours
        else []
    )


def _of_day(day: Days) -> Head:
    on = day.first
    short, label = dates.written(on, dates.DATE_SHORT), dates.written(on, dates.DAY)
    return Head(on, label, which={"since": on, "until": on}, short=short, exact=on.isoformat())


def _of_month(month: Days) -> Head:
    first = month.first
    label = dates.written(first, dates.MONTH)
    exact = f"{first:%Y-%m}"
    return Head(
        *((first.year, first.month), label, "blue", {"since": first, "until": month.last}),
        short=dates.written(first, dates.MONTH_SHORT),
        exact=exact,
    )


def _hour(at: datetime) -> int:
    return at.hour


def _month(at: datetime) -> tuple[int, int]:
    return at.year, at.month
