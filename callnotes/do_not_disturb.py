"""Which numbers asked not to be called, and why somebody called one all the same."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser

from callnotes.models import CallNote, CallReason

REASON_COUNTS_FOR = timedelta(hours=1)


def asked_for(numbers: Iterable[str]) -> set[str]:
    """Those of the canonical numbers that are not to be called. One query."""
    asking = CallNote.objects.asking_for_peace().filter(number__in=set(numbers))
    return set(asking.values_list("number", flat=True))


def reason_given(number: str, agent: AbstractBaseUser, now: datetime) -> CallReason | None:
    """The reason that an agent gave for calling the number, while it counts."""
    since = now - REASON_COUNTS_FOR
    return CallReason.objects.filter(number=number, agent=agent, created_at__gte=since).first()


def give_reason(number: str, agent: AbstractBaseUser, reason: str) -> CallReason:
    """Keeps why an agent calls a number that is not to be disturbed."""
    return CallReason.objects.create(number=number, agent=agent, reason=reason)
