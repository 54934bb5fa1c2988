"""What happened with a number or a contact: notes, calls and chats in one order, each once."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callnotes import history, meeting
from callnotes.history import newest
from callnotes.models import Call, Callback, CallNote, Chat, DoNotDisturb, TimelineRow
from callnotes.tests.factories import (
    NOON,
    make_agent,
    make_call,
    make_callback,
    make_chat,
    make_missed,
    make_note,
    make_peace,
    minute,
)
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


def test_callbacks_and_do_not_disturb_stand_beside_their_notes_as_of_when_they_were_said():
    callback = make_callback(NUMBER, minute(5))
    peace = make_peace(NUMBER, minute(20))
    asked = make_note(NUMBER, key="do_not_disturb", now=minute(30))
    make_callback(OTHER_NUMBER), make_peace(OTHER_NUMBER)
    assert of_number() == [asked.do_not_disturb, asked, peace, callback.note, callback]


def test_of_one_moment_each_kind_has_its_place():
    make_call(NUMBER), make_chat(NUMBER), make_peace(NUMBER), make_callback(NUMBER, NOON - timedelta(seconds=1))
    for model, field in ((CallNote, "created_at"), (Callback, "created_at")):
        model.objects.update(**{field: NOON})
    assert [row.kind for row in of_number()] == ["peace", "note", "chat", "callback", "call"]


@pytest.mark.parametrize("kind", ["call", "chat", "callback", "peace"])
def test_a_history_of_one_kind_holds_that_alone(kind):
    make_note(NUMBER, key="do_not_disturb", now=minute(-5))
    ada = make_contact("Ada Example", NUMBER)
    make_call(NUMBER), make_chat(NUMBER), make_callback(NUMBER, minute(30)), make_peace(NUMBER, minute(40))
    meeting.match_by_hand(make_note(NUMBER, now=minute(600)), make_call("", minute(500)))
    expected = [row for row in of_number() if row.kind == kind]
    found = newest(history.of_number(NUMBER, kind), 100), newest(history.of_contact(ada, kind), 100)
    assert (found, bool(expected)) == ((expected, expected), True)


def test_the_notes_of_a_history_are_all_of_them_with_a_call_and_without():
    ada = make_contact("Ada Example", NUMBER)
    note, alone = make_note(NUMBER, now=minute(6)), make_note(NUMBER, now=minute(600))
    make_call(NUMBER)
    assert newest(history.of_number(NUMBER, "note"), 20) == [alone, note]
    assert newest(history.of_contact(ada, "note"), 20) == [alone, note]


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


def test_a_contacts_callbacks_are_its_own_on_any_number_and_nobodys_on_its_numbers():
    nobodys = make_callback(NUMBER, minute(-30))
    ada, bea = make_contact("Ada Example", NUMBER, OTHER_NUMBER), make_contact("Bea Example", NUMBER)
    hers, others = make_callback("1001", minute(5), contact=ada), make_callback(NUMBER, minute(10), contact=bea)
    assert newest(history.of_contact(ada, "callback"), 20) == [hers, nobodys]
    assert newest(history.of_contact(bea, "callback"), 20) == [others, nobodys]


def test_do_not_disturb_on_a_contacts_number_is_the_contacts_whoever_asked_for_it():
    ada, bea = make_contact("Ada Example", NUMBER, OTHER_NUMBER), make_contact("Bea Example", NUMBER)
    asked = make_note(NUMBER, key="do_not_disturb", contact=bea, now=minute(5)).do_not_disturb
    by_hand = make_peace(OTHER_NUMBER, minute(10))
    make_peace("1001")
    assert newest(history.of_contact(ada, "peace"), 20) == [by_hand, asked]
    assert newest(history.of_contact(bea, "peace"), 20) == [asked]


def test_a_contact_without_a_number_has_its_own_rows():
    ada = make_contact("Ada Example")
    note = make_note(NUMBER, contact=ada)
    assert (of_contact(ada), newest(history.notes_of_contact(ada), 20)) == ([note], [note])


def test_the_notes_to_read_as_a_contact_calls_hold_nobodys_on_its_other_numbers():
    ada, bea = make_contact("Ada Example", NUMBER, OTHER_NUMBER), make_contact("Bea Example", OTHER_NUMBER)
    nobodys = make_note(OTHER_NUMBER, contact=None, now=minute(1))
    make_note(OTHER_NUMBER, contact=bea, now=minute(2))
    assert newest(history.notes_of_contact_and_number(ada, NUMBER), 20) == [nobodys]


# Page by page

KINDS = ["note", "call", "chat", "callback", "peace"]
ROWS = st.lists(
    st.tuples(st.sampled_from([*KINDS, "told"]), st.sampled_from([NUMBER, OTHER_NUMBER, ""]), st.integers(0, 2)),
    max_size=9,
)


def make_rows(rows: list[tuple[str, str, int]], contact: Contact) -> list[TimelineRow]:
    """Rows of their kinds, numbers and seconds; every second note and promise is the contact's. A call whose caller
    hid the number is told by its note.

    Answers them all, with the notes that promised something; a note that is with its call is none of them.
    """
    for place, (kind, number, second) in enumerate(rows):
        at, whose = NOON + timedelta(seconds=second), contact if place % 2 else None
        if kind == "note":
            make_note(number or "1001", contact=whose, now=at)
        elif kind == "call":
            make_call(number, at, extension=str(place))
        elif kind == "chat":
            make_chat(number, at, extension=str(place), email="ada@example.com")
        elif kind == "callback":
            make_callback(number or "1001", at, contact=whose)
        elif kind == "peace":
            make_peace(number or "1001", at)
        else:
            hidden = make_call("", at, extension=str(place))
            make_note(number or "1001", contact=whose, reported_call=hidden, now=at)
    others = (row for model in (Call, Chat, Callback, DoNotDisturb) for row in model.objects.all())
    return [*CallNote.objects.without_call(), *others]


def said_by(row: TimelineRow) -> list[TimelineRow]:
    """What tells whose a row is: itself, and the notes of a call."""
    return [row, *row.notes.all()] if row.kind == "call" else [row]


def is_on(number: str, row: TimelineRow) -> bool:
    return any(each.number == number for each in said_by(row))


def is_of(contact: Contact, row: TimelineRow) -> bool:
    """Whether a row is the contact's, or on one of its numbers and nobody else's."""
    is_its_own = any(getattr(each, "contact", None) == contact for each in said_by(row))
    return is_its_own or is_on(NUMBER, row) or is_on(OTHER_NUMBER, row)


def page_by_page(sources: history.Sources, size: int, most: int) -> list[TimelineRow]:
    seen = page = newest(sources, size)
    while page and len(seen) <= most:
        page = newest(sources, size, before=page[-1].place)
        seen = seen + page
    return seen


@settings(max_examples=60)
@given(rows=ROWS, size=st.integers(1, 4))
def test_page_by_page_every_row_comes_exactly_once_also_where_moments_are_equal(rows, size):
    for model in (Callback, DoNotDisturb, CallNote, Call, Chat, Contact):
        model.objects.all().delete()
    ada = make_contact("Ada Example", NUMBER, OTHER_NUMBER, email="ada@example.com")
    make_contact("Bea Example", OTHER_NUMBER)
    made = sorted(make_rows(rows, ada), key=lambda row: row.place, reverse=True)
    assert page_by_page(history.of_number(NUMBER), size, len(made)) == [row for row in made if is_on(NUMBER, row)]
    assert page_by_page(history.of_contact(ada), size, len(made)) == [row for row in made if is_of(ada, row)]


def test_a_call_that_began_after_its_note_was_written_has_its_place_on_a_page_too():
    ada = make_contact("Ada Example", NUMBER, email="ada@example.com")
    make_contact("Bea Example", NUMBER)
    make_chat(NUMBER, email="ada@example.com")
    shared, hidden = make_call(NUMBER, minute(20)), make_call("", minute(30))
    for call in (shared, hidden):
        meeting.match_by_hand(make_note(NUMBER, contact=ada, now=minute(-23 * 60)), call)
    assert page_by_page(history.of_number(NUMBER), 1, 2)[:2] == [hidden, shared]
    assert page_by_page(history.of_contact(ada), 1, 2)[:2] == [hidden, shared]


@pytest.mark.parametrize("kind", KINDS)
def test_a_history_of_one_kind_has_pages_of_its_own_also_where_moments_are_equal(kind):
    make_rows([(kind, NUMBER, place // 2) for place in range(5)], make_contact("Ada Example"))
    rows = page_by_page(history.of_number(NUMBER, kind), 2, 9)
    assert [row.kind for row in rows] == [kind] * 5
    assert [row.place for row in rows] == sorted({row.place for row in rows}, reverse=True)


# What it costs


def words_of(row: TimelineRow) -> list[str]:
    """What a page shows of a row: all at hand, or it would be asked for now."""
    if row.kind == "peace":
        return [row.why, str(row.set_by), str(row.lifted_by)]
    if row.kind == "callback":
        return [str(row.agent), str(row.closed_by), row.closing_note.disposition_label if row.closing_note else ""]
    if row.kind == "chat":
        return [str(row.agent), row.beginning]
    notes = list(row.notes.all()) if row.kind == "call" else [row]
    corrections = [each.comments for note in notes for each in note.corrections.all()]
    colors = [f"{note.disposition_label} {note.disposition.color} {note.agent}" for note in notes]
    return [str(row.agent), *corrections, *colors]


def make_entries(number: str, places: range) -> None:
    """Of each place a call with a note, a chat, a promise that was kept, and do-not-disturb."""
    for place in places:
        extension, began = str(100 + place), minute(-10000 * place)
        agent = make_agent(f"agent{place}", extension=extension)
        make_call(number, began, extension=extension)
        make_chat(number, began, extension=extension)
        make_note(number, agent=agent, now=began + timedelta(minutes=6))
        make_callback(number, began + timedelta(minutes=600), agent=agent)
        make_note(number, key="do_not_disturb", agent=agent, now=began + timedelta(minutes=900))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_history_of_a_number_costs_six_queries_and_what_it_shows(django_assert_num_queries, rows):
    """Eight show notes with their corrections, calls with both, and chats, callbacks and do-not-disturb."""
    make_entries(NUMBER, range(rows))
    with django_assert_num_queries(6 + 8):
        assert len([words_of(row) for row in of_number()]) == rows * 6


@pytest.mark.parametrize("rows", [1, 3])
def test_the_history_of_a_contact_costs_twelve_queries_and_what_it_shows(django_assert_num_queries, rows):
    """Its numbers, eleven sources, and as many as of a number."""
    make_entries(NUMBER, range(rows))
    ada = make_contact("Ada Example", NUMBER, OTHER_NUMBER)
    make_entries(NUMBER, range(10, 10 + rows))
    with django_assert_num_queries(12 + 8):
        assert len([words_of(row) for row in of_contact(ada)]) == rows * 12


def test_a_transcript_and_the_rest_of_a_chat_are_left_where_they_are():
    make_call(NUMBER, transcript="t" * 900), make_call(NUMBER, minute(10)), make_chat(NUMBER, messages="m" * 900)
    without, chat, call = of_number()
    assert (call.has_transcript, without.has_transcript, chat.beginning) == (True, False, "m" * 601)
    assert [row.get_deferred_fields() for row in (call, chat)] == [{"transcript"}, {"messages"}]
