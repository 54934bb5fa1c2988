"""Missed calls that still want somebody: a list of numbers, from which a number goes when it was reached.

A number was reached when a call with it was answered, or a note whose disposition counts as reached was
written, after the missed call began. So does not matter in which order calls and notes arrive.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count, Max, Min
from django.utils import timezone

from callnotes.models import Call, CallNote


@dataclass(frozen=True, slots=True)
class Missed:
    """A number whose calls nobody took: how many, since when, and the last of them."""

    number: str
    count: int
    first_at: datetime
    last_at: datetime


def waiting(limit: int) -> list[Missed]:
    """At most `limit` numbers, that which called last first. One query, by an index of these calls alone."""
    missed = Call.objects.unanswered_yet().order_by().values("number")
    rows = missed.annotate(count=Count("pk"), first_at=Min("started_at"), last_at=Max("started_at"))
    return [Missed(**row) for row in rows.order_by("-last_at", "number")[:limit]]


def take_off_if_reached(number: str) -> int:
    """Takes off the list what was reached since; answers how many calls. Called inside the number's turn.

    Costs one query where nothing of the number is on the list.
    """
    open_calls = Call.objects.unanswered_yet().about(number)
    if not open_calls.exists():
        return 0
    answered = Call.objects.about(number).answered().aggregate(at=Max("ended_at"))["at"]
    noted = CallNote.objects.about(number).filter(disposition__counts_as_reached=True)
    reached = [at for at in (answered, noted.aggregate(at=Max("created_at"))["at"]) if at]
    return open_calls.filter(started_at__lte=max(reached)).update(handled_at=max(reached)) if reached else 0


def take_off(number: str, until: datetime, by: AbstractBaseUser, now: datetime | None = None) -> int:
    """Takes a number off by hand, with its calls up to the last that the person saw; answers how many."""
    seen = Call.objects.unanswered_yet().about(number).filter(started_at__lte=until)
    return seen.update(handled_at=now or timezone.now(), handled_by=by)
