"""The few figures at the head of a report, each beside that of the period before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callnotes import reports
from callnotes.reports import KINDS
from desk.reports.forms import Question
from desk.reports.tables import Table

ONCE = {
    "notes": gettext_lazy("each once, by its last version"),
    "incoming": gettext_lazy("each once, however many phones rang"),
    "unanswered": gettext_lazy("who was called did not take the call"),
}


@dataclass(frozen=True, slots=True)
class Totals:
    """How many notes; calls by KINDS; callbacks by OUTCOMES; and half of the waits are no longer than `wait`."""

    notes: int
    calls: Mapping[str, int]
    callbacks: Mapping[str, int]
    wait: timedelta | None


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure as words, what it says beside that, and the rows of both; `change` is in per cent."""

    label: str
    words: str
    address: str
    aside: str
    before: str
    before_address: str
    change: int | None

    @property
    def changed(self) -> str:
        """By how many per cent more or fewer than before; empty where there was none."""
        if self.change is None:
            return ""
        return f"{'−' if self.change < 0 else '+'}{abs(self.change):,} %" if self.change else "±0 %"


def totals(question: Question) -> Totals:
    """Five queries."""
    scope = question.scope
    return Totals(
        reports.notes(scope).count(),
        {sort: count for (sort,), count in reports.counts(reports.calls(scope), "sort").items()},
        {key: count for (key,), count in reports.counts(reports.callbacks(scope, question.now), "outcome").items()},
        reports.median_wait(scope),
    )


def totals_of(tables: list[Table], question: Question) -> Totals:
    """The same from tables that were counted already, but for the wait: two queries."""
    of = {table.key: {row.head.key: row.total.count for row in table.rows if row.total.count} for table in tables}
    wait = reports.median_wait(question.scope)
    return Totals(sum(of["notes"].values()), of["calls"], of["callbacks"], wait)


def tiles(question: Question, now: Totals, before: Totals) -> list[Tile]:
    earlier = question.before()

    def tile(label: str, page: str, count: int, count_before: int, aside: str = "", **which: str) -> Tile:
        change = round(100 * (count - count_before) / count_before) if count_before else None
        addresses = question.address(page, **which), earlier.address(page, **which)
        return Tile(label, f"{count:,}", addresses[0], aside, f"{count_before:,}", addresses[1], change)

    calls = [
        tile(
            str(label), "report-calls", now.calls.get(sort, 0), before.calls.get(sort, 0), _aside(sort, now), sort=sort
        )
        for sort, label in KINDS.items()
    ]
    kept = now.callbacks.get("kept", 0), before.callbacks.get("kept", 0)
    due = _("of {count} due").format(count=f"{sum(now.callbacks.values()) - now.callbacks.get('upcoming', 0):,}")
    return [
        tile(_("Notes"), "report-notes", now.notes, before.notes, _aside("notes", now)),
        *calls,
        _wait_tile(question, now, before),
        tile(_("Callbacks kept in time"), "report-callbacks", *kept, due, outcome="kept"),
    ]


def _wait_tile(question: Question, now: Totals, before: Totals) -> Tile:
    addresses = [asked.address("report-calls", sort="missed") for asked in (question, question.before())]
    label, aside = _("Median time to call back"), _("of those who were reached")
    return Tile(label, spoken(now.wait), addresses[0], aside, spoken(before.wait), addresses[1], None)


def _aside(sort: str, now: Totals) -> str:
    """What is counted; of half of a whole, its share: missed of all incoming, answered of all outgoing."""
    if sort in ONCE:
        return str(ONCE[sort])
    other = {"missed": "incoming", "outgoing": "unanswered"}[sort]
    count, rest = now.calls.get(sort, 0), now.calls.get(other, 0)
    if not count + rest:
        return ""
    said = _("{share} of incoming") if sort == "missed" else _("{share} of outgoing")
    return said.format(share=f"{round(100 * count / (count + rest))} %")


def spoken(wait: timedelta | None) -> str:
    """A time as people say it, of two units at most; a dash for none."""
    if wait is None:
        return "–"
    minutes = round(wait.total_seconds() / 60)
    if minutes < 60:
        return _("{minutes} min").format(minutes=minutes)
    hours, minutes = divmod(minutes, 60)
    return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
