"""A note that is undone in the moment in which something else happens to it, in threads of their own."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from callnotes import recording
from callnotes.callbacks import Promise
from callnotes.drafts import Version
from callnotes.forms import fields_of
from callnotes.models import Callback, CallNote, DoNotDisturb, Draft
from callnotes.recording import TakenBack, TooLate
from callnotes.tests.factories import make_agent, make_draft, make_note, minute, send_form
from contacts.tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = "+6591234567"
FORM, WINDOW = uuid.UUID(int=1), uuid.UUID(int=11)
DUE = minute(600)
ROUNDS = 8


def save(agent: User, comments: str = "Asked for a quote.", **fields) -> CallNote:
    return make_note(NUMBER, comments, agent=agent, now=minute(10), **fields)


def undo(note: CallNote, agent: User) -> uuid.UUID:
    return recording.undo(note, agent, fields_of(note), note.created_at + timedelta(seconds=9))


def attempt(act: Callable[[], object]) -> bool:
    """Whether an act came to pass; what is corrected cannot be undone, and what is undone not corrected."""
    try:
        act()
    except (TooLate, TakenBack):
        return False
    return True


def forget_everything() -> None:
    for model in (Callback, DoNotDisturb, Draft):
        model.objects.all().delete()
    CallNote.objects.update(corrects=None)
    CallNote.objects.all().delete()


def test_a_note_that_is_undone_while_it_is_corrected_is_one_or_the_other():
    agent = make_agent("robin")
    for _ in range(ROUNDS):
        note = save(agent, key="schedule_later", promise=Promise(DUE))
        read_before = CallNote.objects.select_related("disposition").get()
        is_undone, is_corrected = at_once(
            lambda note=note: attempt(lambda: undo(note, agent)),
            lambda note=read_before: attempt(lambda: save(agent, "Done.", corrects=note)),
        )
        are_open = [callback.closed_at is None for callback in Callback.objects.all()]
        left = (CallNote.objects.count(), Draft.objects.count(), are_open)
        assert (is_undone, is_corrected, *left) in [(True, False, 0, 1, []), (False, True, 2, 0, [False])]
        forget_everything()


def test_a_form_that_is_sent_again_while_its_note_is_undone_is_a_note_or_a_draft_and_never_both():
    agent = make_agent("robin")
    for _ in range(ROUNDS):
        note = send_form(NUMBER, agent, submission=FORM)
        at_once(lambda note=note: undo(note, agent), lambda: send_form(NUMBER, agent, submission=FORM))
        left = [row.comments for model in (CallNote, Draft) for row in model.objects.all()]
        assert left == ["Asked for a quote."]
        forget_everything()


def test_a_correction_by_its_form_while_the_note_is_undone_is_stored_or_told_and_loses_no_draft():
    """The form that came too late keeps its draft, which is a note of its own then."""
    agent = make_agent("robin")
    kept = {"submission": FORM, "window": WINDOW, "sequence": 1}
    for _ in range(ROUNDS):
        note = save(agent)
        make_draft(NUMBER, agent, "Done.", submission=FORM, version=Version(WINDOW, 1), corrects=note)
        is_undone, is_corrected = at_once(
            lambda note=note: attempt(lambda: undo(note, agent)),
            lambda note=note: attempt(lambda: send_form(NUMBER, agent, "Done.", corrected=note, **kept)),
        )
        drafts = {draft.comments: draft.corrects for draft in Draft.objects.all()}
        left = (CallNote.objects.count(), drafts)
        both = {"Done.": None, "Asked for a quote.": None}
        assert (is_undone, is_corrected, *left) in [(True, False, 0, both), (False, True, 2, {})]
        forget_everything()


def test_a_note_that_is_undone_twice_at_once_is_undone_once():
    agent = make_agent("robin")
    for _ in range(ROUNDS):
        note = save(agent, submission=FORM)
        told = at_once(*[lambda note=note: attempt(lambda: undo(note, agent))] * 2)
        assert (sorted(told), CallNote.objects.count(), Draft.objects.count()) == ([False, True], 0, 1)
        forget_everything()


def test_two_corrections_of_one_note_at_once_stand_one_after_the_other():
    agent = make_agent("robin")
    for _ in range(ROUNDS):
        note = save(agent, key="do_not_disturb")
        at_once(
            *[
                lambda note=note, words=words: send_form(NUMBER, agent, words, key="do_not_disturb", corrected=note)
                for words in ("One.", "Two.")
            ]
        )
        first, second, third = CallNote.objects.order_by("pk")
        assert (first, second.corrects, third.corrects) == (note, note, second)
        assert [entry.note for entry in DoNotDisturb.objects.all()] == [note]
        forget_everything()
