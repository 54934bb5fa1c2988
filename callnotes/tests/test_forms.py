"""What an agent writes about a call: offered what fits the number, told what is wrong, stored once."""

import pytest

from callnotes.forms import CallNoteForm
from callnotes.models import CallNote, Disposition
from callnotes.tests.factories import disposition, make_agent, make_note
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

NUMBER = "+6591234567"
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


def test_each_new_form_has_a_submission_of_its_own(agent):
    forms = [CallNoteForm(number=NUMBER, agent=agent) for _ in range(2)]
    assert forms[0]["submission"].value() != forms[1]["submission"].value()
