"""Which numbers asked not to be called, and why somebody called one all the same."""

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser

from callnotes.models import CallNote, CallReason


def asked_for(numbers: Iterable[str]) -> set[str]:
    """Those of the canonical numbers that are not to be called. One query."""
    asking = CallNote.objects.asking_for_peace().filter(number__in=set(numbers))
    return set(asking.values_list("number", flat=True))


def give_reason(number: str, agent: AbstractBaseUser, reason: str) -> CallReason:
    """Keeps why an agent calls a number that is not to be disturbed."""
    return CallReason.objects.create(number=number, agent=agent, reason=reason)
