"""Notes when and from where a key was last used, and for what: at most once a minute each, beside the request.

The request only looks into this process's memory. A thread of its own does the writing, so that a
lookup neither waits for it nor fails with it.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import DatabaseError, connection, models
from django.utils import timezone

from integrations_3cx import crm_template, keys
from integrations_3cx.addresses import Address
from integrations_3cx.models import ApiToken, Held, Scope

PERIOD = timedelta(minutes=1)
MOST_REMEMBERED = 10_000
KNOWN_VERSIONS = {str(version) for version in range(1, crm_template.VERSION + 1)}
LAST_DONE = {
    Scope.LOOKUP: "last_lookup_at",
    Scope.CONTACTS: "last_contacts_at",
    Scope.NOTE: "last_note_at",
    Scope.JOURNAL: "last_journal_at",
}

logger = logging.getLogger(__name__)
_next_write_at: dict[tuple[int, str, str], float] = {}


def _in_thread(write: Callable[[], None]) -> None:
    def write_and_hang_up() -> None:
        write()
        connection.close()

    threading.Thread(target=write_and_hang_up, name="last-use", daemon=True).start()


run: Callable[[Callable[[], None]], None] = _in_thread


def remember(held: Held, address: Address | None, now: datetime) -> None:
    """A key was presented and is valid, whatever becomes of the request."""
    _at_most_once_a_period((held.token.pk, "use", ""), lambda: write(held, address, now))


def remember_success(token: ApiToken, scopes: Iterable[Scope], template_version: str = "") -> None:
    """A key did what these scopes allow; the CRM template says its version, others do not."""
    now = timezone.now()
    version = template_version if template_version in KNOWN_VERSIONS else ""
    for scope in scopes:
        _at_most_once_a_period((token.pk, scope, version), partial(write_success, token, scope, version, now))


def write(held: Held, address: Address | None, now: datetime) -> None:
    """Stores a use, unless another process stored one within the period; moves a digest to the first pepper."""
    rested = models.Q(last_used_at=None) | models.Q(last_used_at__lte=now - PERIOD)
    ApiToken.objects.filter(rested, pk=held.token.pk).update(
        last_used_at=now, last_used_from=str(address) if address else None
    )
    digest = keys.digest(held.key, settings.TOKEN_PEPPERS[0])
    if held.token.digest != digest:
        ApiToken.objects.filter(pk=held.token.pk, digest=held.token.digest).update(digest=digest)


def write_success(token: ApiToken, scope: Scope, template_version: str, now: datetime) -> None:
    """Stores when a key last did something, and the version of the template that did it."""
    done = {LAST_DONE[scope]: now}
    if template_version:
        done["template_version"] = int(template_version)
    ApiToken.objects.filter(pk=token.pk).update(**done)


def _at_most_once_a_period(what: tuple[int, str, str], store: Callable[[], None]) -> None:
    moment = time.monotonic()
    if moment < _next_write_at.get(what, 0):
        return
    if len(_next_write_at) >= MOST_REMEMBERED:
        _next_write_at.clear()
    _next_write_at[what] = moment + PERIOD.total_seconds()
    run(partial(_quietly, store))


def _quietly(store: Callable[[], None]) -> None:
    try:
        store()
    except DatabaseError as error:
        logger.warning("The last use of a key was not stored: %s", type(error).__name__)
