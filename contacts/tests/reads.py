"""How tests see in which moment a table is read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def at_each_read(table: str, act: Callable[[], Any]) -> Iterator[None]:
    """Acts before each query that reads a table; what the act itself reads does not count."""
    is_acting = False

    def look(execute, sql, params, many, context):
        nonlocal is_acting
        if not is_acting and sql.startswith("SELECT") and f'FROM "{table}"' in sql:
            is_acting = True
            try:
                act()
            finally:
                is_acting = False
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield


@contextmanager
def reads(table: str) -> Iterator[list[bool]]:
    """Of each query that reads a table, whether a transaction was open, which on SQLite lets nobody else write."""
    found: list[bool] = []
    with at_each_read(table, lambda: found.append(connection.in_atomic_block)):
        yield found
