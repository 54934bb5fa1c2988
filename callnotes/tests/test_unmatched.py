"""Calls without a note and notes without a call, with what each may belong to."""

import pytest

from callnotes import meeting, unmatched
from callnotes.models import Call
from callnotes.tests.factories import make_agent, make_call, make_missed, make_note, minute
from callnotes.unmatched import CallWithoutNote, NoteWithoutCall

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"
HOUR, DAY = 60, 24 * 60
NOW = minute(0)


def calls_alone(**wanted) -> list[CallWithoutNote]:
    return unmatched.calls_without_note(NOW, **{"limit": 10} | wanted)


def notes_alone(**wanted) -> list[NoteWithoutCall]:
    return unmatched.notes_without_call(NOW, **{"limit": 10} | wanted)


def test_calls_of_the_last_two_weeks_are_looked_at():
    make_call(NUMBER, minute(-14 * DAY - 1))
    just = make_call(NUMBER, minute(-14 * DAY))
    assert calls_alone() == [CallWithoutNote(just, [])]


def test_calls_on_which_nobody_wrote_come_newest_first():
    agent = make_agent("robin", extension="101")
    old, noted = (make_call(NUMBER, minute(at), extension="101") for at in (-50, -40))
    make_note(NUMBER, agent=agent, now=minute(-30))
    newest = make_call(OTHER_NUMBER, minute(-10))
    assert (noted.notes.count(), calls_alone()) == (1, [CallWithoutNote(newest, []), CallWithoutNote(old, [])])


def test_missed_calls_are_not_among_them_and_calls_out_are():
    make_missed(NUMBER, minute(-50))
    out = make_call(NUMBER, minute(-40), direction=Call.Direction.OUTBOUND, result=Call.Result.NOT_ANSWERED)
    withheld = make_call("", minute(-60))
    assert [row.call for row in calls_alone()] == [out, withheld]


def test_a_call_is_offered_the_notes_on_its_number_of_a_day_before_and_after():
    call = make_call(NUMBER, minute(-3 * DAY), minutes=5)
    edges = [(-4 * DAY - 1, False), (-4 * DAY, True), (-2 * DAY + 5, True), (-2 * DAY + 6, False)]
    notes = [make_note(NUMBER, str(at), now=minute(at)) for at, _ in edges]
    make_note(OTHER_NUMBER, now=minute(-3 * DAY))
    near = [note for note, (_, is_near) in zip(notes, edges, strict=True) if is_near]
    assert [(row.call, sorted(note.pk for note in row.notes)) for row in calls_alone()] == [
        (call, sorted(note.pk for note in near))
    ]


def test_no_more_than_the_five_newest_are_offered():
    calls = [make_call(NUMBER, minute(at), minutes=0) for at in range(-600, -593)]
    call = make_call(OTHER_NUMBER, minute(-600))
    notes = [make_note(OTHER_NUMBER, str(at), now=minute(at)) for at in range(-500, -493)]
    note = make_note(NUMBER, now=minute(-400))
    assert {row.call: row.notes for row in calls_alone()}[call] == notes[:-6:-1]
    assert {row.note: row.calls for row in notes_alone()}[note] == calls[:-6:-1]


def test_a_withheld_call_is_offered_notes_of_its_agent_alone_and_they_it():
    robin, lee = make_agent("robin", extension="101"), make_agent("lee", extension="102")
    call = make_call("", minute(-60), extension="101")
    own, others = (make_note(NUMBER, agent=agent, now=minute(-50)) for agent in (robin, lee))
    nobodys = make_note(NUMBER, now=minute(-50))
    assert calls_alone() == [CallWithoutNote(call, [own])]
    offered = {row.note: row.calls for row in notes_alone()}
    assert offered == {own: [call], others: [], nobodys: []}


def test_a_withheld_call_of_nobody_is_offered_no_note_and_to_none():
    call = make_call("", minute(-60))
    note = make_note(NUMBER, now=minute(-50))
    assert (calls_alone(), notes_alone()) == ([CallWithoutNote(call, [])], [NoteWithoutCall(note, [])])


def test_a_call_between_extensions_wants_no_note():
    make_agent("robin", extension="101")
    make_agent("lee", extension="102")
    make_call("102", minute(-60), extension="101")
    other = make_call("103", minute(-50), extension="101")
    assert [row.call for row in calls_alone()] == [other]


def test_a_call_of_which_a_person_said_that_it_needs_no_note_is_not_asked_about_again():
    person = make_agent()
    call, other = make_call(NUMBER, minute(-60)), make_call(NUMBER, minute(-50))
    unmatched.waive_note(call, person)
    unmatched.waive_note(call, make_agent("later"))
    assert ([row.call for row in calls_alone()], Call.objects.get(pk=call.pk).note_waived_by) == ([other], person)


