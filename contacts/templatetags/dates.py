from datetime import date, datetime
from functools import partial

from django import template
from django.utils.functional import Promise

from contacts import dates

register = template.Library()


def _written(form: Promise, at: date | datetime | None) -> str:
    return dates.written(at, form)


# On the reader's clock, as the filter `date` has it too.
for _name, _form in {
    "moment": dates.MOMENT,
    "moment_short": dates.MOMENT_SHORT,
    "date_time": dates.DATE_TIME,
    "date_time_short": dates.DATE_TIME_SHORT,
    "date_time_seconds": dates.DATE_TIME_SECONDS,
    "day_alone": dates.DAY,
    "day_short": dates.DAY_SHORT,
    "date_alone": dates.DATE,
    "clock": dates.CLOCK,
}.items():
    register.filter(_name, partial(_written, _form), expects_localtime=True)
