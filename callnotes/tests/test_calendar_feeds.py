"""Agents' callbacks as calendars: who may read one, and what stands in it, whatever people have typed."""

import hashlib
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from callnotes import calendar_feeds, callbacks, recording
from callnotes.callbacks import Promise
from callnotes.models import CalendarFeed, Callback, CallNote
from callnotes.tests.factories import NOON, make_agent, make_note, minute
from contacts.models import Contact
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"
HOUR = timedelta(hours=1)
SOON = minute(30)


def make_callback(agent, number: str = NUMBER, words: str = "Asked for a quote.", *, due_at=SOON, **fields):
    promise = Promise(due_at, by_anyone=agent is None)
    return Callback.objects.get(
        note=make_note(number, words, key="schedule_later", agent=agent, promise=promise, now=NOON, **fields)
    )


def feed(agent) -> bytes:
    return calendar_feeds.feed(agent, now=minute(10))


def lines(content: bytes) -> list[str]:
    """The content lines, unfolded (RFC 5545, section 3.1)."""
    return content.decode().replace("\r\n ", "").split("\r\n")


def events(content: bytes) -> list:
    return Calendar.from_ical(content).walk("VEVENT")


def summaries(agent) -> list[str]:
    return [str(event["SUMMARY"]) for event in events(feed(agent))]


# Keys


def test_a_key_opens_its_agents_callbacks_and_only_its_digest_is_stored():
    robin, bea = make_agent("robin"), make_agent("bea")
    key, other = calendar_feeds.issue(robin), calendar_feeds.issue(bea)
    assert (calendar_feeds.agent_of(key), calendar_feeds.agent_of(other)) == (robin, bea)
    digest = hashlib.sha256(key.encode()).hexdigest()
    assert CalendarFeed.objects.filter(agent=robin).values_list("key_digest", flat=True).get() == digest
    assert not [value for row in CalendarFeed.objects.values() for value in row.values() if key[4:] in str(value)]


def test_a_key_has_192_random_bits_behind_its_mark():
    robin = make_agent()
    keys = {calendar_feeds.issue(robin) for _ in range(20)}
    assert len(keys) == 20
    assert {(key[:4], len(bytes.fromhex(key[4:])) * 8) for key in keys} == {("dbn_", 192)}


def test_a_new_key_revokes_the_one_before():
    robin = make_agent()
    first = calendar_feeds.issue(robin)
    calendar_feeds.agent_of(first)
    second = calendar_feeds.issue(robin, now=NOON)
    assert (calendar_feeds.agent_of(first), CalendarFeed.objects.get().last_read_at) == (None, None)
    assert CalendarFeed.objects.get().created_at == NOON
    assert calendar_feeds.agent_of(second) == robin


def test_a_revoked_key_opens_nothing_and_revoking_says_whether_there_was_one():
    robin, bea = make_agent("robin"), make_agent("bea")
    key, beas = calendar_feeds.issue(robin), calendar_feeds.issue(bea)
    assert [calendar_feeds.revoke(robin), calendar_feeds.revoke(robin)] == [True, False]
    assert (calendar_feeds.agent_of(key), calendar_feeds.agent_of(beas)) == (None, bea)


def test_the_key_of_an_inactive_agent_opens_nothing():
    robin = make_agent()
    key = calendar_feeds.issue(robin)
    robin.is_active = False
    robin.save()
    assert calendar_feeds.agent_of(key) is None
    assert CalendarFeed.objects.get().last_read_at is None


@pytest.mark.parametrize(
    "key",
    [
        *("", "dbn_", "dbn_x", "a" * 52, "dbn_" + "0" * 47, "dbn_" + "0" * 49, "dbn_" + "٠" * 48),
        *("DBN_" + "0" * 48, "dbn_" + "A" * 48, "dbn_" + "0" * 48 + "\n", "dbn_" + "0" * 10_000, "\0"),
    ],
    ids=lambda key: ascii(key)[:30],
)
def test_what_is_no_key_in_form_opens_nothing_and_costs_no_query(django_assert_num_queries, key):
    with django_assert_num_queries(0):
        assert calendar_feeds.agent_of(key) is None


def test_a_key_that_nobody_has_opens_nothing(django_assert_num_queries):
    calendar_feeds.issue(make_agent())
    with django_assert_num_queries(1):
        assert calendar_feeds.agent_of("dbn_" + "0" * 48) is None


def test_when_a_calendar_was_read_is_written_at_most_once_an_hour(django_assert_num_queries):
    key = calendar_feeds.issue(make_agent())
    noted = []
    for minutes, queries in ((0, 2), (59.9, 1), (60, 2), (61, 1), (119.9, 1), (120, 2)):
        with django_assert_num_queries(queries):
            calendar_feeds.agent_of(key, now=minute(minutes))
        noted.append(CalendarFeed.objects.get().last_read_at)
    assert noted == [minute(at) for at in (0, 0, 60, 60, 60, 120)]


# What stands in a calendar


