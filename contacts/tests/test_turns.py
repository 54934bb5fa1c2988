"""What concerns one number happens one after the other, on every database."""

import threading

import pytest
from django.conf import settings
from django.db import transaction

from contacts.adding import find_or_add
from contacts.models import Contact, ContactNumber
from contacts.tests.factories import make_contact
from contacts.tests.threads import at_once
from contacts.turns import turn, turns

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"
THREADS = 6
IS_POSTGRESQL = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


def test_whoever_has_a_turn_sees_all_that_the_ones_before_have_stored():
    def store() -> int:
        with turn(NUMBER):
            known = Contact.objects.count()
            make_contact(f"Contact {known}", NUMBER)
            return known

    for _ in range(3):
        Contact.objects.all().delete()
        assert sorted(at_once(*[store] * THREADS)) == list(range(THREADS))


def test_no_turn_with_a_number_begins_before_another_ends():
    happened = []

    def take(name: int) -> None:
        with turn(NUMBER):
            happened.append(("begins", name))
            ContactNumber.objects.filter(number=NUMBER).exists()
            happened.append(("ends", name))

    at_once(*[lambda name=name: take(name) for name in range(THREADS)])
    order = [name for event, name in happened if event == "begins"]
    assert happened == [(event, name) for name in order for event in ("begins", "ends")]
    assert sorted(order) == list(range(THREADS))


def test_a_turn_waits_for_the_transaction_around_it():
    """What follows inside the same transaction is stored before the next turn begins."""

    def store() -> int:
        with transaction.atomic():
            with turn(NUMBER):
                known = Contact.objects.count()
            make_contact(f"Contact {known}", NUMBER)
            return known

    assert sorted(at_once(*[store] * THREADS)) == list(range(THREADS))


def test_a_turn_that_fails_stores_nothing_and_lets_the_next_begin():
    def fail() -> None:
        with turn(NUMBER):
            make_contact("Ada Example", NUMBER)
            raise LookupError("as this test wants it")

    def fail_alone() -> None:
        with pytest.raises(LookupError):
            fail()

    def store() -> None:
        with turn(NUMBER):
            make_contact("Bea Example", NUMBER)

    at_once(fail_alone, store, fail_alone)
    assert list(Contact.objects.values_list("name", flat=True)) == ["Bea Example"]


@pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite has one writer, whatever the number")
def test_turns_with_other_numbers_do_not_wait():
    both = threading.Barrier(2, timeout=10)

    def meet_inside(number: str) -> bool:
        with turn(number):
            both.wait()
            return True

    assert at_once(lambda: meet_inside(NUMBER), lambda: meet_inside(OTHER_NUMBER)) == [True, True]


@pytest.mark.parametrize("name", ["", "anonymous", "+6591234567" * 500, "ف"], ids=lambda name: ascii(name)[:12])
def test_a_turn_is_taken_with_any_text(name):
    with turn(name), turn(name):
        make_contact("Ada Example")
    assert Contact.objects.count() == 1


def test_a_contact_that_is_found_or_added_at_once_is_one():
    names = ["Ada Example", "ADA EXAMPLE", "ada example"] * 2
    answered = at_once(*[lambda name=name: find_or_add(Contact(name=name), NUMBER).pk for name in names])
    assert set(answered) == {Contact.objects.get().pk}
    assert ContactNumber.objects.count() == 1


def test_contacts_of_other_names_that_are_added_at_once_are_several():
    names = ["Ada Example", "Bea Example"] * 3
    at_once(*[lambda name=name: find_or_add(Contact(name=name), NUMBER) for name in names])
    assert list(Contact.objects.values_list("name", flat=True)) == ["Ada Example", "Bea Example"]


def test_turns_with_many_numbers_wait_for_a_turn_with_one_and_never_for_each_other_for_ever():
    happened = []

    def take(numbers: list[str]) -> None:
        with turns(numbers):
            happened.append(("begins", numbers))
            ContactNumber.objects.filter(number=NUMBER).exists()
            happened.append(("ends", numbers))

    forwards, backwards = [NUMBER, OTHER_NUMBER], [OTHER_NUMBER, NUMBER]
    at_once(*[lambda: take(forwards), lambda: take(backwards), lambda: take([NUMBER])] * 2)
    assert [what for what, _ in happened] == ["begins", "ends"] * 6
    assert all(first[1] == second[1] for first, second in zip(happened[::2], happened[1::2], strict=True))
