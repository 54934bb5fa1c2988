"""What moment a time on a wall clock is, also where the clock skips it or shows it twice."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callnotes.tests.clock_changes import ZONES, Change, gaps, overlaps
from callnotes.wall_clock import moment, shown

NEW_YORK = ZoneInfo("America/New_York")
MICROSECOND = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "naive", "expected"),
    [
        pytest.param("Asia/Singapore", (2026, 3, 4, 9), utc(2026, 3, 4, 1), id="never set"),
        pytest.param("America/New_York", (2026, 3, 8, 1, 59), utc(2026, 3, 8, 6, 59), id="before a gap"),
        pytest.param("America/New_York", (2026, 3, 8, 2, 30), utc(2026, 3, 8, 7, 30), id="in it: 03:30 new time"),
        pytest.param("America/New_York", (2026, 3, 8, 3), utc(2026, 3, 8, 7), id="after it"),
        pytest.param("America/New_York", (2026, 11, 1, 0, 59), utc(2026, 11, 1, 4, 59), id="before an overlap"),
        pytest.param("America/New_York", (2026, 11, 1, 1, 30), utc(2026, 11, 1, 5, 30), id="in it: the first"),
        pytest.param("America/New_York", (2026, 11, 1, 2), utc(2026, 11, 1, 7), id="after it"),
        pytest.param("Europe/Dublin", (2026, 10, 25, 1, 30), utc(2026, 10, 25, 0, 30), id="winter saves daylight"),
        pytest.param("Australia/Lord_Howe", (2026, 10, 4, 2, 15), utc(2026, 10, 3, 15, 45), id="a gap of half an hour"),
        pytest.param("Pacific/Apia", (2011, 12, 30, 12), utc(2011, 12, 30, 22), id="a day that was skipped"),
    ],
)
def test_a_wall_clock_time_is_this_moment(zone, naive, expected):
    found = moment(datetime(*naive), ZoneInfo(zone))
    assert (found, found.tzinfo) == (expected, UTC)


def within(change: Change) -> list[datetime]:
    """Wall clock times that the change skips or shows twice: the first, the last, and some between."""
    quarter = change.length / 4
    return [change.begins + quarter * count for count in range(4)] + [change.ends - MICROSECOND]


def test_there_are_gaps_and_overlaps_of_several_lengths_to_hold_the_rule_against():
    assert len(gaps()) > 1000
    assert len(overlaps()) > 1000
    lengths = {change.length for change in [*gaps(), *overlaps()]}
    assert {timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2)} <= lengths


def test_a_skipped_time_of_any_zone_is_read_with_the_offset_before_and_so_shown_later_by_the_gap():
    broken = [
        (change, naive)
        for change in gaps()
        for naive in within(change)
        if moment(naive, change.zone) != (naive - change.before).replace(tzinfo=UTC)
        or shown(moment(naive, change.zone), change.zone) != naive + change.length
    ]
    assert broken == []


def test_a_time_that_comes_twice_in_any_zone_is_its_first():
    broken = [
        (change, naive)
        for change in overlaps()
        for naive in within(change)
        if moment(naive, change.zone) != (naive - change.before).replace(tzinfo=UTC)
        or moment(naive, change.zone) >= change.at
        or shown(moment(naive, change.zone) + change.length, change.zone) != naive
    ]
    assert broken == []


def test_all_around_a_change_of_any_zone_a_time_that_is_shown_reads_back_and_keeps_its_order():
    broken = []
    for change in [*gaps(), *overlaps()]:
        is_overlap = change.after < change.before
        times = [change.begins - MINUTE, *(within(change) if is_overlap else []), change.ends, change.ends + MINUTE]
        moments = [moment(naive, change.zone) for naive in times]
        if [shown(at, change.zone) for at in moments] != times or moments != sorted(set(moments)):
            broken.append(change)
    assert broken == []


def test_the_moments_around_a_change_of_any_zone_read_back_or_to_the_first_of_two():
    broken = []
    for change in [*gaps(), *overlaps()]:
        is_overlap = change.after < change.before
        for since in (-change.length, -MICROSECOND, timedelta(0), change.length - MICROSECOND, change.length):
            at = change.at + since
            is_second = is_overlap and timedelta(0) <= since < change.length
            if moment(shown(at, change.zone), change.zone) != (at - change.length if is_second else at):
                broken.append((change, at))
    assert broken == []


zones = st.sampled_from(ZONES).map(ZoneInfo)
times = st.datetimes(datetime(1900, 1, 1), datetime(2200, 12, 31))


@given(times, zones)
@example(datetime(2026, 11, 1, 1, 30), NEW_YORK)
@example(datetime(2026, 3, 8, 2, 30), NEW_YORK)
def test_any_time_of_any_zone_is_a_moment_that_shows_it_or_where_it_was_skipped_a_later_one(naive, zone):
    assert shown(moment(naive, zone), zone) >= naive
    assert shown(moment(naive, zone), zone) - naive <= timedelta(days=1)


@given(times, zones)
def test_a_time_is_the_same_moment_whichever_of_two_it_says_that_it_is(naive, zone):
    assert moment(naive.replace(fold=1), zone) == moment(naive.replace(fold=0), zone)


@given(times, st.integers(-23 * 60, 23 * 60))
def test_a_clock_that_is_never_set_is_read_by_its_offset(naive, minutes):
    offset = timedelta(minutes=minutes)
    assert moment(naive, timezone(offset)) == (naive - offset).replace(tzinfo=UTC)


def test_a_moment_is_no_wall_clock_time():
    with pytest.raises(ValueError, match="is a moment already"):
        moment(utc(2026, 3, 4, 9), NEW_YORK)
