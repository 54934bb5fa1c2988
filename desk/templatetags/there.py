"""What time it is where a number belongs, beside a time of ours."""

from datetime import datetime

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts import clocks, dates

register = template.Library()

# By whether the time is now, lies between two times, and is outside calling hours.
SENTENCES = {
    (False, False, False): _("{earliest} there"),
    (False, False, True): _("{earliest}, outside calling hours there"),
    (False, True, False): _("between {earliest} and {latest} there"),
    (False, True, True): _("between {earliest} and {latest}, outside calling hours there"),
    (True, False, False): _("now {earliest} there"),
    (True, False, True): _("now {earliest}, outside calling hours there"),
    (True, True, False): _("now between {earliest} and {latest} there"),
    (True, True, True): _("now between {earliest} and {latest}, outside calling hours there"),
}


@register.inclusion_tag("desk/_there.html")
def there(number: str, moment: datetime, is_now: bool = False) -> dict:
    """The time on the clocks where a canonical number belongs; nothing where they show what the reader's clock does.

    A region of several zones has an earliest and a latest time. Days are named where one is not the reader's.
    """
    ours, times = timezone.localtime(moment), clocks.times(number, moment)
    if all(time.utcoffset() == ours.utcoffset() for time in times):
        return {}
    earliest, latest = times[0], times[-1]
    names_day, names_last_day = not earliest.date() == latest.date() == ours.date(), earliest.date() != latest.date()
    is_outside_hours = not any(settings.CALLING_HOURS.contains(moment, time.tzinfo) for time in times)
    sentence = SENTENCES[is_now, len(times) > 1, is_outside_hours]
    return {
        "time": sentence.format(earliest=_clock(earliest, names_day), latest=_clock(latest, names_last_day)),
        "is_outside_hours": is_outside_hours,
    }


def _clock(time: datetime, names_day: bool) -> str:
    return dates.written(time, dates.CLOCK_OF_WEEKDAY if names_day else dates.CLOCK)
