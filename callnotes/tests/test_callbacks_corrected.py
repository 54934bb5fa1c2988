"""Promises among corrections, retries and what others did in between."""

import pytest

from callnotes import callbacks, recording
from callnotes.callbacks import Promise
from callnotes.tests.factories import make_agent, make_note, minute
from callnotes.tests.test_callbacks import NUMBER, SUBMISSION, note, open_ones, promise

pytestmark = pytest.mark.django_db


@pytest.fixture
def robin():
    return make_agent("robin")


@pytest.fixture
def bea():
    return make_agent("bea")


def test_a_correction_of_words_leaves_the_promise_with_whoever_took_it_over_and_when_it_was_snoozed_to(robin, bea):
    first = promise(0, 90, agent=robin)
    callbacks.take_over(first.callback, bea)
    callbacks.snooze(first.callback, minute(120))
    first.refresh_from_db()
    promise(6, 120, corrects=first, agent=robin)
    assert open_ones() == [(minute(120), "bea", "Note 6.")]


def test_a_promise_closed_by_mistake_is_not_opened_again_where_a_later_one_has_taken_its_place(robin, bea):
    promise(0, 90, agent=robin)
    wrong = note(5, agent=bea)
    promise(6, 60, agent=robin)
    note(7, "no_answer", corrects=wrong, agent=bea)
    assert open_ones() == [(minute(60), "robin", "Note 6.")]


def test_the_same_form_sent_again_with_another_time_promises_for_that_time(robin):
    first = promise(0, 90, agent=robin, submission=SUBMISSION)
    make_note(
        NUMBER,
        first.comments,
        key="schedule_later",
        agent=robin,
        submission=SUBMISSION,
        now=minute(1),
        promise=Promise(minute(60)),
    )
    assert [due for due, _, _ in open_ones()] == [minute(60)]


def test_what_a_note_closed_by_mistake_is_not_opened_again_where_another_note_has_kept_it_since(robin, bea):
    promise(0, 90, agent=robin)
    wrong = note(5, agent=bea)
    note(6, agent=robin)
    note(7, "no_answer", corrects=wrong, agent=bea)
    assert open_ones() == []


def test_undoing_a_note_opens_nothing_that_another_note_has_kept_since(robin, bea):
    promise(0, 90, agent=robin)
    wrong = note(5, agent=bea)
    note(5.05, agent=robin)
    recording.undo(wrong, bea, {}, now=minute(5.1))
    assert open_ones() == []


def test_a_note_leaves_what_a_colleague_promised_after_its_page_was_opened(robin, bea):
    promise(5, 90, agent=bea)
    note(6, agent=robin, opened_at=minute(4))
    assert open_ones() == [(minute(90), "bea", "Note 5.")]
    note(8, agent=robin, opened_at=minute(7))
    assert open_ones() == []
