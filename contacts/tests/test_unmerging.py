"""A merge is taken back within 30 days: exactly, but for what somebody has changed since."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts import unmerging
from contacts.models import Contact, ContactNumber, Merge
from contacts.tests.factories import make_contact
from contacts.tests.merges import make_clerk, make_merge, numbers_of
from contacts.unmerging import MergedSince, TooLate, UndoneBefore, undo

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER, THIRD_NUMBER = "+6591234567", "+12025550123", "+61491570156"
COLUMNS = [field.attname for field in Contact._meta.concrete_fields if field.name != "updated_at"]


@pytest.fixture
def clerk():
    return make_clerk()


@pytest.fixture
def ada() -> Contact:
    return make_contact("Ada Example", NUMBER, OTHER_NUMBER, company="Example Ltd")


@pytest.fixture
def bea() -> Contact:
    bea = make_contact("A. Example", OTHER_NUMBER, THIRD_NUMBER, email="ada@example.com", remarks="Mornings.")
    bea.numbers.filter(number=OTHER_NUMBER).update(label="office")
    return bea


def everything() -> tuple[list, list]:
    """All rows of contacts and numbers as they stand."""
    numbers = ContactNumber.objects.order_by("pk").values()
    return list(Contact.with_merged.order_by("pk").values(*COLUMNS)), list(numbers)


@pytest.fixture
def merged(clerk, ada, bea) -> Merge:
    labels = {NUMBER: "mobile", THIRD_NUMBER: "home"}
    told = {"name": "Ada B.", "email": bea.email, "remarks": "Both.", "archived_at": timezone.now(), "labels": labels}
    return make_merge(ada, bea, **told, primary=THIRD_NUMBER)


def test_a_merge_that_is_undone_leaves_every_row_as_it_was(clerk, ada, bea):
    cleo = make_contact("Cleo Example", THIRD_NUMBER, "1001", archived_at=timezone.now())
    before = everything()
    labels = {NUMBER: "a", OTHER_NUMBER: "b", THIRD_NUMBER: "c", "1001": "d"}
    merge = make_merge(bea, cleo, ada, name="X", company="Y", archived_at=None, labels=labels, primary="1001")
    assert everything() != before
    undone = undo(merge, clerk)
    assert everything() == before
    assert (undone.undone_by, undone.changed_since) == (clerk, [])


def test_merges_one_after_the_other_are_undone_in_turn(clerk, ada, bea):
    states, merges = [everything()], []
    cleo, dan = make_contact("Cleo", THIRD_NUMBER), make_contact("Dan", THIRD_NUMBER)
    states = [everything()]
    for keep, other in [(ada, bea), (ada, cleo), (dan, ada)]:
        merges.append(make_merge(keep, other))
        states.append(everything())
    for place in (0, 1):
        with pytest.raises(MergedSince) as later:
            undo(merges[place], clerk)
        assert later.value.later == merges[2]
    for place in (2, 1, 0):
        undo(merges[place], clerk)
        assert everything() == states[place]


@pytest.mark.parametrize("days", [0, 29.9])
def test_a_merge_is_undone_within_thirty_days(clerk, merged, ada, bea, days):
    undo(merged, clerk, now=merged.merged_at + timedelta(days=days))
    assert set(Contact.objects.all()) == {ada, bea}


def test_after_thirty_days_a_merge_stands(clerk, merged):
    before = everything()
    with pytest.raises(TooLate):
        undo(merged, clerk, now=merged.merged_at + timedelta(days=30, seconds=1))
    assert everything() == before


def test_a_merge_is_undone_once(clerk, merged):
    undo(merged, clerk)
    before = everything()
    with pytest.raises(UndoneBefore):
        undo(merged, clerk)
    assert everything() == before


def test_a_field_that_was_changed_since_is_listed_and_stays(clerk, merged, ada):
    Contact.objects.filter(pk=ada.pk).update(company="New Ltd", email="new@example.com")
    undone = undo(merged, clerk)
    ada.refresh_from_db()
    assert (ada.name, ada.company, ada.email, ada.remarks, ada.archived_at) == (
        *("Ada Example", "New Ltd", "new@example.com", ""),
        None,
    )
    assert undone.changed_since == [
        {"kind": "field", "field": "company", "then": "Example Ltd", "now": "New Ltd"},
        {"kind": "field", "field": "email", "then": "ada@example.com", "now": "new@example.com"},
    ]


def test_numbers_that_were_added_changed_and_removed_since_are_listed_and_stay_so(clerk, merged, ada, bea):
    ContactNumber.objects.create(contact=ada, number="1001", label="extension")
    ada.numbers.filter(number=THIRD_NUMBER).update(label="sister's")
    ada.numbers.get(number=OTHER_NUMBER).delete()
    undone = undo(merged, clerk)
    assert numbers_of(ada) == [(NUMBER, "", True), ("1001", "extension", False)]
    assert numbers_of(bea) == [(THIRD_NUMBER, "sister's", False)]
    assert [(change["kind"], change.get("number")) for change in undone.changed_since] == [
        ("number added", "1001"),
        ("number removed", OTHER_NUMBER),
        ("number changed", None),
    ]


def test_a_number_to_which_another_was_corrected_since_goes_back_once(clerk, ada, bea):
    """Of two rows with one number the merge let one go, and somebody has since corrected another to that number."""
    merge = make_merge(ada, bea)
    ada.numbers.get(number=OTHER_NUMBER).delete()
    corrected = ada.numbers.get(number=THIRD_NUMBER)
    corrected.number = OTHER_NUMBER
    corrected.save()
    undone = undo(merge, clerk)
    assert (numbers_of(ada), numbers_of(bea)) == ([(NUMBER, "", True)], [(OTHER_NUMBER, "", False)])
    assert [change["kind"] for change in undone.changed_since] == ["number removed", "number changed"]


@pytest.mark.parametrize(
    ("primary", "of_ada", "of_bea"),
    [
        pytest.param("1001", "1001", OTHER_NUMBER, id="one that was added"),
        pytest.param(OTHER_NUMBER, OTHER_NUMBER, OTHER_NUMBER, id="another of the kept contact's"),
        pytest.param(THIRD_NUMBER, NUMBER, OTHER_NUMBER, id="that which goes back"),
    ],
)
def test_the_primary_number_that_somebody_chose_since_stays_where_it_stays_with_the_contact(
    clerk, ada, bea, primary, of_ada, of_bea
):
    merge = make_merge(ada, bea, primary=NUMBER)
    ContactNumber.objects.create(contact=ada, number="1001")
    row = ada.numbers.get(number=primary)
    row.is_primary = True
    row.save()
    undo(merge, clerk)
    primaries = [contact.numbers.get(is_primary=True).number for contact in (ada, bea)]
    assert primaries == [of_ada, of_bea]


def test_what_would_stay_is_known_before(merged, ada):
    assert unmerging.changes_since(merged) == []
    Contact.objects.filter(pk=ada.pk).update(name="Somebody")
    assert [change["now"] for change in unmerging.changes_since(merged)] == ["Somebody"]
