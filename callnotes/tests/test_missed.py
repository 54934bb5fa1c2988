"""Missed calls that want somebody: numbers, from the list of which each goes when it was reached."""

from itertools import permutations

import pytest

from callnotes import meeting, missed
from callnotes.missed import Missed
from callnotes.models import Call, CallNote
from callnotes.tests.factories import make_agent, make_call, make_missed, make_note, minute

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"


def numbers() -> list[str]:
    return [row.number for row in missed.waiting(10)]


def test_the_list_has_a_row_for_each_number_and_that_which_called_last_comes_first():
    for at in (0, 30, 10):
        make_missed(NUMBER, minute(at))
    make_missed(OTHER_NUMBER, minute(20))
    assert missed.waiting(10) == [
        Missed(NUMBER, 3, first_at=minute(0), last_at=minute(30)),
        Missed(OTHER_NUMBER, 1, first_at=minute(20), last_at=minute(20)),
    ]


def test_phones_that_rang_at_once_are_one_call_of_the_list():
    for extension in ("101", "102", "103"):
        make_missed(NUMBER, extension=extension)
    assert missed.waiting(10) == [Missed(NUMBER, 1, first_at=minute(0), last_at=minute(0))]
    make_missed(NUMBER, minute(10), extension="101")
    assert missed.waiting(10) == [Missed(NUMBER, 2, first_at=minute(0), last_at=minute(10))]


def test_one_number_is_asked_about_alone():
    for at in (0, 30):
        make_missed(NUMBER, minute(at))
    make_missed("")
    assert missed.waiting_at(NUMBER) == Missed(NUMBER, 2, first_at=minute(0), last_at=minute(30))
    assert (missed.waiting_at(OTHER_NUMBER), missed.waiting_at("")) == (None, None)


def test_numbers_that_called_in_the_same_moment_stand_in_their_own_order():
    for number in (NUMBER, OTHER_NUMBER):
        make_missed(number)
    assert numbers() == [OTHER_NUMBER, NUMBER]


def test_the_list_is_as_long_as_is_asked_for():
    for at in range(3):
        make_missed(f"100{at}", minute(at))
    assert [row.number for row in missed.waiting(2)] == ["1002", "1001"]


@pytest.mark.parametrize("calls", [1, 3])
def test_the_list_costs_one_query(django_assert_num_queries, calls):
    for at in range(calls):
        make_missed(f"100{at}", minute(at))
    with django_assert_num_queries(1):
        assert len(missed.waiting(10)) == calls


def test_nobody_can_call_back_who_hid_the_number():
    make_missed("")
    assert missed.waiting(10) == []


@pytest.mark.parametrize("result", [Call.Result.ANSWERED, Call.Result.NOT_ANSWERED])
def test_calls_that_were_not_missed_are_not_on_the_list(result):
    make_call(NUMBER, direction=Call.Direction.OUTBOUND, result=result)
    assert missed.waiting(10) == []


OUT = {"direction": Call.Direction.OUTBOUND}
REACHES = {
    "called again and was answered": lambda: make_call(NUMBER, minute(60)),
    "was called and answered": lambda: make_call(NUMBER, minute(60), **OUT),
    "was answered by another leg": lambda: make_call(NUMBER, extension="102"),
    "was answered by a leg that began before": lambda: make_call(NUMBER, minute(-1), minutes=1.1, extension="102"),
    "was answered by a leg that ended as it began": lambda: make_call(NUMBER, minute(-1), minutes=1),
    "was answered by a leg that began before but was answered after": lambda: make_call(
        NUMBER, minute(-1), answered_at=minute(0.5), extension="102"
    ),
    "has a note that counts as reached": lambda: make_note(NUMBER, now=minute(60)),
    "has such a note of the same moment": lambda: make_note(NUMBER, now=minute(0)),
}
DOES_NOT_REACH = {
    "was answered before": lambda: make_call(NUMBER, minute(-60)),
    "was answered before by a leg that still went on": lambda: make_call(
        NUMBER, minute(-1), answered_at=minute(-0.5), extension="102"
    ),
    "was called and did not answer": lambda: make_call(
        NUMBER, minute(60), **OUT, result=Call.Result.NOT_ANSWERED, duration_seconds=0
    ),
    "has a note of no answer": lambda: make_note(NUMBER, key="no_answer", now=minute(60)),
    "has a note from before": lambda: make_note(NUMBER, now=minute(-60)),
    "another number was answered": lambda: make_call(OTHER_NUMBER, minute(60)),
    "another number has a note": lambda: make_note(OTHER_NUMBER, now=minute(60)),
    "a withheld call was answered": lambda: make_call("", minute(60)),
}


@pytest.mark.parametrize("is_missed_first", [True, False], ids=["missed first", "missed last"])
@pytest.mark.parametrize("reach", REACHES.values(), ids=REACHES)
def test_a_number_that_was_reached_since_goes_from_the_list_in_whichever_order_it_is_told(reach, is_missed_first):
    tell = [lambda: make_missed(NUMBER, extension="101"), reach]
    for arrive in tell if is_missed_first else reversed(tell):
        arrive()
    assert numbers() == []


@pytest.mark.parametrize("is_missed_first", [True, False], ids=["missed first", "missed last"])
@pytest.mark.parametrize("happen", DOES_NOT_REACH.values(), ids=DOES_NOT_REACH)
def test_a_number_that_was_not_reached_stays_in_whichever_order_it_is_told(happen, is_missed_first):
    tell = [lambda: make_missed(NUMBER, extension="101"), happen]
    for arrive in tell if is_missed_first else reversed(tell):
        arrive()
    assert numbers() == [NUMBER]


# What was not reached after all

IN_ANY_ORDER = pytest.mark.parametrize("order", list(permutations(range(3))))


