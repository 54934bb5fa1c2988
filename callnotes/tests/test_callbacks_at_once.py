"""Callbacks that several agents touch in the same moment, each from a thread of its own: one is first, once."""

import pytest

from callnotes import callbacks
from callnotes.callbacks import NotOpen, Promise
from callnotes.models import Callback, CallNote
from callnotes.tests.factories import make_agent, make_note, minute
from contacts.tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 6
NUMBERS = [f"+65912345{place}" for place in range(10, 10 + ROUNDS)]


def promise(number: str, agent, **fields) -> CallNote:
    told = Promise(minute(90))
    return make_note(number, "Call me.", key="schedule_later", agent=agent, promise=told, **{"now": minute(0)} | fields)


def attempt(act) -> bool:
    """Whether an act on a callback found it open."""
    try:
        act()
    except NotOpen:
        return False
    return True


def test_of_two_agents_who_close_a_callback_at_once_one_does_and_the_other_is_told():
    robin, bea = make_agent("robin"), make_agent("bea")
    for number in NUMBERS:
        callback = promise(number, robin).callback
        acts = [
            lambda who=who, callback=callback: attempt(
                lambda: callbacks.close_by_hand(callback, who, who.get_username(), now=minute(5))
            )
            for who in (robin, bea)
        ]
        was_first = at_once(*acts)
        assert sorted(was_first) == [False, True]
        first = (robin, bea)[was_first.index(True)]
        callback.refresh_from_db()
        assert (callback.closed_by, callback.closing_reason) == (first, first.get_username())


def test_a_callback_that_a_note_and_a_hand_close_at_once_is_closed_by_one_of_them():
    robin, bea = make_agent("robin"), make_agent("bea")
    for number in NUMBERS:
        callback = promise(number, robin).callback
        note, was_open = at_once(
            lambda number=number: make_note(number, agent=bea, now=minute(5)),
            lambda callback=callback: attempt(lambda: callbacks.close_by_hand(callback, robin, "Met them.")),
        )
        callback.refresh_from_db()
        by_hand, by_note = (robin, None, "Met them."), (bea, note, "")
        assert (callback.closed_by, callback.closing_note, callback.closing_reason) == (
            by_hand if was_open else by_note
        )


def test_what_is_taken_over_or_snoozed_while_it_is_closed_is_changed_before_or_not_at_all():
    robin, bea = make_agent("robin"), make_agent("bea")
    for number in NUMBERS:
        callback = promise(number, robin).callback
        is_taken, is_snoozed, _ = at_once(
            lambda callback=callback: attempt(lambda: callbacks.take_over(callback, bea)),
            lambda callback=callback: attempt(lambda: callbacks.snooze(callback, minute(200))),
            lambda number=number: make_note(number, agent=bea, now=minute(5)),
        )
        callback.refresh_from_db()
        assert callback.agent == (bea if is_taken else robin)
        assert callback.due_at == minute(200 if is_snoozed else 90)
        assert callback.closed_at == minute(5)


def test_of_promises_made_at_once_to_one_person_one_stands():
    agents = [make_agent(name) for name in ("robin", "bea", "cem")]
    for number in NUMBERS:
        at_once(*[lambda agent=agent, number=number: promise(number, agent) for agent in agents])
        assert Callback.objects.about(number).count() == 3
        assert Callback.objects.about(number).open().count() == 1
