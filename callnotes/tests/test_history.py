"""What happened with a number or a contact: notes, calls and chats in one order, each once."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callnotes import history, meeting
from callnotes.history import newest
from callnotes.models import Call, CallNote, Chat, TimelineRow
from callnotes.tests.factories import NOON, make_agent, make_call, make_chat, make_missed, make_note, minute
from contacts.models import Contact
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"


def of_number(number: str = NUMBER) -> list[TimelineRow]:
    return newest(history.of_number(number), 100)


def of_contact(contact: Contact) -> list[TimelineRow]:
    return newest(history.of_contact(contact), 100)


# Of a number


def test_notes_calls_and_chats_of_a_number_come_newest_first():
    chat, missed = make_chat(NUMBER, minute(10)), make_missed(NUMBER, minute(30))
    note, call = make_note(NUMBER, now=minute(-5)), make_call(NUMBER, minute(20))
    make_note(OTHER_NUMBER), make_call(OTHER_NUMBER), make_chat(OTHER_NUMBER), make_call("")
    assert of_number() == [missed, call, chat, note]


def test_a_call_and_its_note_are_one_entry():
    call, note = make_call(NUMBER), make_note(NUMBER, now=minute(6))
    [entry] = of_number()
    assert (entry, list(entry.notes.all())) == (call, [note])


def test_a_note_that_a_person_took_from_its_call_is_an_entry_again():
    call, note = make_call(NUMBER), make_note(NUMBER, now=minute(6))
    meeting.match_by_hand(note, None)
    assert of_number() == [note, call]


def test_a_withheld_call_that_a_person_gave_a_note_stands_in_the_numbers_history_with_the_note():
    call, note = make_call(""), make_note(NUMBER, now=minute(6))
    meeting.match_by_hand(note, call)
    make_call("", minute(10))
    [entry] = of_number()
    assert (entry, list(entry.notes.all()), of_number(OTHER_NUMBER)) == (call, [note], [])


def notes_shown(rows: list[TimelineRow]) -> list[CallNote]:
    """The notes among the rows, alone or with their calls."""
    return [note for row in rows for note in ([row] if row.kind == "note" else row.notes.all())]


def test_nobodys_note_stays_in_the_contacts_history_though_a_person_gave_it_a_withheld_call():
    call, note = make_call(""), make_note(NUMBER, now=minute(6))
    ada = make_contact("Ada Example", NUMBER)
    meeting.match_by_hand(note, call)
    assert notes_shown(of_contact(ada)) == [note]


def test_a_withheld_call_with_a_contacts_note_and_nobodys_stands_once_in_the_contacts_history():
    call = make_call("")
    nobodys = make_note(NUMBER, now=minute(6))
    ada = make_contact("Ada Example", NUMBER)
    hers = make_note(NUMBER, contact=ada, now=minute(7))
    for note in (nobodys, hers):
        meeting.match_by_hand(note, call)
    assert of_contact(ada) == [call]


def test_the_notes_of_a_call_stand_in_the_order_in_which_they_were_written():
    call = make_call(NUMBER, call_id="call-7")
    late = make_note(NUMBER, "Late.", call_id="call-7", now=minute(9))
    early = make_note(NUMBER, "Early.", call_id="call-7", now=minute(6))
    correction = make_note(NUMBER, "Other.", corrects=CallNote.objects.get(pk=early.pk), now=minute(12))
    [entry] = of_number()
    assert (entry, list(entry.notes.all())) == (call, [early, late, correction])


def test_of_one_moment_notes_come_before_chats_and_chats_before_calls():
    rows = [make_call(NUMBER), make_chat(NUMBER), make_note(NUMBER, now=NOON - timedelta(seconds=1))]
    CallNote.objects.update(created_at=NOON)
    assert [row.kind for row in of_number()] == ["note", "chat", "call"]
    assert set(of_number()) == set(rows)


def test_the_notes_of_a_number_alone_hold_those_of_calls_too():
    note, alone = make_note(NUMBER, now=minute(6)), make_note(NUMBER, now=minute(600))
    make_call(NUMBER), make_chat(NUMBER)
    assert newest(history.notes_of_number(NUMBER), 20) == [alone, note]


# Of a contact


def test_a_contact_has_what_is_its_own_on_any_number_and_nobodys_on_its_numbers():
    nobodys = [make_note(NUMBER, now=minute(-5)), make_chat(NUMBER, minute(10)), make_call(NUMBER, minute(20))]
    ada = make_contact("Ada Example", NUMBER, OTHER_NUMBER, email="ada@example.com")
    own = [make_note("1001", contact=ada, now=minute(30)), make_call(OTHER_NUMBER, minute(40))]
    by_email = make_chat("", minute(50), email="ada@example.com")
    make_call("1002"), make_call(""), make_chat(""), make_note("1003")
    assert of_contact(ada) == [by_email, *reversed(own), *reversed(nobodys)]


def test_what_is_another_contacts_is_not_the_contacts_though_they_share_the_number():
    ada, bea = make_contact("Ada Example", NUMBER), make_contact("Bea Example", NUMBER)
    make_note(NUMBER, contact=bea, now=minute(-5))
    make_call(NUMBER, entity_id=str(bea.pk))
    make_chat(NUMBER, entity_id=str(bea.pk))
    unknown = make_call(NUMBER, minute(20))
    assert of_contact(ada) == [unknown]
    assert [row.kind for row in of_contact(bea)] == ["call", "chat", "call", "note"]


def test_what_was_a_deleted_contacts_is_nobody_elses():
    ada, bea = make_contact("Ada Example", NUMBER), make_contact("Bea Example", OTHER_NUMBER)
    rows = [make_note(NUMBER, now=minute(-5)), make_call(NUMBER), make_chat(NUMBER, minute(10))]
    bea.numbers.create(number=NUMBER)
    ada.delete()
    assert (of_contact(bea), of_number()) == ([], list(reversed(rows)))


def test_a_call_with_the_note_of_a_deleted_contact_is_nobody_elses():
    ada, bea = make_contact("Ada Example", NUMBER), make_contact("Bea Example", NUMBER)
    call = make_call(NUMBER)
    make_note(NUMBER, contact=ada, now=minute(6))
    assert of_contact(bea) == []
    ada.delete()
    assert (of_contact(bea), of_number()) == ([], [call])


def test_a_call_is_the_contacts_too_whose_note_says_so():
    ada, bea = make_contact("Ada Example", NUMBER), make_contact("Bea Example", NUMBER)
    shared = make_call(NUMBER)
    note = make_note(NUMBER, contact=ada, now=minute(6))
    assert (of_contact(ada), of_contact(bea)) == ([shared], [])
    assert list(of_contact(ada)[0].notes.all()) == [note]


def test_a_call_that_the_phone_system_knew_as_anothers_is_in_both_histories():
    ada, bea = make_contact("Ada Example", NUMBER), make_contact("Bea Example", NUMBER)
    call = make_call(NUMBER, entity_id=str(bea.pk))
    make_note(NUMBER, contact=ada, now=minute(6))
    assert (of_contact(ada), of_contact(bea)) == ([call], [call])


def test_a_contacts_own_call_with_several_of_its_notes_is_one_entry():
    ada = make_contact("Ada Example", NUMBER)
    call = make_call(NUMBER, call_id="call-7")
    for at in (6, 7):
        make_note(NUMBER, contact=ada, call_id="call-7", now=minute(at))
    assert of_contact(ada) == [call]


def test_a_withheld_call_is_in_the_history_of_the_contact_whose_note_it_has():
    ada = make_contact("Ada Example", NUMBER)
    call, note = make_call(""), make_note(NUMBER, now=minute(6))
    meeting.match_by_hand(note, call)
    assert of_contact(ada) == [call]


def test_the_notes_of_a_contact_and_of_others_on_its_number_hold_those_of_calls_too():
    nobodys = make_note(NUMBER, "Nobody's.", now=minute(1))
    ada, bea = make_contact("Ada Example", NUMBER), make_contact("Bea Example", NUMBER)
    hers, others = (make_note(NUMBER, contact=who, now=minute(at)) for at, who in ((2, ada), (3, bea)))
    make_call(NUMBER)
    assert newest(history.notes_of_contact(ada), 20) == [hers, nobodys]
    assert newest(history.notes_of_contact_and_number(ada, NUMBER), 20) == [others, hers, nobodys]


# Page by page

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["note", "call", "chat"]), st.sampled_from([NUMBER, OTHER_NUMBER, ""]), st.integers(0, 2)
    ),
    max_size=9,
)


def make_rows(rows: list[tuple[str, str, int]], contact: Contact) -> list[TimelineRow]:
    """Rows of their kinds, numbers and seconds; every second note is the contact's. A note is with its call, if any."""
    made = []
    for place, (kind, number, second) in enumerate(rows):
        at = NOON + timedelta(seconds=second)
        if kind == "note":
            made.append(make_note(number or "1001", contact=contact if place % 2 else None, now=at))
        elif kind == "call":
            made.append(make_call(number, at, extension=str(place)))
        else:
            made.append(make_chat(number, at, extension=str(place), email="ada@example.com"))
    alone = set(CallNote.objects.without_call())
    return [row for row in made if row.kind != "note" or row in alone]


