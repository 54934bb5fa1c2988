"""Missed calls that still want somebody: a list of numbers, from which a number goes when it was reached.

A number was reached when a call with it was answered, unless its note says otherwise (a voicemail), or when a note
without a call says so, after the missed call began. It does not matter in which order calls and notes arrive.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count, Exists, Max, Min, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from callnotes.models import Call, CallNote, CallQuerySet


@dataclass(frozen=True, slots=True)
class Missed:
    """A number whose calls nobody took: how many, since when, and the last. Phones that rang at once are one call."""

    number: str
    count: int
    first_at: datetime
    last_at: datetime


def waiting(limit: int) -> list[Missed]:
    """At most `limit` numbers, that which called last first. One query, by an index of these calls alone."""
    return _rows(Call.objects.unanswered_yet(), limit)


def waiting_at(number: str) -> Missed | None:
    """What waits of one number, None where nothing does."""
    return next(iter(_rows(Call.objects.unanswered_yet().about(number), limit=1)), None)


def _rows(calls: CallQuerySet, limit: int) -> list[Missed]:
    rows = calls.order_by().values("number")
    rows = rows.annotate(
        count=Count("started_at", distinct=True), first_at=Min("started_at"), last_at=Max("started_at")
    )
    return [Missed(**row) for row in rows.order_by("-last_at", "number")[:limit]]


def settle(number: str) -> None:
    """Takes off the list what was reached, and puts back what was not after all; what a person took off stays off.

    Called inside the number's turn. Costs one query where no call of the number was missed.
    """
    missed = Call.objects.about(number).missed().filter(handled_by=None)
    if not number or not missed.exists():
        return
    reached_at = _last_reached_at(number)
    reached = Q(started_at__lte=reached_at) if reached_at else Q(pk=None)
    missed.filter(reached, handled_at=None).update(handled_at=reached_at)
    missed.filter(~reached).exclude(handled_at=None).update(handled_at=None)


def _last_reached_at(number: str) -> datetime | None:
    """When somebody last answered, unless the call's note says otherwise; or when a note without a call was written.

    Of a note that was corrected, the correction counts, as of the moment of the first version.
    """
    notes = CallNote.objects.about(number).filter(corrections=None)
    noted = notes.filter(reported_call=OuterRef("pk"))
    spoken_to = Q(~Exists(noted)) | Q(Exists(noted.filter(disposition__counts_as_reached=True)))
    answered = Call.objects.about(number).answered().filter(spoken_to)
    answered_at = answered.aggregate(at=Max(Coalesce("answered_at", "ended_at")))["at"]
    alone = notes.without_call().filter(disposition__counts_as_reached=True)
    written_at = alone.filter(corrects=None).aggregate(at=Max("created_at"))["at"]
    corrected_at = [note.first_version().created_at for note in alone.exclude(corrects=None)]
    return max((at for at in (answered_at, written_at, *corrected_at) if at), default=None)


def take_off(number: str, until: datetime, by: AbstractBaseUser, now: datetime | None = None) -> int:
    """Takes a number off by hand, with its calls up to the last that the person saw; answers how many."""
    seen = Call.objects.unanswered_yet().about(number).filter(started_at__lte=until)
    return seen.update(handled_at=now or timezone.now(), handled_by=by)
