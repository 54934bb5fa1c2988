"""Wrap-ups are kept while they are typed, saved once whatever fails meanwhile, discarded, and taken back."""

import re
import uuid
from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from callnotes import recording
from callnotes.models import CallNote, Draft
from callnotes.tests.factories import disposition, make_agent, make_draft, make_note
from contacts.tests.factories import make_contact
from contacts.tests.pages import pieces, words
from desk.popup import NOT_CORRECTABLE
from desk.tests.calls import ANOTHER, NOON, make_call
from desk.tests.wrapups import (
    GRACE_IS_OVER,
    JSON,
    NUMBER,
    POPUP,
    WINDOW,
    drafts,
    form,
    keep,
    keeping,
    notes,
    save,
    told,
)

pytestmark = pytest.mark.django_db

SUBMISSION = uuid.UUID(int=1)
# On PostgreSQL a note waits for its number's turn; SQLite has one writer as it is.
TURN = int(settings.DATABASES["default"]["ENGINE"].endswith("postgresql"))
GONE = "That note is not there any more; look among the unfinished wrap-ups."
NO_NUMBER = "“anonymous” is no phone number. Write digits, with + and the country code where it is abroad."


@pytest.fixture
def agent(client) -> User:
    agent = make_agent("robin", first_name="Robin", last_name="Agent")
    client.force_login(agent)
    return agent


# Keeping


def test_what_is_typed_is_kept_with_all_that_the_page_knows(client, agent):
    corrected, call = make_note(NUMBER, agent=agent), make_call(NUMBER, NOON)
    typed = {"contact": "5", "disposition": "2", "when": "pick", "due": "2026-03-", "whose": "anyone"}
    with time_machine.travel(NOON, tick=False):
        opened_at = (NOON - timedelta(minutes=3)).isoformat()
        response = keep(client, **typed, corrects=corrected.pk, call=call.pk, opened_at=opened_at, sequence=4)
    assert (response.status_code, response.content) == (204, b"")
    assert Draft.objects.values().get() == {
        "id": Draft.objects.get().pk,
        "agent_id": agent.pk,
        "submission": SUBMISSION,
        "number": NUMBER,
        "fields": typed | {"comments": "Asked for a qu"},
        "corrects_id": corrected.pk,
        "call_id": call.pk,
        "window": WINDOW,
        "sequence": 4,
        "opened_at": NOON - timedelta(minutes=3),
        "updated_at": NOON,
    }


def test_what_the_script_leaves_empty_is_no_fault(client, agent):
    told_empty = ("corrects", "call", "continues_window", "continues_sequence", "opened_at", "disposition", "comments")
    assert keep(client, **dict.fromkeys(told_empty, "")).status_code == 204
    assert drafts() == [""]


def test_nothing_that_is_typed_is_refused_before_it_is_saved(client, agent):
    typed = dict.fromkeys(["contact", "disposition", "when", "due", "whose"], "rubbish")
    assert keep(client, **typed, comments="x" * 10_001).status_code == 204
    assert drafts() == ["x" * 10_001]


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"submission": "x"}, {"submission": ["Enter a valid UUID."]}),
        ({"window": ""}, {"window": ["This field is required."]}),
        ({"sequence": "0"}, {"sequence": ["Ensure this value is greater than or equal to 1."]}),
        ({"sequence": str(2**31)}, {"sequence": ["Ensure this value is less than or equal to 2147483647."]}),
        ({"continues_window": "x"}, {"continues_window": ["Enter a valid UUID."]}),
        ({"number": "anonymous"}, {"number": [NO_NUMBER]}),
        ({"corrects": "0"}, {"corrects": ["Ensure this value is greater than or equal to 1."]}),
        ({"call": "x"}, {"call": ["Enter a whole number."]}),
    ],
)
def test_what_no_page_sends_is_refused_in_words(client, agent, changed, errors):
    assert told(keep(client, **changed)) == (400, {"errors": errors})
    assert drafts() == []


