"""Call notes: written once, found by number, contact and agent, and read page by page without loss."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callnotes import recording
from callnotes.history import newest, of_contact
from callnotes.models import CallNote, Place
from callnotes.tests.factories import make_agent, make_note
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

NUMBER = "+6591234567"
MOMENT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def _found(text: str) -> list[str]:
    return [note.comments for note in CallNote.objects.matching(text).order_by("pk")]


def test_a_note_is_called_by_its_number_and_outcome():
    assert str(make_note(NUMBER)) == "+65 9123 4567: Completed"
    assert str(make_note("1001", "", key="no_answer")) == "1001: No Answer"


@pytest.mark.parametrize(
    "changed", [{"comments": "Other."}, {"number": "1001"}, {}], ids=["comments", "number", "nothing"]
)
def test_a_note_cannot_be_saved_again(changed):
    make_note(NUMBER, "As it was.")
    for note in (CallNote.objects.get(), CallNote.objects.only("pk").get()):
        for name, value in changed.items():
            setattr(note, name, value)
        with pytest.raises(TypeError, match="A call note is never changed: record a correction, or redact it"):
            note.save()
    assert list(CallNote.objects.values_list("number", "comments")) == [(NUMBER, "As it was.")]


def test_the_history_of_a_number_is_there_whoever_has_it():
    first = make_note(NUMBER, now=MOMENT)
    make_note("+12025550123")
    contact = make_contact("Ada Example", NUMBER)
    second = make_note(NUMBER, now=MOMENT + timedelta(seconds=1))
    contact.delete()
    assert list(CallNote.objects.about(NUMBER).newest_first()) == [second, first]


def test_the_history_of_a_contact_is_its_notes_and_nobodys_on_its_numbers():
    unknown = make_note(NUMBER, "nobody's")
    ada = make_contact("Ada Example", NUMBER, "1001")
    bea = make_contact("Bea Example", NUMBER)
    hers, others = make_note(NUMBER, "hers", contact=ada), make_note(NUMBER, "another's", contact=bea)
    elsewhere = make_note("+12025550123", "on a number that she no longer has", contact=ada)
    make_note("1002", "nobody's on another number")
    assert newest(of_contact(ada), 10) == [elsewhere, hers, unknown]
    assert newest(of_contact(bea), 10) == [others, unknown]
    assert newest(of_contact(ada), 2) == [elsewhere, hers]
    assert newest(of_contact(ada), 2, before=hers.place) == [unknown]


def test_the_notes_of_an_agent_are_that_agents_alone():
    ada, bea = make_agent("ada"), make_agent("bea")
    note = make_note(NUMBER, agent=ada)
    make_note(NUMBER, agent=bea)
    make_note(NUMBER)
    assert list(CallNote.objects.by_agent(ada)) == [note]


def test_notes_come_newest_first_and_of_one_moment_the_later_recorded():
    old, new, newer = (make_note(NUMBER, now=MOMENT + timedelta(seconds=seconds)) for seconds in (0, 5, 5))
    assert list(CallNote.objects.all()) == list(CallNote.objects.newest_first()) == [newer, new, old]


@settings(max_examples=60, deadline=None)
@given(
    seconds=st.lists(st.integers(0, 3), max_size=9),
    size=st.integers(1, 4),
    recorded_between=st.lists(st.integers(-1, 4), max_size=2),
)
def test_page_by_page_every_note_comes_exactly_once(seconds, size, recorded_between):
    """Also where moments are equal; what is recorded meanwhile never pushes an older note onto two pages."""
    CallNote.objects.all().delete()
    notes = [make_note(NUMBER, now=MOMENT + timedelta(seconds=second)) for second in seconds]
    expected = sorted(notes, key=lambda note: (note.created_at, note.pk), reverse=True)
    seen = page = list(CallNote.objects.newest_first()[:size])
    for second in recorded_between:
        make_note("1001", now=MOMENT + timedelta(seconds=second))
    for _ in range(len(seconds) + len(recorded_between)):
        if not page:
            break
        page = list(CallNote.objects.older_than(page[-1].place).newest_first()[:size])
        seen = seen + page
    assert [note for note in seen if note.number == NUMBER] == expected
    assert len(seen) == len(set(seen))


def test_what_is_older_than_a_note_leaves_it_out():
    first, second, third = (make_note(NUMBER, now=MOMENT) for _ in range(3))
    assert list(CallNote.objects.older_than(second.place)) == [first]
    assert list(CallNote.objects.older_than(first.place)) == []
    later = Place(MOMENT + timedelta(seconds=1), "note", 0)
    assert list(CallNote.objects.older_than(later)) == [third, second, first]


@pytest.mark.parametrize(
    "text",
    ["+6591234567", " 6591234567", "006591234567", "91234567", "9123-4567", "tel:+65-9123-4567", "９１２３４５６７"],
)
def test_notes_are_found_by_a_number_in_any_spelling_also_where_it_is_nobodys(text):
    make_note(NUMBER, "this")
    make_note("+12025550123", "other")
    assert _found(text) == ["this"]


@pytest.mark.parametrize("text", ["4567", "3-4567", "٤٥٦٧"])
def test_notes_are_found_by_at_least_four_last_digits_of_a_contacts_number(text):
    make_contact("Ada Example", NUMBER)
    make_note(NUMBER, "this")
    make_note("+12025550123", "other")
    assert _found(text) == ["this"]


@pytest.mark.parametrize("text", ["ada", "EXAMPLE ada", "ltd", "Éc"])
def test_notes_are_found_by_the_contacts_name_or_company(text):
    make_contact("Ada Example", NUMBER, company="École Ltd")
    make_note(NUMBER, "this")
    make_note("+12025550123", "other")
    assert _found(text) == ["this"]


@pytest.mark.parametrize("text", ["", " ", "567", "%", "_", "anonymous", "nobody", "this"])
def test_what_names_no_number_and_no_contact_finds_no_note(text):
    make_contact("Ada Example", NUMBER)
    make_note(NUMBER, "this")
    assert _found(text) == []


def test_a_note_is_found_once_however_often_it_matches():
    for name in ("Ada 4567", "Bea 4567"):
        make_contact(name, NUMBER, "4567")
    make_note(NUMBER, "this")
    assert _found("4567") == ["this"]


@pytest.mark.parametrize("notes", [1, 3])
def test_notes_are_displayed_with_two_queries(notes, django_assert_num_queries):
    agent = make_agent()
    for number in range(notes):
        contact = make_contact(f"Ada {number}", NUMBER)
        first = make_note(NUMBER, agent=agent, contact=contact)
        make_note(NUMBER, agent=agent, contact=contact, corrects=first)
    recording.redact(CallNote.objects.all(), by=agent)
    with django_assert_num_queries(2):
        shown = [
            (
                note.disposition.label,
                note.agent.username,
                note.redacted_by.username,
                note.corrects,
                note.corrections.all(),
            )
            for note in CallNote.objects.for_display()
        ]
    assert len(shown) == 2 * notes
