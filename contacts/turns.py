"""Lets what concerns one number happen one after the other."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def turn(number: str) -> Iterator[None]:
    """A transaction beside which no other has a turn with this number: it sees all that the ones before have stored.

    Costs one query on PostgreSQL, which forgets the turn when the transaction ends; SQLite has one writer as it is.
    """
    with turns([number]):
        yield


@contextmanager
def turns(texts: Iterable[str]) -> Iterator[None]:
    """A turn with each of several numbers or e-mail addresses. All take them in one order: none locks another."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_xact_lock(hashtextextended(text, 0))"
                    " FROM (SELECT unnest(%s::text[]) AS text ORDER BY 1) AS texts",
                    [sorted(set(texts))],
                )
        yield