def test_notes_of_which_no_call_was_reported_come_newest_first_with_the_calls_of_a_day_before_and_after():
    earlier = make_call(NUMBER, minute(-20 * HOUR))
    later = make_call(NUMBER, minute(-5))
    make_call(OTHER_NUMBER, minute(-10 * HOUR))
    make_call(NUMBER, minute(-3 * DAY))
    old, new = (make_note(NUMBER, words, now=minute(at)) for words, at in (("Old.", -11 * HOUR), ("New.", -600)))
    rows = [(row.note, sorted(call.pk for call in row.calls)) for row in notes_alone()]
    assert rows == [(new, [earlier.pk, later.pk]), (old, [earlier.pk, later.pk])]


def test_a_note_is_offered_a_call_that_was_missed():
    call = make_missed(NUMBER, minute(-600))
    note = make_note(NUMBER, now=minute(-500))
    assert notes_alone() == [NoteWithoutCall(note, [call])]


def test_a_note_is_also_offered_a_call_that_has_one():
    call = make_call(NUMBER, minute(-600))
    make_note(NUMBER, now=minute(-600))
    note = make_note(NUMBER, now=minute(-599))
    assert (call.notes.count(), notes_alone()) == (1, [NoteWithoutCall(note, [call])])


def test_a_note_of_which_a_person_said_that_it_is_of_no_call_is_not_asked_about_again():
    call = make_call(NUMBER, minute(-600))
    note = make_note(NUMBER, now=minute(-600))
    meeting.match_by_hand(note, None)
    assert (notes_alone(), calls_alone()) == ([], [CallWithoutNote(call, [])])


def test_a_note_that_was_corrected_is_asked_about_once_in_its_last_version():
    make_call(OTHER_NUMBER, minute(-600))
    note = make_note(NUMBER, now=minute(-600))
    correction = make_note(NUMBER, "Other.", corrects=note, now=minute(-500))
    last = make_note(NUMBER, "Once more.", corrects=correction, now=minute(-400))
    assert [row.note for row in notes_alone()] == [last]


def test_no_note_is_asked_about_where_the_phone_system_does_not_report():
    make_note(NUMBER, now=minute(-600))
    make_call(NUMBER, minute(-14 * DAY - 1))
    assert notes_alone() == []
    make_call(OTHER_NUMBER, minute(-14 * DAY))
    assert len(notes_alone()) == 1


def test_an_old_note_is_not_asked_about():
    make_call(OTHER_NUMBER, minute(-600))
    make_note(NUMBER, now=minute(-14 * DAY - 1))
    assert notes_alone() == []


def test_an_agent_is_asked_about_the_agents_own_alone():
    robin, lee = make_agent("robin", extension="101"), make_agent("lee", extension="102")
    own = make_call(NUMBER, minute(-600), extension="101")
    make_call(NUMBER, minute(-600), extension="102")
    note = make_note(OTHER_NUMBER, agent=robin, now=minute(-600))
    make_note(OTHER_NUMBER, agent=lee, now=minute(-600))
    assert [row.call for row in calls_alone(agent=robin)] == [own]
    assert [row.note for row in notes_alone(agent=robin)] == [note]
    assert (len(calls_alone()), len(notes_alone())) == (2, 2)


def test_each_list_is_as_long_as_is_asked_for():
    for at in (-600, -500, -400):
        make_call(NUMBER, minute(at))
        make_note(OTHER_NUMBER, now=minute(at))
    assert [row.call.started_at for row in calls_alone(limit=2)] == [minute(-400), minute(-500)]
    assert [row.note.created_at for row in notes_alone(limit=2)] == [minute(-400), minute(-500)]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_cost_as_many_queries_for_many_rows_as_for_one(django_assert_num_queries, rows):
    for place in range(rows):
        agent = make_agent(f"agent{place}", extension=f"10{place}")
        make_call(f"100{place}", minute(-600), extension=f"10{place}")
        make_note(f"100{place}", agent=agent, now=minute(-300))
    with django_assert_num_queries(2):
        shown = [(row.call.agent.username, [note.agent.username for note in row.notes]) for row in calls_alone()]
    with django_assert_num_queries(3):
        again = [(row.note.agent.username, [call.agent.username for call in row.calls]) for row in notes_alone()]
    assert sorted(shown) == sorted(again) == [(f"agent{place}", [f"agent{place}"]) for place in range(rows)]