def page_by_page(sources: history.Sources, size: int, most: int) -> list[TimelineRow]:
    seen = page = newest(sources, size)
    while page and len(seen) <= most:
        page = newest(sources, size, before=page[-1].place)
        seen = seen + page
    return seen


@settings(max_examples=40)
@given(rows=ROWS, size=st.integers(1, 4))
def test_page_by_page_every_row_comes_exactly_once_also_where_moments_are_equal(rows, size):
    for model in (CallNote, Call, Chat, Contact):
        model.objects.all().delete()
    ada = make_contact("Ada Example", NUMBER, OTHER_NUMBER, email="ada@example.com")
    make_contact("Bea Example", OTHER_NUMBER)
    made = sorted(make_rows(rows, ada), key=lambda row: row.place, reverse=True)
    with_number = [row for row in made if row.number == NUMBER]
    hers = [row for row in made if row.contact == ada or row.number in (NUMBER, OTHER_NUMBER)]
    assert page_by_page(history.of_number(NUMBER), size, len(made)) == with_number
    assert page_by_page(history.of_contact(ada), size, len(made)) == hers


# What it costs


def words_of(row: TimelineRow) -> list[str]:
    """What a page shows of a row: all at hand, or it would be asked for now."""
    notes = {"call": lambda: list(row.notes.all()), "chat": list, "note": lambda: [row]}[row.kind]()
    corrections = [each.comments for note in notes for each in note.corrections.all()]
    return [str(row.agent), *corrections, *(f"{note.disposition.label} {note.agent}" for note in notes)]


