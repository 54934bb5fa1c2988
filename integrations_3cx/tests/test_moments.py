"""Times and durations as 3CX prints them: read, or refused with what to send, and never guessed."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from integrations_3cx.moments import moment, seconds

SINGAPORE = ZoneInfo("Asia/Singapore")
AFTERNOON = datetime(2026, 11, 22, 14, 5, 6, tzinfo=UTC)

SEND_ISO = 'send it as .ToString("yyyy-MM-ddTHH:mm:ssZ") prints it'
UNSURE = f"cannot be read for sure; {SEND_ISO}"
NO_MOMENT = f"is no date and time; {SEND_ISO}"
TOO_LATE = f"lies too far ahead; {SEND_ISO}"
NO_DURATION = "is no duration; send it as hh:mm:ss, or as a number of seconds"


def in_singapore(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SINGAPORE)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T14:05:06Z",
        "2026-11-22 14:05:06Z",
        "2026-11-22 14:05:06 Z",
        "2026/11/22 14:05:06Z",
        "2026-11-22T14:05:06.1234567Z",
        "2026-11-22T14:05:06,999Z",
        "2026-11-22T22:05:06+08:00",
        "2026-11-22T22:05:06+0800",
        "2026-11-22 22:05:06 +08:00",
        "2026-11-22T08:35:06-05:30",
        "2026-11-22T14:05:06-00:00",
        "1795356306000",
        "1795356306999",
        "  2026-11-22T14:05:06Z\r\n",
    ],
)
def test_a_moment_that_names_its_offset_is_read_whatever_the_zone(text):
    assert moment(text, SINGAPORE) == moment(text, UTC) == AFTERNOON
    assert moment(text, SINGAPORE).utcoffset() is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T14:05:06", in_singapore(2026, 11, 22, 14, 5, 6)),
        ("2026-11-22 14:05:06", in_singapore(2026, 11, 22, 14, 5, 6)),
        ("2026/11/22 14:05:06", in_singapore(2026, 11, 22, 14, 5, 6)),
        ("2026-11-22T14:05", in_singapore(2026, 11, 22, 14, 5)),
        ("2026-1-2 3:05:06", in_singapore(2026, 1, 2, 3, 5, 6)),
        ("2026-11-22T14:05:06.789", in_singapore(2026, 11, 22, 14, 5, 6)),
        ("22.11.2026 14:05:06", in_singapore(2026, 11, 22, 14, 5, 6)),
        ("2.1.2026 3:05", in_singapore(2026, 1, 2, 3, 5)),
        ("01.02.2026 03:04:05", in_singapore(2026, 2, 1, 3, 4, 5)),
        ("2028-02-29 00:00:00", in_singapore(2028, 2, 29)),
        ("1900-01-01 00:00:00", in_singapore(1900, 1, 1)),
        ("2200-12-31 23:59:59", in_singapore(2200, 12, 31, 23, 59, 59)),
    ],
)
def test_a_moment_without_an_offset_is_of_the_zone(text, expected):
    assert moment(text, SINGAPORE) == expected
    assert moment(text, UTC) == expected.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00Z", "0001-01-01 00:00:00", "01.01.0001 00:00:00", "1.1.0001 0:00", "1899-12-31 23:59"]
)
def test_the_first_moment_of_the_calendar_is_none(text):
    """.NET prints so what there was not."""
    assert moment(text, SINGAPORE) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", UNSURE),
        ("11/22/2026 2:05:06 PM", UNSURE),
        ("01/02/2026 14:05:06", UNSURE),
        ("22-11-2026 14:05:06", UNSURE),
        ("2026-11/22 14:05:06", UNSURE),
        ("2026.11.22 14:05:06", UNSURE),
        ("2026-11-22", UNSURE),
        ("14:05:06", UNSURE),
        ("2026-11-22  14:05:06", UNSURE),
        ("2026-11-22T14:05:06 UTC", UNSURE),
        ("2026-11-22T14:05:06 08:00", UNSURE),
        ("2026-11-22T2:05:06 PM", UNSURE),
        ("２０２６-11-22T14:05:06Z", UNSURE),
        ("2026-11-22T14:05:06Z\n2026-11-22T14:05:06Z", UNSURE),
        ("1795356306", UNSURE),
        ("179535630600000", UNSURE),
        ("-1795356306000", UNSURE),
        ("[CallStartTimeUTC]", UNSURE),
        ("2026-13-22T14:05:06Z", NO_MOMENT),
        ("2026-02-29T14:05:06Z", NO_MOMENT),
        ("30.02.2026 14:05:06", NO_MOMENT),
        ("2026-11-22T24:00:00Z", NO_MOMENT),
        ("2026-11-22T14:60:06Z", NO_MOMENT),
        ("2026-11-22T14:05:60Z", NO_MOMENT),
        ("0000-11-22T14:05:06Z", NO_MOMENT),
        ("2026-11-22T14:05:06+24:00", NO_MOMENT),
        ("2201-01-01T00:00:00Z", TOO_LATE),
        ("9999-12-31T23:59:59Z", TOO_LATE),
        ("99999999999999", TOO_LATE),
    ],
    ids=ascii,
)
def test_what_is_no_moment_for_sure_is_refused_with_what_to_send(text, fault):
    with pytest.raises(ValueError, match="send it as") as refused:
        moment(text, SINGAPORE)
    assert str(refused.value) == fault


digit_like = st.text(st.sampled_from("0123456789٣９-/.:,TZ +\n"), max_size=30)
any_text = st.one_of(st.text(), digit_like, st.from_regex(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}[T ]\d\d?:\d\d(:\d\d)?.?"))
zones = st.sampled_from([UTC, SINGAPORE, ZoneInfo("America/St_Johns"), timezone(timedelta(hours=-23, minutes=-59))])


@given(any_text, zones)
@example("9999-12-31T23:59:59-23:59", UTC)
@example("0001-01-01T00:00:00+23:59", UTC)
def test_whatever_is_read_is_an_aware_moment_in_whole_seconds_none_or_refused_with_what_to_send(text, zone):
    try:
        read = moment(text, zone)
    except ValueError as refused:
        assert str(refused) in (UNSURE, NO_MOMENT, TOO_LATE)  # noqa: PT017
    else:
        assert read is None or (read.utcoffset() is not None and not read.microsecond and 1900 <= read.year <= 2200)


offsets = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1901, 1, 1), datetime(2200, 12, 30)).map(lambda naive: naive.replace(microsecond=0))
PRINTED = {
    "ISO": lambda at: at.isoformat(),
    "blank": lambda at: at.isoformat(" "),
    "fraction": lambda at: at.isoformat(timespec="microseconds"),
    "UTC": lambda at: at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
}


@given(moments, offsets, st.sampled_from(sorted(PRINTED)), zones)
def test_a_printed_moment_reads_back(naive, offset, form, zone):
    at = naive.replace(tzinfo=offset)
    assert moment(PRINTED[form](at), zone) == at


@given(moments, zones)
@example(datetime(1927, 10, 30, 22, 0), ZoneInfo("America/St_Johns"))
def test_a_moment_printed_without_offset_reads_back_in_its_zone(naive, zone):
    # In UTC: Python calls a moment of a repeated hour unequal to itself in any other zone.
    at = naive.replace(tzinfo=zone).astimezone(UTC)
    assert moment(f"{naive:%Y-%m-%d %H:%M:%S}", zone) == moment(f"{naive:%d.%m.%Y %H:%M:%S}", zone) == at


@given(st.datetimes(datetime(1975, 1, 1), datetime(2200, 12, 30), timezones=st.just(UTC)), zones)
def test_milliseconds_since_1970_read_back_to_the_second(at, zone):
    assert moment(str(int(at.timestamp() * 1000)), zone) == at.replace(microsecond=0)


# Durations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:00:00", 0),
        ("00:05:06", 306),
        ("0:05:06", 306),
        ("25:00:00", 90_000),
        ("1.02:03:04", 93_784),
        ("00:05:06.9999999", 306),
        ("00:05:06,5", 306),
        ("0", 0),
        ("306", 306),
        ("306.9", 306),
        ("306,9", 306),
        (" 306\n", 306),
        ("999999999", 999_999_999),
    ],
)
def test_a_duration_is_read_in_whole_seconds(text, expected):
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "text", ["", "5 min", "-1", "-00:05:06", "05:06", "00:05:6", "1e3", "９", "1000000000", "1:00:00:00", "00:05:06Z"]
)
def test_what_is_no_duration_is_refused_with_what_to_send(text):
    with pytest.raises(ValueError, match="send it as") as refused:
        seconds(text)
    assert str(refused.value) == NO_DURATION


@given(st.one_of(st.text(), digit_like))
@example("9999.9999:99:99.9999999")
def test_whatever_is_sent_as_a_duration_is_whole_seconds_or_refused(text):
    try:
        read = seconds(text)
    except ValueError as refused:
        assert str(refused) == NO_DURATION  # noqa: PT017
    else:
        assert 0 <= read < 2**31


@given(st.integers(0, 99 * 3600))
def test_a_printed_duration_reads_back(length):
    hours, rest = divmod(length, 3600)
    assert seconds(f"{hours:02}:{rest // 60:02}:{rest % 60:02}") == seconds(str(length)) == length
