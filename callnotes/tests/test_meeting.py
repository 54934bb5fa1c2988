"""A note and the report of the same call meet, whichever comes first; what is guessed gives way to what is known."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import permutations

import pytest
from django.contrib.auth.models import User
from django.db.models import Count
from hypothesis import given, settings
from hypothesis import strategies as st

from callnotes import meeting
from callnotes.journaling import CallReport, journal_call
from callnotes.models import Call, CallNote
from callnotes.tests.factories import NOON, call_report, make_agent, make_call, make_missed, make_note, minute

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"
ANSWERED, MISSED, NOT_ANSWERED = Call.Result.ANSWERED, Call.Result.MISSED, Call.Result.NOT_ANSWERED


@pytest.fixture
def robin() -> User:
    return make_agent("robin", extension="101")


@pytest.fixture
def lee() -> User:
    return make_agent("lee", extension="102")


def met(note: CallNote) -> tuple[int | None, str]:
    """The call that a note is of, and what told it."""
    return CallNote.objects.values_list("reported_call", "matched_by").get(pk=note.pk)


ALONE = (None, "")


def by_time(call: Call) -> tuple[int, str]:
    return call.pk, "time"


def by_id(call: Call) -> tuple[int, str]:
    return call.pk, "call id"


def by_hand(call: Call | None) -> tuple[int | None, str]:
    return call and call.pk, "hand"


# By agent and time


def test_a_note_finds_its_agents_call_that_was_reported_before(robin):
    call = make_call(NUMBER, extension="101")
    assert met(make_note(NUMBER, agent=robin, now=minute(6))) == by_time(call)


def test_a_call_finds_its_agents_note_that_was_written_before_it_was_reported(robin):
    note = make_note(NUMBER, agent=robin, now=minute(3))
    call = make_call(NUMBER, extension="101")
    assert met(note) == by_time(call)


@pytest.mark.parametrize("is_noted_first", [True, False])
@pytest.mark.parametrize(
    ("number", "extension", "written_at"),
    [
        (OTHER_NUMBER, "101", minute(6)),
        (NUMBER, "102", minute(6)),
        (NUMBER, "101", minute(-1)),
        (NUMBER, "101", minute(36)),
    ],
    ids=["another number", "another agent", "before it began", "long after it ended"],
)
def test_a_note_and_another_call_do_not_meet(robin, lee, is_noted_first, number, extension, written_at):
    if is_noted_first:
        note = make_note(NUMBER, agent=robin, now=written_at)
        make_call(number, extension=extension)
    else:
        make_call(number, extension=extension)
        note = make_note(NUMBER, agent=robin, now=written_at)
    assert met(note) == ALONE


def test_a_note_of_the_phone_system_is_of_the_call_whoever_took_it(robin):
    call = make_call(NUMBER, extension="101")
    assert met(make_note(NUMBER, source=CallNote.Source.PHONE_SYSTEM, now=minute(6))) == by_time(call)


def test_an_agents_note_is_of_a_call_of_which_nobody_knows_who_took_it(robin):
    call = make_call(NUMBER, extension="199")
    assert met(make_note(NUMBER, agent=robin, now=minute(6))) == by_time(call)


def test_a_note_moves_to_a_later_call_that_is_reported_afterwards(robin):
    earlier = make_call(NUMBER, extension="101")
    note = make_note(NUMBER, agent=robin, now=minute(20))
    assert met(note) == by_time(earlier)
    later = make_call(NUMBER, minute(10), extension="101")
    assert met(note) == by_time(later)


def test_a_call_whose_note_moves_to_a_later_call_takes_the_note_that_waited(robin, lee):
    earlier = make_call(NUMBER, minutes=20)
    moving, waiting = make_note(NUMBER, agent=robin, now=minute(12)), make_note(NUMBER, agent=lee, now=minute(15))
    assert (met(moving), met(waiting)) == (by_time(earlier), ALONE)
    later = make_call(NUMBER, minute(11), extension="101")
    assert (met(moving), met(waiting)) == (by_time(later), by_time(earlier))


def test_a_call_whose_note_moves_to_an_earlier_call_of_its_agent_takes_the_note_that_waited(robin, lee):
    nobodys = make_call(NUMBER, minute(10))
    moving, waiting = make_note(NUMBER, agent=robin, now=minute(16)), make_note(NUMBER, agent=lee, now=minute(17))
    assert (met(moving), met(waiting)) == (by_time(nobodys), ALONE)
    own = make_call(NUMBER, extension="101")
    assert (met(moving), met(waiting)) == (by_time(own), by_time(nobodys))


@pytest.mark.parametrize("is_noted_first", [True, False])
def test_a_note_meets_a_call_that_began_hours_before(robin, is_noted_first):
    note = make_note(NUMBER, agent=robin, now=minute(0)) if is_noted_first else None
    call = make_call(NUMBER, minute(-1400), minutes=1430, extension="101")
    note = note or make_note(NUMBER, agent=robin, now=minute(0))
    assert met(note) == by_time(call)


def test_two_notes_of_one_call_are_not_both_guessed_to_be_its_own(robin):
    call = make_call(NUMBER, extension="101")
    second = make_note(NUMBER, agent=robin, now=minute(7))
    first = make_note(NUMBER, agent=robin, now=minute(6))
    third = make_note(NUMBER, agent=robin, now=minute(8))
    assert (met(first), met(second), met(third)) == (by_time(call), ALONE, ALONE)


def test_legs_of_one_call_take_the_note_of_their_own_agent(robin, lee):
    legs = [make_call(NUMBER, extension=extension) for extension in ("101", "102")]
    notes = [make_note(NUMBER, agent=agent, now=minute(6)) for agent in (robin, lee)]
    assert [met(note) for note in notes] == [by_time(leg) for leg in legs]


@pytest.mark.parametrize("is_noted_first", [True, False])
def test_a_missed_leg_takes_no_note_by_guess_not_even_its_own_agents(robin, is_noted_first):
    if is_noted_first:
        note = make_note(NUMBER, agent=robin, now=minute(6))
        make_missed(NUMBER, extension="101")
    else:
        make_missed(NUMBER, extension="101")
        note = make_note(NUMBER, agent=robin, now=minute(6))
    assert met(note) == ALONE


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_note_of_the_phone_system_is_of_the_answered_call_not_of_a_later_missed_one_of_nobody(robin, order):
    tell = [
        lambda: make_call(NUMBER, extension="101"),
        lambda: make_missed(NUMBER, minute(6), queue="800"),
        lambda: make_note(NUMBER, source=CallNote.Source.PHONE_SYSTEM, now=minute(8)),
    ]
    told = {place: tell[place]() for place in order}
    assert met(told[2]) == by_time(told[0])


def test_a_withheld_call_meets_no_note_by_time(robin):
    note = make_note(NUMBER, agent=robin, now=minute(1))
    make_call("", extension="101")
    assert met(note) == ALONE


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_caller_who_rings_again_draws_away_no_note_in_whichever_order_all_arrives(robin, order):
    """The note of the first call is written while the second rings; its own follows."""
    tell = [
        lambda: make_call(NUMBER, extension="101"),
        lambda: make_call(NUMBER, minute(7), extension="101"),
        lambda: make_note(NUMBER, "Of the first.", agent=robin, opened_at=minute(0), now=minute(8)),
        lambda: make_note(NUMBER, "Of the second.", agent=robin, opened_at=minute(7), now=minute(13)),
    ]
    told = {place: tell[place]() for place in order}
    assert (met(told[2]), met(told[3])) == (by_time(told[0]), by_time(told[1]))


@pytest.mark.parametrize("is_noted_first", [True, False])
def test_a_page_that_was_opened_long_before_an_outgoing_call_still_meets_that_call(robin, is_noted_first):
    outgoing = {"direction": Call.Direction.OUTBOUND, "extension": "101"}
    if not is_noted_first:
        call = make_call(NUMBER, **outgoing)
    note = make_note(NUMBER, agent=robin, opened_at=minute(-300), now=minute(6))
    if is_noted_first:
        call = make_call(NUMBER, **outgoing)
    assert met(note) == by_time(call)


# By call id


@pytest.mark.parametrize("is_noted_first", [True, False])
def test_a_call_id_tells_the_call_of_any_agent_at_any_time(robin, lee, is_noted_first):
    if is_noted_first:
        note = make_note(NUMBER, agent=robin, call_id="call-7", now=minute(900))
        call = make_call(NUMBER, extension="102", call_id="call-7")
    else:
        call = make_call(NUMBER, extension="102", call_id="call-7")
        note = make_note(NUMBER, agent=robin, call_id="call-7", now=minute(900))
    assert met(note) == by_id(call)


@pytest.mark.parametrize("is_noted_first", [True, False])
def test_several_notes_with_one_call_id_are_all_of_its_call(is_noted_first):
    sent = [{"call_id": "call-7", "now": minute(minutes)} for minutes in (1, 2)]
    notes = [make_note(NUMBER, **fields) for fields in sent] if is_noted_first else []
    call = make_call(NUMBER, call_id="call-7")
    notes = notes or [make_note(NUMBER, **fields) for fields in sent]
    assert [met(note) for note in notes] == [by_id(call)] * 2


def test_the_call_id_of_a_call_with_another_number_tells_nothing():
    make_call(OTHER_NUMBER, call_id="call-7")
    assert met(make_note(NUMBER, call_id="call-7", now=minute(1))) == ALONE


@pytest.mark.parametrize("is_noted_first", [True, False])
def test_a_note_with_a_call_id_is_never_guessed_to_be_of_a_call_with_another(is_noted_first):
    if is_noted_first:
        note = make_note(NUMBER, call_id="call-7", now=minute(6))
    make_call(NUMBER, call_id="call-8")
    if not is_noted_first:
        note = make_note(NUMBER, call_id="call-7", now=minute(6))
    assert met(note) == ALONE


def test_without_a_call_of_its_id_a_note_is_matched_by_time():
    """A call flow knows the call's id, 3CX's report does not."""
    call = make_call(NUMBER)
    assert met(make_note(NUMBER, call_id="call-7", now=minute(6))) == by_time(call)


def test_a_call_with_the_notes_id_takes_it_from_the_call_that_was_guessed():
    guessed = make_call(NUMBER)
    note, waiting = make_note(NUMBER, call_id="call-7", now=minute(6)), make_note(NUMBER, now=minute(7))
    assert (met(note), met(waiting)) == (by_time(guessed), ALONE)
    known = make_call(NUMBER, minute(-60), call_id="call-7")
    assert (met(note), met(waiting)) == (by_id(known), by_time(guessed))


def test_a_call_of_which_an_id_told_a_note_keeps_the_one_that_was_guessed_and_takes_no_second_by_guess():
    call = make_call(NUMBER, call_id="call-7")
    guessed = make_note(NUMBER, "Guessed.", now=minute(1))
    assert met(guessed) == by_time(call)
    told = make_note(NUMBER, "Told.", call_id="call-7", now=minute(6))
    later = make_note(NUMBER, "Later.", now=minute(7))
    assert (met(told), met(guessed), met(later)) == (by_id(call), by_time(call), ALONE)


def test_of_legs_with_one_call_id_the_note_is_of_its_agents(robin, lee):
    note = make_note(NUMBER, agent=robin, call_id="call-7", now=minute(6))
    others = make_call(NUMBER, minute(1), extension="102", call_id="call-7")
    assert met(note) == by_id(others)
    own = make_call(NUMBER, extension="101", call_id="call-7")
    assert met(note) == by_id(own)


# By hand


def test_a_person_moves_a_note_to_another_call_and_the_freed_call_takes_the_note_that_waited(robin):
    guessed, right = make_call(NUMBER, extension="101"), make_call(NUMBER, minute(-300), extension="101")
    moved, waiting = (make_note(NUMBER, agent=robin, now=minute(minutes)) for minutes in (6, 7))
    meeting.match_by_hand(moved, right)
    assert (met(moved), met(waiting)) == (by_hand(right), by_time(guessed))


def test_a_person_says_that_a_note_is_of_no_call_and_no_call_takes_it_back(robin):
    call = make_call(NUMBER, extension="101", call_id="call-7")
    note = make_note(NUMBER, agent=robin, call_id="call-7", now=minute(6))
    assert met(note) == by_id(call)
    meeting.match_by_hand(note, None)
    assert met(note) == by_hand(None)
    make_call(NUMBER, minute(5), extension="102", call_id="call-7")
    assert met(note) == by_hand(None)


def test_the_call_of_a_guessed_note_that_a_person_says_is_of_none_takes_the_note_that_waited(robin):
    call = make_call(NUMBER, extension="101")
    guessed, waiting = (make_note(NUMBER, agent=robin, now=minute(minutes)) for minutes in (6, 7))
    assert (met(guessed), met(waiting)) == (by_time(call), ALONE)
    meeting.match_by_hand(guessed, None)
    assert (met(guessed), met(waiting)) == (by_hand(None), by_time(call))


def test_a_person_may_give_a_note_a_missed_call(robin):
    call, note = make_missed(NUMBER, extension="101"), make_note(NUMBER, agent=robin, now=minute(6))
    meeting.match_by_hand(note, call)
    assert met(note) == by_hand(call)


def test_a_call_that_a_person_gave_a_note_keeps_the_guessed_one(robin):
    call = make_call(NUMBER, extension="101")
    guessed = make_note(NUMBER, agent=robin, now=minute(6))
    told = make_note(NUMBER, agent=robin, now=minute(600))
    meeting.match_by_hand(told, call)
    assert (met(told), met(guessed)) == (by_hand(call), by_time(call))


def test_a_note_that_was_written_for_a_call_is_that_calls_besides_the_guessed_one(robin, lee):
    call = make_call(NUMBER, extension="102")
    guessed = make_note(NUMBER, agent=lee, now=minute(6))
    written_for_it = make_note(NUMBER, agent=robin, reported_call=call, now=minute(900))
    assert (met(written_for_it), met(guessed)) == (by_hand(call), by_time(call))


def test_a_person_may_give_a_note_a_call_whose_number_was_hidden(robin):
    call = make_call("", extension="101")
    note = make_note(NUMBER, agent=robin, now=minute(6))
    meeting.match_by_hand(note, call)
    assert met(note) == by_hand(call)


def test_nobody_gives_a_note_the_call_of_another_number(robin):
    call, note = make_call(OTHER_NUMBER), make_note(NUMBER, agent=robin, now=minute(6))
    with pytest.raises(ValueError, match="That call was with another number; choose one with the number of the note"):
        meeting.match_by_hand(note, call)
    assert met(note) == ALONE


# Corrections


def test_a_correction_is_of_the_call_of_the_note_that_it_corrects(robin):
    call = make_call(NUMBER, extension="101")
    note = make_note(NUMBER, agent=robin, now=minute(6))
    note.refresh_from_db()
    correction = make_note(NUMBER, "Other.", agent=robin, corrects=note, now=minute(900))
    assert (met(note), met(correction)) == (by_time(call), by_time(call))


def test_corrections_follow_their_note_to_its_call(robin):
    note = make_note(NUMBER, agent=robin, now=minute(6))
    correction = make_note(NUMBER, "Other.", agent=robin, corrects=note, now=minute(7))
    again = make_note(NUMBER, "Once more.", agent=robin, corrects=correction, now=minute(8))
    assert met(again) == ALONE
    call = make_call(NUMBER, extension="101")
    assert [met(each) for each in (note, correction, again)] == [by_time(call)] * 3
    meeting.match_by_hand(note, None)
    assert [met(each) for each in (note, correction, again)] == [by_hand(None)] * 3


@pytest.mark.parametrize("place", range(3), ids=["the first version", "its correction", "the correction's"])
def test_what_a_person_says_of_any_version_of_a_note_counts_for_all(robin, place):
    note = make_note(NUMBER, agent=robin, now=minute(6))
    correction = make_note(NUMBER, "Other.", agent=robin, corrects=note, now=minute(7))
    versions = [note, correction, make_note(NUMBER, "Once more.", agent=robin, corrects=correction, now=minute(8))]
    call = make_call(NUMBER, minute(600))
    meeting.match_by_hand(versions[place], call)
    assert [met(version) for version in versions] == [by_hand(call)] * 3


def test_a_correction_never_takes_a_call_of_its_own(robin):
    note = make_note(NUMBER, agent=robin, now=minute(-600))
    correction = make_note(NUMBER, "Other.", agent=robin, corrects=note, now=minute(6))
    make_call(NUMBER, extension="101")
    assert (met(note), met(correction)) == (ALONE, ALONE)


def test_a_correction_follows_its_note_and_no_call_id_of_its_own(robin):
    note = make_note(NUMBER, agent=robin, now=minute(-600))
    correction = make_note(NUMBER, "Other.", agent=robin, corrects=note, call_id="call-7", now=minute(6))
    make_call(NUMBER, extension="101", call_id="call-7")
    assert (met(note), met(correction)) == (ALONE, ALONE)


def test_a_form_sent_again_with_other_words_follows_too(robin):
    form = uuid.uuid4()
    call = make_call(NUMBER, extension="101")
    note, correction = (make_note(NUMBER, words, agent=robin, submission=form, now=minute(6)) for words in ("A", "B"))
    assert (met(note), met(correction)) == (by_time(call), by_time(call))


def test_a_correction_follows_though_the_call_was_reported_while_it_was_being_written(robin):
    as_it_was_read = make_note(NUMBER, agent=robin, now=minute(6))
    call = make_call(NUMBER, extension="101")
    correction = make_note(NUMBER, "Other.", agent=robin, corrects=as_it_was_read, now=minute(7))
    assert (met(as_it_was_read), met(correction)) == (by_time(call), by_time(call))


# In any order


@dataclass(frozen=True)
class Noted:
    """A note that is to be recorded, by itself or again."""

    comments: str
    number: str
    written_at_minute: int
    opened_before_minutes: int | None
    agent: str
    call_id: str
    disposition: str
    submission: uuid.UUID
    corrects: "Noted | None" = None

    @property
    def opened_at(self) -> datetime | None:
        before = self.opened_before_minutes
        return None if before is None else minute(self.written_at_minute - before)


Event = CallReport | Noted

AGENTS = {"": "", "101": "robin", "102": "lee"}
numbers = st.sampled_from([NUMBER, OTHER_NUMBER])
extensions = st.sampled_from(sorted(AGENTS))
call_ids = st.sampled_from(["", "", "call-7", "call-8"])
ways = st.sampled_from(
    [
        (Call.Direction.INBOUND, ANSWERED),
        (Call.Direction.INBOUND, MISSED),
        (Call.Direction.OUTBOUND, ANSWERED),
        (Call.Direction.OUTBOUND, NOT_ANSWERED),
    ]
)


@st.composite
def reported(draw) -> CallReport:
    direction, result = draw(ways)
    return call_report(
        draw(numbers),
        minute(draw(st.integers(0, 60))),
        minutes=draw(st.sampled_from([0, 1, 5, 40])),
        direction=direction,
        result=result,
        extension=draw(extensions),
        call_id=draw(call_ids),
    )


def leg(report: CallReport) -> tuple:
    """What tells two reports of one call from reports of two."""
    going = (report.direction, report.result, report.started_at)
    return report.call_id, report.number, report.extension, *going


@st.composite
def noted(draw, place: int) -> Noted:
    return Noted(
        f"Note {place}.",
        draw(numbers),
        draw(st.integers(0, 110)),
        draw(st.none() | st.integers(0, 40)),
        draw(extensions),
        draw(call_ids),
        draw(st.sampled_from(["completed", "no_answer"])),
        uuid.UUID(int=place),
    )


@st.composite
def correcting(draw, note: Noted) -> Noted:
    return replace(
        note,
        comments=f"{note.comments} Corrected.",
        written_at_minute=note.written_at_minute + draw(st.sampled_from([0, 1, 60])),
        disposition=draw(st.sampled_from(["completed", "no_answer"])),
        corrects=note,
    )


@st.composite
def events(draw) -> list[Event]:
    reports = draw(st.lists(reported(), max_size=4, unique_by=leg))
    notes = [draw(noted(place)) for place in range(draw(st.integers(0, 4)))]
    corrected = draw(st.lists(st.sampled_from(notes), max_size=2, unique=True)) if notes else []
    return reports + notes + [draw(correcting(note)) for note in corrected]


def happen(event: Event, agents: dict[str, User | None]) -> None:
    """A correction comes after its note: with it, where that is not there yet."""
    if isinstance(event, CallReport):
        journal_call(event, now=NOON)
    else:
        if event.corrects:
            happen(event.corrects, agents)
        make_note(
            event.number,
            event.comments,
            key=event.disposition,
            agent=agents[event.agent],
            call_id=event.call_id,
            submission=event.submission,
            opened_at=event.opened_at,
            now=minute(event.written_at_minute),
        )


def nothing_happened() -> dict[str, User | None]:
    """An empty history, and the agents by their extensions."""
    CallNote.objects.update(corrects=None)
    CallNote.objects.all().delete()
    Call.objects.all().delete()
    stored = {agent.username: agent for agent in User.objects.all()}
    return {
        extension: (stored.get(name) or make_agent(name, extension=extension)) if name else None
        for extension, name in AGENTS.items()
    }


def picture() -> tuple[dict[str, tuple[list[str], bool]], list[str]]:
    """The history by what it says: of each call its notes and whether it is handled, and the notes without a call."""
    calls = {
        call.content_key: (sorted(note.comments for note in call.notes.all()), call.handled_at is not None)
        for call in Call.objects.prefetch_related("notes")
    }
    return calls, sorted(CallNote.objects.without_call().values_list("comments", flat=True))


def pictured(happening: list[Event]) -> tuple[dict[str, tuple[list[str], bool]], list[str]]:
    agents = nothing_happened()
    for event in happening:
        happen(event, agents)
    return picture()


@settings(max_examples=40)
@given(st.data(), events())
def test_in_whichever_order_and_however_often_calls_notes_and_corrections_arrive_the_history_is_the_same(
    data, happening
):
    repeated = data.draw(st.lists(st.sampled_from(happening), max_size=3)) if happening else []
    assert pictured(happening) == pictured(data.draw(st.permutations(happening + repeated)))


def told_by_hand(place: int, calls: int) -> None:
    """A person says of the note of that place that it is of a call, where that may be, or of none."""
    notes, calls_by_place = list(CallNote.objects.order_by("pk")), list(Call.objects.order_by("pk"))
    if not notes:
        return
    note = notes[place % len(notes)]
    call = calls_by_place[calls % len(calls_by_place)] if calls_by_place and calls else None
    if call is None or meeting.may_be_of(note, call):
        meeting.match_by_hand(note, call)


def guessed_twice() -> list[int]:
    guessed = CallNote.objects.filter(matched_by=CallNote.Match.TIME, corrects=None)
    counted = guessed.order_by().values("reported_call").annotate(count=Count("pk"))
    return [row["reported_call"] for row in counted if row["count"] > 1 or row["reported_call"] is None]


@settings(max_examples=30)
@given(events().flatmap(st.permutations), st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3), st.integers(0, 3))))
def test_at_no_moment_are_two_notes_guessed_to_be_of_one_call(happening, said):
    """Also where people say in between of which call a note is."""
    agents = nothing_happened()
    for place, event in enumerate(happening):
        happen(event, agents)
        for _, note, call in (saying for saying in said if saying[0] == place):
            told_by_hand(note, call)
        assert guessed_twice() == []