@IN_ANY_ORDER
def test_a_note_after_an_answered_call_is_of_that_call_and_takes_no_later_missed_leg_off(order):
    agent = make_agent("robin", extension="101")
    tell = [
        lambda: make_call(NUMBER, extension="101"),
        lambda: make_missed(NUMBER, minute(6), extension="101"),
        lambda: make_note(NUMBER, agent=agent, now=minute(8)),
    ]
    for place in order:
        tell[place]()
    assert (CallNote.objects.get().reported_call, numbers()) == (Call.objects.answered().get(), [NUMBER])


@IN_ANY_ORDER
def test_a_voicemail_answered_the_call_but_nobody_was_reached(order):
    agent = make_agent("robin", extension="101")
    tell = [
        lambda: make_missed(NUMBER),
        lambda: make_call(NUMBER, minute(60), extension="101", **OUT),
        lambda: make_note(NUMBER, key="no_answer", agent=agent, now=minute(66)),
    ]
    for place in order:
        tell[place]()
    assert (CallNote.objects.get().reported_call, numbers()) == (Call.objects.answered().get(), [NUMBER])


def test_of_several_notes_of_an_answered_call_one_that_reached_the_number_is_enough():
    make_missed(NUMBER)
    make_call(NUMBER, minute(60), call_id="call-7")
    make_note(NUMBER, key="no_answer", call_id="call-7", now=minute(66))
    assert numbers() == [NUMBER]
    make_note(NUMBER, call_id="call-7", now=minute(67))
    assert numbers() == []


@pytest.mark.parametrize("is_of_a_call", [True, False])
def test_a_correction_says_whether_the_number_was_reached(is_of_a_call):
    make_missed(NUMBER)
    if is_of_a_call:
        make_call(NUMBER, minute(60))
    note = make_note(NUMBER, now=minute(66))
    assert numbers() == []
    correction = make_note(NUMBER, key="no_answer", corrects=note, now=minute(67))
    assert numbers() == [NUMBER]
    make_note(NUMBER, corrects=correction, now=minute(68))
    assert numbers() == []


def test_a_correction_of_yesterdays_note_does_not_take_todays_missed_call_off():
    note = make_note(NUMBER, key="no_answer", now=minute(-24 * 60))
    make_missed(NUMBER)
    make_note(NUMBER, corrects=note, now=minute(10))
    assert numbers() == [NUMBER]


def test_what_a_person_says_of_a_notes_call_counts_on_the_list_too():
    make_missed(NUMBER)
    call, note = make_call(NUMBER, minute(60)), make_note(NUMBER, key="no_answer", now=minute(900))
    assert numbers() == []
    meeting.match_by_hand(note, call)
    assert numbers() == [NUMBER]
    meeting.match_by_hand(note, None)
    assert numbers() == []


def test_what_a_person_took_off_stays_off_though_the_number_was_not_reached_after_all():
    make_missed(NUMBER)
    missed.take_off(NUMBER, until=minute(10), by=make_agent(), now=minute(15))
    note = make_note(NUMBER, now=minute(60))
    make_note(NUMBER, key="no_answer", corrects=note, now=minute(61))
    assert numbers() == []


def test_a_call_that_was_reached_says_since_when_and_by_nobodys_hand():
    call = make_missed(NUMBER)
    make_call(NUMBER, minute(60), minutes=5)
    call.refresh_from_db()
    assert (call.handled_at, call.handled_by) == (minute(65), None)


def test_only_what_was_missed_before_the_number_was_reached_goes():
    make_missed(NUMBER, minute(0))
    make_missed(NUMBER, minute(90))
    make_note(NUMBER, now=minute(60))
    assert missed.waiting(10) == [Missed(NUMBER, 1, first_at=minute(90), last_at=minute(90))]


def test_a_number_comes_back_with_a_new_missed_call():
    make_missed(NUMBER)
    make_call(NUMBER, minute(60))
    make_missed(NUMBER, minute(120))
    assert missed.waiting(10) == [Missed(NUMBER, 1, first_at=minute(120), last_at=minute(120))]


def test_a_person_takes_off_what_the_person_saw_and_no_more():
    person = make_agent()
    seen = [make_missed(NUMBER, minute(at)) for at in (0, 10)]
    make_missed(NUMBER, minute(11))
    make_missed(OTHER_NUMBER, minute(0))
    assert missed.take_off(NUMBER, until=minute(10), by=person, now=minute(15)) == 2
    assert missed.waiting(10) == [
        Missed(NUMBER, 1, first_at=minute(11), last_at=minute(11)),
        Missed(OTHER_NUMBER, 1, first_at=minute(0), last_at=minute(0)),
    ]
    handled = Call.objects.filter(pk__in=[call.pk for call in seen]).values_list("handled_at", "handled_by")
    assert list(handled) == [(minute(15), person.pk)] * 2


def test_what_was_taken_off_keeps_who_was_first():
    first, second = make_agent("first"), make_agent("second")
    make_missed(NUMBER)
    taken = [missed.take_off(NUMBER, until=minute(10), by=person, now=minute(15)) for person in (first, second)]
    make_call(NUMBER, minute(60))
    assert (taken, Call.objects.missed().get().handled_by, Call.objects.missed().get().handled_at) == (
        [1, 0],
        first,
        minute(15),
    )


def test_a_call_reported_again_does_not_come_back():
    make_missed(NUMBER)
    missed.take_off(NUMBER, until=minute(10), by=make_agent())
    make_missed(NUMBER)
    assert missed.waiting(10) == []


def test_settling_costs_one_query_where_no_call_of_the_number_was_missed(django_assert_num_queries):
    make_missed(OTHER_NUMBER)
    with django_assert_num_queries(1):
        missed.settle(NUMBER)
