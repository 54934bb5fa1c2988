"""What was recorded of a contact follows it into another, and back; what arrives for it later is the other's."""

import pytest

from callnotes import history, recording
from callnotes.forms import CallNoteForm
from callnotes.journaling import journal_call, journal_chat
from callnotes.models import Call, Callback, CallNote, Chat
from callnotes.tests.factories import (
    call_report,
    chat_report,
    disposition,
    make_agent,
    make_call,
    make_callback,
    make_chat,
    make_note,
    minute,
)
from contacts import merge_words
from contacts.merge_words import changes, moved
from contacts.models import Contact
from contacts.tests.factories import make_contact
from contacts.tests.merges import make_clerk, make_merge
from contacts.unmerging import undo

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"
TABLES = (CallNote, Call, Chat, Callback)


@pytest.fixture
def ada() -> Contact:
    return make_contact("Ada Example", NUMBER)


@pytest.fixture
def bea() -> Contact:
    return make_contact("A. Example", OTHER_NUMBER, email="ada@example.com")


def whose() -> list[list[tuple]]:
    """Of every row, whose it is."""
    return [list(model.objects.order_by("pk").values_list("pk", "contact", "contact_name")) for model in TABLES]


def record_all(number: str) -> None:
    make_callback(number, minute(0), due_at=minute(500))
    make_note(number, now=minute(10))
    make_call(number, minute(20))
    make_chat(number, minute(30))


def test_notes_calls_chats_and_callbacks_follow_and_come_back(ada, bea):
    record_all(NUMBER), record_all(OTHER_NUMBER)
    make_note("1001", "Of nobody.")
    before = whose()
    assert merge_words.rows_of([ada, bea])[1] == [("call notes", 2), ("callbacks", 1), ("calls", 1), ("chats", 1)]
    merge = make_merge(ada, bea)
    assert {row[1] for rows in whose() for row in rows} == {ada.pk, None}
    assert sorted(moved(merge)) == [("call notes", 2), ("callbacks", 1), ("calls", 1), ("chats", 1)]
    assert len(history.newest(history.of_contact(ada), 50)) == 10
    undone = undo(merge, make_clerk("undoing"))
    assert (whose(), merge_words.changes(undone)) == (before, [])


def test_the_name_as_it_was_stays_with_a_row(ada, bea):
    make_note(OTHER_NUMBER)
    make_merge(ada, bea)
    assert CallNote.objects.values_list("contact", "contact_name").get() == (ada.pk, "A. Example")


def test_what_was_recorded_since_stays_with_the_kept_contact_and_is_told(ada, bea):
    first = make_note(OTHER_NUMBER)
    merge = make_merge(ada, bea)
    second, call = make_note(OTHER_NUMBER), make_call(OTHER_NUMBER, minute(60))
    undone = undo(merge, make_clerk("undoing"))
    owners = dict(CallNote.objects.values_list("pk", "contact"))
    assert owners == {first.pk: bea.pk, second.pk: ada.pk}
    assert Call.objects.get(pk=call.pk).contact == ada
    assert changes(undone) == [
        "Recorded since, and left with the kept contact: call notes, 1",
        "Recorded since, and left with the kept contact: calls, 1",
    ]


def test_a_row_that_is_gone_since_is_told(ada, bea):
    make_chat(OTHER_NUMBER)
    merge = make_merge(ada, bea)
    Chat.objects.all().delete()
    assert changes(merge) == ["Deleted, or given to another contact: chats, 1"]


def test_the_phone_system_may_go_on_naming_a_contact_that_was_merged(ada, bea):
    """Two share the number, so that the key alone tells who it is."""
    make_contact("Cleo Example", OTHER_NUMBER)
    make_merge(ada, bea)
    call = journal_call(call_report(OTHER_NUMBER, entity_id=str(bea.pk)))
    chat = journal_chat(chat_report(OTHER_NUMBER, entity_id=str(bea.pk)))
    assert (call.contact, chat.contact) == (ada, ada)


def test_a_key_of_a_merged_contact_is_not_believed_for_a_number_of_others(ada, bea):
    make_merge(ada, bea)
    assert journal_call(call_report("+6561234567", entity_id=str(bea.pk))).contact is None


def test_a_note_for_a_contact_that_was_merged_meanwhile_is_the_kept_ones(ada, bea):
    chosen = Contact.objects.get(pk=bea.pk)
    make_merge(ada, bea)
    note = recording.record(OTHER_NUMBER, disposition("completed"), "Said.", source="desk", contact=chosen)
    assert (note.contact, note.contact_name) == (ada, "Ada Example")


def test_a_form_that_was_opened_before_a_merge_is_taken(ada, bea):
    make_contact("Cleo Example", OTHER_NUMBER)
    make_merge(ada, bea)
    fields = {"contact": bea.pk, "disposition": disposition("completed").pk, "comments": "Said."}
    fields |= {"submission": "0c3d9c1e-6a65-4a29-9c55-0c9d3b8e4f10"}
    form = CallNoteForm(
        {name: str(value) for name, value in fields.items()}, number=OTHER_NUMBER, agent=make_agent("robin")
    )
    assert form.is_valid(), form.errors
    assert form.record().contact == ada


@pytest.mark.parametrize("contact", ["999999", "hello", "9" * 40, "-1"])
def test_a_form_that_names_no_contact_of_the_number_is_refused(bea, contact):
    form = CallNoteForm({"contact": contact}, number=OTHER_NUMBER, agent=make_agent("robin"))
    assert "contact" in form.errors
