"""What is read masked is shown masked, and stored and sought whole: the mask never gets into the database."""

import pytest
from django.db.models import F

from contacts import masking
from contacts.models import Contact, ContactNumber
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

NUMBER, MASKED = "+6591234567", "+65 •••• 4567"
NAME, MASKED_NAME = "Mira 91234567", "Mira •••• 4567"


@pytest.fixture
def masked():
    make_contact(NAME, NUMBER)
    with masking.each_on_its_own():
        masking.begin()
        yield


def stored() -> list[tuple[str, str, str]]:
    with masking.each_on_its_own():
        return list(ContactNumber.objects.values_list("contact__name", "contact__search_text", "number"))


@pytest.mark.parametrize("way", ["save", "bulk_update", "update", "F", "get_or_create"])
def test_what_was_read_masked_is_stored_whole(masked, way):
    before = stored()
    contact = Contact.objects.get()
    number = ContactNumber.objects.get()
    assert (str.__str__(contact.name), str.__str__(number.number)) == (MASKED_NAME, MASKED)
    if way == "save":
        contact.save()
        number.save()
    elif way == "bulk_update":
        Contact.objects.bulk_update([contact], ["name"])
    elif way == "update":
        Contact.objects.update(name=contact.name)
    elif way == "F":
        Contact.objects.update(name=F("name"))
    else:
        assert Contact.objects.get_or_create(name=contact.name) == (contact, False)
    assert stored() == before


@pytest.mark.parametrize("lookup", ["exact", "in", "gte"])
def test_what_was_read_masked_is_sought_whole(masked, lookup):
    name = Contact.objects.values_list("name", flat=True).get()
    sought = [name] if lookup == "in" else name
    assert Contact.objects.filter(**{f"name__{lookup}": sought}).count() == 1
