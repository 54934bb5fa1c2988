"""The hours in which the call centre calls: how they are written, and which working hour is next."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callnotes.calling_hours import DAYS, WRITE_APART, WRITE_FORWARD, WRITE_HOURS, CallingHours, read
from callnotes.tests.clock_changes import ZONES, gaps, overlaps
from callnotes.wall_clock import moment, shown

SINGAPORE = ZoneInfo("Asia/Singapore")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
OFFICE = "Mo-Fr 09:00-18:00"
LUNCH = "Mo-Fr 09:00-12:30 13:30-18:00, Sa 10:00-14:00"
ALWAYS = "Mo-Su 00:00-24:00"
HOUR, DAY, WEEK = 60, 24 * 60, 7 * 24 * 60
QUARTER = timedelta(minutes=15)


def on(day: int, begin: float, end: float) -> tuple[int, int]:
    """A period in minutes of the week: of which day (0 is Monday), from when to when (in hours)."""
    return day * DAY + int(begin * HOUR), day * DAY + int(end * HOUR)


def clock(zone: ZoneInfo, *parts: int) -> datetime:
    return moment(datetime(*parts), zone)


# Written


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        (OFFICE, [on(day, 9, 18) for day in range(5)]),
        (LUNCH, [*(on(day, *hours) for day in range(5) for hours in ((9, 12.5), (13.5, 18))), on(5, 10, 14)]),
        ("We 09:00-18:00", [on(2, 9, 18)]),
        ("we-we 9:00-18:00", [on(2, 9, 18)]),
        ("Sa-Mo 10:00-14:00", [on(0, 10, 14), on(5, 10, 14), on(6, 10, 14)]),
        ("SU 20:00-24:00", [on(6, 20, 24)]),
        (
            "  mO - tU   09:00 - 12:00\t13:00-14:00 ,\nFr 00:00-24:00 ",
            [on(0, 9, 12), on(0, 13, 14), on(1, 9, 12), on(1, 13, 14), on(4, 0, 24)],
        ),
        ("Fr 13:00-14:00 09:00-12:00, Mo 08:00-09:00", [on(0, 8, 9), on(4, 9, 12), on(4, 13, 14)]),
        ("Mo 09:00-12:30 12:30-18:00", [on(0, 9, 18)]),
        ("Mo 22:00-24:00, Tu 00:00-06:00", [on(0, 22, 30)]),
        (ALWAYS, [(0, WEEK)]),
    ],
)
def test_hours_are_read(text, periods):
    assert read(text) == CallingHours(tuple(periods))


NO_HOURS = [
    *("", " ", ",", "always", "Mo-Fr", "09:00-18:00", "Mo-Fr 9-18", "Mo-Fr 09:00", "Mo-Fr09:00-18:00"),
    *("Mo,We 09:00-18:00", f"{OFFICE},", f"{OFFICE}; Sa 10:00-14:00", "Mon-Fri 09:00-18:00", "Mo-We-Fr 09:00-18:00"),
    *("Mo 09:00-18:60", "Mo 09:00-24:01", "Mo 25:00-26:00", "Mo 09:00:00-18:00", "Mo ٠٩:00-18:00", "Mo–Fr 09:00-18:00"),
]
NOT_FORWARD = ["Mo 18:00-09:00", "Mo 09:00-09:00", "Mo 24:00-24:00", "Mo 22:00-06:00"]
OVERLAPPING = [
    *("Mo 09:00-12:00 11:59-13:00", "Mo 09:00-18:00 10:00-11:00", f"{OFFICE}, Fr 17:00-19:00", f"{OFFICE}, {OFFICE}"),
    "Sa-Mo 10:00-14:00, Mo 13:00-15:00",
]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        *((text, WRITE_HOURS) for text in NO_HOURS),
        *((text, WRITE_FORWARD) for text in NOT_FORWARD),
        *((text, WRITE_APART) for text in OVERLAPPING),
    ],
    ids=ascii,
)
def test_what_is_no_hours_is_refused_with_what_to_write(text, said):
    with pytest.raises(ValueError, match="write ") as refused:
        read(text)
    assert str(refused.value) == said


hours_like = st.text(st.sampled_from("MmoTuweThFrSa019:-, \n"), max_size=40)


@given(st.one_of(st.text(), hours_like, st.from_regex(r"(Mo|sa)(-Tu)? [0-2]\d:[0-6]\d-[0-2]\d:[0-6]\d")))
def test_whatever_is_written_is_hours_in_order_and_apart_or_refused_with_what_to_write(text):
    try:
        edges = [edge for period in read(text).periods for edge in period]
    except ValueError as refused:
        assert str(refused) in (WRITE_HOURS, WRITE_FORWARD, WRITE_APART)  # noqa: PT017
    else:
        assert edges
        assert edges == sorted(set(edges))
        assert 0 <= edges[0] < edges[-1] <= WEEK


def written(periods: list[tuple[int, int]]) -> str:
    """Periods of a day each, as people write them."""
    return ", ".join(
        f"{DAYS[start // DAY]} {_time(start % DAY)}-{_time(end - start // DAY * DAY)}" for start, end in periods
    )


def _time(minute: int) -> str:
    return f"{minute // HOUR:02}:{minute % HOUR:02}"


@st.composite
def periods_apart(draw, step: int = 1) -> list[tuple[int, int]]:
    """Periods that do not touch, none across midnight; in minutes of the week."""
    day = st.lists(st.integers(0, DAY // step - 1), max_size=6, unique=True).map(sorted)
    days = draw(st.lists(day, min_size=7, max_size=7).filter(lambda days: any(len(edges) > 1 for edges in days)))
    return [
        (number * DAY + start * step, number * DAY + end * step)
        for number, edges in enumerate(days)
        for start, end in zip(edges[::2], edges[1::2], strict=False)
    ]


@given(periods_apart(), st.randoms())
def test_hours_read_back_in_whatever_order_they_are_written(periods, chance):
    assert read(written(chance.sample(periods, len(periods)))) == CallingHours(tuple(periods))


# Kept


@pytest.mark.parametrize(
    ("parts", "contained"),
    [
        ((2026, 3, 2, 8, 59, 59), False),
        ((2026, 3, 2, 9), True),
        ((2026, 3, 2, 12, 29, 59), True),
        ((2026, 3, 2, 12, 30), False),
        ((2026, 3, 2, 13, 30), True),
        ((2026, 3, 6, 17, 59, 59), True),
        ((2026, 3, 6, 18), False),
        ((2026, 3, 7, 10), True),
        ((2026, 3, 7, 14), False),
        ((2026, 3, 8, 10), False),
    ],
)
def test_a_period_holds_its_beginning_and_not_its_end_on_the_clock_of_the_zone(parts, contained):
    assert read(LUNCH).contains(clock(SINGAPORE, *parts), SINGAPORE) is contained
    assert read(LUNCH).contains(clock(NEW_YORK, *parts), NEW_YORK) is contained


def test_a_day_that_ends_at_24_00_holds_its_last_minute_and_not_the_next_day():
    hours = read("Mo 20:00-24:00")
    assert hours.contains(clock(SINGAPORE, 2026, 3, 2, 23, 59, 59), SINGAPORE)
    assert not hours.contains(clock(SINGAPORE, 2026, 3, 3), SINGAPORE)


def test_both_of_an_hour_that_comes_twice_are_within_the_hours():
    hours = read("Su 01:00-02:00")
    first = clock(NEW_YORK, 2026, 11, 1, 1, 30)
    assert [hours.contains(first + timedelta(hours=hour), NEW_YORK) for hour in range(3)] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "parts", "expected"),
    [
        pytest.param(OFFICE, (2026, 3, 2, 8, 59, 59), (2026, 3, 2, 9), id="before they begin"),
        pytest.param(OFFICE, (2026, 3, 2, 9), (2026, 3, 2, 10), id="on the hour: strictly later"),
        pytest.param(OFFICE, (2026, 3, 2, 9, 0, 1), (2026, 3, 2, 10), id="within"),
        pytest.param(OFFICE, (2026, 3, 2, 16, 59), (2026, 3, 2, 17), id="the last hour"),
        pytest.param(OFFICE, (2026, 3, 2, 17), (2026, 3, 3, 9), id="the end is not within"),
        pytest.param(OFFICE, (2026, 3, 6, 17, 30), (2026, 3, 9, 9), id="over the weekend"),
        pytest.param(LUNCH, (2026, 3, 2, 11, 30), (2026, 3, 2, 12), id="a full hour before lunch"),
        pytest.param(LUNCH, (2026, 3, 2, 12), (2026, 3, 2, 13, 30), id="a beginning off the hour"),
        pytest.param(LUNCH, (2026, 3, 2, 13, 30), (2026, 3, 2, 14), id="a full hour after it"),
        pytest.param(LUNCH, (2026, 3, 7, 13, 30), (2026, 3, 9, 9), id="over Sunday"),
        pytest.param(ALWAYS, (2026, 3, 8, 23, 30), (2026, 3, 9), id="midnight"),
        pytest.param("We 10:10-10:50", (2026, 3, 4, 10, 10), (2026, 3, 11, 10, 10), id="a week later"),
        pytest.param(OFFICE, (2026, 12, 31, 17, 30), (2027, 1, 1, 9), id="over the year: no holidays are known"),
    ],
)
def test_the_next_working_hour_is_this(text, parts, expected):
    found = read(text).next_start(clock(SINGAPORE, *parts), SINGAPORE)
    assert (found, found.tzinfo) == (clock(SINGAPORE, *expected), UTC)


@pytest.mark.parametrize(
    ("zone", "text", "parts", "expected"),
    [
        pytest.param(NEW_YORK, ALWAYS, (2026, 3, 8, 1, 30), (2026, 3, 8, 3), id="a skipped hour does not count"),
        pytest.param(NEW_YORK, "Su 02:00-03:00", (2026, 3, 8), (2026, 3, 15, 2), id="nor a period that is skipped"),
        pytest.param(NEW_YORK, "Su 02:30-05:00", (2026, 3, 8), (2026, 3, 8, 3), id="nor a beginning"),
        pytest.param(LORD_HOWE, ALWAYS, (2026, 10, 4, 1, 30), (2026, 10, 4, 3), id="half an hour is skipped"),
        pytest.param(NEW_YORK, ALWAYS, (2026, 11, 1, 0, 30), (2026, 11, 1, 1), id="an hour that comes twice"),
        pytest.param(NEW_YORK, ALWAYS, (2026, 11, 1, 1), (2026, 11, 1, 2), id="counts once"),
    ],
)
def test_the_next_working_hour_around_a_change_of_the_clock_is_this(zone, text, parts, expected):
    assert read(text).next_start(clock(zone, *parts), zone) == clock(zone, *expected)


def test_in_the_second_of_an_hour_that_comes_twice_the_next_working_hour_is_after_it():
    second = clock(NEW_YORK, 2026, 11, 1, 1, 30) + timedelta(hours=1)
    assert read(ALWAYS).next_start(second, NEW_YORK) == clock(NEW_YORK, 2026, 11, 1, 2)


changes = st.builds(
    lambda index, of, since: (of()[index % len(of())].zone, of()[index % len(of())].at + since),
    *(st.integers(0, 10_000), st.sampled_from([gaps, overlaps])),
    st.timedeltas(timedelta(days=-2), timedelta(hours=3)),
)
anywhere = st.tuples(
    st.sampled_from(ZONES).map(ZoneInfo),
    st.datetimes(datetime(2024, 1, 1), datetime(2040, 12, 1), timezones=st.just(UTC)),
)
places = st.one_of(anywhere, changes)


def by_trying(hours: CallingHours, at: datetime, zone: ZoneInfo) -> datetime:
    """The next working hour of hours that change by quarters: each quarter of an hour is tried."""
    at = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    while True:
        at += QUARTER
        on_clock = shown(at, zone)
        minute = on_clock.weekday() * DAY + on_clock.hour * HOUR + on_clock.minute
        is_start = on_clock.minute == 0 or any(minute == start for start, _ in hours.periods)
        if is_start and hours.contains(at, zone) and moment(on_clock, zone) == at:
            return at


@given(periods_apart(step=15), places)
@example([(0, WEEK)], (NEW_YORK, datetime(2026, 11, 1, 5, 30, tzinfo=UTC)))
@example([on(6, 2.5, 2.75)], (NEW_YORK, datetime(2026, 3, 8, 6, 59, tzinfo=UTC)))
def test_the_next_working_hour_of_any_zone_is_what_trying_each_quarter_of_an_hour_finds(periods, place):
    zone, at = place
    hours = CallingHours(tuple(periods))
    assert hours.next_start(at, zone) == by_trying(hours, at, zone)


@given(periods_apart(), places)
def test_the_next_working_hour_is_later_within_the_hours_and_reads_back_from_the_clock(periods, place):
    zone, at = place
    hours = CallingHours(tuple(periods))
    start = hours.next_start(at, zone)
    assert at < start <= at + timedelta(days=15)
    assert hours.contains(start, zone)
    assert moment(shown(start, zone), zone) == start


@given(periods_apart(), places, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_who_asks_later_is_never_told_an_earlier_working_hour(periods, place, later):
    zone, at = place
    hours = CallingHours(tuple(periods))
    assert hours.next_start(at, zone) <= hours.next_start(at + later, zone)