def _redacted(agent: User) -> CallNote:
    note = make_note(NUMBER, agent=agent)
    recording.redact(CallNote.objects.all(), by=agent)
    return note


def _of_another(agent: User) -> CallNote:
    return make_note(NUMBER, agent=make_agent("lee"))


def _of_another_number(agent: User) -> CallNote:
    return make_note(ANOTHER, agent=agent)


@pytest.mark.parametrize("make", [_redacted, _of_another, _of_another_number, None])
def test_words_are_kept_where_what_they_correct_is_not_to_be_had(client, agent, make):
    assert keep(client, corrects=make(agent).pk if make else 999).status_code == 204
    draft = Draft.objects.get()
    assert (draft.comments, draft.corrects) == ("Asked for a qu", None)


@pytest.mark.parametrize("is_there", [False, True], ids=["no call", "another number's"])
def test_words_are_kept_where_their_call_is_not_to_be_had(client, agent, is_there):
    call = make_call(ANOTHER, NOON).pk if is_there else 999
    assert keep(client, call=call).status_code == 204
    draft = Draft.objects.get()
    assert (draft.comments, draft.call) == ("Asked for a qu", None)


def test_a_window_that_does_not_know_what_another_wrote_is_told(client, agent):
    keep(client, sequence=7)
    answer = keep(client, window=uuid.UUID(int=12), comments="Other words.")
    assert (told(answer), drafts()) == ((409, {"elsewhere": True}), ["Asked for a qu"])


def test_a_window_goes_on_with_the_draft_that_its_page_showed(client, agent):
    keep(client, sequence=7)
    known = {"continues_window": WINDOW, "continues_sequence": 7}
    response = keep(client, window=uuid.UUID(int=12), comments="More words.", **known)
    assert (response.status_code, drafts()) == (204, ["More words."])


def test_nobody_keeps_words_in_another_agents_draft(client, agent):
    make_draft(NUMBER, make_agent("lee"), "Words of Lee.", submission=SUBMISSION)
    assert (told(keep(client)), drafts()) == ((409, {"elsewhere": True}), ["Words of Lee."])


def test_nobody_is_told_of_another_agents_note(client, agent):
    make_note(NUMBER, "Words of Lee.", agent=make_agent("lee"), submission=SUBMISSION)
    response = keep(client)
    assert (response.status_code, response.content, drafts()) == (204, b"", ["Asked for a qu"])
    assert save(client, submission=SUBMISSION, window=WINDOW, sequence=1).status_code == 200
    assert (notes()[1], drafts()) == (("completed", "Asked for a quote."), [])
    note = CallNote.objects.get(agent=agent)
    assert (note.corrects, note.submission == SUBMISSION) == (None, False)


@pytest.mark.parametrize(
    ("typed", "is_same"),
    [
        ({"comments": "Asked for a quote."}, True),
        ({"comments": " Asked for a quote.\r\n"}, True),
        ({"comments": ""}, True),
        ({"comments": "Asked for two."}, False),
        ({"comments": "Asked for a quote.", "disposition": "no_answer"}, False),
        ({"comments": "Asked for a quote.", "disposition": "completed"}, True),
    ],
)
def test_what_is_kept_of_a_form_that_is_a_note_already_is_told_with_the_note(client, agent, typed, is_same):
    note = make_note(NUMBER, agent=agent, submission=SUBMISSION)
    typed = typed | ({"disposition": disposition(typed["disposition"]).pk} if "disposition" in typed else {})
    assert told(keep(client, **typed)) == (409, {"saved": note.pk, "is_same": is_same})
    assert drafts() == []


def test_line_ends_make_no_other_words(client, agent):
    note = make_note(NUMBER, "One.\nTwo.", agent=agent, submission=SUBMISSION)
    assert told(keep(client, comments="One.\r\nTwo.")) == (409, {"saved": note.pk, "is_same": True})


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_what_is_kept_is_sent_by_post(client, agent, method):
    assert getattr(client, method)("/drafts/").status_code == 405


