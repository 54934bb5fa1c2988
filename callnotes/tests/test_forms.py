"""What an agent writes about a call: offered what fits the number, told what is wrong, stored once."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from callnotes.callbacks import Promise
from callnotes.forms import CallNoteForm, fields_of
from callnotes.models import CallNote, Disposition
from callnotes.tests.factories import NOON, disposition, make_agent, make_draft, make_note, minute
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"
SUBMISSION = "5d9f3a5e-0000-4000-8000-000000000001"


@pytest.fixture
def agent():
    return make_agent()


def _form(agent, corrected=None, **changed) -> CallNoteForm:
    sent = {"disposition": disposition("completed").pk, "comments": "Asked for a quote.", "submission": SUBMISSION}
    return CallNoteForm(sent | changed, number=NUMBER, agent=agent, corrected=corrected)


def test_the_form_records_a_note_of_the_agent(agent):
    contact = make_contact("Ada Example", NUMBER)
    form = _form(agent, contact=contact.pk)
    assert form.is_valid(), form.errors
    note = form.record()
    assert CallNote.objects.get() == note
    assert (note.number, note.contact, note.disposition.key, note.comments, note.agent, note.source) == (
        *(NUMBER, contact, "completed", "Asked for a quote.", agent),
        CallNote.Source.DESK,
    )
    assert (str(note.submission), note.corrects, note.token, note.call_id) == (SUBMISSION, None, "", "")


def test_the_form_sent_twice_is_one_note(agent):
    sent = [_form(agent), _form(agent)]
    assert [form.is_valid() for form in sent] == [True, True]
    assert sent[0].record() == sent[1].record() == CallNote.objects.get()


def test_active_contacts_of_the_number_are_offered_and_no_others(agent):
    ada, bea = make_contact("Ada Example", NUMBER), make_contact("Bea Example", NUMBER)
    archived = make_contact("Cem Example", NUMBER, archived_at="2026-01-02T03:04Z")
    other = make_contact("Dee Example", "+12025550123")
    assert list(_form(agent).fields["contact"].queryset) == [ada, bea]
    assert [_form(agent, contact=contact.pk).is_valid() for contact in (ada, bea, archived, other)] == [
        *(True, True),
        *(False, False),
    ]


def test_active_dispositions_are_offered_and_no_others(agent):
    Disposition.objects.filter(key="completed").update(is_active=False)
    offered = list(_form(agent).fields["disposition"].queryset)
    assert [row.key for row in offered] == ["no_answer", "schedule_later", "do_not_disturb"]
    assert list(_form(agent).errors) == ["disposition"]


def test_a_correction_names_the_note_that_it_corrects(agent):
    earlier = make_note(NUMBER, "Other words.")
    form = _form(agent, corrected=earlier)
    assert form.is_valid(), form.errors
    assert form.record().corrects == earlier


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        pytest.param({"disposition": ""}, {"disposition": ["Choose what came of the call."]}, id="no disposition"),
        pytest.param(
            {"comments": " \r\n"},
            {"comments": ["“Completed” asks for comments; write what came of the call."]},
            id="blank comments",
        ),
        pytest.param(
            {"comments": "a" * 10_001},
            {"comments": ["Comments are 10,001 characters long; shorten them to 10,000."]},
            id="long comments",
        ),
        pytest.param({"comments": "a\x00"}, {"comments": ["Null characters are not allowed."]}, id="NUL"),
        pytest.param({"submission": ""}, {"submission": ["This field is required."]}, id="no submission"),
        pytest.param({"submission": "1"}, {"submission": ["Enter a valid UUID."]}, id="malformed submission"),
    ],
)
def test_the_form_says_what_is_wrong(agent, changed, errors):
    assert _form(agent, **changed).errors == errors


def test_comments_are_not_asked_for_where_nobody_answered(agent):
    form = _form(agent, disposition=disposition("no_answer").pk, comments="")
    assert form.is_valid(), form.errors
    assert form.record().comments == ""


def test_line_ends_count_as_one_character_and_blanks_are_kept(agent):
    """A browser sends two characters for each line end that it counted as one."""
    form = _form(agent, comments="a\r\n" * 4_999 + "  ")
    assert form.is_valid(), form.errors
    assert form.record().comments == "a\n" * 4_999 + "  "
    longest = _form(agent, comments="a\r\n" * 5_000)
    assert longest.is_valid(), longest.errors
    assert list(_form(agent, comments="a\r\n" * 5_000 + "b").errors) == ["comments"]


def test_a_disposition_that_was_taken_away_meanwhile_is_told_apart_from_none(agent):
    Disposition.objects.filter(key="completed").update(is_active=False)
    said = "That is no longer offered. Choose another; your words are kept."
    assert _form(agent).errors == {"disposition": [said]}


@time_machine.travel(NOON, tick=False)
def test_a_note_keeps_when_its_page_was_opened(agent):
    form = _form(agent, opened_at=minute(-7).isoformat())
    assert form.is_valid(), form.errors
    assert form.record().opened_at == minute(-7)


@pytest.mark.parametrize(
    "opened_at",
    ["", "rubbish", "2026-03-04T11:59", minute(1).isoformat(), minute(-24 * 60 - 1).isoformat(), "9" * 5000, "\0"],
    ids=["none", "rubbish", "without a zone", "future", "old", "long", "NUL"],
)
@time_machine.travel(NOON, tick=False)
def test_a_page_that_tells_no_likely_moment_of_its_opening_is_saved_without_it(agent, opened_at):
    form = _form(agent, opened_at=opened_at)
    assert form.is_valid(), form.errors
    assert form.record().opened_at is None


@time_machine.travel(NOON, tick=False)
def test_a_new_form_tells_when_it_was_opened(agent):
    assert CallNoteForm(number=NUMBER, agent=agent)["opened_at"].value() == NOON.isoformat()


def _shown(form: CallNoteForm) -> dict[str, str]:
    """What stands in each field as a page shows it."""
    return {name: str(form[name].value()) for name in form.fields}


def test_a_form_begins_with_all_that_its_draft_holds(agent):
    ada = make_contact("Ada Example", NUMBER)
    typed = {
        "contact": str(ada.pk),
        "disposition": str(disposition("schedule_later").pk),
        "when": "pick",
        "due": "2026-03-06T10:30",
        "whose": "anyone",
    }
    draft = make_draft(NUMBER, agent, "Call ag", typed=typed, submission=uuid.UUID(SUBMISSION), opened_at=minute(-7))
    assert _shown(CallNoteForm(number=NUMBER, agent=agent, draft=draft)) == typed | {
        "comments": "Call ag",
        "submission": SUBMISSION,
        "opened_at": minute(-7).isoformat(),
    }


def test_a_draft_of_a_correction_goes_before_what_the_corrected_note_says(agent):
    earlier = make_note(NUMBER, "Asked for a quote.", agent=agent)
    draft = make_draft(NUMBER, agent, "Asked for two", corrects=earlier)
    form = CallNoteForm(number=NUMBER, agent=agent, corrected=earlier, draft=draft)
    assert (form["comments"].value(), form["submission"].value()) == ("Asked for two", str(draft.submission))


def test_a_correction_begins_with_all_that_the_note_says(agent):
    ada = make_contact("Ada Example", NUMBER)
    due_at = timezone.now().replace(microsecond=0) + timedelta(days=2)
    note = make_note(NUMBER, "Call.", key="schedule_later", agent=agent, promise=Promise(due_at, by_anyone=True))
    assert fields_of(note) == {
        "contact": str(ada.pk),
        "disposition": str(disposition("schedule_later").pk),
        "comments": "Call.",
        "when": due_at.isoformat(),
        "whose": "anyone",
    }
    without_time = make_note(OTHER_NUMBER, "Call.", key="schedule_later", agent=agent)
    assert fields_of(without_time) == {
        "contact": "",
        "disposition": str(disposition("schedule_later").pk),
        "comments": "Call.",
        "when": "none",
        "whose": "me",
    }


def test_a_draft_of_rubbish_can_be_shown(agent):
    """Nothing that is kept is checked before it is saved."""
    typed = dict.fromkeys(CallNoteForm.TYPED, "rubbish \u202e <b>")
    draft = make_draft(NUMBER, agent, "", typed=typed)
    form = CallNoteForm(number=NUMBER, agent=agent, draft=draft)
    assert (form["comments"].value(), form.chosen_time) == ("rubbish \u202e <b>", "pick")


def test_each_new_form_has_a_submission_of_its_own(agent):
    forms = [CallNoteForm(number=NUMBER, agent=agent) for _ in range(2)]
    assert forms[0]["submission"].value() != forms[1]["submission"].value()
