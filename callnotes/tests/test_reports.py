"""What reports count: each note, call and promise once, in one period, and as what it is now."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from callnotes import callbacks, recording, reports
from callnotes.models import Call
from callnotes.reports import NO_QUEUE, NOBODY, Scope
from callnotes.tests.factories import NOON, make_agent, make_call, make_callback, make_missed, make_note, minute

pytestmark = pytest.mark.django_db

NUMBER, OTHER = "+6591234567", "+6598765432"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = NOON + 2 * DAY
TODAY, TOMORROW = Scope(NOON - HOUR, NOON + DAY), Scope(NOON + DAY, NOON + 2 * DAY)


@pytest.fixture
def robin() -> User:
    return make_agent("robin", extension="101")


def notes(scope: Scope = TODAY) -> list[str]:
    return sorted(reports.notes(scope).values_list("disposition__key", flat=True))


def waits(scope: Scope = TODAY) -> list[str]:
    return list(reports.missed(scope).order_by("started_at").values_list("wait", flat=True))


def outcomes(scope: Scope = TODAY, now=NOW) -> list[str]:
    return list(reports.callbacks(scope, now).order_by("due_at").values_list("outcome", flat=True))


def test_a_corrected_note_counts_once_by_its_last_version_when_its_first_was_written():
    first = make_note(NUMBER, key="completed", now=NOON)
    second = make_note(NUMBER, key="no_answer", now=NOON + DAY, corrects=first)
    make_note(NUMBER, key="do_not_disturb", now=NOON + DAY + HOUR, corrects=second)
    assert (notes(TODAY), notes(TOMORROW)) == (["do_not_disturb"], [])


def test_an_undone_note_counts_not_at_all(robin):
    note = make_note(NUMBER, agent=robin)
    now = timezone.now()
    recording.undo(note, robin, {}, now=now)
    assert notes(Scope(now - DAY, now + DAY)) == []


def test_an_undone_correction_lets_the_note_count_as_it_was(robin):
    first = make_note(NUMBER, key="completed", agent=robin, now=NOON)
    correction = make_note(NUMBER, key="no_answer", agent=robin, corrects=first, now=minute(1))
    recording.undo(correction, robin, {}, now=minute(1))
    assert notes() == ["completed"]


def test_a_period_has_its_first_moment_and_not_its_end():
    for at in (TODAY.start - timedelta(microseconds=1), TODAY.start, TODAY.end):
        make_note(NUMBER, now=at)
    assert list(reports.notes(TODAY).values_list("first_written_at", flat=True)) == [TODAY.start]


def test_the_sorts_of_calls_are_told_by_direction_and_result():
    make_call(NUMBER)
    make_missed(NUMBER, minute(10))
    make_call(NUMBER, minute(20), direction="outbound")
    make_call(NUMBER, minute(30), direction="outbound", result="not_answered", duration_seconds=0)
    assert list(reports.calls(TODAY).order_by("started_at").values_list("sort", flat=True)) == list(reports.KINDS)


def test_a_missed_call_of_a_queue_is_nobodys_and_one_of_a_persons_own_number_is_theirs(robin):
    make_missed(NUMBER, extension="101", queue="800")
    make_missed(NUMBER, minute(10), extension="101")
    make_call(NUMBER, minute(20), extension="101", queue="800")
    whose = list(reports.calls(TODAY).order_by("started_at").values_list("whose", flat=True))
    assert whose == [None, robin.pk, robin.pk]
    of_robin = Scope(TODAY.start, TODAY.end, agent=robin.pk)
    of_nobody = Scope(TODAY.start, TODAY.end, agent=NOBODY)
    assert (reports.calls(of_robin).count(), reports.calls(of_nobody).count()) == (2, 1)


def test_a_queue_has_its_calls_and_their_notes_and_so_has_no_queue(robin):
    call = make_call(NUMBER, extension="101", queue="800")
    make_note(NUMBER, agent=robin, reported_call=call, now=minute(6))
    make_note(OTHER, agent=robin, key="no_answer", now=minute(7))
    make_call(OTHER, minute(60), extension="101")
    of_queue, of_none = (Scope(TODAY.start, TODAY.end, queue=queue) for queue in ("800", NO_QUEUE))
    assert (reports.calls(of_queue).count(), reports.calls(of_none).count()) == (1, 1)
    assert (notes(of_queue), notes(of_none)) == (["completed"], ["no_answer"])


@pytest.mark.parametrize(
    ("minutes", "wait"),
    [(10, "quarter"), (15, "quarter"), (16, "hour"), (61, "four-hours"), (241, "day"), (24 * 60 + 1, "later")],
)
def test_the_time_to_call_back_is_until_the_number_was_reached(minutes, wait):
    make_missed(NUMBER)
    make_call(NUMBER, minute(minutes), direction="outbound", answered_at=minute(minutes))
    assert waits() == [wait]


def test_who_was_not_reached_waits_was_taken_off_by_hand_or_hid_the_number(robin):
    make_missed(NUMBER)
    make_missed("", minute(1))
    make_missed(OTHER, minute(2))
    Call.objects.about(OTHER).update(handled_at=minute(3), handled_by=robin)
    assert waits() == ["waiting", "hidden", "by-hand"]
    assert reports.median_wait(TODAY) is None


@pytest.mark.parametrize(("minutes", "median"), [([5], 5), ([5, 20], 5), ([60, 5, 20], 20)])
def test_half_of_the_waits_are_no_longer_than_the_median(minutes, median):
    for place, wait in enumerate(minutes):
        make_missed(f"+659123456{place}")
        make_call(f"+659123456{place}", minute(wait), direction="outbound", answered_at=minute(wait))
    assert reports.median_wait(TODAY) == timedelta(minutes=median)


@pytest.mark.parametrize(("minutes", "outcome"), [(30, "kept"), (150, "kept"), (151, "late")])
def test_a_promise_is_kept_in_time_until_half_an_hour_after_it_is_due(minutes, outcome):
    make_callback(NUMBER)
    make_note(NUMBER, key="completed", now=minute(minutes))
    assert outcomes() == [outcome]


def test_a_promise_that_is_open_is_overdue_or_not_due_yet():
    make_callback(NUMBER)
    assert (outcomes(now=minute(119)), outcomes(now=minute(120))) == (["upcoming"], ["overdue"])


def test_a_promise_may_be_done_by_hand_or_replaced_and_one_that_was_taken_back_was_none(robin):
    make_callback(NUMBER, agent=robin)
    make_callback(NUMBER, minute(1), due_at=NOON + 5 * DAY, agent=robin)
    callbacks.close_by_hand(make_callback(OTHER, minute(2)), robin, "Met them.", now=minute(3))
    mistaken = make_callback("+6590000001", minute(3), agent=robin)
    make_note("+6590000001", key="no_answer", corrects=mistaken.note, agent=robin, now=minute(4))
    assert outcomes() == ["replaced", "by-hand"]


def test_a_promise_that_is_opened_again_is_open():
    make_callback(NUMBER)
    kept = make_note(NUMBER, key="completed", now=minute(30))
    make_note(NUMBER, key="no_answer", corrects=kept, now=minute(40))
    assert outcomes() == ["overdue"]
