"""What reports count, and the rows that they count: a figure is as long as the list of its rows. Queries only.

A note counts once, by its last version, at the moment of its first. A call counts once, by one of its legs. A callback
counts when it is due, unless a correction of its note has taken it back.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from django.contrib.auth import get_user_model
from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, TruncHour
from django.db.models.lookups import Exact
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from callnotes.models import Call, Callback, CallbackQuerySet, CallNote, CallNoteQuerySet, CallQuerySet

# No agent's key, and no queue's name.
NOBODY = 0
NO_QUEUE = "none"
IN_TIME = timedelta(minutes=30)

KINDS = {
    "incoming": _("Incoming, answered"),
    "missed": _("Missed"),
    "outgoing": _("Outgoing, answered"),
    "unanswered": _("Outgoing, not answered"),
}
WAITS = {
    "quarter": (timedelta(minutes=15), _("Within 15 minutes")),
    "hour": (timedelta(hours=1), _("Within 1 hour")),
    "four-hours": (timedelta(hours=4), _("Within 4 hours")),
    "day": (timedelta(days=1), _("Within 24 hours")),
    "later": (None, _("Later")),
    "waiting": (None, _("Not reached yet")),
    "by-hand": (None, _("Taken off the list by hand")),
    "hidden": (None, capfirst(_("number withheld"))),
}
OUTCOMES = {
    "kept": _("Kept in time"),
    "late": _("Kept late"),
    "by-hand": _("Done without a note"),
    "replaced": _("Replaced by a later promise"),
    "overdue": _("Overdue"),
    "upcoming": _("Not due yet"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """From when to when, the end not included; and whose: of an agent or NOBODY, of a queue or NO_QUEUE, or all."""

    start: datetime
    end: datetime
    agent: int | None = None
    queue: str | None = None

    def holds(self, moment: str, agent: str, queue: str) -> Q:
        """The condition on rows that have their moment, agent and queue in these fields."""
        condition = Q((f"{moment}__gte", self.start), (f"{moment}__lt", self.end))
        if self.agent is not None:
            condition &= Q((agent, self.agent or None))
        if self.queue == NO_QUEUE:
            return condition & (Q((queue, "")) | Q((queue, None)))
        return condition & (Q() if self.queue is None else Q((queue, self.queue)))


def notes(scope: Scope) -> CallNoteQuerySet:
    return CallNote.objects.last_versions().filter(scope.holds("first_written_at", "agent", "reported_call__queue"))


def calls(scope: Scope) -> CallQuerySet:
    """With their `sort`, one of KINDS; and `whose` they are: nobody's, if a queue's and missed."""
    of_nobody = When(~Q(queue=""), result=Call.Result.MISSED, then=None)
    rows = Call.objects.counted().annotate(sort=_sort_of_call(), whose=Case(of_nobody, default=F("agent")))
    return rows.filter(scope.holds("started_at", "whose", "queue"))


def missed(scope: Scope) -> CallQuerySet:
    """Missed calls, with `wait`: how long until the number was reached, or why it was not; one of WAITS."""
    return calls(scope).missed().annotate(waited=F("handled_at") - F("started_at"), wait=_wait())


def callbacks(scope: Scope, now: datetime) -> CallbackQuerySet:
    """With their `outcome`, one of OUTCOMES, as it is now."""
    rows = Callback.objects.filter(scope.holds("due_at", "agent", "note__reported_call__queue"))
    return rows.exclude(closed_as=Callback.Closing.TAKEN_BACK).annotate(outcome=_outcome(now))


def counts(rows: QuerySet, *by: str) -> dict[tuple, int]:
    """How many rows there are of each combination of these fields. One query."""
    found = rows.order_by().values_list(*by).annotate(Count("pk"))
    return {tuple(key): count for *key, count in found}


def calls_by_hour(scope: Scope, zone: tzinfo) -> Counter:
    """How many calls of each sort began in which hour, as clocks of the zone show it. One query.

    Where the zone's hours are UTC's, PostgreSQL sets no clock for each row, which is a third of what it has to do.
    """
    grouped_in = UTC if _has_whole_hours(scope, zone) else zone
    rows = calls(scope).annotate(hour=TruncHour("started_at", tzinfo=grouped_in))
    found: Counter = Counter()
    for (hour, sort), count in counts(rows, "hour", "sort").items():
        found[hour.astimezone(zone), sort] += count
    return found


def calls_at(rows: CallQuerySet, zone: tzinfo, weekday: int | None = None, hour: int | None = None) -> CallQuerySet:
    """Those that began on a weekday (1 is Monday), in an hour, as clocks of the zone show it."""
    if weekday is not None:
        rows = rows.filter(Exact(ExtractIsoWeekDay("started_at", tzinfo=zone), weekday))
    return rows if hour is None else rows.filter(Exact(ExtractHour("started_at", tzinfo=zone), hour))


def median_wait(scope: Scope) -> timedelta | None:
    """Within which time half of the missed calls were called back that were; None where none was. Two queries."""
    waits = missed(scope).filter(handled_by=None).exclude(handled_at=None).order_by("waited")
    waits = waits.values_list("waited", flat=True)
    count = waits.count()
    return waits[(count - 1) // 2] if count else None


def agents() -> QuerySet:
    """Who may have handled calls, those who have left too."""
    return get_user_model().objects.order_by("first_name", "last_name", "username")


def _has_whole_hours(scope: Scope, zone: tzinfo) -> bool:
    """Whether clocks of the zone show a full hour whenever UTC does, on each day of the scope."""
    days = range((scope.end - scope.start).days + 2)
    offsets = [(scope.start + timedelta(days=day)).astimezone(zone).utcoffset() for day in days]
    return not any(offset % timedelta(hours=1) for offset in offsets if offset)


def _sort_of_call() -> Case:
    outbound, answered = Call.Direction.OUTBOUND, Call.Result.ANSWERED
    return _named(
        When(result=Call.Result.MISSED, then=Value("missed")),
        When(direction=outbound, result=answered, then=Value("outgoing")),
        When(result=answered, then=Value("incoming")),
        default="unanswered",
    )


def _wait() -> Case:
    return _named(
        When(number="", then=Value("hidden")),
        When(handled_by__isnull=False, then=Value("by-hand")),
        When(handled_at=None, then=Value("waiting")),
        *(When(waited__lte=limit, then=Value(name)) for name, (limit, _label) in WAITS.items() if limit),
        default="later",
    )


def _outcome(now: datetime) -> Case:
    return _named(
        When(closed_at=None, due_at__gt=now, then=Value("upcoming")),
        When(closed_at=None, then=Value("overdue")),
        When(closed_as=Callback.Closing.BY_HAND, then=Value("by-hand")),
        When(closed_as=Callback.Closing.REPLACED, then=Value("replaced")),
        When(closed_at__lte=F("due_at") + IN_TIME, then=Value("kept")),
        default="late",
    )


def _named(*cases: When, default: str) -> Case:
    return Case(*cases, default=Value(default), output_field=CharField())
