"""Remembers the last requests that were refused, so that an administrator can see what is wrong.

What is stored is masked. Failures are gathered in memory by what they have in common and written by a thread of
their own, at most once in PERIOD and a bounded number at a time: a flood of bad requests fills neither memory nor
the database, and those without a valid key never push out those with one.
"""

import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection
from django.db.models import F
from django.utils import timezone

from contacts import phone
from integrations_3cx import keys, wire
from integrations_3cx.errors import Fault
from integrations_3cx.models import ApiToken, FailedRequest

PERIOD_SECONDS = 5
PATHS = {"/3cx/query", "/3cx/contacts", "/3cx/calls", "/3cx/chats"}
# Of those with a valid key, and again of those without.
MOST_GATHERED = 50
MOST_KEPT = 100
OTHERS = "others"

# Six digits or more, whatever stands between them; but a moment and an IPv4 address tell nobody's number.
_MOMENT = r"(\d{4}([/.-])\d\d?\3\d\d?|\d\d?([/.-])\d\d?\4\d{4})[ T]\d\d?[:.]\d\d"
_IPV4 = r"(?<![\d.])(\d{1,3}\.){3}\d{1,3}(?![\d.])"
_DIGITS = re.compile(rf"(?P<harmless>{_MOMENT}|{_IPV4})|\+?\d([\W_]{{0,2}}\d){{5,}}")
_KEY = re.compile(r"dbn_\w+", re.IGNORECASE)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sort:
    """What failures have in common that are counted together."""

    path: str
    key_prefix: str
    number: str
    error: str


@dataclass(slots=True)
class Gathered:
    has_valid_key: bool
    http_status: int
    message: str
    first_at: datetime
    last_at: datetime
    count: int = 1


def _after(seconds: float, write: Callable[[], None]) -> None:
    def write_and_hang_up() -> None:
        try:
            write()
        finally:
            connection.close()

    timer = threading.Timer(seconds, write_and_hang_up)
    timer.daemon = True
    timer.start()


schedule: Callable[[float, Callable[[], None]], None] = _after

_lock = threading.Lock()
_gathered: dict[Sort, Gathered] = {}
_is_scheduled = False
_next_write_at = 0.0


def remember(path: str, fault: Fault, token: ApiToken | None, presented_key: str, number: Any) -> None:
    """Counts a refused request; never raises, and never waits for the database."""
    global _is_scheduled
    path = path.rstrip("/")
    prefix = token.prefix if token else _beginning(presented_key)
    sort = Sort(path if path in PATHS else OTHERS, prefix, _masked_number(number), fault.code)
    is_valid = token is not None
    now = timezone.now()
    message = masked(fault.message.replace(presented_key, "…") if presented_key else fault.message)
    with _lock:
        alike = sum(gathered.has_valid_key is is_valid for gathered in _gathered.values())
        if sort not in _gathered and alike >= MOST_GATHERED:
            sort = Sort(sort.path, "", OTHERS, sort.error)
        if found := _gathered.get(sort):
            found.count += 1
            found.last_at, found.message = now, message
        else:
            _gathered[sort] = Gathered(is_valid, fault.http_status, message, now, now)
        was_scheduled, _is_scheduled = _is_scheduled, True
        wait = max(0.0, _next_write_at - time.monotonic())
    if not was_scheduled:
        schedule(wait, _write)


def _beginning(presented_key: str) -> str:
    """How a key that is not valid begins; or why it cannot be one."""
    if wire.given(presented_key) is None:
        return "not filled in"
    return keys.visible_prefix(presented_key) or (presented_key and "too short")


def masked(text: str) -> str:
    """A text without what it must not show: keys, and the middle of whatever may be a phone number."""
    shown = _DIGITS.sub(lambda match: match["harmless"] or _without_middle(match[0]), _KEY.sub("dbn_…", text))
    return shown.replace("\0", "")[:500]


def _masked_number(sent: Any) -> str:
    """A number as it was sent, read and with its middle hidden; what is no number is told in a word."""
    if not isinstance(sent, str | int) or sent == "":
        return ""
    reading = phone.read(str(sent), settings.DEFAULT_PHONE_REGION)
    return _without_middle(reading.number) if reading.number else reading.rule


def _without_middle(digits: str) -> str:
    shown = min(4, len(digits) // 2 - 1)
    return digits if len(digits) <= phone.LONGEST_SHORT_NUMBER else f"{digits[:shown]}…{digits[-2:]}"


def _write() -> None:
    global _is_scheduled, _next_write_at
    with _lock:
        batch = dict(_gathered)
        _gathered.clear()
        _next_write_at = time.monotonic() + PERIOD_SECONDS
    try:
        for sort, gathered in batch.items():
            _store(sort, gathered)
        for has_valid_key in (True, False):
            _forget_all_but_the_last(has_valid_key)
    except DatabaseError as error:
        logger.warning("%d failed requests were not stored: %s", len(batch), type(error).__name__)
    finally:
        with _lock:
            _is_scheduled = bool(_gathered)
        if _is_scheduled:
            schedule(PERIOD_SECONDS, _write)


def _store(sort: Sort, gathered: Gathered) -> None:
    common = {name: getattr(sort, name) for name in Sort.__slots__}
    latest = {name: getattr(gathered, name) for name in ("has_valid_key", "http_status", "message", "last_at")}
    counted = FailedRequest.objects.filter(**common)
    if counted.update(count=F("count") + gathered.count, **latest):
        return
    try:
        FailedRequest.objects.create(**common, **latest, first_at=gathered.first_at, count=gathered.count)
    except IntegrityError:
        counted.update(count=F("count") + gathered.count, **latest)


def _forget_all_but_the_last(has_valid_key: bool) -> None:
    rows = FailedRequest.objects.filter(has_valid_key=has_valid_key)
    rows.filter(pk__in=list(rows.values_list("pk", flat=True)[MOST_KEPT:])).delete()
