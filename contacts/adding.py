"""The one way in which a contact is added: with its number, and once for each form or wish."""

import uuid

from django.db import IntegrityError, transaction

from contacts.models import Contact, ContactNumber, searchable
from contacts.turns import turn


def add(contact: Contact, number: str, *, label: str = "", submission: uuid.UUID | None = None) -> Contact:
    """Stores a contact with its first number. The same `submission` answers the contact that is there already."""
    contact.submission = submission
    try:
        with transaction.atomic():
            contact.save()
            ContactNumber.objects.create(contact=contact, number=number, label=label, is_primary=True)
        return contact
    except IntegrityError:
        stored = Contact.objects.filter(submission=submission, submission__isnull=False).first()
        if stored is None:
            raise
        return stored


def find_or_add(contact: Contact, number: str) -> Contact:
    """The active contact of that name with the canonical number; else this one, stored. Raises ValidationError."""
    contact.full_clean(exclude=["search_text"])
    with turn(number):
        return namesake(contact.name, number) or add(contact, number)


def namesake(name: str, number: str) -> Contact | None:
    """The active contact of that name, in any letters, whom the canonical number reaches."""
    reached = Contact.objects.active().reached_at(number)
    return next((contact for contact in reached if searchable(contact.name) == searchable(name)), None)
