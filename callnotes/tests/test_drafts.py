"""What an agent types is kept before it is saved: in the order in which it was typed, and gone with its note."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from callnotes import drafts, recording
from callnotes.drafts import SavedBefore, Version, WrittenElsewhere
from callnotes.models import CallNote, Draft
from callnotes.tests.factories import NOON, make_agent, make_call, make_draft, make_note, minute, send_form
from contacts.tests.threads import at_once

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"
FORM, OTHER_FORM = uuid.UUID(int=1), uuid.UUID(int=2)
WINDOW, OTHER_WINDOW = uuid.UUID(int=11), uuid.UUID(int=12)
KNOWN = {"submission": FORM, "window": WINDOW, "sequence": 1}


@pytest.fixture
def agent() -> User:
    return make_agent()


def keep(agent: User, comments: str, sequence: int, window: uuid.UUID = WINDOW, **told) -> None:
    drafts.keep(FORM, NUMBER, agent, {"comments": comments}, Version(window, sequence), **told)


def kept() -> list[tuple[str, uuid.UUID, int]]:
    """The words of each draft, and which keeping of which window they are."""
    return [(draft.comments, draft.window, draft.sequence) for draft in Draft.objects.order_by("pk")]


def test_what_is_typed_first_begins_a_draft_that_holds_everything(agent):
    call = make_call(NUMBER)
    corrected = make_note(NUMBER, agent=agent)
    fields = {"disposition": "4", "comments": "Asked for a qu", "when": "pick", "due": "2026-03-", "whose": "me"}
    with time_machine.travel(minute(3), tick=False):
        drafts.keep(
            *(FORM, NUMBER, agent, fields, Version(WINDOW, 1)), opened_at=minute(1), corrects=corrected, call=call
        )
    assert Draft.objects.values().get() == {
        "id": Draft.objects.get().pk,
        "agent_id": agent.pk,
        "submission": FORM,
        "number": NUMBER,
        "fields": fields,
        "corrects_id": corrected.pk,
        "call_id": call.pk,
        "window": WINDOW,
        "sequence": 1,
        "opened_at": minute(1),
        "updated_at": minute(3),
    }


@time_machine.travel(minute(3), tick=False)
def test_where_nobody_knows_when_the_page_was_opened_it_was_when_it_was_kept_first(agent):
    keep(agent, "Asked", 1)
    with time_machine.travel(minute(4), tick=False):
        keep(agent, "Asked for", 2)
    draft = Draft.objects.get()
    assert (draft.opened_at, draft.updated_at) == (minute(3), minute(4))


@pytest.mark.parametrize(
    ("sequences", "words"),
    [([1, 2], "Keeping 2."), ([2, 1], "Keeping 2."), ([1, 9], "Keeping 9."), ([3, 1, 2], "Keeping 3.")],
)
def test_what_a_window_kept_later_stands_whichever_arrives_first(agent, sequences, words):
    for sequence in sequences:
        keep(agent, f"Keeping {sequence}.", sequence)
    assert kept() == [(words, WINDOW, max(sequences))]


def test_a_keeping_that_is_sent_again_changes_nothing(agent):
    with time_machine.travel(minute(1), tick=False):
        keep(agent, "Asked.", 1)
    keep(agent, "Asked.", 1)
    assert (kept(), Draft.objects.get().updated_at) == ([("Asked.", WINDOW, 1)], minute(1))


@settings(max_examples=50)
@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=8).flatmap(lambda chosen: st.permutations(chosen)), st.booleans()
)
def test_in_whichever_order_and_however_often_a_windows_keepings_arrive_the_last_of_them_stands(sequences, is_begun):
    Draft.objects.all().delete()
    agent = User.objects.filter(username="agent").first() or make_agent()
    told = {"continues": Version(OTHER_WINDOW, 5)} if is_begun else {}
    if is_begun:
        keep(agent, "Of another window.", 5, OTHER_WINDOW)
    for sequence in sequences:
        keep(agent, f"Keeping {sequence}.", sequence, **told)
    assert kept() == [(f"Keeping {max(sequences)}.", WINDOW, max(sequences))]


def test_another_window_goes_on_from_what_it_knows(agent):
    keep(agent, "Asked.", 7)
    known = Version(WINDOW, 7)
    for _ in range(2):
        keep(agent, "Asked for two.", 1, OTHER_WINDOW, continues=known)
    keep(agent, "Asked for three.", 2, OTHER_WINDOW, continues=known)
    assert kept() == [("Asked for three.", OTHER_WINDOW, 2)]


@pytest.mark.parametrize(
    "continues",
    [None, Version(WINDOW, 6), Version(WINDOW, 8), Version(uuid.UUID(int=13), 7)],
    ids=["nothing", "an earlier keeping", "a later keeping", "a third window's"],
)
def test_another_window_overwrites_no_words_that_it_does_not_know(agent, continues):
    keep(agent, "Asked.", 7)
    with pytest.raises(WrittenElsewhere):
        keep(agent, "Asked for two.", 9, OTHER_WINDOW, continues=continues)
    assert kept() == [("Asked.", WINDOW, 7)]


def test_the_window_from_which_another_went_on_overwrites_it_no_more(agent):
    keep(agent, "Asked.", 7)
    keep(agent, "Asked for two.", 1, OTHER_WINDOW, continues=Version(WINDOW, 7))
    with pytest.raises(WrittenElsewhere):
        keep(agent, "Asked for nothing.", 8)
    assert kept() == [("Asked for two.", OTHER_WINDOW, 1)]


@pytest.mark.parametrize(
    "version", [{"sequence": 8}, {"sequence": 8, "window": OTHER_WINDOW, "continues": Version(WINDOW, 7)}]
)
def test_another_agents_form_is_never_written_to(agent, version):
    keep(agent, "Asked.", 7)
    with pytest.raises(WrittenElsewhere):
        keep(make_agent("lee"), "Words of Lee.", **version)
    assert (kept(), Draft.objects.get().agent) == ([("Asked.", WINDOW, 7)], agent)


def test_what_a_draft_is_about_stays_as_it_began(agent):
    """A form's number, call and corrected note are its page's."""
    keep(agent, "Asked.", 1, opened_at=NOON)
    elsewhere = {"opened_at": minute(5), "corrects": make_note(NUMBER), "call": make_call(NUMBER)}
    drafts.keep(FORM, OTHER_NUMBER, agent, {"comments": "Asked for two."}, Version(WINDOW, 2), **elsewhere)
    draft = Draft.objects.get()
    assert (draft.comments, draft.number, draft.opened_at) == ("Asked for two.", NUMBER, NOON)
    assert (draft.corrects, draft.call) == (None, None)


def test_a_form_that_is_a_note_already_begins_no_draft(agent):
    note = make_note(NUMBER, agent=agent, submission=FORM)
    with pytest.raises(SavedBefore) as refused:
        keep(agent, "Asked for two.", 1)
    assert (refused.value.note, kept()) == (note, [])


def test_a_nul_is_taken_out_and_every_other_character_kept(agent):
    """No database takes it, and nobody types it."""
    words = "  Łódź, 東京 😀\u200d🔥\r\n\t'; DROP TABLE <b>&amp;%s\\ \u202e \\u0000 \n"
    keep(agent, f"\0{words}\0", 1)
    assert kept() == [(words, WINDOW, 1)]
    keep(agent, f"{words}\0!", 2)
    assert kept() == [(f"{words}!", WINDOW, 2)]


def test_more_is_kept_than_can_be_saved(agent):
    """What is too long is said when it is saved, and not lost before."""
    keep(agent, "é" * 50_000, 1)
    assert kept() == [("é" * 50_000, WINDOW, 1)]


def test_a_draft_is_gone_when_its_form_is_a_note_and_others_stay(agent):
    keep(agent, "Asked.", 1)
    other = make_draft(NUMBER, agent, submission=OTHER_FORM)
    send_form(NUMBER, agent)
    assert Draft.objects.count() == 2
    send_form(NUMBER, agent, **KNOWN)
    assert list(Draft.objects.all()) == [other]


@pytest.mark.parametrize(
    "known",
    [
        {"window": WINDOW, "sequence": 7},
        {"window": WINDOW, "sequence": 9},
        {"window": OTHER_WINDOW, "sequence": 1, "continues_window": WINDOW, "continues_sequence": 7},
        {"continues_window": WINDOW, "continues_sequence": 7},
    ],
    ids=["its own keeping", "words kept nowhere since", "the draft that it began with", "without a script"],
)
def test_a_form_drops_the_draft_whose_words_it_knows(agent, known):
    keep(agent, "Asked.", 7)
    send_form(NUMBER, agent, submission=FORM, **known)
    assert (kept(), CallNote.objects.count()) == ([], 1)


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"window": WINDOW, "sequence": 6},
        {"window": OTHER_WINDOW, "sequence": 9},
        {"window": OTHER_WINDOW, "sequence": 9, "continues_window": WINDOW, "continues_sequence": 6},
        {"window": "", "sequence": ""},
        {"window": "x", "sequence": "²", "continues_window": "\0", "continues_sequence": "9" * 5000},
        {"window": OTHER_WINDOW, "sequence": 10**30},
    ],
    ids=["nothing", "an earlier keeping", "another window's", "from an earlier", "empty", "rubbish", "far"],
)
def test_a_draft_whose_words_the_form_did_not_know_goes_on_as_one_that_corrects_the_note(agent, known):
    keep(agent, "Asked for two, on Monday.", 7, opened_at=NOON)
    note = send_form(NUMBER, agent, submission=FORM, **known)
    draft = Draft.objects.get()
    assert (kept(), draft.opened_at) == ([("Asked for two, on Monday.", WINDOW, 7)], NOON)
    assert (draft.corrects, draft.submission != FORM) == (note, True)


def test_a_draft_that_goes_on_corrects_the_last_version_of_the_forms_note(agent):
    first = send_form(NUMBER, agent, submission=FORM)
    last = send_form(NUMBER, agent, "Asked for two.", corrected=first)
    Draft.objects.create(submission=FORM, agent=agent, number=NUMBER, window=WINDOW, sequence=1, opened_at=NOON)
    assert send_form(NUMBER, agent, submission=FORM) == first
    assert Draft.objects.get().corrects == last


def test_a_form_drops_no_draft_of_another_agent(agent):
    keep(agent, "Asked.", 1)
    send_form(NUMBER, make_agent("lee"), **KNOWN)
    draft = Draft.objects.get()
    assert (draft.agent, draft.submission, draft.corrects) == (agent, FORM, None)


def test_a_note_that_no_form_made_drops_no_draft(agent):
    """The phone system and the window of a draft do not know of each other."""
    keep(agent, "Asked.", 1)
    make_note(NUMBER, agent=agent, submission=FORM)
    assert kept() == [("Asked.", WINDOW, 1)]


def test_another_agents_form_that_is_a_note_is_not_told(agent):
    make_note(NUMBER, "Words of Lee.", agent=make_agent("lee"), submission=FORM)
    keep(agent, "Asked.", 1)
    assert (kept(), Draft.objects.get().agent) == ([("Asked.", WINDOW, 1)], agent)


@pytest.mark.parametrize("comments", ["Asked for a quote.", "Asked for two."], ids=["the same words", "other words"])
def test_a_form_that_is_sent_again_leaves_no_draft(agent, comments):
    note = make_note(NUMBER, agent=agent, submission=FORM)
    Draft.objects.create(
        submission=FORM, agent=agent, number=NUMBER, window=WINDOW, sequence=1, opened_at=NOON, updated_at=NOON
    )
    sent = send_form(NUMBER, agent, comments, **KNOWN)
    assert (kept(), sent.first_version()) == ([], note)


def test_a_form_that_cannot_be_a_note_stays_a_draft(agent):
    keep(agent, "", 1)
    with pytest.raises(recording.CommentsMissing):
        make_note(NUMBER, "", agent=agent, submission=FORM)
    assert (kept(), CallNote.objects.count()) == ([("", WINDOW, 1)], 0)


def test_a_draft_is_dropped_in_the_transaction_that_stores_its_note(agent):
    keep(agent, "Asked.", 1)
    with transaction.atomic():
        send_form(NUMBER, agent, **KNOWN)
        assert (kept(), CallNote.objects.count()) == ([], 1)
        transaction.set_rollback(True)
    assert (kept(), CallNote.objects.count()) == ([("Asked.", WINDOW, 1)], 0)


def test_an_agent_discards_drafts_of_ones_own_alone(agent):
    keep(agent, "Asked.", 1)
    assert drafts.discard(FORM, make_agent("lee")) is False
    assert drafts.discard(OTHER_FORM, agent) is False
    assert kept() == [("Asked.", WINDOW, 1)]
    assert drafts.discard(FORM, agent) is True
    assert drafts.discard(FORM, agent) is False
    assert kept() == []


def test_unfinished_are_the_agents_own_and_what_was_typed_last_comes_first(agent):
    with time_machine.travel(NOON, tick=False) as clock:
        first, second = (make_draft(number, agent) for number in (NUMBER, OTHER_NUMBER))
        make_draft(NUMBER, make_agent("lee"))
        assert list(drafts.unfinished(agent)) == [second, first]
        clock.shift(timedelta(seconds=1))
        make_draft(NUMBER, agent, "Asked for two.", submission=first.submission, version=Version(first.window, 2))
    assert list(drafts.unfinished(agent)) == [first, second]


# At once

ROUNDS = 12


def attempt(act: Callable[[], None]) -> str:
    """What came of an act that may be refused."""
    try:
        act()
    except (SavedBefore, WrittenElsewhere) as refused:
        return type(refused).__name__
    return ""


def type_again_and_again(agent: User, form: uuid.UUID) -> None:
    """Begins a draft anew many times, until it is a note; what is kept last is not discarded."""
    for _ in range(500):
        if CallNote.objects.filter(submission=form).exists():
            return
        drafts.discard(form, agent)
        drafts.keep(form, NUMBER, agent, {"comments": "Asked."}, Version(WINDOW, 1))


@pytest.mark.django_db(transaction=True)
def test_a_form_that_is_saved_while_it_is_kept_never_leaves_both_a_note_and_a_draft():
    agent = make_agent()
    forms = [uuid.uuid4() for _ in range(ROUNDS)]
    for form in forms:
        at_once(
            lambda form=form: send_form(NUMBER, agent, "Asked for two.", **KNOWN | {"submission": form}),
            lambda form=form: attempt(lambda: type_again_and_again(agent, form)),
        )
    assert kept() == []
    assert set(CallNote.objects.values_list("submission", flat=True)) == set(forms)


@pytest.mark.django_db(transaction=True)
def test_of_two_windows_that_begin_one_form_at_once_one_is_kept_and_the_other_is_told():
    agent = make_agent()
    for _ in range(ROUNDS):
        Draft.objects.all().delete()
        told = at_once(
            lambda: attempt(lambda: keep(agent, "One.", 1)),
            lambda: attempt(lambda: keep(agent, "Two.", 1, OTHER_WINDOW)),
        )
        stands = ("One.", WINDOW, 1) if told[1] else ("Two.", OTHER_WINDOW, 1)
        assert (sorted(told), kept()) == (["", "WrittenElsewhere"], [stands])


@pytest.mark.django_db(transaction=True)
def test_of_keepings_of_one_window_that_arrive_at_once_the_last_stands():
    agent = make_agent()
    for _ in range(ROUNDS):
        Draft.objects.all().delete()
        at_once(*[lambda sequence=sequence: keep(agent, f"Keeping {sequence}.", sequence) for sequence in (3, 1, 4, 2)])
        assert kept() == [("Keeping 4.", WINDOW, 4)]


def test_more_than_any_wrap_up_holds_is_refused_and_nothing_is_kept(agent):
    with pytest.raises(drafts.TooLong):
        keep(agent, "x" * (drafts.LONGEST_FIELD + 1), 1)
    assert kept() == []


def test_an_agent_has_a_bounded_number_of_unfinished_wrap_ups(agent, monkeypatch):
    monkeypatch.setattr(drafts, "DRAFTS_AT_MOST", 2)
    for _ in range(2):
        make_draft(NUMBER, agent)
    with pytest.raises(drafts.TooMany):
        keep(agent, "One more.", 1)
    assert len(kept()) == 2
