"""The one way in which a contact is added: with its number, and once for each form or wish."""

import uuid

from django.db import IntegrityError, transaction

from contacts.models import Contact, ContactNumber
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
        namesake = Contact.objects.active().reached_at(number).called(contact.name).first()
        return namesake or add(contact, number)
