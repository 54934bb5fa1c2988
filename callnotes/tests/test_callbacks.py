"""How promises to call are opened, kept, replaced, moved and taken back, one number's one after the other."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callnotes import callbacks, recording
from callnotes.callbacks import NotOpen, Promise
from callnotes.calling_hours import read
from callnotes.models import Callback, CallNote, Disposition
from callnotes.tests.factories import NOON, disposition, make_agent, make_note, minute
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"
SUBMISSION = uuid.UUID("5d9f3a5e-0000-4000-8000-000000000001")


@pytest.fixture
def robin():
    return make_agent("robin")


@pytest.fixture
def bea():
    return make_agent("bea")


def note(at: float, key: str = "completed", number: str = NUMBER, **fields) -> CallNote:
    """A note that was written so many minutes after noon."""
    return make_note(number, f"Note {at}.", key=key, **{"now": minute(at)} | fields)


def promise(at: float, due: float | None = 600, number: str = NUMBER, *, by_anyone: bool = False, **fields) -> CallNote:
    """A note of so many minutes after noon that promises a call for so many minutes after it."""
    told = Promise(None if due is None else minute(due), by_anyone)
    return note(at, "schedule_later", number, promise=told, **fields)


def open_ones(number: str = NUMBER) -> list[tuple]:
    """What is promised still: when, by whom, and in which note."""
    found = Callback.objects.open().about(number).soonest_first()
    return [(row.due_at, row.agent and row.agent.get_username(), row.note.comments) for row in found]


def done_by() -> dict[str, str | None]:
    """The note that closed each callback, by the note that opened it; None where it is open."""
    return dict(Callback.objects.order_by("pk").values_list("note__comments", "closing_note__comments"))


# Opened


def test_a_note_that_schedules_a_call_opens_a_callback_with_all_that_was_promised(robin):
    mira = make_contact("Mira Talvane", NUMBER)
    made = promise(0, 90, agent=robin)
    assert Callback.objects.values().get() == {
        "id": made.callback.pk,
        "number": NUMBER,
        "contact_id": mira.pk,
        "contact_name": "Mira Talvane",
        "agent_id": robin.pk,
        "due_at": minute(90),
        "is_time_given": True,
        "promised_for": minute(90),
        "note_id": made.pk,
        "created_at": minute(0),
        "closed_at": None,
        "closed_as": "",
        "closed_by_id": None,
        "closing_note_id": None,
        "closing_reason": "",
    }


def test_what_anyone_may_call_is_nobodys(robin):
    promise(0, 90, by_anyone=True, agent=robin)
    assert open_ones() == [(minute(90), None, "Note 0.")]


def test_a_note_of_the_phone_system_promises_for_anyone_in_the_next_working_hour(settings):
    settings.CALLING_HOURS = read("Mo-Fr 09:00-21:00")
    note(0, "schedule_later", source=CallNote.Source.PHONE_SYSTEM, token="reception")
    assert open_ones() == [(minute(13 * 60), None, "Note 0.")]
    assert Callback.objects.get().is_time_given is False


@pytest.mark.parametrize(
    ("hours", "due"),
    [
        pytest.param("Mo-Su 00:00-24:00", "2026-03-04T13:00", id="the next full hour"),
        pytest.param("Th 10:30-12:00", "2026-03-05T02:30", id="the beginning of the next day's"),
        pytest.param("Mo 09:00-10:00", "2026-03-09T01:00", id="next week's"),
    ],
)
def test_without_a_time_a_callback_is_due_in_the_next_working_hour_by_the_houses_clock(settings, robin, hours, due):
    settings.CALLING_HOURS = read(hours)
    promise(0, None, agent=robin)
    assert [f"{at:%Y-%m-%dT%H:%M}" for at, _, _ in open_ones()] == [due]


@pytest.mark.parametrize("key", ["no_answer", "completed", "do_not_disturb"])
def test_another_outcome_opens_none(robin, key):
    note(0, key, agent=robin, promise=Promise(minute(90)))
    assert Callback.objects.count() == 0


def test_whether_a_callback_is_opened_is_an_effect_and_no_matter_of_the_name(robin):
    Disposition.objects.filter(key="no_answer").update(opens_callback=True)
    Disposition.objects.filter(key="schedule_later").update(opens_callback=False)
    note(0, "no_answer", agent=robin)
    note(1, "schedule_later", OTHER_NUMBER, agent=robin)
    assert list(Callback.objects.values_list("number", flat=True)) == [NUMBER]


def test_the_same_form_sent_twice_promises_once(robin):
    for _ in range(2):
        promise(0, 90, agent=robin, submission=SUBMISSION)
    assert Callback.objects.count() == 1


def test_a_note_that_cannot_be_stored_closes_and_opens_nothing(robin):
    promise(0, 90, agent=robin)
    before = list(Callback.objects.values())
    with pytest.raises(recording.CommentsMissing):
        recording.record(NUMBER, disposition("completed"), "", source=CallNote.Source.DESK)
    assert list(Callback.objects.values()) == before


def test_a_note_whose_effects_fail_is_not_stored_and_has_no_effects(robin, settings):
    promise(0, 90, agent=robin)
    before = list(Callback.objects.values())
    settings.CALLING_HOURS = None
    with pytest.raises(AttributeError):
        promise(1, None, agent=robin)
    assert (list(Callback.objects.values()), CallNote.objects.count()) == (before, 1)


# Closed and replaced


@pytest.mark.parametrize(("key", "is_closed"), [("completed", True), ("do_not_disturb", True), ("no_answer", False)])
def test_a_callback_is_closed_by_a_note_whose_outcome_keeps_it(robin, bea, key, is_closed):
    promise(0, 90, agent=robin)
    later = note(5, key, agent=bea)
    closed = (minute(5), bea.pk, later.pk, "") if is_closed else (None, None, None, "")
    fields = ("closed_at", "closed_by", "closing_note", "closing_reason")
    assert Callback.objects.values_list(*fields).get() == closed


def test_a_note_closes_what_is_promised_whoever_promised_it_and_whenever_it_is_due(robin, bea):
    promise(0, 2, agent=robin, contact=None)
    Callback.objects.update(agent=None)
    note(5, agent=bea)
    assert open_ones() == []


def test_a_note_of_another_number_closes_nothing(robin):
    promise(0, 90, agent=robin)
    note(5, number=OTHER_NUMBER)
    assert open_ones() == [(minute(90), "robin", "Note 0.")]


def test_a_callback_that_is_done_stays_as_it_was_done(robin, bea):
    promise(0, 90, agent=robin)
    note(5, agent=bea)
    note(6, agent=robin)
    assert done_by() == {"Note 0.": "Note 5."}


def test_a_new_promise_takes_the_place_of_the_earlier_one_of_the_same_person(robin, bea):
    promise(0, 90, agent=robin)
    promise(5, 60, agent=bea)
    assert open_ones() == [(minute(60), "bea", "Note 5.")]
    assert done_by() == {"Note 0.": "Note 5.", "Note 5.": None}


def test_contacts_who_share_a_number_keep_each_their_own_promise(robin):
    mira, tomas = make_contact("Mira Talvane", NUMBER), make_contact("Tomas Ostfield", NUMBER)
    promise(0, 90, agent=robin, contact=mira)
    promise(1, 80, agent=robin, contact=tomas)
    assert [comments for _, _, comments in open_ones()] == ["Note 1.", "Note 0."]
    note(2, contact=tomas)
    assert done_by() == {"Note 0.": None, "Note 1.": "Note 2."}


def test_a_note_of_one_contact_closes_also_what_nobody_knew_whose_it_was(robin):
    promise(0, 90, agent=robin)
    note(1, contact=make_contact("Mira Talvane", NUMBER))
    assert open_ones() == []


def test_a_note_of_nobody_known_closes_all_promises_of_the_number(robin):
    for place, name in enumerate(["Mira Talvane", "Tomas Ostfield"]):
        promise(place, 90, agent=robin, contact=make_contact(name, NUMBER))
    note(2, contact=None)
    assert open_ones() == []


def test_a_note_that_arrives_late_closes_nothing_that_was_promised_after_it(robin):
    promise(5, 90, agent=robin)
    note(0)
    assert open_ones() == [(minute(90), "robin", "Note 5.")]


# By hand


def test_who_takes_a_callback_over_and_nothing_else_is_changed(robin, bea):
    callback = promise(0, 90, agent=robin).callback
    before = Callback.objects.values().get()
    callbacks.take_over(callback, bea)
    assert Callback.objects.values().get() == before | {"agent_id": bea.pk}


def test_of_two_who_take_a_callback_over_at_once_the_second_is_refused(robin, bea):
    seen_by_both = promise(0, 90, agent=None).callback
    seen = Callback.objects.get(), Callback.objects.get()
    callbacks.take_over(seen[0], robin)
    with pytest.raises(callbacks.TakenOver):
        callbacks.take_over(seen[1], bea)
    seen_by_both.refresh_from_db()
    assert seen_by_both.agent == robin


def test_snoozing_gives_a_callback_another_time_and_changes_nothing_else(robin):
    callback = promise(0, None, agent=robin).callback
    before = Callback.objects.values().get()
    callbacks.snooze(callback, minute(45))
    assert Callback.objects.values().get() == before | {"due_at": minute(45), "is_time_given": True}


def test_closing_by_hand_keeps_who_why_and_when(robin, bea):
    callback = promise(0, 90, agent=robin).callback
    before = Callback.objects.values().get()
    callbacks.close_by_hand(callback, bea, "Wrote an e-mail.", now=minute(5))
    closed = {"closed_at": minute(5), "closed_as": "by hand", "closed_by_id": bea.pk}
    closed["closing_reason"] = "Wrote an e-mail."
    assert Callback.objects.values().get() == before | closed


ACTS = {
    "take over": lambda callback, agent: callbacks.take_over(callback, agent),
    "snooze": lambda callback, _: callbacks.snooze(callback, minute(45)),
    "close": lambda callback, agent: callbacks.close_by_hand(callback, agent, "Met them."),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("by", ["a note", "hand"])
def test_what_is_done_cannot_be_changed_any_more(robin, bea, act, by):
    callback = promise(0, 90, agent=robin).callback
    note(5, agent=bea) if by == "a note" else callbacks.close_by_hand(callback, bea, "Wrote an e-mail.")
    before = Callback.objects.values().get()
    with pytest.raises(NotOpen, match="This callback was done before"):
        ACTS[act](callback, robin)
    assert Callback.objects.values().get() == before


@pytest.mark.parametrize("act", ACTS)
def test_what_was_undone_cannot_be_changed_any_more(robin, act):
    made = promise(0, 90, agent=robin)
    callback = Callback.objects.get()
    recording.undo(made, robin, {}, now=minute(0))
    with pytest.raises(NotOpen):
        ACTS[act](callback, robin)


# Corrections


def test_a_correction_to_another_outcome_takes_the_promise_back(robin):
    first = promise(0, 90, agent=robin)
    note(1, "no_answer", corrects=first, agent=robin)
    assert (open_ones(), done_by()) == ([], {"Note 0.": "Note 1."})


def test_a_correction_that_promises_again_takes_the_place_with_the_time_that_it_gives(robin):
    first = promise(0, 90, agent=robin)
    promise(1, 60, corrects=first, agent=robin)
    assert open_ones() == [(minute(60), "robin", "Note 1.")]


def test_a_correction_to_a_promise_opens_one(robin):
    first = note(0, agent=robin)
    promise(1, 60, corrects=first, agent=robin)
    assert open_ones() == [(minute(60), "robin", "Note 1.")]


def test_a_correction_opens_again_what_the_corrected_note_had_closed(robin, bea):
    promise(0, 90, agent=robin)
    wrong = note(5, agent=bea)
    note(6, "no_answer", corrects=wrong, agent=bea)
    assert Callback.objects.values_list("closed_at", "closed_by", "closing_note").get() == (None, None, None)


def test_a_correction_that_closes_as_well_leaves_closed_what_was(robin, bea):
    promise(0, 90, agent=robin)
    wrong = note(5, agent=bea)
    note(6, corrects=wrong, agent=bea)
    assert done_by() == {"Note 0.": "Note 6."}


def test_a_correction_counts_as_of_the_first_version_so_that_what_was_promised_since_stays(robin, bea):
    wrong = note(0, "no_answer", agent=robin)
    promise(5, 90, agent=bea)
    second = note(6, corrects=wrong, agent=robin)
    note(7, corrects=second, agent=robin)
    assert open_ones() == [(minute(90), "bea", "Note 5.")]


def test_a_correction_to_another_contact_moves_the_promise_to_that_one(robin):
    mira, tomas = make_contact("Mira Talvane", NUMBER), make_contact("Tomas Ostfield", NUMBER)
    first = promise(0, 90, agent=robin, contact=mira)
    promise(1, 90, agent=robin, contact=tomas, corrects=first)
    assert list(Callback.objects.open().values_list("contact_name", flat=True)) == ["Tomas Ostfield"]


def test_the_correction_of_a_promise_that_was_done_by_hand_does_not_open_it_again(robin, bea):
    first = promise(0, 90, agent=robin)
    callbacks.close_by_hand(first.callback, bea, "Wrote an e-mail.", now=minute(5))
    promise(6, 90, corrects=first, agent=robin)
    assert open_ones() == []
    assert Callback.objects.get().closing_reason == "Wrote an e-mail."


def test_the_correction_of_a_promise_that_was_kept_does_not_open_it_again(robin, bea):
    first = promise(0, 90, agent=robin)
    note(5, agent=bea)
    promise(6, 90, corrects=first, agent=robin)
    assert (open_ones(), done_by()) == ([], {"Note 0.": "Note 5."})


def test_the_correction_of_a_promise_that_was_replaced_leaves_the_later_one_alone(robin, bea):
    first = promise(0, 90, agent=robin)
    promise(5, 60, agent=bea)
    promise(6, 90, corrects=first, agent=robin)
    assert open_ones() == [(minute(60), "bea", "Note 5.")]


@pytest.mark.parametrize("second", ["schedule_later", "completed", "no_answer"])
@pytest.mark.parametrize("third", ["completed", "no_answer"])
def test_a_second_correction_opens_nothing_that_the_first_took_back(robin, second, third):
    first = promise(0, 90, agent=robin)
    again = note(1, second, corrects=first, agent=robin)
    note(2, third, corrects=again, agent=robin)
    assert open_ones() == []


def test_a_second_correction_that_promises_again_leaves_one_promise(robin):
    notes = [promise(0, 90, agent=robin)]
    for at in (1, 2, 3):
        notes.append(promise(at, 90 + at, corrects=notes[-1], agent=robin))
    assert open_ones() == [(minute(93), "robin", "Note 3.")]


# Undone


def test_undoing_a_promise_leaves_none(robin):
    made = promise(0, 90, agent=robin)
    recording.undo(made, robin, {}, now=minute(0))
    assert (Callback.objects.count(), CallNote.objects.count()) == (0, 0)


def test_undoing_opens_again_what_the_note_had_closed_as_it_was(robin, bea):
    promise(0, 90, agent=robin)
    before = Callback.objects.values().get()
    recording.undo(note(5, agent=bea), bea, {}, now=minute(5))
    assert Callback.objects.values().get() == before


def test_undoing_a_new_promise_brings_the_earlier_one_back(robin, bea):
    promise(0, 90, agent=robin)
    before = Callback.objects.values().get()
    recording.undo(promise(5, 60, agent=bea), bea, {}, now=minute(5))
    assert Callback.objects.values().get() == before


def test_undoing_opens_nothing_that_others_had_done_before(robin, bea):
    first = promise(0, 90, agent=robin)
    callbacks.close_by_hand(first.callback, bea, "Met them.", now=minute(3))
    recording.undo(note(5, agent=bea), bea, {}, now=minute(5))
    assert open_ones() == []


@pytest.mark.parametrize("key", ["completed", "no_answer", "schedule_later"])
def test_undoing_a_correction_lets_the_corrected_promise_stand_again(robin, key):
    first = promise(0, 90, agent=robin)
    before = Callback.objects.values().get()
    recording.undo(note(1, key, corrects=first, agent=robin), robin, {}, now=minute(1))
    assert Callback.objects.values().get() == before


@pytest.mark.parametrize("key", ["no_answer", "schedule_later"])
def test_undoing_a_correction_lets_the_corrected_note_close_again_what_it_had_closed(robin, bea, key):
    promise(0, 90, agent=robin)
    done = note(5, agent=bea)
    before = Callback.objects.values().get()
    recording.undo(note(6, key, corrects=done, agent=bea), bea, {}, now=minute(6))
    assert Callback.objects.values().get() == before


@pytest.mark.parametrize("second", ["completed", "no_answer", "schedule_later"])
@pytest.mark.parametrize("third", ["completed", "no_answer", "schedule_later"])
def test_undoing_a_second_correction_leaves_what_the_first_had_left(robin, second, third):
    first = promise(0, 90, agent=robin)
    again = note(1, second, corrects=first, agent=robin)
    before = done_by()
    recording.undo(note(2, third, corrects=again, agent=robin), robin, {}, now=minute(2))
    assert done_by() == before


@pytest.mark.parametrize(("seconds", "is_in_time"), [(15, True), (16, False)])
def test_after_some_seconds_a_note_and_its_effects_stand(robin, bea, seconds, is_in_time):
    promise(0, 90, agent=robin)
    made, late = note(5, agent=bea), minute(5) + timedelta(seconds=seconds)
    if is_in_time:
        recording.undo(made, bea, {}, now=late)
    else:
        with pytest.raises(recording.TooLate):
            recording.undo(made, bea, {}, now=late)
    assert done_by() == {"Note 0.": None if is_in_time else "Note 5."}


def test_nobody_undoes_the_note_of_another(robin, bea):
    promise(0, 90, agent=robin)
    made = note(5, agent=bea)
    with pytest.raises(recording.TooLate):
        recording.undo(made, robin, {}, now=minute(5))
    assert done_by() == {"Note 0.": "Note 5."}


# Queries


def test_a_note_asks_about_callbacks_once_where_its_outcome_closes_them_and_else_never(robin):
    note(0, "no_answer")
    asked = {}
    for key in ("no_answer", "completed", "schedule_later"):
        made = CallNote.objects.create(number=NUMBER, disposition=disposition(key), comments="x", agent=robin)
        with CaptureQueriesContext(connection) as queries:
            callbacks.note_arrived(made, Promise(NOON))
        asked[key] = len(queries)
    assert asked == {"no_answer": 0, "completed": 1, "schedule_later": 2}


def test_what_is_overdue_or_upcoming_is_open_and_apart_by_a_moment(robin):
    for place, due in enumerate((10, 20, 30)):
        promise(0, due, f"100{place}", agent=robin)
    note(5, number="1000")
    found = {
        name: list(getattr(Callback.objects, name)(minute(20)).values_list("number", flat=True))
        for name in ("due", "upcoming")
    }
    assert found == {"due": ["1001"], "upcoming": ["1002"]}