def test_nothing_is_kept_for_whoever_is_not_signed_in(client):
    assert told(keep(client)) == (401, {"error": "signed_out"})
    assert drafts() == []


def test_a_token_of_another_sign_in_is_told_in_json(agent):
    client = Client(enforce_csrf_checks=True)
    client.force_login(agent)
    for address, fields in (("/drafts/", keeping()), (POPUP, form())):
        assert told(client.post(address, fields, headers=JSON)) == (403, {"error": "stale"})
    assert (drafts(), notes()) == ([], [])


# Saving


def test_the_script_is_told_the_note_and_where_to_go_on(client, agent):
    keep(client)
    response = save(client, submission=SUBMISSION, window=WINDOW, sequence=1)
    note = CallNote.objects.get()
    assert told(response) == (200, {"go": f"/numbers/+6591234567/?saved={note.pk}", "note": note.pk})
    assert (notes(), drafts()) == ([("completed", "Asked for a quote.")], [])


def test_the_script_goes_on_with_the_list_from_which_the_agent_came(client, agent):
    response = save(client, f"{POPUP}&then=missed")
    assert response.json()["go"] == f"/missed/?saved={CallNote.objects.get().pk}"


def test_a_form_that_is_sent_again_is_the_same_note(client, agent):
    sent = form()
    answers = [told(client.post(POPUP, sent, headers=JSON)) for _ in range(3)]
    assert (set(map(str, answers)), len(notes())) == ({str(answers[0])}, 1)


def test_what_cannot_be_saved_is_answered_by_the_page_that_says_why(client, agent):
    keep(client)
    response = save(client, submission=SUBMISSION, comments=" ")
    page = response.content.decode()
    assert response.status_code == 422
    said = "“Completed” asks for comments; write what came of the call."
    assert [words(line) for line in pieces(page, "p")].count(said) == 1
    assert (notes(), drafts()) == ([], ["Asked for a qu"])


def test_without_the_script_the_page_that_says_why_is_a_page_as_any(client, agent):
    assert client.post(POPUP, form(comments="")).status_code == 200


def test_a_form_that_is_sent_after_the_sign_in_ended_is_saved_once_after_the_next(client, agent):
    sent = form()
    client.logout()
    assert told(client.post(POPUP, sent, headers=JSON)) == (401, {"error": "signed_out"})
    assert notes() == []
    credentials = {"username": "robin", "password": "a password of the tests"}
    assert client.post("/login/again/", credentials, headers=JSON).status_code == 200
    for _ in range(2):
        assert client.post(POPUP, sent, headers=JSON).status_code == 200
    assert notes() == [("completed", "Asked for a quote.")]


@pytest.mark.parametrize("others", [0, 3])
def test_a_note_costs_as_many_queries_however_much_is_unfinished(client, agent, django_assert_num_queries, others):
    for _ in range(others):
        make_draft(NUMBER, agent)
    make_contact("Mira Talvane", NUMBER)
    sent = form(disposition=disposition("no_answer").pk, submission=SUBMISSION, window=WINDOW, sequence=1)
    keep(client)
    with django_assert_num_queries(16 + 2 * TURN):
        client.post(POPUP, sent, headers=JSON)


@pytest.mark.parametrize("key", ["completed", "do_not_disturb"])
@pytest.mark.parametrize("when", ["before it was read", "after it was read"])
def test_a_correction_of_a_note_that_was_undone_meanwhile_is_told_and_its_words_stay(client, agent, key, when):
    note = make_note(NUMBER, agent=agent)
    keep(client, corrects=note.pk)
    sent = {"comments": "Other words.", "disposition": disposition(key).pk, "submission": SUBMISSION}

    standing = [note]

    def undo() -> None:
        while standing:
            recording.undo(standing.pop(), agent, {"comments": "First."})

    def undo_before_the_turn(execute, sql, *told):
        if sql.startswith("SAVEPOINT"):
            undo()
        return execute(sql, *told)

    if when == "before it was read":
        undo()
    with connection.execute_wrapper(undo_before_the_turn):
        response = save(client, f"{POPUP}&corrects={note.pk}", **sent, window=WINDOW, sequence=1)
    assert (response.status_code, notes(), drafts()) == (422, [], ["Asked for a qu", "First."])
    assert str(NOT_CORRECTABLE) in response.content.decode()
    assert "Other words.</textarea>" in response.content.decode()


