"""Numbers that asked for peace, and why somebody called one all the same."""

import pytest
from django.db import IntegrityError, transaction

from callnotes import do_not_disturb, recording
from callnotes.models import CallNote, CallReason, Disposition
from callnotes.tests.factories import make_agent, make_note, minute
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"
BOTH = [NUMBER, OTHER_NUMBER]


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


def test_a_correction_ends_it_and_another_begins_it_again():
    asked = make_note(NUMBER, key="do_not_disturb")
    correction = make_note(NUMBER, key="completed", corrects=asked)
    assert do_not_disturb.asked_for(BOTH) == set()
    make_note(NUMBER, key="do_not_disturb", corrects=correction)
    assert do_not_disturb.asked_for(BOTH) == {NUMBER}


def test_of_two_notes_that_ask_for_it_a_correction_ends_only_its_own():
    make_note(NUMBER, "First.", key="do_not_disturb")
    second = make_note(NUMBER, "Second.", key="do_not_disturb")
    make_note(NUMBER, key="completed", corrects=second)
    assert do_not_disturb.asked_for(BOTH) == {NUMBER}


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


@pytest.mark.parametrize("numbers", [1, 3])
def test_asking_costs_one_query_for_all_numbers(django_assert_num_queries, numbers):
    asking = [f"100{place}" for place in range(numbers)]
    for number in asking:
        make_note(number, key="do_not_disturb")
    with django_assert_num_queries(1):
        assert do_not_disturb.asked_for(asking) == set(asking)


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
