"""A form adds one contact, however often it is sent."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection

from contacts.adding import add
from contacts.models import Contact, ContactNumber

SUBMISSION = uuid.UUID("5d9f3a5e-0000-4000-8000-000000000001")


@pytest.mark.django_db
def test_a_contact_is_added_with_its_first_number_as_the_primary_one():
    contact = add(Contact(name="Ada Example", company="Example Ltd"), "9123 4567", label="mobile")
    assert Contact.objects.get() == contact
    assert list(contact.numbers.values_list("number", "label", "is_primary")) == [("+6591234567", "mobile", True)]


@pytest.mark.django_db
def test_a_form_sent_twice_adds_one_contact_and_answers_it_both_times():
    first = add(Contact(name="Ada Example"), "+6591234567", submission=SUBMISSION)
    second = add(Contact(name="Ada Example"), "+6591234567", submission=SUBMISSION)
    assert (second.pk, second.name) == (first.pk, "Ada Example")
    assert (Contact.objects.count(), ContactNumber.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_two_forms_add_two_contacts_also_with_the_same_number():
    for submission in (SUBMISSION, uuid.uuid4(), None, None):
        add(Contact(name="Ada Example"), "+6591234567", submission=submission)
    assert Contact.objects.reached_at("+6591234567").count() == 4


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["", "anonymous", "1-800-FLOWERS"])
def test_without_a_number_nothing_is_added(number):
    with pytest.raises(ValidationError):
        add(Contact(name="Ada Example"), number, submission=SUBMISSION)
    assert (Contact.objects.count(), ContactNumber.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_form_whose_number_was_refused_can_be_sent_again():
    with pytest.raises(ValidationError):
        add(Contact(name="Ada Example"), "nobody", submission=SUBMISSION)
    contact = add(Contact(name="Ada Example"), "+6591234567", submission=SUBMISSION)
    assert list(Contact.objects.all()) == [contact]


@pytest.mark.django_db
def test_another_fault_of_the_database_is_not_taken_for_a_repetition():
    add(Contact(name="Ada Example"), "+6591234567")
    taken = Contact(pk=Contact.objects.get().pk, name="Bea Example")
    with pytest.raises(IntegrityError):
        add(taken, "+6591234567")
    assert Contact.objects.get().name == "Ada Example"


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_several_times_at_once_adds_one_contact():
    senders = 4
    together = threading.Barrier(senders, timeout=10)

    def send(_):
        try:
            connection.ensure_connection()
            together.wait()
            return add(Contact(name="Ada Example"), "+6591234567", submission=SUBMISSION).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(senders) as pool:
        answered = set(pool.map(send, range(senders)))
    assert answered == {contact.pk for contact in Contact.objects.all()}
    assert (len(answered), ContactNumber.objects.count()) == (1, 1)
