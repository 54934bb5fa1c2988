"""Notes when and from where a key was last used: at most once a minute a key, beside the request.

The request only looks into this process's memory. A thread of its own does the writing, so that a
lookup neither waits for it nor fails with it.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection, models

from integrations_3cx import keys
from integrations_3cx.addresses import Address
from integrations_3cx.models import ApiToken, Held

PERIOD = timedelta(minutes=1)

logger = logging.getLogger(__name__)
_next_write_at: dict[int, float] = {}


def _in_thread(write: Callable[[], None]) -> None:
    def write_and_hang_up() -> None:
        write()
        connection.close()

    threading.Thread(target=write_and_hang_up, name="last-use", daemon=True).start()


run: Callable[[Callable[[], None]], None] = _in_thread


def remember(held: Held, address: Address | None, now: datetime) -> None:
    moment = time.monotonic()
    if moment < _next_write_at.get(held.token.pk, 0):
        return
    _next_write_at[held.token.pk] = moment + PERIOD.total_seconds()
    run(lambda: _write_quietly(held, address, now))


def write(held: Held, address: Address | None, now: datetime) -> None:
    """Stores a use, unless another process stored one within the period; moves a digest to the first pepper."""
    rested = models.Q(last_used_at=None) | models.Q(last_used_at__lte=now - PERIOD)
    ApiToken.objects.filter(rested, pk=held.token.pk).update(
        last_used_at=now, last_used_from=str(address) if address else None
    )
    digest = keys.digest(held.key, settings.TOKEN_PEPPERS[0])
    if held.token.digest != digest:
        ApiToken.objects.filter(pk=held.token.pk, digest=held.token.digest).update(digest=digest)


def _write_quietly(held: Held, address: Address | None, now: datetime) -> None:
    try:
        write(held, address, now)
    except DatabaseError as error:
        logger.warning("The last use of a key was not stored: %s", type(error).__name__)
