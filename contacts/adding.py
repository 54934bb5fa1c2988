"""The one way in which a person adds a contact: with its number, and once for each form."""

import uuid

from django.db import IntegrityError, transaction

from contacts.models import Contact, ContactNumber


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
