"""The times that are offered at one click: later than now, in their order, and as the wall clock shows them."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callnotes import wall_clock
from callnotes.quick_times import quick_times
from callnotes.tests.clock_changes import ZONES

SINGAPORE = ZoneInfo("Asia/Singapore")

moments = st.datetimes(datetime(1970, 1, 2), datetime(2037, 12, 1), timezones=st.just(UTC))
zones = st.sampled_from(ZONES).map(ZoneInfo)


def offered(now: datetime, zone: ZoneInfo = SINGAPORE) -> dict[str, str]:
    """What is offered at a time on the wall clock of the zone, as it shows it, in its order."""
    found = quick_times(wall_clock.moment(now, zone), zone)
    return {quick_time.key: f"{wall_clock.shown(quick_time.moment, zone):%a %d %H:%M:%S}" for quick_time in found}


def test_on_a_monday_morning_all_four_are_offered():
    assert offered(datetime(2026, 3, 2, 10, 20, 59, 999_999)) == {
        "hour": "Mon 02 11:20:00",
        "afternoon": "Mon 02 15:00:00",
        "tomorrow": "Tue 03 09:00:00",
        "monday": "Mon 09 09:00:00",
    }


@pytest.mark.parametrize(("clock", "is_offered"), [(time(0), True), (time(14, 29, 59), True), (time(14, 30), False)])
def test_the_afternoon_is_offered_until_half_an_hour_before_it(clock, is_offered):
    assert ("afternoon" in offered(datetime.combine(datetime(2026, 3, 2), clock))) == is_offered


def test_what_is_sooner_comes_first():
    assert list(offered(datetime(2026, 3, 2, 13, 59))) == ["hour", "afternoon", "tomorrow", "monday"]
    assert list(offered(datetime(2026, 3, 2, 14, 1))) == ["afternoon", "hour", "tomorrow", "monday"]


@pytest.mark.parametrize(
    ("day", "monday"), [(6, "Mon 09 09:00:00"), (7, "Mon 09 09:00:00"), (8, None), (9, "Mon 16 09:00:00")]
)
def test_on_a_sunday_monday_is_tomorrow_and_offered_once(day, monday):
    assert offered(datetime(2026, 3, day, 18)).get("monday") == monday


def test_an_hour_is_an_hour_also_where_the_clock_is_set():
    assert offered(datetime(2026, 3, 8, 1, 30), ZoneInfo("America/New_York"))["hour"] == "Sun 08 03:30:00"
    assert offered(datetime(2026, 11, 1, 1, 30), ZoneInfo("America/New_York"))["hour"] == "Sun 01 01:30:00"


def test_where_tomorrow_is_skipped_it_is_the_day_after():
    assert offered(datetime(2011, 12, 29, 18), ZoneInfo("Pacific/Apia")) == {
        "hour": "Thu 29 19:00:00",
        "tomorrow": "Sat 31 09:00:00",
        "monday": "Mon 02 09:00:00",
    }


@given(moments, zones)
@example(datetime(2026, 3, 2, 6, 0, tzinfo=UTC), SINGAPORE)
def test_everything_offered_is_later_than_now_and_in_its_order(now, zone):
    found = [quick_time.moment for quick_time in quick_times(now, zone)]
    assert found == sorted(found)
    assert found[0] > now
    assert {moment.tzinfo for moment in found} == {UTC}


@given(moments, zones)
def test_an_hour_and_tomorrow_are_always_offered(now, zone):
    found = {quick_time.key: quick_time.moment for quick_time in quick_times(now, zone)}
    assert {"hour", "tomorrow"} <= set(found) <= {"hour", "afternoon", "tomorrow", "monday"}
    assert timedelta(minutes=59) < found["hour"] - now <= timedelta(hours=1)


@given(moments, zones)
def test_the_wall_clock_shows_what_is_said_or_what_follows_where_it_skips_that(now, zone):
    today = datetime.combine(wall_clock.shown(now, zone), time())
    monday = next(day for day in (today + timedelta(days=count) for count in range(1, 8)) if day.weekday() == 0)
    said = {
        "afternoon": today + timedelta(hours=15),
        "tomorrow": today + timedelta(days=1, hours=9),
        "monday": monday + timedelta(hours=9),
    }
    for quick_time in quick_times(now, zone):
        if quick_time.key in said:
            naive, shown = said[quick_time.key], wall_clock.shown(quick_time.moment, zone)
            is_skipped = wall_clock.shown(wall_clock.moment(naive, zone), zone) != naive
            assert shown > naive if is_skipped else shown == naive
