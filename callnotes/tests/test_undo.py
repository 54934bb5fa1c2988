"""A note that was just saved can be taken back: it is a draft again, and what it brought about is undone."""

import uuid
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from callnotes import do_not_disturb, meeting, missed, recording
from callnotes.callbacks import Promise
from callnotes.drafts import Version
from callnotes.forms import CallNoteForm, fields_of
from callnotes.models import Callback, CallNote, DoNotDisturb, Draft
from callnotes.recording import TooLate
from callnotes.tests.factories import (
    disposition,
    make_agent,
    make_call,
    make_draft,
    make_missed,
    make_note,
    minute,
    send_form,
)
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

NUMBER = "+6591234567"
FORM = uuid.UUID(int=1)
SAVED = minute(10)
A_MOMENT_LATER = SAVED + timedelta(seconds=9)
DUE = minute(600)


@pytest.fixture
def agent() -> User:
    return make_agent("robin", extension="101")


def save(agent: User, comments: str = "Asked for a quote.", now: datetime = SAVED, **fields) -> CallNote:
    return make_note(NUMBER, comments, agent=agent, now=now, **fields)


def undo(note: CallNote, agent: User, now: datetime = A_MOMENT_LATER) -> uuid.UUID:
    return recording.undo(note, agent, fields_of(note), now)


def promises() -> list[tuple[datetime, bool]]:
    """When each callback is due, and whether it is open."""
    rows = Callback.objects.soonest_first()
    return [(callback.due_at, callback.closed_at is None) for callback in rows]


def everything() -> list[list[dict]]:
    """All that a note may bring about, to the letter."""
    models = (CallNote, Callback, DoNotDisturb, Draft)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_a_note_that_is_undone_is_a_draft_with_its_words_and_its_time(agent):
    ada = make_contact("Ada Example", NUMBER)
    promise = Promise(DUE, by_anyone=True)
    note = save(agent, key="schedule_later", promise=promise, submission=FORM, opened_at=minute(3))
    assert undo(note, agent) == FORM
    assert (CallNote.objects.count(), promises()) == (0, [])
    draft = Draft.objects.get()
    assert (draft.agent, draft.number, draft.submission, draft.opened_at) == (agent, NUMBER, FORM, minute(3))
    assert (draft.corrects, draft.call) == (None, None)
    assert draft.fields == {
        "contact": str(ada.pk),
        "disposition": str(disposition("schedule_later").pk),
        "comments": "Asked for a quote.",
        "when": DUE.isoformat(),
        "whose": "anyone",
    }


def test_a_draft_of_a_note_of_which_nobody_knows_more_has_a_form_of_its_own_since_it_was_saved(agent):
    submission = undo(save(agent), agent)
    draft = Draft.objects.get()
    assert (draft.submission, draft.opened_at) == (submission, SAVED)


def test_a_note_that_was_written_for_a_call_is_again_when_it_is_saved_again(agent):
    call = make_call(NUMBER, extension="101")
    undo(save(agent, reported_call=call), agent)
    assert Draft.objects.get().call == call


def test_a_note_whose_call_was_guessed_is_guessed_again_and_not_told(agent):
    call = make_call(NUMBER, extension="101")
    note = save(agent)
    note.refresh_from_db()
    assert (note.reported_call, note.matched_by) == (call, "time")
    undo(note, agent)
    assert (Draft.objects.get().call, call.notes.count()) == (None, 0)


def test_the_draft_of_an_undone_note_is_saved_again_once(agent):
    undo(save(agent, submission=FORM), agent)
    draft = Draft.objects.get()
    page = CallNoteForm(number=NUMBER, agent=agent, draft=draft)
    sent = {name: page[name].value() for name in page.fields} | {"comments": "Asked for two."}
    sent |= {"continues_window": str(draft.window), "continues_sequence": str(draft.sequence)}
    for _ in range(2):
        form = CallNoteForm(sent, number=NUMBER, agent=agent)
        assert form.is_valid(), form.errors
        form.record()
    note = CallNote.objects.get()
    assert (note.comments, note.submission, note.corrects) == ("Asked for two.", FORM, None)
    assert Draft.objects.count() == 0


def test_what_an_undone_note_closed_is_open_again(agent):
    save(agent, "Call.", minute(1), key="schedule_later", promise=Promise(DUE))
    note = save(agent)
    assert promises() == [(DUE, False)]
    undo(note, agent)
    assert promises() == [(DUE, True)]
    callback = Callback.objects.get()
    assert (callback.closed_by, callback.closing_note) == (None, None)