def test_a_callback_is_an_event_of_15_minutes_with_a_reminder(settings):
    settings.PUBLIC_URL = "https://crm.example.com:8443"
    robin = make_agent()
    callback = make_callback(robin, contact=make_contact("Mira Talvane", NUMBER))
    assert lines(feed(robin)) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//DBN CRM//Callbacks//EN",
        "NAME:Callbacks",
        "X-WR-CALNAME:Callbacks",
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
        f"UID:callbacks-of-{robin.pk}@crm.example.com",
        "BEGIN:VEVENT",
        "SUMMARY:Call back Mira Talvane",
        "DTSTART:20260304T123000Z",
        "DTEND:20260304T124500Z",
        "DTSTAMP:20260304T121000Z",
        f"UID:callback-{callback.pk}@crm.example.com",
        "DESCRIPTION:+65 9123 4567\\nAsked for a quote.",
        f"URL:https://crm.example.com:8443/numbers/{NUMBER}/",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:Call back Mira Talvane",
        "TRIGGER:-PT5M",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_without_a_public_address_an_event_has_no_link_and_an_id_all_the_same():
    robin = make_agent()
    callback = make_callback(robin)
    [event] = events(feed(robin))
    assert (event["UID"], "URL" in event) == (f"callback-{callback.pk}@crm", False)


def test_a_number_without_a_name_is_called_by_its_number_and_a_note_without_words_adds_none():
    robin = make_agent()
    make_callback(robin)
    recording.redact(CallNote.objects.all(), robin)
    [event] = events(feed(robin))
    assert (event["SUMMARY"], event["DESCRIPTION"]) == ("Call back +65 9123 4567", "+65 9123 4567")


def test_a_contact_is_named_as_now_and_one_that_is_gone_as_then():
    robin = make_agent()
    make_callback(robin, contact=make_contact("Mira Talvane", NUMBER))
    make_callback(robin, OTHER_NUMBER, contact=make_contact("Tomas Ostfield", OTHER_NUMBER), due_at=minute(31))
    Contact.objects.filter(name="Mira Talvane").update(name="Mira Other")
    Contact.objects.filter(name="Tomas Ostfield").delete()
    assert summaries(robin) == ["Call back Mira Other", "Call back Tomas Ostfield"]


def test_only_ones_own_open_callbacks_are_in_a_calendar_the_soonest_first():
    robin, bea = make_agent("robin"), make_agent("bea")
    for place, who in enumerate([robin, bea, None, robin]):
        make_callback(who, f"100{place}", due_at=minute(30 - place))
    callbacks.close_by_hand(make_callback(robin, "1009"), robin, "Met them.")
    assert summaries(robin) == ["Call back 1003", "Call back 1000"]
    assert summaries(bea) == ["Call back 1001"]


def test_an_event_keeps_its_id_when_the_callback_is_snoozed():
    robin = make_agent()
    callback = make_callback(robin)
    before = [(event["UID"], event.start) for event in events(feed(robin))]
    callbacks.snooze(callback, minute(90))
    after = [(event["UID"], event.start) for event in events(feed(robin))]
    assert (before[0][0], before[0][1] + HOUR) == after[0]


def test_a_calendar_without_callbacks_is_one_all_the_same():
    assert lines(feed(make_agent()))[-2:] == ["END:VCALENDAR", ""]


def test_a_calendar_holds_the_soonest_500(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(calendar_feeds, "CALLBACKS_AT_MOST", 2)
    robin = make_agent()
    for place in range(3):
        make_callback(robin, f"100{place}", due_at=minute(30 + place))
    with django_assert_num_queries(1):
        assert summaries(robin) == ["Call back 1000", "Call back 1001"]


HOSTILE = "Mira; Talvane, \\n\r\nATTENDEE:mailto:x@example.com\nEND:VEVENT\u2028BEGIN:VEVENT\x85\x0b\x1b[2J😀" * 20


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300))
@example(HOSTILE)
@example("é" * 10_000)
@example("\u202e" + "\N{ZERO WIDTH JOINER}" * 200)
@example("x" * 73 + "é\r\n y")
def test_what_people_typed_stays_one_property(text):
    callback = Callback(
        pk=7, number=NUMBER, contact_name=text[:200], due_at=minute(30), note=CallNote(comments=text[:10_000])
    )
    calendar = Calendar()
    calendar.add_component(calendar_feeds._event(callback, NOON))
    content = calendar.to_ical()
    names = [line.partition(":")[0] for line in lines(content)]
    event = ["BEGIN", "SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "DESCRIPTION", "END"]
    alarm = ["BEGIN", "ACTION", "DESCRIPTION", "TRIGGER", "END"]
    assert sorted(names[1:-2]) == sorted(event + alarm)
    assert len(content) < 4000
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert not {*content.decode().replace("\r\n", "")} & {*map(chr, range(32)), "\x7f", "\x85", "\u2028", "\u2029"}
    [event] = events(content)
    assert str(event["SUMMARY"]).startswith("Call back ")
