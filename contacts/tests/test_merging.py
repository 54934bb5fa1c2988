"""Several contacts become one: field by field, with all numbers, and the others lead to it."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from contacts import adding, following
from contacts.merging import NotAsSeen, Outcome, merge, seen
from contacts.models import Contact, ContactNumber, Merge
from contacts.tests.factories import make_contact
from contacts.tests.merges import make_clerk, make_merge, numbers_of

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER, THIRD_NUMBER = "+6591234567", "+12025550123", "+61491570156"
LONG_AGO = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def test_the_kept_contact_becomes_the_outcome_and_has_every_number_once():
    ada = make_contact("Ada Example", NUMBER, OTHER_NUMBER, company="Example Ltd")
    other = make_contact("A. Example", OTHER_NUMBER, THIRD_NUMBER, email="ada@example.com", archived_at=LONG_AGO)
    labels = {NUMBER: "mobile", OTHER_NUMBER: "office", THIRD_NUMBER: "home"}
    told = {"name": "Ada B. Example", "email": "ada@example.com", "remarks": "Both.", "labels": labels}
    merged = make_merge(ada, other, **told, primary=THIRD_NUMBER)
    ada.refresh_from_db()
    assert (ada.name, ada.company, ada.email, ada.remarks, ada.archived_at) == (
        *("Ada B. Example", "Example Ltd", "ada@example.com", "Both."),
        None,
    )
    assert numbers_of(ada) == [(NUMBER, "mobile", False), (OTHER_NUMBER, "office", False), (THIRD_NUMBER, "home", True)]
    assert (merged.kept, merged.names, str(merged)) == (
        ada,
        ["Ada Example", "A. Example"],
        "A. Example into Ada Example",
    )


def test_a_merged_contact_is_found_by_nobody_and_leads_to_the_kept_one():
    ada, other = make_contact("Ada Example", NUMBER), make_contact("Ada Example", OTHER_NUMBER, email="a@example.com")
    make_merge(ada, other)
    found = [
        Contact.objects.all(),
        Contact.objects.active(),
        Contact.objects.matching("example"),
        Contact.objects.reached_at(OTHER_NUMBER),
        Contact.objects.known_as(other.pk),
        Contact.objects.known_as(str(ada.pk)),
    ]
    assert [list(contacts) for contacts in found] == [[ada]] * len(found)
    assert list(Contact.objects.with_email("a@example.com")) == []
    assert list(Contact.objects.archived()) == []
    assert Contact.with_merged.get(pk=other.pk).merged_into == ada
    assert numbers_of(other) == []


def test_what_was_merged_before_leads_to_the_last_one():
    first, second, third = (make_contact(f"Ada {place}") for place in range(3))
    make_merge(second, first)
    make_merge(third, second)
    assert [Contact.objects.known_as(contact.pk).get() for contact in (first, second, third)] == [third] * 3


def test_three_contacts_are_merged_at_once():
    ada, bea, cleo = (make_contact(f"Ada {place}", number) for place, number in enumerate([NUMBER, NUMBER, "1001"]))
    make_merge(ada, bea, cleo)
    assert (numbers_of(ada), list(Contact.objects.all())) == ([(NUMBER, "", True), ("1001", "", False)], [ada])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda _ada, bea: Contact.objects.filter(pk=bea.pk).update(name="Bea"), id="a name"),
        pytest.param(lambda ada, _bea: ContactNumber.objects.create(contact=ada, number="1001"), id="a number"),
        pytest.param(lambda _ada, bea: Contact.objects.filter(pk=bea.pk).update(archived_at=LONG_AGO), id="archived"),
        pytest.param(lambda _ada, bea: bea.delete(), id="deleted"),
        pytest.param(lambda _ada, bea: make_merge(make_contact("Cleo"), bea), id="merged with another"),
        pytest.param(lambda ada, _bea: make_merge(ada, make_contact("Cleo", "1001")), id="kept in another merge"),
    ],
)
def test_contacts_that_were_changed_since_somebody_looked_are_not_merged(change):
    clerk, ada, bea = make_clerk(), make_contact("Ada Example", NUMBER), make_contact("Ada E.", NUMBER)
    as_seen, other = seen([ada, bea]), Contact(pk=bea.pk, name=bea.name)
    change(ada, bea)
    before = list(Contact.with_merged.order_by("pk").values()), list(ContactNumber.objects.order_by("pk").values())
    count = Merge.objects.count()
    with pytest.raises(NotAsSeen):
        merge(ada, [other], Outcome("Ada"), clerk, as_seen)
    assert (list(Contact.with_merged.order_by("pk").values()), Merge.objects.count()) == (before[0], count)
    assert list(ContactNumber.objects.order_by("pk").values()) == before[1]


def test_an_edit_that_began_before_a_merge_does_not_take_it_back():
    ada, bea = make_contact("Ada Example"), make_contact("Ada E.")
    stale = Contact.objects.get(pk=bea.pk)
    make_merge(ada, bea)
    stale.name = "Typed meanwhile"
    stale.save()
    assert Contact.with_merged.get(pk=bea.pk).merged_into == ada


def test_the_form_that_added_a_contact_answers_the_one_that_it_is_in():
    submission = "0c3d9c1e-6a65-4a29-9c55-0c9d3b8e4f10"
    bea = adding.add(Contact(name="Ada E."), NUMBER, submission=submission)
    ada = make_contact("Ada Example")
    make_merge(ada, bea)
    assert adding.add(Contact(name="Ada E."), NUMBER, submission=submission) == ada


@pytest.mark.parametrize("number", [THIRD_NUMBER, NUMBER], ids=["another", "one that is known"])
def test_a_number_for_a_contact_that_was_merged_is_the_kept_ones(number):
    ada, bea = make_contact("Ada Example", NUMBER), make_contact("Ada E.")
    late = ContactNumber(contact=bea, number=number)
    make_merge(ada, bea)
    assert adding.add_number(late).contact == ada
    assert [row[0] for row in numbers_of(ada)] == list(dict.fromkeys([NUMBER, number]))


def test_no_contact_is_merged_into_itself():
    ada = make_contact("Ada Example")
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.with_merged.filter(pk=ada.pk).update(merged_into=ada)


def test_who_deletes_a_contact_deletes_what_was_merged_into_it():
    ada = make_contact("Ada Example")
    make_merge(ada, make_contact("Ada E."))
    ada.delete()
    assert (Contact.with_merged.count(), Merge.objects.count()) == (0, 0)


def test_what_follows_a_contact_is_known():
    """A new table that names a contact follows by itself; whether it should is to be decided, and written here."""
    assert set(following.relations()) == {
        *("callnotes.CallNote.contact", "callnotes.Call.contact"),
        *("callnotes.Chat.contact", "callnotes.Callback.contact"),
    }
