"""A form is one note however often it is sent; what it said otherwise is a correction, and no word is lost."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from callnotes import callbacks, recording
from callnotes.callbacks import Promise
from callnotes.models import Callback, CallNote
from callnotes.tests.factories import make_agent, make_note
from contacts.tests.factories import make_contact

NUMBER = "+6591234567"
SUBMISSION = uuid.UUID("5d9f3a5e-0000-4000-8000-000000000001")
MOMENT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SOON, LATER = datetime(2026, 3, 4, 9, tzinfo=UTC), datetime(2026, 3, 5, 9, tzinfo=UTC)

in_transaction = pytest.mark.django_db


def _comments() -> list[str]:
    return list(CallNote.objects.order_by("pk").values_list("comments", flat=True))


@in_transaction
def test_a_form_sent_twice_is_one_note():
    first, second = (make_note(NUMBER, submission=SUBMISSION, now=MOMENT) for _ in range(2))
    assert CallNote.objects.get() == first == second


@in_transaction
def test_without_a_form_every_record_is_a_note():
    make_note(NUMBER)
    make_note(NUMBER)
    assert CallNote.objects.count() == 2


@in_transaction
@pytest.mark.parametrize(
    "changed",
    [{"comments": "Call on Monday."}, {"key": "no_answer"}, {"number": "+12025550123"}],
    ids=["comments", "disposition", "number"],
)
def test_a_form_sent_again_with_other_content_is_a_correction(changed):
    first = make_note(NUMBER, submission=SUBMISSION)
    second = make_note(**({"number": NUMBER} | changed), submission=SUBMISSION)
    assert list(CallNote.objects.order_by("pk").values_list("pk", "corrects")) == [
        (first.pk, None),
        (second.pk, first.pk),
    ]
    assert (second.number, second.disposition.key, second.comments) == (
        changed.get("number", NUMBER),
        changed.get("key", "completed"),
        changed.get("comments", "Asked for a quote."),
    )


@in_transaction
def test_each_content_of_a_form_is_stored_once_however_often_it_is_sent():
    sent = [make_note(NUMBER, comments, submission=SUBMISSION) for comments in ("One.", "Two.", "Two.", "One.", "Six.")]
    assert _comments() == ["One.", "Two.", "Six."]
    assert [note.comments for note in sent] == ["One.", "Two.", "Two.", "One.", "Six."]


@in_transaction
def test_a_form_sent_again_is_the_same_note_though_its_number_got_a_contact_meanwhile():
    first = make_note(NUMBER, submission=SUBMISSION)
    make_contact("Ada Example", NUMBER)
    assert make_note(NUMBER, submission=SUBMISSION) == first
    assert CallNote.objects.count() == 1


@in_transaction
def test_a_redacted_note_does_not_come_back_with_its_form_sent_again():
    make_note(NUMBER, "Private.", submission=SUBMISSION)
    recording.redact(CallNote.objects.all(), by=make_agent())
    make_note(NUMBER, "Private.", submission=SUBMISSION)
    assert _comments() == [""]


@in_transaction
def test_another_agents_form_under_the_same_id_is_a_note_of_its_own_however_often_it_is_sent():
    first = make_note(NUMBER, submission=SUBMISSION, agent=make_agent("lee"))
    robin = make_agent("robin")
    second, again = (make_note(NUMBER, submission=SUBMISSION, agent=robin) for _ in range(2))
    assert (again, second.agent, second.corrects) == (second, robin, None)
    correction = make_note(NUMBER, "Other words.", submission=SUBMISSION, agent=robin)
    assert (correction.corrects, list(first.corrections.all())) == (second, [])
    assert CallNote.objects.count() == 3


@in_transaction
def test_a_correction_is_of_the_last_version_whichever_its_page_showed():
    first = make_note(NUMBER, "One.")
    second = make_note(NUMBER, "Two.", corrects=first)
    third = make_note(NUMBER, "Three.", corrects=first)
    assert (second.corrects, third.corrects) == (first, second)


@in_transaction
def test_what_was_undone_is_not_corrected():
    note = make_note(NUMBER, "One.")
    CallNote.objects.all().delete()
    note.pk = 999
    with pytest.raises(recording.TakenBack):
        make_note(NUMBER, "Two.", corrects=note)
    assert CallNote.objects.count() == 0


def _promised(due_at: datetime | None) -> CallNote:
    return make_note(NUMBER, key="schedule_later", submission=SUBMISSION, promise=Promise(due_at), now=MOMENT)


@in_transaction
@pytest.mark.parametrize(("before", "after"), [(SOON, LATER), (SOON, None), (None, SOON)])
def test_a_form_sent_again_with_another_time_is_a_correction_and_leaves_one_callback(before, after):
    first = _promised(before)
    for _ in range(2):
        second = _promised(after)
        assert second.corrects == first
    callback = Callback.objects.open().get()
    assert (callback.note, callback.promised_for, CallNote.objects.count()) == (second, after, 2)


@in_transaction
@pytest.mark.parametrize("due_at", [SOON, None])
def test_a_form_sent_again_with_its_time_is_the_same_note_wherever_the_callback_was_moved_to(due_at):
    note = _promised(due_at)
    callbacks.snooze(note.callback, LATER)
    callbacks.take_over(note.callback, make_agent("lee"))
    assert _promised(due_at) == note
    callback = Callback.objects.get()
    assert (callback.due_at, callback.agent.username, callback.closed_at) == (LATER, "lee", None)


def _recorded_at_once(*comments: str) -> list[CallNote]:
    together = threading.Barrier(len(comments), timeout=10)

    def send(text: str) -> CallNote:
        try:
            connection.ensure_connection()
            together.wait()
            return make_note(NUMBER, text, submission=SUBMISSION)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(comments)) as pool:
        return list(pool.map(send, comments))


def test_a_form_sent_several_times_at_once_is_one_note(transactional_db):
    make_contact("Ada Example", NUMBER)
    answered = _recorded_at_once(*["Asked for a quote."] * 4)
    assert set(answered) == {CallNote.objects.get()}


def test_a_form_sent_at_once_with_other_content_loses_no_word(transactional_db):
    _recorded_at_once("One.", "Two.", "One.", "Two.")
    first, correction = CallNote.objects.order_by("pk")
    assert {first.comments, correction.comments} == {"One.", "Two."}
    assert (first.corrects, correction.corrects) == (None, first)
