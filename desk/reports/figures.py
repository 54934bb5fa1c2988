"""Which tables the overview and the report by day and hour have, and what is counted in each."""

from collections import Counter
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callnotes import reports
from callnotes.models import Disposition
from callnotes.periods import Days
from callnotes.reports import KINDS, OUTCOMES, WAITS
from contacts import dates
from desk.reports.forms import Question
from desk.reports.tables import Head, Table, bars, columns, heat, labelled, of_one, single, summed

OF_KINDS = labelled(KINDS, "sort", ["green", "red", "blue", "grey"])
OF_WAITS = labelled(
    {name: label for name, (_limit, label) in WAITS.items()},
    "wait",
    ["green", "pale-green", "blue", "violet", "amber", "red", "grey", "pale-grey"],
)
OF_OUTCOMES = labelled(OUTCOMES, "outcome", ["green", "amber", "blue", "violet", "red", "grey"])
WEEKDAYS = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
DAYS_IN_A_COURSE = 62
ARE_MISSED = {"sort": "missed"}

NOTES = _("Each note once, in the period in which it was first written, with the outcome of its last version.")
CALLS = _("Each call once, however many phones rang, in the period in which it began.")
BEGAN = _("Each call once, however many phones rang, when it began on the clock of your time zone.")
MISSED = _(
    "Each missed call once: the time until its number was reached, by a call that either side made or by a note that"
    " says so."
)
DUE = _("Each promise to call once, in the period in which it is due: kept in time within 30 minutes after that.")


def overview(question: Question) -> list[Table]:
    """Costs a query for the dispositions and one for each table."""
    return [notes(question), calls(question), waits(question), callbacks(question)]


def by_time(question: Question) -> list[Table]:
    """One query, the dearest of all: it has each hour of the period."""
    by_hour = reports.calls_by_hour(question.scope, timezone.get_current_timezone())
    return [course(question, by_hour), week(question, by_hour)]


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


def calls(question: Question) -> Table:
    counts = of_one(reports.counts(reports.calls(question.scope), "sort"))
    title, corner, unit = _("Calls by result"), _("Result"), _("Calls")
    return Table(
        "calls", title, CALLS, unit, corner, OF_KINDS, single(unit), counts, "report-calls", "reports", question, bars
    )


def course(question: Question, by_hour: Counter) -> Table:
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
        "course", title, BEGAN, unit, corner, heads, OF_KINDS, found, "report-calls", "report-hours", question, columns
    )


def week(question: Question, by_hour: Counter) -> Table:
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
    return Table(
        "week", title, BEGAN, unit, corner, heads, weekdays, found, "report-calls", "report-hours", question, heat
    )


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


def _hours_of_day(by_hour: Counter) -> list[Head]:
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
