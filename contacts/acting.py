"""Decides who acts: whom a change is put down to."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from simple_history.models import HistoricalRecords

BY_MAX_LENGTH = 460
REASON_MAX_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, by the key and the name of that moment; or what has a name alone: an API token, a command."""

    person: int | None = None
    name: str = ""
    reason: str = ""


_told: ContextVar[Actor | None] = ContextVar("actor", default=None)


@contextmanager
def acting(by: AbstractBaseUser | None = None, *, name: str = "", reason: str = "") -> Iterator[None]:
    """Puts the changes within it down to a person or a name, with a reason; what is not given stays as it was."""
    before = actor()
    told = _person(by) if by else Actor(name=name) if name else before
    token = _told.set(replace(told, reason=reason[:REASON_MAX_LENGTH] or before.reason))
    try:
        yield
    finally:
        _told.reset(token)


def actor() -> Actor:
    """Who acts now: whom `acting` named, or who sent the request that is answered. No query for a phone system's."""
    return _told.get() or _sender(getattr(HistoricalRecords.context, "request", None))


def _sender(request: HttpRequest | None) -> Actor:
    # The machine's door leaves the API token there, and no person.
    if token := getattr(request, "auth", None):
        return Actor(name=str(token)[:BY_MAX_LENGTH])
    person = getattr(request, "user", None)
    return _person(person) if person and person.is_authenticated else Actor()


def person_name(person: AbstractBaseUser) -> str:
    """What a person is called in a history: the full name does not tell two people apart."""
    full_name, username = person.get_full_name(), person.get_username()
    return f"{full_name} ({username})" if full_name else username


def _person(person: AbstractBaseUser) -> Actor:
    return Actor(person.pk, person_name(person))
