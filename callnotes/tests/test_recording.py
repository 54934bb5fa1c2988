"""A call becomes a note in one way: whole, with the contact as it was; only its comments can be taken away."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from callnotes import recording
from callnotes.models import CallNote, Disposition
from callnotes.tests.factories import disposition, make_agent, make_note
from contacts.models import Contact
from contacts.tests.factories import make_contact

NUMBER = "+6591234567"
SUBMISSION = uuid.UUID("5d9f3a5e-0000-4000-8000-000000000001")
MOMENT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
LONGEST = "é" * 10_000

pytestmark = pytest.mark.django_db


def sole_at(number: str) -> Contact | None:
    return recording.sole(Contact.objects.reached_at(number))


def _comments() -> list[str]:
    return list(CallNote.objects.order_by("pk").values_list("comments", flat=True))


def test_a_note_is_stored_with_all_that_was_recorded():
    contact, agent = make_contact("Ada Example", NUMBER), make_agent()
    earlier = make_note(NUMBER)
    note = recording.record(
        NUMBER,
        disposition("schedule_later"),
        "Call on Monday.",
        source=CallNote.Source.PHONE_SYSTEM,
        agent=agent,
        token="reception 4f2a",
        call_id="call 1",
        submission=SUBMISSION,
        corrects=earlier,
        opened_at=MOMENT - timedelta(minutes=4),
        now=MOMENT,
    )
    assert CallNote.objects.filter(pk=note.pk).values().get() == {
        "id": note.pk,
        "number": NUMBER,
        "contact_id": contact.pk,
        "contact_name": "Ada Example",
        "disposition_id": disposition("schedule_later").pk,
        "disposition_label": "Schedule Later",
        "comments": "Call on Monday.",
        "agent_id": agent.pk,
        "source": "3cx",
        "token": "reception 4f2a",
        "reported_call_id": None,
        "matched_by": "",
        "call_id": "call 1",
        "submission": SUBMISSION,
        "corrects_id": earlier.pk,
        "redacted_at": None,
        "redacted_by_id": None,
        "opened_at": MOMENT - timedelta(minutes=4),
        "created_at": MOMENT,
        "first_written_at": earlier.created_at,
    }


def test_a_note_about_a_number_that_nobody_has_is_stored_too():
    note = make_note("1001")
    assert (note.number, note.contact, note.contact_name) == ("1001", None, "")


@pytest.mark.parametrize("key", ["schedule_later", "do_not_disturb", "completed"])
@pytest.mark.parametrize("comments", ["", " ", "\n\t\u3000"], ids=["empty", "blank", "line end and blanks"])
def test_comments_are_asked_for_where_the_disposition_requires_them(key, comments):
    label = disposition(key).label
    with pytest.raises(recording.CommentsMissing) as refused:
        make_note(NUMBER, comments, key=key)
    assert str(refused.value) == f"“{label}” asks for comments; write what came of the call."
    assert CallNote.objects.count() == 0


@pytest.mark.parametrize("comments", ["", " ", "Voicemail."])
def test_comments_may_be_empty_where_the_disposition_does_not_require_them(comments):
    assert make_note(NUMBER, comments, key="no_answer").comments == comments


def test_whether_comments_are_required_is_an_effect_and_no_matter_of_the_name():
    Disposition.objects.filter(key="no_answer").update(requires_comments=True)
    Disposition.objects.filter(key="completed").update(requires_comments=False)
    assert make_note(NUMBER, "", key="completed").comments == ""
    with pytest.raises(recording.CommentsMissing):
        make_note(NUMBER, "", key="no_answer")


def test_comments_have_at_most_10_000_characters_and_lose_none():
    assert make_note(NUMBER, LONGEST).comments == LONGEST
    assert _comments() == [LONGEST]
    with pytest.raises(recording.CommentsTooLong) as refused:
        make_note(NUMBER, LONGEST + "é")
    assert str(refused.value) == "Comments are 10,001 characters long; shorten them to 10,000."
    assert _comments() == [LONGEST]


def test_the_database_itself_refuses_longer_comments():
    make_note(NUMBER)
    assert CallNote.objects.update(comments=LONGEST) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        CallNote.objects.update(comments=LONGEST + "é")


@pytest.mark.parametrize("number", ["", "9123 4567", "+065912345", "anonymous", "123\n"], ids=ascii)
def test_the_database_itself_refuses_a_note_about_what_is_no_canonical_number(number):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_note(number)


def test_comments_keep_every_character():
    comments = "  Łódź, 東京 😀\u200d🔥\r\n\t'; DROP TABLE <b>&amp;%s\\ \u202e end \n"
    make_note(NUMBER, comments)
    assert _comments() == [comments]


def test_a_note_belongs_to_the_contact_whom_the_number_reaches_alone():
    ada = make_contact("Ada Example", NUMBER, "+12025550123")
    make_contact("Bea Example", "+12025550123")
    make_contact("Cem Example", "+12025550124", archived_at=MOMENT)
    assert make_note(NUMBER).contact == sole_at(NUMBER) == ada
    assert make_note("+12025550123").contact is sole_at("+12025550123") is None
    assert make_note("+12025550124").contact is sole_at("+12025550124") is None


def test_an_archived_contact_does_not_make_the_active_one_uncertain():
    ada = make_contact("Ada Example", NUMBER)
    make_contact("Bea Example", NUMBER, archived_at=MOMENT)
    assert sole_at(NUMBER) == ada


def test_a_contact_that_was_chosen_is_the_notes():
    make_contact("Ada Example", NUMBER)
    bea = make_contact("Bea Example", NUMBER)
    note = make_note(NUMBER, contact=bea)
    assert (note.contact, note.contact_name) == (bea, "Bea Example")


def test_a_note_keeps_the_contacts_name_as_it_was():
    contact = make_contact("Ada Example", NUMBER)
    note = make_note(NUMBER)
    contact.name = "Ada Other"
    contact.save()
    note.refresh_from_db()
    assert (note.contact_name, note.contact.name) == ("Ada Example", "Ada Other")
    contact.delete()
    note.refresh_from_db()
    assert (note.contact_name, note.contact) == ("Ada Example", None)


def test_redacting_takes_the_comments_and_leaves_the_rest():
    author, keeper = make_agent("author"), make_agent("keeper")
    make_note(NUMBER, "Private.", agent=author, now=MOMENT)
    stays = make_note(NUMBER, "Stays.")
    assert recording.redact(CallNote.objects.exclude(pk=stays.pk), by=keeper, now=MOMENT) == 1
    redacted = CallNote.objects.exclude(pk=stays.pk).values(
        *("number", "disposition__key", "comments", "agent", "created_at", "redacted_at", "redacted_by")
    )
    assert redacted.get() == {
        "number": NUMBER,
        "disposition__key": "completed",
        "comments": "",
        "agent": author.pk,
        "created_at": MOMENT,
        "redacted_at": MOMENT,
        "redacted_by": keeper.pk,
    }
    assert _comments() == ["", "Stays."]


def test_redacting_twice_keeps_who_was_first():
    first, second = make_agent("first"), make_agent("second")
    make_note(NUMBER)
    redacted = [recording.redact(CallNote.objects.all(), by=person) for person in (first, second)]
    assert (redacted, CallNote.objects.get().redacted_by) == ([1, 0], first)