def test_a_correction_corrects_the_last_version_though_its_page_showed_an_earlier_one(client, agent):
    first = make_note(NUMBER, agent=agent)
    second = make_note(NUMBER, "Two.", agent=agent, corrects=first)
    save(client, f"{POPUP}&corrects={first.pk}", comments="Three.")
    assert CallNote.objects.latest("pk").corrects == second


def test_a_page_without_a_script_goes_on_with_its_draft_after_an_error(client, agent):
    draft = make_draft(NUMBER, agent)
    opened = client.get(POPUP, follow=True).content.decode()
    refused = client.post(POPUP, form(submission=SUBMISSION, comments="", **_continued(opened))).content.decode()
    assert _continued(opened) == _continued(refused)
    assert _continued(opened) == {"continues_window": str(draft.window), "continues_sequence": str(draft.sequence)}
    client.post(POPUP, form(submission=draft.submission, **_continued(refused)))
    assert (len(notes()), drafts()) == (1, [])


def _continued(page: str) -> dict[str, str]:
    """What the form of a page says of the draft that it began with."""
    return dict(re.findall(r'<input type="hidden" name="(continues_\w+)" value="([^"]*)">', page))


# Another agent's page


@pytest.mark.parametrize("whose", ["another's", "nobody's", "rubbish"])
def test_words_that_another_agent_typed_are_refused_to_the_script_that_keeps_or_saves_them(client, agent, whose):
    named = {"another's": make_agent("lee").pk, "nobody's": "", "rubbish": "\0"}[whose]
    for address, sent in (("/drafts/", keeping()), (POPUP, form())):
        assert told(client.post(address, sent | {"agent": named}, headers=JSON)) == (401, {"error": "signed_out"})
    assert (notes(), drafts()) == ([], [])


def test_words_that_another_agent_typed_are_shown_to_be_copied_where_there_is_no_script(client, agent):
    response = client.post(POPUP, form(comments="Words of <b>Lee</b>.", agent=make_agent("lee").pk))
    assert (response.status_code, notes()) == (403, [])
    assert "Words of &lt;b&gt;Lee&lt;/b&gt;." in response.content.decode()


def test_a_page_names_its_agent_and_what_that_one_types_is_taken(client, agent):
    page = client.get(POPUP).content.decode()
    assert f'<input type="hidden" name="agent" value="{agent.pk}">' in page
    assert f'data-agent="{agent.pk}"' in page
    assert keep(client, agent=agent.pk).status_code == 204
    assert save(client, agent=agent.pk).status_code == 200


# Discarding


def test_a_discarded_wrapup_is_gone_and_that_is_said(client, agent):
    keep(client)
    response = client.post("/drafts/discard/", {"submission": SUBMISSION}, follow=True)
    assert (response.redirect_chain, drafts()) == ([("/", 302)], [])
    assert "Discarded." in response.content.decode()


def test_who_discards_a_wrapup_in_a_pop_up_begins_anew_there(client, agent):
    keep(client)
    page = client.get("/popup", {"cid": NUMBER, "draft": SUBMISSION}).content.decode()
    assert f'name="number" value="{NUMBER}"' in page
    response = client.post("/drafts/discard/", {"submission": SUBMISSION, "number": NUMBER}, follow=True)
    assert response.redirect_chain == [(f"/popup?cid={quote(NUMBER)}&new=1", 302)]
    assert (drafts(), "Discarded." in response.content.decode()) == ([], True)


