"""When an agent promises to call again: chosen at one click, picked, or left open; by oneself or by anyone."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from callnotes import callbacks
from callnotes.forms import CallNoteForm
from callnotes.models import Callback, CallNote
from callnotes.tests.factories import disposition, make_agent, make_disposition, make_draft

pytestmark = pytest.mark.django_db

NUMBER = "+6591234567"
NOW = datetime(2026, 3, 4, 4, 10, 30, tzinfo=UTC)  # Wednesday, 12:10 in Singapore
IN_AN_HOUR = datetime(2026, 3, 4, 5, 10, tzinfo=UTC)
TOMORROW = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
NEXT_WORKING_HOUR = datetime(2026, 3, 4, 5, 0, tzinfo=UTC)

PASSED = "That time has passed; choose a later one."
TOO_FAR = "That is more than a year ahead; choose an earlier time."
NOTHING_CHANGED = "Nothing was changed: correct the words or the outcome, or leave this page."


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock, timezone.override("Asia/Singapore"):
        yield clock


@pytest.fixture
def agent() -> User:
    return make_agent("robin")


def form(agent: User, corrected: CallNote | None = None, key: str = "schedule_later", **sent) -> CallNoteForm:
    usual = {"disposition": disposition(key).pk, "comments": "Call again.", "submission": str(uuid.uuid4())}
    return CallNoteForm(usual | sent, number=NUMBER, agent=agent, corrected=corrected)


def saved(agent: User, corrected: CallNote | None = None, **sent) -> CallNote:
    filled = form(agent, corrected, **sent)
    assert filled.is_valid(), filled.errors
    return filled.record()


def sent_unchanged(agent: User, corrected: CallNote, **changed) -> dict:
    """What a browser sends of the page that corrects a note, where only this was changed on it."""
    page = CallNoteForm(number=NUMBER, agent=agent, corrected=corrected)
    names = ("disposition", "comments", "whose")
    as_shown = {name: page[name].value() for name in names} | {"when": page.chosen_time, "due": page.picked_time}
    return {"submission": str(uuid.uuid4())} | as_shown | changed


def corrected_by(agent: User, note: CallNote, **changed) -> CallNoteForm:
    sent = sent_unchanged(agent, note, **changed)
    return CallNoteForm(sent, number=NUMBER, agent=agent, corrected=note)


def promises() -> list[tuple]:
    """When each open callback of the number is due, whether that was said, and who calls."""
    rows = Callback.objects.open().about(NUMBER).soonest_first()
    return list(rows.values_list("due_at", "is_time_given", "agent__username"))


def test_a_quick_choice_is_the_time_that_was_shown_however_long_the_form_was_open(agent, clock):
    shown = {quick.key: quick.moment.isoformat() for quick in form(agent).quick_times}
    clock.shift(timedelta(minutes=40))
    saved(agent, when=shown["hour"])
    assert promises() == [(IN_AN_HOUR, True, "robin")]


def test_in_an_hour_is_an_hour_from_the_save(agent, clock):
    page = CallNoteForm(number=NUMBER, agent=agent)
    clock.shift(timedelta(minutes=40))
    saved(agent, when="hour", opened_at=page["opened_at"].value())
    assert promises() == [(IN_AN_HOUR + timedelta(minutes=40), True, "robin")]


@pytest.mark.parametrize("minutes", [0, 1, 50])
def test_a_form_that_promised_in_an_hour_is_the_same_note_however_late_it_is_sent_again(agent, clock, minutes):
    form_id = str(uuid.uuid4())
    note = saved(agent, when="hour", submission=form_id)
    clock.shift(timedelta(minutes=minutes))
    assert saved(agent, when="hour", submission=form_id) == note
    assert (promises(), CallNote.objects.count()) == ([(IN_AN_HOUR, True, "robin")], 1)


def test_other_words_of_a_form_that_promised_in_an_hour_are_one_correction_however_often_they_are_sent(agent, clock):
    form_id = str(uuid.uuid4())
    first = saved(agent, when="hour", submission=form_id)
    second, again = None, None
    for _ in range(2):
        second, again = again, saved(agent, when="hour", submission=form_id, comments="Call in an hour.")
        clock.shift(timedelta(minutes=1))
    assert (second, again.corrects, CallNote.objects.count()) == (again, first, 2)


def test_in_an_hour_instead_of_another_time_is_a_correction(agent):
    form_id = str(uuid.uuid4())
    note = saved(agent, when=TOMORROW.isoformat(), submission=form_id)
    assert saved(agent, when="hour", submission=form_id).corrects == note
    assert promises() == [(IN_AN_HOUR, True, "robin")]


def test_the_form_offers_the_quick_times_of_the_readers_zone(agent):
    offered = {quick.key: quick.moment for quick in form(agent).quick_times}
    assert (offered["hour"], offered["tomorrow"]) == (IN_AN_HOUR, TOMORROW)
    with timezone.override("Europe/Berlin"):
        offered = {quick.key: quick.moment for quick in form(agent).quick_times}
    assert (offered["hour"], offered["tomorrow"]) == (IN_AN_HOUR, datetime(2026, 3, 5, 8, 0, tzinfo=UTC))


@pytest.mark.parametrize("zone", ["Asia/Singapore", "Europe/Berlin"])
def test_a_time_that_is_picked_is_what_the_readers_clock_shows(agent, zone):
    with timezone.override(zone):
        saved(agent, when="pick", due="2026-03-06T10:30")
    hours = {"Asia/Singapore": 2, "Europe/Berlin": 9}
    assert promises() == [(datetime(2026, 3, 6, hours[zone], 30, tzinfo=UTC), True, "robin")]


@pytest.mark.parametrize(
    ("due", "due_at"),
    [
        ("2026-03-29T02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-10-25T02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
    ids=["skipped", "twice"],
)
def test_a_time_that_the_readers_clock_skips_or_repeats_is_promised_by_the_one_rule(agent, due, due_at):
    with timezone.override("Europe/Berlin"):
        saved(agent, when="pick", due=due)
    assert promises() == [(due_at, True, "robin")]


def test_where_no_time_was_given_the_call_is_due_in_the_next_working_hour(agent):
    saved(agent, when="none", due="2026-03-06T10:30")
    assert promises() == [(NEXT_WORKING_HOUR, False, "robin")]


@pytest.mark.parametrize(("whose", "who"), [("me", "robin"), ("anyone", None), ("", "robin")])
def test_the_call_is_ones_own_or_anyones(agent, whose, who):
    saved(agent, when="none", whose=whose)
    assert promises() == [(NEXT_WORKING_HOUR, False, who)]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Choose when to call back."),
        ({"when": ""}, "Choose when to call back."),
        ({"due": "2026-03-06T10:30"}, "Choose when to call back."),
        ({"when": "soon"}, "Choose when to call back."),
        ({"when": "2026-03-06T10:30"}, "Choose when to call back."),
        ({"when": "9" * 5000}, "Choose when to call back."),
        ({"when": "9999-12-31T23:59:59+00:00"}, "Choose when to call back."),
        ({"when": NOW.isoformat()}, PASSED),
        ({"when": (NOW - timedelta(days=1)).isoformat()}, PASSED),
        ({"when": (NOW + timedelta(days=366, seconds=1)).isoformat()}, TOO_FAR),
        ({"when": "pick"}, "Write the day and time."),
        ({"when": "pick", "due": "soon"}, "That is no date and time; write it like 2026-03-04T14:30."),
        ({"when": "pick", "due": "2026-03-04T12:10"}, PASSED),
        ({"when": "pick", "due": "2027-03-05T12:11"}, TOO_FAR),
    ],
)
def test_a_time_that_cannot_be_promised_is_told_and_nothing_is_stored(agent, sent, said):
    filled = form(agent, **sent)
    assert filled.errors == {"when": [said]}
    assert (filled.chosen_time in ("", "pick"), CallNote.objects.count()) == (True, 0)


@pytest.mark.parametrize("key", ["completed", "no_answer", "do_not_disturb"])
def test_what_stands_in_the_fields_of_the_time_never_blocks_an_outcome_that_asks_for_none(agent, key):
    saved(agent, key=key, when="pick", due="2020-01-01T10:30 or so")
    assert (promises(), CallNote.objects.count()) == ([], 1)


def test_an_outcome_that_opens_a_callback_and_asks_for_no_time_is_due_in_the_next_working_hour(agent):
    make_disposition("busy", "Busy", opens_callback=True)
    saved(agent, key="busy", when="pick", due="rubbish", whose="anyone")
    assert promises() == [(NEXT_WORKING_HOUR, False, None)]


# Corrections


@pytest.mark.parametrize(
    ("sent", "promise"),
    [
        ({"when": TOMORROW.isoformat()}, (TOMORROW, True, "robin")),
        ({"when": "pick", "due": "2026-03-06T10:30"}, (datetime(2026, 3, 6, 2, 30, tzinfo=UTC), True, "robin")),
        ({"when": "none"}, (NEXT_WORKING_HOUR, False, "robin")),
        ({"when": TOMORROW.isoformat(), "whose": "anyone"}, (TOMORROW, True, None)),
    ],
    ids=["quick", "picked", "no time", "anyone"],
)
def test_a_correction_of_the_words_keeps_what_was_promised(agent, sent, promise):
    note = saved(agent, **sent)
    correction = corrected_by(agent, note, comments="Call again, please.")
    assert correction.is_valid(), correction.errors
    correction.record()
    assert promises() == [promise]


@pytest.mark.parametrize(
    ("changed", "promise"),
    [
        ({"when": TOMORROW.isoformat()}, (TOMORROW, True, "robin")),
        ({"when": "none"}, (NEXT_WORKING_HOUR, False, "robin")),
        ({"whose": "anyone"}, (IN_AN_HOUR, True, None)),
    ],
    ids=["another time", "no time", "anyone"],
)
def test_a_correction_of_the_promise_alone_is_one_and_leaves_one_callback(agent, changed, promise):
    note = saved(agent, when=IN_AN_HOUR.isoformat())
    correction = corrected_by(agent, note, **changed)
    assert correction.is_valid(), correction.errors
    assert correction.record().corrects == note
    assert promises() == [promise]


@pytest.mark.parametrize(
    "sent",
    [
        {"when": IN_AN_HOUR.isoformat()},
        {"when": "pick", "due": "2026-03-06T10:30"},
        {"when": "none"},
        {"when": "none", "whose": "anyone"},
    ],
    ids=["quick", "picked", "no time", "anyone"],
)
def test_a_correction_that_changes_nothing_of_words_and_promise_is_refused(agent, sent):
    note = saved(agent, **sent)
    assert corrected_by(agent, note).errors == {"comments": [NOTHING_CHANGED]}
    assert CallNote.objects.count() == 1


def test_a_correction_cannot_promise_another_time_that_has_passed(agent, clock):
    note = saved(agent, when=IN_AN_HOUR.isoformat())
    clock.shift(timedelta(hours=3))
    for sent in ({"when": NOW.isoformat()}, {"when": "pick", "due": "2026-03-04T13:09"}):
        assert corrected_by(agent, note, **sent).errors == {"when": [PASSED]}


def test_a_note_whose_promised_time_has_passed_can_be_corrected_as_its_page_shows_it(agent, clock):
    note = saved(agent, when=IN_AN_HOUR.isoformat())
    before = promises()
    clock.shift(timedelta(hours=3))
    assert corrected_by(agent, note).errors == {"comments": [NOTHING_CHANGED]}
    correction = corrected_by(agent, note, comments="Call again, please.")
    assert correction.is_valid(), correction.errors
    correction.record()
    assert promises() == before


def test_a_correction_keeps_a_time_of_the_hour_that_the_readers_clock_shows_twice(agent, clock):
    """In Berlin, 02:30 comes at 00:30 and at 01:30 UTC."""
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    clock.move_to(second - timedelta(hours=1))
    with timezone.override("Europe/Berlin"):
        note = saved(agent, when=second.isoformat())
        clock.move_to(second - timedelta(minutes=50))
        correction = corrected_by(agent, note, comments="Call again, please.")
        assert correction.is_valid(), correction.errors
        correction.record()
    assert promises() == [(second, True, "robin")]


def test_a_correction_keeps_a_time_that_was_moved_since_to_the_second(agent):
    note = saved(agent, when=IN_AN_HOUR.isoformat())
    callbacks.snooze(note.callback, TOMORROW + timedelta(seconds=17))
    note = CallNote.objects.get()
    assert corrected_by(agent, note).errors == {"comments": [NOTHING_CHANGED]}


# What the page shows


def test_the_page_of_a_new_form_has_no_time_chosen_and_the_agent_as_who_calls(agent):
    page = CallNoteForm(number=NUMBER, agent=agent)
    assert (page.chosen_time, page.picked_time, page["whose"].value()) == ("", "", "me")


@pytest.mark.parametrize(
    ("typed", "chosen", "picked"),
    [
        ({"when": "", "due": ""}, "", ""),
        ({"when": IN_AN_HOUR.isoformat(), "due": ""}, IN_AN_HOUR.isoformat(), ""),
        ({"when": "pick", "due": "2026-03-06T10:30"}, "pick", "2026-03-06T10:30"),
        ({"when": "pick", "due": ""}, "pick", ""),
        ({"when": "hour", "due": ""}, "hour", ""),
        ({"when": "none", "due": "2026-03-06T10:30"}, "none", "2026-03-06T10:30"),
        ({"when": "2026-03-03T01:00:00+00:00", "due": ""}, "pick", "2026-03-03T09:00"),
        ({"when": "rubbish", "due": "2026-03-06T10:30"}, "pick", "2026-03-06T10:30"),
        ({"when": "9999-12-31T23:59:59+00:00", "due": ""}, "pick", ""),
        ({}, "", ""),
    ],
    ids=[
        *("none yet", "quick", "picked", "to pick", "hour", "no time", "quick yesterday", "rubbish"),
        *("no zone shows it", "old"),
    ],
)
def test_a_draft_shows_the_time_as_it_was_chosen_and_one_offered_no_more_as_picked(agent, typed, chosen, picked):
    draft = make_draft(NUMBER, agent, typed=typed)
    page = CallNoteForm(number=NUMBER, agent=agent, draft=draft)
    assert (page.chosen_time, page.picked_time) == (chosen, picked)


def test_a_quick_choice_of_yesterday_is_shown_in_the_readers_zone_and_refused_when_it_is_sent(agent):
    draft = make_draft(NUMBER, agent, typed={"when": "2026-03-03T01:00:00+00:00"})
    with timezone.override("Europe/Berlin"):
        page = CallNoteForm(number=NUMBER, agent=agent, draft=draft)
        assert page.picked_time == "2026-03-03T02:00"
        assert form(agent, when=page.chosen_time, due=page.picked_time).errors == {"when": [PASSED]}
