"""What was said: the notes of a number or of a contact, newest first. Queries only."""

from datetime import datetime

from callnotes.models import CallNote, CallNoteQuerySet
from contacts.models import Contact

Sources = tuple[CallNoteQuerySet, ...]


def of_number(number: str) -> Sources:
    return (CallNote.objects.about(number),)


def of_contact(contact: Contact) -> Sources:
    """The contact's notes, and those on its numbers of which nobody knows whose they are.

    Two sources, each read by an index of its own: one query for either would read the whole table.
    """
    numbers = contact.numbers.order_by().values("number")
    return CallNote.objects.of_contact(contact), CallNote.objects.of_nobody_at(numbers)


def of_contact_and_number(contact: Contact, number: str) -> Sources:
    """What is known of a contact, and what others said on the number from which it calls."""
    return *of_contact(contact), CallNote.objects.about(number).of_others_than(contact)


def newest(sources: Sources, limit: int, before: tuple[datetime, int] | None = None) -> list[CallNote]:
    """At most `limit` notes for display; `before` is the moment and key of the note that they follow.

    Costs two queries a source (one where it is empty), however long the history is.
    """
    found: list[CallNote] = []
    for source in sources:
        notes = source.older_than(*before) if before else source
        found += notes.newest_first().for_display()[:limit]
    return sorted(found, key=lambda note: (note.created_at, note.pk), reverse=True)[:limit]
