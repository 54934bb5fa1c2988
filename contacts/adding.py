"""The one way in which a contact is added: with its number, and once for each form or wish."""

import uuid

from django.db import IntegrityError, transaction

from contacts.models import Contact, ContactNumber, canonical, searchable
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
        stored = _stored_by(submission)
        if stored is None:
            raise
        return stored


def _stored_by(submission: uuid.UUID | None) -> Contact | None:
    """The contact that a form stored, or the one into which that was merged since."""
    stored = Contact.with_merged.select_related("merged_into").filter(submission=submission, submission__isnull=False)
    contact = stored.first()
    return contact and (contact.merged_into or contact)


def add_number(number: ContactNumber) -> ContactNumber:
    """Stores another number of a contact; if that was merged meanwhile, of the one that it is in.

    Raises Contact.DoesNotExist where it was deleted.
    """
    with transaction.atomic():
        chosen = Contact.with_merged.select_for_update().get(pk=number.contact_id)
        if chosen.merged_into_id:
            number.contact = chosen.merged_into
            return _known_number(number) or _saved(number)
        return _saved(number)


def _known_number(number: ContactNumber) -> ContactNumber | None:
    return ContactNumber.objects.filter(contact=number.contact_id, number=canonical(number.number)).first()


def _saved(number: ContactNumber) -> ContactNumber:
    number.save()
    return number


def find_or_add(contact: Contact, number: str) -> Contact:
    """The active contact of that name with the canonical number; else this one, stored. Raises ValidationError."""
    contact.full_clean(exclude=["search_text"])
    with turn(number):
        return namesake(contact.name, number) or add(contact, number)


def namesake(name: str, number: str) -> Contact | None:
    """The active contact of that name, in any letters, whom the canonical number reaches."""
    reached = Contact.objects.active().reached_at(number)
    return next((contact for contact in reached if searchable(contact.name) == searchable(name)), None)
