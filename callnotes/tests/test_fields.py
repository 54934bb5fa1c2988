"""Moments as forms take them: to come where one is chosen, past where a page tells of itself, and never rubbish."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import time_machine
from django import forms
from django.utils import timezone as django_timezone
from hypothesis import example, given
from hypothesis import strategies as st

from callnotes.fields import FutureField, OpenedAtField, aware, on_the_clock

NOW = datetime(2026, 3, 4, 6, 30, tzinfo=UTC)  # 14:30 in Singapore
PASSED = "That time has passed; choose a later one."
TOO_FAR = "That is more than a year ahead; choose an earlier time."
NO_TIME = "That is no date and time; write it like 2026-03-04T14:30."
RUBBISH = [
    *("x", "tomorrow", "14:30", "2026-13-01T00:00", "2026-02-30T10:00", "2026-03-04T25:00", "0000-01-01T00:00"),
    *("2026-03-04T14:30 or so", "²026-03-04T14:30", "9" * 5000, "-1", "\0", "None"),
]


def short(value: str | None) -> str:
    return ascii(value)[:20]


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False), django_timezone.override("Asia/Singapore"):
        yield


def refused(value: str) -> list[str]:
    with pytest.raises(forms.ValidationError) as error:
        FutureField().clean(value)
    return error.value.messages


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-03-04T14:31", datetime(2026, 3, 4, 6, 31, tzinfo=UTC)),
        ("2026-03-05T00:00", datetime(2026, 3, 4, 16, 0, tzinfo=UTC)),
        ("2026-03-05 09:15:30", datetime(2026, 3, 5, 1, 15, 30, tzinfo=UTC)),
        ("2027-03-05T14:30", datetime(2027, 3, 5, 6, 30, tzinfo=UTC)),
    ],
)
def test_a_time_that_is_written_is_what_the_readers_clock_shows(value, moment):
    assert FutureField().clean(value) == moment


@pytest.mark.parametrize(
    ("zone", "value", "moment"),
    [
        ("Europe/Berlin", "2026-03-29T02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("Europe/Berlin", "2026-10-25T02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("America/New_York", "2026-03-08T02:30", datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        ("America/New_York", "2026-11-01T01:30", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
    ],
    ids=["Berlin skips it", "Berlin shows it twice", "New York skips it", "New York shows it twice"],
)
def test_a_time_that_the_readers_clock_skips_or_repeats_is_read_by_the_one_rule(zone, value, moment):
    with django_timezone.override(zone):
        assert FutureField().clean(value) == moment


@pytest.mark.parametrize("value", ["2026-03-04T14:30", "2026-03-04T14:29:59", "2026-03-03", "0001-01-01T08:00"])
def test_a_time_that_has_passed_is_refused_also_the_present(value):
    assert refused(value) == [PASSED]


def test_more_than_a_year_ahead_is_refused():
    """A leap year and a day of grace."""
    assert FutureField().clean("2027-03-05T14:30") == NOW + timedelta(days=366)
    assert refused("2027-03-05T14:31") == refused("9999-12-31T23:59") == [TOO_FAR]


@pytest.mark.parametrize("value", RUBBISH, ids=short)
def test_what_is_no_time_is_refused_in_words(value):
    assert refused(value) == [NO_TIME]


@pytest.mark.parametrize(
    ("zone", "value"), [("Asia/Singapore", "0001-01-01T00:00"), ("Pacific/Honolulu", "9999-12-31T23:00")]
)
def test_a_time_beyond_the_calendar_is_refused_in_words(zone, value):
    with django_timezone.override(zone):
        assert refused(value) == [NO_TIME]


@pytest.mark.parametrize("value", ["", None])
def test_a_time_is_asked_for_unless_it_is_optional(value):
    assert refused(value) == ["Write the day and time."]
    assert FutureField(required=False).clean(value) is None


@given(st.text(max_size=30) | st.datetimes().map(lambda at: at.isoformat()))
def test_any_text_is_a_time_to_come_or_refused(value):
    try:
        at = FutureField(required=False).clean(value)
    except forms.ValidationError:
        at = None
    assert at is None or NOW < at <= NOW + timedelta(days=366)


def test_a_browser_is_asked_for_it_by_its_own_picker_to_the_minute():
    shown = FutureField().widget.render("due", on_the_clock(datetime(2026, 3, 4, 6, 30, 59, tzinfo=UTC)))
    assert shown == '<input type="datetime-local" name="due" value="2026-03-04T14:30">'


# When a page was opened


@pytest.mark.parametrize("before", [timedelta(0), timedelta(seconds=1), timedelta(days=1)], ids=str)
def test_a_page_tells_when_it_was_opened(before):
    assert OpenedAtField().clean((NOW - before).isoformat()) == NOW - before


@pytest.mark.parametrize("value", [*RUBBISH, "", None, "2026-03-04T06:30", "2026-03-04"], ids=short)
def test_what_is_no_moment_of_opening_is_none(value):
    assert OpenedAtField(required=False).clean(value) is None


@pytest.mark.parametrize(
    "value",
    [
        NOW + timedelta(microseconds=1),
        NOW - timedelta(days=1, microseconds=1),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14))),
    ],
    ids=str,
)
def test_an_opening_in_the_future_or_more_than_a_day_ago_is_none(value):
    assert OpenedAtField(required=False).clean(value.isoformat()) is None


def test_an_opening_is_sent_as_it_is_read():
    field = OpenedAtField()
    assert field.clean(field.prepare_value(NOW)) == NOW
    assert field.prepare_value("as it was sent") == "as it was sent"


# A moment in a text


@pytest.mark.parametrize("value", [*RUBBISH, "", "2026-03-04T06:30", "2026-03-04", "2026-03-04T06:30+99:99"], ids=short)
def test_what_is_no_aware_moment_is_none(value):
    assert aware(value) is None


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.timezones() | st.just(UTC)))
def test_an_aware_moment_is_read_as_it_was_written(moment):
    assert aware(moment.isoformat()).isoformat() == moment.isoformat()


@given(st.text() | st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()))
@example("0001-01-01T00:00:00+14:00")
@example("9999-12-31T23:59:59+00:00")
def test_a_moment_that_is_read_can_be_shown_in_every_zone(text):
    if at := aware(text):
        for hours in (-14, 14):
            assert at.astimezone(timezone(timedelta(hours=hours))) == at
