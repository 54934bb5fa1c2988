"""Of which call a note is, where number, agent and time have to tell: as a matter of rules alone."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callnotes.matching import SOON, call_of, first, likeliest

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
END = NOON + timedelta(minutes=5)
NOBODY = None
ADA, BEA = 1, 2


def minute(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@dataclass(frozen=True)
class Calling:
    agent_id: int | None = ADA
    started_at: datetime = NOON
    ended_at: datetime = END
    is_answered: bool = True
    is_missed: bool = False
    content_key: str = "a"


@dataclass(frozen=True)
class Noting:
    agent_id: int | None = ADA
    created_at: datetime = END
    opened_at: datetime | None = None
    comments: str = "Asked for a quote."


CALL = Calling()
agents = st.sampled_from([NOBODY, ADA, BEA])
minutes = st.integers(0, 90).map(minute)
results = st.sampled_from([(True, False), (False, True), (False, False)])  # answered, missed, or neither
callings = st.builds(
    lambda agent, began, length, result, key: Calling(
        agent, began, began + timedelta(minutes=length), *result, content_key=str(key)
    ),
    *(agents, minutes, st.integers(0, 40), results, st.integers(0, 99)),
)
notings = st.builds(Noting, agents, minutes, st.none() | minutes, st.text(max_size=2))
SEVERAL = st.lists(callings, max_size=6, unique_by=lambda calling: calling.content_key)


def test_soon_is_half_an_hour():
    assert timedelta(minutes=30) == SOON


@pytest.mark.parametrize(
    ("written_at", "meets"),
    [
        pytest.param(minute(0) - timedelta(microseconds=1), False, id="before it began"),
        pytest.param(minute(0), True, id="as it began"),
        pytest.param(minute(2), True, id="during it"),
        pytest.param(minute(5), True, id="as it ended"),
        pytest.param(minute(35), True, id="half an hour after it ended"),
        pytest.param(minute(35) + timedelta(microseconds=1), False, id="later"),
    ],
)
def test_a_note_is_of_a_call_during_which_or_soon_after_which_it_was_written(written_at, meets):
    assert call_of(Noting(created_at=written_at), [CALL]) == (CALL if meets else None)


@pytest.mark.parametrize(
    ("writer", "caller", "meets"),
    [(ADA, ADA, True), (ADA, BEA, False), (ADA, NOBODY, True), (NOBODY, ADA, True), (NOBODY, NOBODY, True)],
)
def test_a_note_is_never_of_another_agents_call_but_may_be_of_nobodys_or_be_nobodys(writer, caller, meets):
    call = replace(CALL, agent_id=caller)
    assert call_of(Noting(agent_id=writer), [call]) == (call if meets else None)


def test_a_note_is_of_no_call_where_there_is_none():
    assert call_of(Noting(), []) is None


def test_of_several_calls_the_note_is_of_the_last_that_began_before_it():
    later = replace(CALL, started_at=minute(3), ended_at=minute(3))
    too_late = replace(CALL, started_at=minute(6), ended_at=minute(7))
    assert call_of(Noting(created_at=minute(5)), [CALL, later, too_late]) == later


def test_the_agents_own_call_goes_before_a_later_one_of_nobody():
    nobodys = replace(CALL, agent_id=NOBODY, started_at=minute(3))
    assert call_of(Noting(), [nobodys, CALL]) == CALL


def test_of_legs_that_began_together_the_answered_one_is_meant():
    not_answered = replace(CALL, is_answered=False, content_key="z")
    assert call_of(Noting(agent_id=NOBODY), [CALL, not_answered]) == CALL


@pytest.mark.parametrize("calls", [[CALL], [CALL, replace(CALL, agent_id=NOBODY, started_at=minute(3))]])
def test_a_note_of_nobody_is_of_the_last_call_whoever_took_it(calls):
    assert call_of(Noting(agent_id=NOBODY), calls) == calls[-1]
    earlier = replace(CALL, agent_id=NOBODY, started_at=minute(-3), content_key="b")
    assert call_of(Noting(agent_id=NOBODY), [*calls, earlier]) == calls[-1]


def test_a_missed_call_takes_no_note_by_guess_whether_or_not_another_could():
    missed = replace(CALL, is_answered=False, is_missed=True, started_at=minute(4))
    assert call_of(Noting(), [CALL, missed]) == CALL
    assert call_of(Noting(), [missed]) is None


def test_a_later_call_that_was_not_answered_goes_before_an_earlier_one_that_was():
    not_answered = replace(CALL, is_answered=False, started_at=minute(4))
    assert call_of(Noting(), [CALL, not_answered]) == not_answered


AGAIN = replace(CALL, started_at=minute(7), ended_at=minute(9), content_key="b")


@pytest.mark.parametrize("calls", [[CALL, AGAIN], [AGAIN, CALL]])
def test_a_caller_who_rings_again_does_not_draw_away_the_note_that_is_being_written(calls):
    assert call_of(Noting(opened_at=NOON, created_at=minute(8)), calls) == CALL
    assert call_of(Noting(opened_at=minute(7), created_at=minute(8)), calls) == AGAIN
    assert call_of(Noting(opened_at=None, created_at=minute(8)), calls) == AGAIN


@pytest.mark.parametrize(("opened_at", "meant"), [(minute(6), AGAIN), (minute(6) - timedelta(microseconds=1), CALL)])
def test_a_page_may_open_a_minute_before_its_call_began_by_another_clock(opened_at, meant):
    assert call_of(Noting(opened_at=opened_at, created_at=minute(8)), [CALL, AGAIN]) == meant


def test_a_page_that_was_opened_long_before_an_outgoing_call_still_meets_that_call():
    note = Noting(opened_at=minute(-50), created_at=minute(6))
    assert call_of(note, [CALL]) == CALL
    later = replace(CALL, started_at=minute(5.5), ended_at=minute(6), content_key="b")
    assert call_of(note, [CALL, later]) == later


def test_the_agents_own_call_goes_before_one_of_nobody_that_had_begun_when_the_page_was_opened():
    nobodys = replace(CALL, agent_id=NOBODY)
    assert call_of(Noting(opened_at=NOON, created_at=minute(8)), [nobodys, AGAIN]) == AGAIN


def test_of_several_calls_with_one_call_id_that_is_meant_which_had_begun_when_the_page_was_opened():
    assert likeliest(Noting(opened_at=minute(-60)), [CALL, AGAIN]) == AGAIN
    assert likeliest(Noting(opened_at=minute(1)), [CALL, AGAIN]) == CALL


@given(notings, SEVERAL, st.randoms())
def test_which_call_is_meant_does_not_depend_on_their_order(note, calls, chance):
    mixed = chance.sample(calls, len(calls))
    assert call_of(note, calls) == call_of(note, mixed)


@given(notings, SEVERAL)
def test_a_call_that_is_meant_began_before_the_note_ended_soon_before_it_was_not_missed_and_is_no_others(note, calls):
    call = call_of(note, calls)
    fitting = [
        calling
        for calling in calls
        if not calling.is_missed
        and calling.started_at <= note.created_at <= calling.ended_at + SOON
        and (note.agent_id is NOBODY or calling.agent_id in (NOBODY, note.agent_id))
    ]
    assert call in fitting if fitting else call is None


def test_where_a_call_id_tells_time_does_not_matter_and_the_order_of_likelihood_is_the_same():
    own = replace(CALL, started_at=minute(-600), ended_at=minute(-590))
    others = replace(CALL, agent_id=BEA, started_at=minute(60), ended_at=minute(70))
    assert likeliest(Noting(), [others, own]) == own
    assert likeliest(Noting(), [others]) == others
    assert likeliest(Noting(), []) is None


def test_of_several_notes_the_first_is_the_calls_and_of_one_moment_the_first_by_its_words():
    late, early = Noting(created_at=minute(2), comments="A"), Noting(created_at=minute(1), comments="B")
    assert first([late, early]) == early
    assert first([replace(early, comments="C"), early]) == early
    assert first([]) is None


@given(st.lists(notings, max_size=6), st.randoms())
def test_which_note_is_first_does_not_depend_on_their_order(notes, chance):
    mixed = chance.sample(notes, len(notes))
    found, again = first(notes), first(mixed)
    assert (found and (found.created_at, found.comments)) == (again and (again.created_at, again.comments))
