"""Which time it is where a number belongs."""

import zoneinfo
from datetime import UTC, datetime, timedelta

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contacts.clocks import ZONES_OF_REGIONS_WITHOUT_A_CODE, times, zones
from contacts.phone import CANONICAL_PATTERN

SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)
WINTER = datetime(2026, 1, 1, 12, tzinfo=UTC)
SINGAPORE, LONDON, NEW_YORK, SYDNEY = "+6591234567", "+442079460958", "+12125550123", "+61291234567"


def shown(number: str, moment: datetime) -> list[str]:
    return [f"{local:%a %H:%M}" for local in times(number, moment)]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (SINGAPORE, ("Asia/Singapore",)),
        (LONDON, ("Europe/London",)),
        ("+351212345678", ("Europe/Lisbon", "Atlantic/Madeira", "Atlantic/Azores")),
        ("+2476889", ("Atlantic/St_Helena",)),
        ("+2908999", ("Atlantic/St_Helena",)),
        ("+38328012345", ("Europe/Belgrade",)),
    ],
)
def test_a_number_has_the_zones_of_its_region(number, expected):
    assert zones(number) == expected


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("123", id="short"),
        pytest.param("6591234567890", id="unlisted"),
        pytest.param("+80012345678", id="toll-free in every region"),
        pytest.param("+88213300655", id="of a network that is nowhere"),
        pytest.param("+999123456", id="of no plan"),
        pytest.param("+19995550123", id="of a plan of several regions, none of which knows it"),
        pytest.param("", id="hidden"),
    ],
)
def test_a_number_of_no_region_has_no_zone_and_no_time(number):
    assert (zones(number), times(number, SUMMER)) == ((), ())


@pytest.mark.parametrize(
    ("number", "moment", "expected"),
    [
        (SINGAPORE, SUMMER, ["Wed 20:00"]),
        (LONDON, SUMMER, ["Wed 13:00"]),
        (LONDON, WINTER, ["Thu 12:00"]),
        (NEW_YORK, SUMMER, [f"Wed {hour:02}:00" for hour in (2, 3, 4, 5, 6, 7, 8)]),
        (NEW_YORK, WINTER, [f"Thu {hour:02}:00" for hour in (2, 3, 4, 5, 6, 7)]),
        (SYDNEY, SUMMER, ["Wed 20:00", "Wed 20:45", "Wed 21:30", "Wed 22:00", "Wed 22:30"]),
        (SYDNEY, WINTER, ["Thu 20:00", "Thu 20:45", "Thu 21:30", "Thu 22:00", "Thu 22:30", "Thu 23:00"]),
    ],
)
def test_the_times_of_a_number_are_what_clocks_show_there_each_once_and_the_earliest_first(number, moment, expected):
    assert shown(number, moment) == expected


def test_the_times_of_a_number_name_their_zones():
    first, *_, last = times(NEW_YORK, SUMMER)
    assert (str(first.tzinfo), str(last.tzinfo)) == ("Pacific/Honolulu", "America/New_York")


def test_the_date_counts_where_midnight_is_between_two_clocks():
    assert shown("+351212345678", datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == ["Wed 23:30", "Thu 00:30"]


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_every_region_that_has_a_numbering_plan_has_a_zone(region):
    number = phonenumbers.format_number(phonenumbers.example_number(region), phonenumbers.PhoneNumberFormat.E164)
    assert set(zones(number)) <= zoneinfo.available_timezones()
    assert zones(number)


def test_only_what_zone_tab_does_not_know_stands_apart_from_it():
    """A region that gets a code of its own has its zones twice then."""
    for region, alone in ZONES_OF_REGIONS_WITHOUT_A_CODE.items():
        number = phonenumbers.format_number(phonenumbers.example_number(region), phonenumbers.PhoneNumberFormat.E164)
        assert zones(number) == alone


canonical = st.from_regex(CANONICAL_PATTERN)
moments = st.datetimes(datetime(1970, 1, 2), datetime(2200, 12, 30), timezones=st.just(UTC))


@given(canonical, moments)
@example(NEW_YORK, SUMMER)
@example("+74012345678", SUMMER)
def test_any_canonical_number_has_times_of_one_moment_in_the_order_of_the_clock(number, moment):
    found = times(number, moment)
    on_clocks = [local.replace(tzinfo=None) for local in found]
    assert {local.astimezone(UTC) for local in found} == ({moment} if zones(number) else set())
    assert on_clocks == sorted(set(on_clocks))
    assert len(found) <= len(zones(number))
    assert not found or on_clocks[-1] - on_clocks[0] < timedelta(days=1)
