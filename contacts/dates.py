"""Decides how people read days and times: each language has its own formats, and English these.

The letters are those of Django's filter `date`.
"""

from datetime import date, datetime

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

MOMENT = pgettext_lazy("date format", "D j M Y, H:i")
MOMENT_SHORT = pgettext_lazy("date format", "D j M, H:i")
DATE_TIME = pgettext_lazy("date format", "j M Y, H:i")
DATE_TIME_SHORT = pgettext_lazy("date format", "j M, H:i")
DATE_TIME_SECONDS = pgettext_lazy("date format", "j M, H:i:s")
DATE_TIME_PADDED = pgettext_lazy("date format", "d M Y, H:i")
DATE_TIME_OF_ROW = pgettext_lazy("date format", "d M Y H:i")
DATE = pgettext_lazy("date format", "j M Y")
DAY = pgettext_lazy("date format", "D j M Y")
DAY_SHORT = pgettext_lazy("date format", "D j M")
DATE_SHORT = pgettext_lazy("date format", "j M")
MONTH = pgettext_lazy("date format", "F Y")
MONTH_SHORT = pgettext_lazy("date format", "M y")
CLOCK = pgettext_lazy("date format", "H:i")
CLOCK_OF_WEEKDAY = pgettext_lazy("date format", "D H:i")


def written(at: date | datetime | None, form: str | Promise = MOMENT) -> str:
    """A day, or a moment on the clock that it has; empty for none."""
    return formatted(at, str(form)) if at else ""


def local(at: datetime | None, form: str | Promise = MOMENT) -> str:
    """A moment on the reader's clock; empty for none."""
    return written(at and timezone.localtime(at), form)
