"""Contacts for tests. Numbers are free for fiction where a country has such a range."""

from contacts.models import Contact, ContactNumber


def make_contact(name: str = "Ada Example", *numbers: str, **fields) -> Contact:
    contact = Contact.objects.create(name=name, **fields)
    for place, number in enumerate(numbers):
        ContactNumber.objects.create(contact=contact, number=number, is_primary=place == 0)
    return contact
