"""Which days a period has, which come before it, and until when they are compared."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callnotes.periods import NAMED, Days

SINGAPORE, BERLIN = ZoneInfo("Asia/Singapore"), ZoneInfo("Europe/Berlin")
WEDNESDAY = date(2026, 3, 4)
ANY_DAY = st.dates(date(2001, 1, 1), date(2100, 1, 1))
ANY_DAYS = st.builds(lambda first, more: Days(first, first + timedelta(days=more)), ANY_DAY, st.integers(0, 800))


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-03-04", "2026-03-04"),
        ("yesterday", "2026-03-03", "2026-03-03"),
        ("this-week", "2026-03-02", "2026-03-08"),
        ("last-week", "2026-02-23", "2026-03-01"),
        ("this-month", "2026-03-01", "2026-03-31"),
        ("last-month", "2026-02-01", "2026-02-28"),
    ],
)
def test_a_named_period_has_whole_days_and_a_week_begins_on_monday(name, first, last):
    assert NAMED[name](WEDNESDAY) == Days(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("days", "before"),
    [
        (("2026-03-04", "2026-03-04"), ("2026-03-03", "2026-03-03")),
        (("2026-03-02", "2026-03-08"), ("2026-02-23", "2026-03-01")),
        (("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        (("2026-01-01", "2026-03-31"), ("2025-10-01", "2025-12-31")),
        (("2026-01-01", "2026-12-31"), ("2025-01-01", "2025-12-31")),
    ],
)
def test_as_many_days_come_before_and_before_whole_months_as_many_months(days, before):
    assert Days(*map(date.fromisoformat, days)).before() == Days(*map(date.fromisoformat, before))


@given(ANY_DAYS)
def test_the_days_before_end_the_day_before(days):
    assert days.before().last == days.first - timedelta(days=1)
    assert days.before().first <= days.before().last


@given(ANY_DAYS)
def test_months_and_single_days_have_each_day_once(days):
    each = [day.first for day in days.each()]
    assert each == [days.first + timedelta(days=place) for place in range(len(days))]
    assert [day.first for month in days.months() for day in month.each()] == each


@given(ANY_DAYS, st.sampled_from([SINGAPORE, BERLIN, ZoneInfo("Africa/Cairo"), ZoneInfo("America/St_Johns")]))
def test_one_period_begins_when_the_one_before_it_ends(days, zone):
    assert days.before().end(zone) == days.start(zone) < days.end(zone)


def test_a_day_on_which_the_clock_is_set_forward_has_23_hours():
    day = Days(date(2026, 3, 29), date(2026, 3, 29))
    assert day.end(BERLIN) - day.start(BERLIN) == timedelta(hours=23)


def test_while_a_period_lasts_the_one_before_is_compared_up_to_the_same_time():
    today = Days(WEDNESDAY, WEDNESDAY)
    now = datetime(2026, 3, 4, 1, 30, tzinfo=UTC)
    assert today.up_to(now, SINGAPORE, today.before()) == now - timedelta(days=1)


def test_a_period_that_is_over_is_compared_with_all_of_the_one_before():
    yesterday = Days(date(2026, 3, 3), date(2026, 3, 3))
    before = yesterday.before()
    assert yesterday.up_to(datetime(2026, 3, 4, 1, 30, tzinfo=UTC), SINGAPORE, before) == before.end(SINGAPORE)


@given(ANY_DAYS, st.integers(0, 900 * 24 * 60))
def test_no_more_than_the_days_before_is_compared(days, minutes):
    before, now = days.before(), days.start(BERLIN) + timedelta(minutes=minutes)
    assert before.start(BERLIN) <= days.up_to(now, BERLIN, before) <= before.end(BERLIN)
