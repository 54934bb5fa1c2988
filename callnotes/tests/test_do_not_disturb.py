"""The ledger of numbers that are not to be called: who set and lifted it; and why somebody called one all the same."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from callnotes import do_not_disturb, recording
from callnotes.models import CallNote, CallReason, Disposition, DoNotDisturb
from callnotes.tests.factories import make_agent, make_note, minute
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"
BOTH = [NUMBER, OTHER_NUMBER]
SECOND = timedelta(seconds=1)


def ledger() -> list[tuple]:
    """The entries in the order in which they were set: number, reason, note, by whom, until, lifted by, why."""
    names = ["reason", "note", "set_by__username", "ends_at", "lifted_by__username", "lifting_reason"]
    return list(DoNotDisturb.objects.order_by("set_at", "pk").values_list("number", *names))


# By a note


def test_those_numbers_alone_asked_for_peace_whose_note_says_so():
    make_note(NUMBER, key="do_not_disturb")
    make_note(OTHER_NUMBER, key="completed")
    assert do_not_disturb.asked_for([*BOTH, "1001", ""]) == {NUMBER}


def test_a_number_is_not_asked_about_where_it_is_not_named():
    make_note(NUMBER, key="do_not_disturb")
    assert (do_not_disturb.asked_for([OTHER_NUMBER]), do_not_disturb.asked_for([])) == (set(), set())


def test_a_later_outcome_does_not_end_it():
    make_note(NUMBER, key="do_not_disturb", now=minute(0))
    make_note(NUMBER, key="completed", now=minute(60))
    assert do_not_disturb.asked_for(BOTH) == {NUMBER}


def test_a_note_leaves_an_entry_of_its_agent_and_its_moment():
    note = make_note(NUMBER, "Wants no calls.", key="do_not_disturb", agent=make_agent("robin"), now=minute(0))
    assert ledger() == [(NUMBER, "", note.pk, "robin", None, None, "")]
    [entry] = do_not_disturb.in_force(NUMBER)
    assert (entry.set_at, entry.why) == (minute(0), "Wants no calls.")


def test_a_correction_does_not_end_it():
    asked = make_note(NUMBER, key="do_not_disturb")
    make_note(NUMBER, key="completed", corrects=asked)
    assert do_not_disturb.asked_for(BOTH) == {NUMBER}
    assert ledger() == [(NUMBER, "", asked.pk, None, None, None, "")]


@pytest.mark.parametrize(
    "keys",
    [
        ["do_not_disturb", "completed", "do_not_disturb"],
        ["do_not_disturb", "do_not_disturb", "do_not_disturb"],
        ["completed", "do_not_disturb", "no_answer", "do_not_disturb"],
    ],
    ids=" ".join,
)
def test_a_chain_of_corrections_adds_one_entry(keys):
    notes = [None]
    for place, key in enumerate(keys):
        notes.append(make_note(NUMBER, f"Words {place}.", key=key, corrects=notes[-1], now=minute(place)))
    assert [note for _, _, note, *_ in ledger()] == [notes[keys.index("do_not_disturb") + 1].pk]


def test_a_correction_that_says_it_again_after_it_was_lifted_adds_an_entry():
    asked = make_note(NUMBER, key="do_not_disturb", now=minute(0))
    do_not_disturb.lift(NUMBER, make_agent("lee"), "Said in error.", minute(1))
    correction = make_note(NUMBER, "After all.", key="do_not_disturb", corrects=asked, now=minute(2))
    assert [(note, by) for _, _, note, _, _, by, _ in ledger()] == [(asked.pk, "lee"), (correction.pk, None)]


def test_an_entry_that_another_note_added_is_not_the_corrections():
    make_note(NUMBER, key="do_not_disturb", now=minute(0))
    other = make_note(NUMBER, now=minute(1))
    correction = make_note(NUMBER, key="do_not_disturb", corrects=other, now=minute(2))
    assert [note for _, _, note, *_ in ledger()][1:] == [correction.pk]


def test_a_correction_that_says_it_again_adds_no_entry_and_one_that_says_it_first_does():
    asked = make_note(NUMBER, key="do_not_disturb")
    make_note(NUMBER, "Wants no calls at all.", key="do_not_disturb", corrects=asked)
    other = make_note(OTHER_NUMBER, key="completed")
    correction = make_note(OTHER_NUMBER, key="do_not_disturb", corrects=other)
    assert [(number, note) for number, _, note, *_ in ledger()] == [(NUMBER, asked.pk), (OTHER_NUMBER, correction.pk)]


def test_a_note_that_is_undone_takes_its_entry_with_it_and_leaves_others():
    agent = make_agent("robin")
    do_not_disturb.put(NUMBER, agent, "Asked by letter.")
    note = make_note(NUMBER, key="do_not_disturb", agent=agent)
    recording.undo(note, agent, {})
    assert ledger() == [(NUMBER, "Asked by letter.", None, "robin", None, None, "")]


def test_why_is_the_reason_or_the_notes_words_or_its_outcome():
    redacted = make_note(NUMBER, "Private.", key="do_not_disturb", now=minute(1))
    recording.redact(CallNote.objects.all(), by=make_agent())
    make_note(NUMBER, "Wants no calls.", key="do_not_disturb", now=minute(2))
    DoNotDisturb.objects.create(number=NUMBER, reason="Asked by letter.", set_at=minute(3))
    Disposition.objects.filter(pk=redacted.disposition_id).update(label="Leave alone")
    assert [entry.why for entry in do_not_disturb.in_force(NUMBER)] == [
        "Asked by letter.",
        "Wants no calls.",
        "Do not Disturb",
    ]


def test_a_redacted_note_still_asks_for_it():
    make_note(NUMBER, key="do_not_disturb")
    recording.redact(CallNote.objects.all(), by=make_agent())
    assert do_not_disturb.asked_for(BOTH) == {NUMBER}


def test_it_is_the_numbers_whoever_has_it():
    contact = make_contact("Ada Example", NUMBER)
    make_note(NUMBER, key="do_not_disturb")
    contact.delete()
    make_contact("Bea Example", NUMBER)
    assert do_not_disturb.asked_for(BOTH) == {NUMBER}


def test_it_is_an_effect_of_the_disposition_and_no_matter_of_its_name():
    Disposition.objects.filter(key="do_not_disturb").update(sets_do_not_disturb=False)
    Disposition.objects.filter(key="completed").update(sets_do_not_disturb=True)
    make_note(NUMBER, key="do_not_disturb")
    make_note(OTHER_NUMBER, key="completed")
    assert do_not_disturb.asked_for(BOTH) == {OTHER_NUMBER}


# By hand


def test_it_is_set_by_hand_with_a_reason_until_it_is_lifted():
    entry = do_not_disturb.put(NUMBER, make_agent("robin"), "Asked by letter.")
    assert ledger() == [(NUMBER, "Asked by letter.", None, "robin", None, None, "")]
    assert do_not_disturb.in_force(NUMBER) == [entry]


def test_it_is_set_by_hand_to_a_moment_at_which_it_is_over():
    entry = do_not_disturb.put(NUMBER, make_agent(), "On holiday.", ends_at=minute(10**6))
    asked = [do_not_disturb.asked_for(BOTH, now=entry.ends_at + after) for after in (-SECOND, timedelta(), SECOND)]
    assert asked == [{NUMBER}, set(), set()]


def test_what_a_person_says_twice_is_one_entry_and_what_differs_is_another():
    robin, lee, until = make_agent("robin"), make_agent("lee"), minute(10**6)
    said = [(robin, "Letter.", None)] * 2 + [(robin, "Letter.", until), (robin, "Call.", None), (lee, "Letter.", None)]
    for by, reason, ends_at in said:
        do_not_disturb.put(NUMBER, by, reason, ends_at)
    do_not_disturb.put(OTHER_NUMBER, robin, "Letter.")
    assert [(number, by, reason, ends_at) for number, reason, _, by, ends_at, *_ in ledger()] == [
        (NUMBER, "robin", "Letter.", None),
        (NUMBER, "robin", "Letter.", until),
        (NUMBER, "robin", "Call.", None),
        (NUMBER, "lee", "Letter.", None),
        (OTHER_NUMBER, "robin", "Letter.", None),
    ]


def test_what_was_lifted_is_set_again_by_the_same_words():
    robin = make_agent("robin")
    for _ in range(2):
        do_not_disturb.put(NUMBER, robin, "Letter.")
        do_not_disturb.lift(NUMBER, robin, "Changed their mind.")
    assert len(ledger()) == 2


def test_lifting_ends_all_that_is_in_force_of_the_number_and_says_by_whom_and_why():
    robin, avery = make_agent("robin"), make_agent("avery")
    note = make_note(NUMBER, key="do_not_disturb", agent=robin)
    for number in BOTH:
        do_not_disturb.put(number, robin, "Letter.")
    assert do_not_disturb.lift(NUMBER, avery, "Changed their mind.", now=minute(5)) == 2
    assert do_not_disturb.asked_for(BOTH) == {OTHER_NUMBER}
    lifted = ("avery", "Changed their mind.")
    assert ledger() == [
        (NUMBER, "", note.pk, "robin", None, *lifted),
        (NUMBER, "Letter.", None, "robin", None, *lifted),
        (OTHER_NUMBER, "Letter.", None, "robin", None, None, ""),
    ]
    assert set(DoNotDisturb.objects.lifted().values_list("lifted_at", flat=True)) == {minute(5)}


def test_what_was_lifted_or_is_over_is_not_lifted_again():
    robin, lee = make_agent("robin"), make_agent("lee")
    DoNotDisturb.objects.create(number=NUMBER, reason="On holiday.", set_at=minute(0), ends_at=minute(10))
    do_not_disturb.put(NUMBER, robin, "Letter.")
    do_not_disturb.lift(NUMBER, robin, "Changed their mind.", now=minute(20))
    assert do_not_disturb.lift(NUMBER, lee, "Again.", now=minute(30)) == 0
    assert [(reason, lifted_by) for _, reason, _, _, _, lifted_by, _ in ledger()] == [
        ("On holiday.", None),
        ("Letter.", "robin"),
    ]


def test_a_later_note_sets_again_what_was_lifted():
    make_note(NUMBER, key="do_not_disturb")
    do_not_disturb.lift(NUMBER, make_agent(), "Changed their mind.")
    make_note(NUMBER, key="do_not_disturb")
    assert do_not_disturb.asked_for(BOTH) == {NUMBER}


@pytest.mark.parametrize("ends_at", [minute(0), minute(-1)])
def test_the_database_itself_refuses_an_entry_that_ends_before_it_begins(ends_at):
    with pytest.raises(IntegrityError), transaction.atomic():
        DoNotDisturb.objects.create(number=NUMBER, reason="Letter.", set_at=minute(0), ends_at=ends_at)


@pytest.mark.parametrize("number", ["", "9123 4567", "anonymous"])
def test_the_database_itself_refuses_an_entry_for_what_is_no_canonical_number(number):
    agent = make_agent()
    with pytest.raises(IntegrityError), transaction.atomic():
        do_not_disturb.put(number, agent, "Letter.")


# What it costs


@pytest.mark.parametrize("numbers", [1, 3])
def test_asking_costs_one_query_for_all_numbers(django_assert_num_queries, numbers):
    asking = [f"100{place}" for place in range(numbers)]
    for number in asking:
        make_note(number, key="do_not_disturb")
    with django_assert_num_queries(1):
        assert do_not_disturb.asked_for(asking) == set(asking)


@pytest.mark.parametrize("entries", [1, 3])
def test_reading_what_is_in_force_costs_one_query(django_assert_num_queries, entries):
    for place in range(entries):
        make_note(NUMBER, key="do_not_disturb", agent=make_agent(f"agent{place}"))
        do_not_disturb.put(OTHER_NUMBER, make_agent(f"lee{place}"), "Letter.")
    with django_assert_num_queries(1):
        found = do_not_disturb.in_force_on(BOTH)
        assert len([f"{entry.why} {entry.set_by}" for entry in found]) == entries * 2


# Called all the same


def test_the_reason_for_a_call_is_kept_with_who_gave_it():
    agent = make_agent()
    given = do_not_disturb.give_reason(NUMBER, agent, "Asked us to call back about the invoice.")
    assert CallReason.objects.get() == given
    assert (given.number, given.agent, given.reason) == (NUMBER, agent, "Asked us to call back about the invoice.")
    assert str(given) == "+65 9123 4567: Asked us to call back about the invoice."


def test_a_reason_does_not_end_it():
    make_note(NUMBER, key="do_not_disturb")
    do_not_disturb.give_reason(NUMBER, make_agent(), "The invoice.")
    assert do_not_disturb.asked_for(BOTH) == {NUMBER}


@pytest.mark.parametrize("number", ["", "9123 4567", "anonymous"])
def test_the_database_itself_refuses_a_reason_for_what_is_no_canonical_number(number):
    agent = make_agent()
    with pytest.raises(IntegrityError), transaction.atomic():
        do_not_disturb.give_reason(number, agent, "The invoice.")