def test_a_promise_that_an_undone_note_replaced_stands_again_instead_of_its_own(agent):
    save(agent, "Call.", minute(1), key="schedule_later", promise=Promise(DUE))
    note = save(agent, key="schedule_later", promise=Promise(minute(900)))
    assert promises() == [(DUE, False), (minute(900), True)]
    undo(note, agent)
    assert promises() == [(DUE, True)]


def test_what_others_closed_before_stays_closed(agent):
    save(agent, "Call.", minute(1), key="schedule_later", promise=Promise(DUE))
    save(agent, "Done.", minute(2))
    undo(save(agent), agent)
    assert promises() == [(DUE, False)]


def test_an_undone_note_asks_for_no_peace_and_what_asked_before_stays(agent):
    undo(save(agent, key="do_not_disturb"), agent)
    assert do_not_disturb.asked_for([NUMBER]) == set()
    earlier = save(agent, "No calls.", minute(1), key="do_not_disturb")
    undo(save(agent, key="do_not_disturb"), agent)
    assert [entry.note for entry in do_not_disturb.in_force(NUMBER)] == [earlier]


def test_missed_calls_wait_again_when_the_note_that_reached_the_number_is_undone(agent):
    make_missed(NUMBER, minute(-30))
    note = save(agent)
    assert missed.waiting_at(NUMBER) is None
    undo(note, agent)
    assert missed.waiting_at(NUMBER).count == 1


def test_what_a_person_took_off_the_list_stays_off(agent):
    call = make_missed(NUMBER, minute(-30))
    missed.take_off(NUMBER, call.started_at, agent, minute(1))
    undo(save(agent), agent)
    assert missed.waiting_at(NUMBER) is None


def test_the_call_of_an_undone_note_takes_the_note_that_waited(agent):
    call = make_call(NUMBER, extension="101")
    note, waiting = save(agent), save(agent, "Once more.", minute(11))
    assert list(call.notes.all()) == [note]
    undo(note, agent)
    assert list(call.notes.all()) == [waiting]


def test_a_note_that_was_given_its_call_by_hand_leaves_it_to_the_one_that_waited(agent):
    call = make_call(NUMBER, extension="101")
    note, waiting = save(agent), save(agent, "Once more.", minute(11))
    meeting.match_by_hand(note, call)
    note.refresh_from_db()
    undo(note, agent)
    assert (list(call.notes.all()), Draft.objects.get().call) == ([waiting], call)


# Corrections


def test_a_correction_that_is_undone_lets_the_corrected_note_stand_again(agent):
    note = save(agent, "Call.", minute(1))
    correction = save(agent, "Called.", corrects=note)
    undo(correction, agent)
    assert list(CallNote.objects.filter(corrections=None)) == [note]
    assert (Draft.objects.get().corrects, Draft.objects.get().comments) == (note, "Called.")


def test_what_a_corrected_note_promised_stands_again(agent):
    note = save(agent, "Call.", minute(1), key="schedule_later", promise=Promise(DUE))
    correction = save(agent, "Done.", corrects=note)
    assert promises() == [(DUE, False)]
    undo(correction, agent)
    assert promises() == [(DUE, True)]


def test_what_a_corrected_note_closed_is_closed_again(agent):
    save(agent, "Call.", minute(0), key="schedule_later", promise=Promise(DUE))
    note = save(agent, "Done.", minute(1))
    correction = save(agent, "Not reached.", key="no_answer", corrects=note)
    assert promises() == [(DUE, True)]
    undo(correction, agent)
    assert promises() == [(DUE, False)]
    assert Callback.objects.get().closing_note == note


def test_what_was_promised_after_the_corrected_note_stays_open(agent):
    note = save(agent, "Done.", minute(1))
    save(agent, "Call.", minute(2), key="schedule_later", promise=Promise(DUE))
    undo(save(agent, "Done, too.", corrects=note), agent)
    assert promises() == [(DUE, True)]


@pytest.mark.parametrize(("before", "after"), [("do_not_disturb", "completed"), ("do_not_disturb", "do_not_disturb")])
def test_peace_that_the_corrected_note_asked_for_stays(agent, before, after):
    note = save(agent, "No calls.", minute(1), key=before)
    undo(save(agent, "Other.", key=after, corrects=note), agent)
    assert [entry.note for entry in do_not_disturb.in_force(NUMBER)] == [note]


def test_peace_that_the_correction_asked_for_ends(agent):
    note = save(agent, "Call.", minute(1))
    undo(save(agent, "No calls.", key="do_not_disturb", corrects=note), agent)
    assert do_not_disturb.asked_for([NUMBER]) == set()