def make_entries(number: str, places: range) -> None:
    """Of each place a call with a note, a chat, and a note alone."""
    for place in places:
        extension, began = str(100 + place), minute(-1000 * place)
        agent = make_agent(f"agent{place}", extension=extension)
        make_call(number, began, extension=extension)
        make_chat(number, began, extension=extension)
        make_note(number, agent=agent, now=began + timedelta(minutes=6))
        make_note(number, agent=agent, now=began + timedelta(minutes=600))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_history_of_a_number_costs_seven_queries(django_assert_num_queries, rows):
    make_entries(NUMBER, range(rows))
    with django_assert_num_queries(7):
        assert sum(len(words_of(row)) for row in of_number()) == rows * 5


@pytest.mark.parametrize("rows", [1, 3])
def test_the_history_of_a_contact_costs_sixteen_queries(django_assert_num_queries, rows):
    """Seven sources, and what the notes and calls among them show besides."""
    make_entries(NUMBER, range(rows))
    ada = make_contact("Ada Example", NUMBER)
    make_entries(NUMBER, range(10, 10 + rows))
    make_contact("Bea Example", NUMBER)
    for place in range(rows):
        make_call(NUMBER, minute(2000 * (place + 1)))
        make_note(NUMBER, contact=ada, now=minute(2000 * (place + 1)))
    with django_assert_num_queries(16):
        assert sum(len(words_of(row)) for row in of_contact(ada)) == rows * (5 + 5 + 2)