@pytest.mark.parametrize("submission", ["", "x", uuid.UUID(int=2)], ids=str)
def test_what_is_there_no_more_is_not_discarded_and_that_is_said(client, agent, submission):
    keep(client)
    response = client.post("/drafts/discard/", {"submission": submission}, follow=True)
    assert "That was saved or discarded before." in response.content.decode()
    assert drafts() == ["Asked for a qu"]


def test_nobody_discards_the_wrapup_of_another(client, agent):
    draft = make_draft(NUMBER, make_agent("lee"))
    response = client.post("/drafts/discard/", {"submission": draft.submission}, follow=True)
    assert "That was saved or discarded before." in response.content.decode()
    assert Draft.objects.get() == draft


@pytest.mark.parametrize("address", ["/drafts/discard/", "/notes/{}/undo/"])
def test_whoever_signed_in_for_a_click_is_led_on_and_nothing_happens(client, agent, address):
    note, draft = make_note(NUMBER, agent=agent), make_draft(NUMBER, agent)
    response = client.get(address.format(note.pk))
    assert (response.status_code, response.url) == (302, "/" if "draft" in address else "/numbers/+6591234567/")
    assert (CallNote.objects.get(), Draft.objects.get()) == (note, draft)


@pytest.mark.parametrize("address", ["/drafts/discard/", "/notes/1/undo/"])
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_else_is_done_to_wrapups(client, agent, address, method):
    assert getattr(client, method)(address).status_code == 405


# Taking back


def test_a_note_that_is_taken_back_stands_in_the_popup_again(client, agent):
    make_contact("Mira Talvane", NUMBER)
    save(client, submission=SUBMISSION)
    note = CallNote.objects.get()
    response = client.post(f"/notes/{note.pk}/undo/", follow=True)
    assert response.redirect_chain == [(f"/popup?cid=%2B6591234567&draft={SUBMISSION}", 302)]
    page = response.content.decode()
    assert "Taken back: your words about +65 9123 4567 are not saved now." in words(page)
    assert "Asked for a quote.</textarea>" in page
    assert (notes(), drafts()) == ([], ["Asked for a quote."])


def test_a_note_cannot_be_taken_back_later(client, agent):
    with time_machine.travel(NOON, tick=False) as clock:
        save(client)
        clock.shift(GRACE_IS_OVER)
        response = client.post(f"/notes/{CallNote.objects.get().pk}/undo/", follow=True)
    assert response.redirect_chain == [("/numbers/+6591234567/", 302)]
    assert "It is too late to undo that; correct the note instead." in response.content.decode()
    assert (notes(), drafts()) == ([("completed", "Asked for a quote.")], [])


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("whose", ["another's", "nobody's"])
def test_a_note_that_is_not_to_be_had_is_not_taken_back_and_that_is_said(client, agent, method, whose):
    note = make_note(NUMBER, agent=make_agent("lee"))
    pk = note.pk if whose == "another's" else 10**18
    response = getattr(client, method)(f"/notes/{pk}/undo/", follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert GONE in response.content.decode()
    assert (CallNote.objects.get(), drafts()) == (note, [])


def test_whoever_clicks_twice_to_take_a_note_back_is_led_on_and_loses_no_word(client, agent):
    save(client)
    undo = f"/notes/{CallNote.objects.get().pk}/undo/"
    assert client.post(undo).status_code == 302
    response = client.post(undo, follow=True)
    assert (response.redirect_chain, GONE in response.content.decode()) == ([("/", 302)], True)
    assert (notes(), drafts()) == ([], ["Asked for a quote."])


def test_a_correction_that_is_taken_back_is_a_draft_of_a_correction(client, agent):
    note = make_note(ANOTHER, agent=agent)
    save(client, f"/popup/?cid={ANOTHER[1:]}&corrects={note.pk}", comments="Other words.")
    response = client.post(f"/notes/{CallNote.objects.latest('pk').pk}/undo/", follow=True)
    assert (response.context["corrected"], response.context["draft"].comments) == (note, "Other words.")
    assert f"corrects={note.pk}" in response.content.decode()