def test_missed_calls_are_as_the_corrected_note_left_them(agent):
    make_missed(NUMBER, minute(-30))
    note = save(agent, "Reached.", minute(1))
    correction = save(agent, "Not reached.", key="no_answer", corrects=note)
    assert missed.waiting_at(NUMBER).count == 1
    undo(correction, agent)
    assert missed.waiting_at(NUMBER) is None


def test_a_form_that_was_sent_again_with_other_words_is_undone_to_what_it_said_first(agent):
    first = save(agent, "One.", submission=FORM)
    second = save(agent, "Two.", submission=FORM)
    undo(second, agent)
    assert list(CallNote.objects.all()) == [first]
    draft = Draft.objects.get()
    assert (draft.comments, draft.corrects, draft.submission) == ("Two.", first, second.submission)


def test_drafts_that_correct_an_undone_note_are_of_what_it_corrected(agent):
    note = save(agent, "Call.", minute(1))
    correction = save(agent, "Called.", corrects=note)
    other = make_draft(NUMBER, agent, "Called twice.", corrects=correction)
    undo(correction, agent)
    other.refresh_from_db()
    assert (other.corrects, other.comments) == (note, "Called twice.")
    undo(note, agent, minute(1))
    assert list(Draft.objects.values_list("corrects", flat=True)) == [None, None, None]


def test_a_form_that_is_sent_once_more_after_its_note_was_undone_leaves_no_draft(agent):
    undo(send_form(NUMBER, agent, submission=FORM), agent, timezone.now())
    note = send_form(NUMBER, agent, submission=FORM)
    assert (CallNote.objects.get(), note.corrects, Draft.objects.count()) == (note, None, 0)


def test_what_was_typed_into_the_draft_of_an_undone_note_stays_when_its_form_is_sent_once_more(agent):
    undo(send_form(NUMBER, agent, submission=FORM), agent, timezone.now())
    left = Draft.objects.get()
    version = Version(uuid.UUID(int=11), 1)
    make_draft(NUMBER, agent, "More.", submission=FORM, version=version, continues=Version(left.window, left.sequence))
    note = send_form(NUMBER, agent, submission=FORM)
    draft = Draft.objects.get()
    assert (draft.comments, draft.corrects) == ("More.", note)


def test_a_note_is_undone_though_another_agent_has_a_draft_under_its_submission(agent):
    note = save(agent, submission=FORM)
    others = make_draft(NUMBER, make_agent("lee"), "Words of Lee.", submission=FORM)
    submission = undo(note, agent)
    drafts = [(draft.submission, draft.comments) for draft in Draft.objects.order_by("pk")]
    assert drafts == [(FORM, "Words of Lee."), (submission, "Asked for a quote.")]
    assert others.submission != submission


# Too late


@pytest.mark.parametrize(
    ("seconds", "is_undone"), [(0, True), (10, True), (15, True), (15.001, False), (3600, False), (-5, True)]
)
def test_a_note_can_be_undone_for_ten_seconds_and_a_few_of_grace(agent, seconds, is_undone):
    note = save(agent)
    if is_undone:
        undo(note, agent, SAVED + timedelta(seconds=seconds))
    else:
        with pytest.raises(TooLate):
            undo(note, agent, SAVED + timedelta(seconds=seconds))
    assert (CallNote.objects.count(), Draft.objects.count()) == ((0, 1) if is_undone else (1, 0))


def _of_another(agent: User) -> CallNote:
    return make_note(NUMBER, "Call.", agent=make_agent("lee"), key="schedule_later", promise=Promise(DUE), now=SAVED)


def _of_the_phone_system(agent: User) -> CallNote:
    return make_note(NUMBER, "Call.", key="do_not_disturb", source=CallNote.Source.PHONE_SYSTEM, now=SAVED)


def _corrected(agent: User) -> CallNote:
    note = save(agent, "Call.", key="schedule_later", promise=Promise(DUE))
    save(agent, "No calls.", key="do_not_disturb", corrects=note)
    return note


def _redacted(agent: User) -> CallNote:
    note = save(agent, key="do_not_disturb")
    recording.redact(CallNote.objects.all(), by=agent, now=SAVED)
    return note


def _undone(agent: User) -> CallNote:
    note = save(agent)
    undone = CallNote.objects.get(pk=note.pk)
    undo(note, agent)
    return undone


@pytest.mark.parametrize("make", [_of_another, _of_the_phone_system, _corrected, _redacted, _undone])
def test_it_is_too_late_for_anothers_note_and_one_that_was_corrected_redacted_or_undone(agent, make):
    make_missed(NUMBER, minute(-30))
    note = make(agent)
    before = everything()
    with pytest.raises(TooLate):
        recording.undo(note, agent, {"comments": "Words."}, A_MOMENT_LATER)
    assert everything() == before
