"""Notes and reports that arrive in the same moment, from threads of their own, meet all the same."""

import pytest

from callnotes import missed
from callnotes.models import Call, CallNote
from callnotes.tests.factories import make_agent, make_call, make_missed, make_note, minute
from contacts.tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 6
NUMBERS = [f"+65912345{place}" for place in range(10, 10 + ROUNDS)]


def pairs() -> list[tuple[str, str]]:
    """The number of each note and that of its call, and None where it has none."""
    return list(CallNote.objects.order_by("number").values_list("number", "reported_call__number"))


@pytest.mark.parametrize("call_id", ["", "call-{}"], ids=["by time", "by call id"])
def test_a_note_and_the_report_of_its_call_always_meet(call_id):
    agent = make_agent("robin", extension="101")
    for number in NUMBERS:
        told = {"call_id": call_id.format(number)}
        at_once(
            lambda number=number, told=told: make_note(number, agent=agent, now=minute(6), **told),
            lambda number=number, told=told: make_call(number, extension="101", **told),
        )
    assert pairs() == [(number, number) for number in NUMBERS]


def test_of_notes_that_arrive_with_the_report_the_first_written_is_the_calls():
    number = NUMBERS[0]
    notes = [lambda at=at: make_note(number, f"Note {at}.", now=minute(at)) for at in (6, 7, 8)]
    at_once(*notes, lambda: make_call(number))
    assert list(CallNote.objects.order_by("created_at").values_list("comments", "reported_call__number")) == [
        ("Note 6.", number),
        ("Note 7.", None),
        ("Note 8.", None),
    ]


def test_the_same_report_many_times_at_once_is_one_call():
    at_once(*[lambda: make_call(NUMBERS[0], extension="101")] * 4, *[lambda: make_call("", call_id="call-7")] * 2)
    assert sorted(Call.objects.values_list("number", flat=True)) == ["", NUMBERS[0]]


def test_a_missed_call_and_what_reaches_its_number_never_leave_it_on_the_list():
    for place, number in enumerate(NUMBERS):
        reach = make_note if place % 2 else make_call
        at_once(
            lambda number=number: make_missed(number, extension="101"),
            lambda number=number, reach=reach: reach(number, **({"now": minute(6)} if reach is make_note else {})),
        )
    assert missed.waiting(100) == []
    assert Call.objects.missed().count() == ROUNDS
