"""Lets what concerns one number happen one after the other."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def turn(number: str) -> Iterator[None]:
    """A transaction beside which no other has a turn with this number: it sees all that the ones before have stored.

    Costs one query on PostgreSQL, which forgets the turn when the transaction ends; SQLite has one writer as it is.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [number])
        yield


@contextmanager
def turns(numbers: Collection[str]) -> Iterator[None]:
    """A turn with each of many numbers at once. They are taken in one order, so that no two wait for each other."""
    with transaction.atomic():
        if connection.vendor == "postgresql" and numbers:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_xact_lock(hashtextextended(number, 0))"
                    " FROM (SELECT unnest(%s) AS number ORDER BY 1) AS numbers",
                    [sorted(numbers)],
                )
        yield
