"""Moments as forms take them."""

from datetime import MAXYEAR, MINYEAR, datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from callnotes.wall_clock import moment

CLOCK_FORMAT = "%Y-%m-%dT%H:%M"
LONGEST_AHEAD = timedelta(days=366)
# A page that stayed open for longer tells nothing of when the call was.
OPEN_AT_MOST = timedelta(days=1)


def aware(text: str) -> datetime | None:
    """An aware moment as `isoformat` writes it; None for any other text, and at the ends of the calendar.

    So that it can be shown in every zone.
    """
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at and timezone.is_aware(at) and MINYEAR < at.year < MAXYEAR else None


def on_the_clock(at: datetime) -> str:
    """A moment as the field for a day and time shows it, on the reader's clock."""
    return f"{timezone.localtime(at):{CLOCK_FORMAT}}"


def check_future(at: datetime) -> None:
    """Raises ValidationError for a moment that has passed, or lies more than a year ahead."""
    now = timezone.now()
    if at <= now:
        raise forms.ValidationError(_("That time has passed; choose a later one."))
    if at > now + LONGEST_AHEAD:
        raise forms.ValidationError(_("That is more than a year ahead; choose an earlier time."))


class FutureField(forms.Field):
    """A moment to come, at most a year ahead, as the reader's clock shows it: see `wall_clock`."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=CLOCK_FORMAT)
    default_error_messages = {"required": _("Write the day and time.")}

    def to_python(self, value: str) -> datetime | None:
        if not value:
            return None
        try:
            return moment(datetime.fromisoformat(value), timezone.get_current_timezone())
        except (ValueError, OverflowError):
            raise forms.ValidationError(_("That is no date and time; write it like 2026-03-04T14:30.")) from None

    def validate(self, value: datetime | None) -> None:
        super().validate(value)
        if value:
            check_future(value)


class OpenedAtField(forms.Field):
    """When the page was opened, as the page tells it; None where it cannot be so."""

    widget = forms.HiddenInput

    def to_python(self, value: str) -> datetime | None:
        opened_at, now = aware(value or ""), timezone.now()
        return opened_at if opened_at and now - OPEN_AT_MOST <= opened_at <= now else None

    def prepare_value(self, value: str | datetime) -> str:
        return value.isoformat() if isinstance(value, datetime) else value
