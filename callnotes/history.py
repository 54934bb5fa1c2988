"""What was said, and what calls and chats there were, newest first. Queries only."""

from callnotes.models import Call, CallNote, CallNoteQuerySet, Chat, Place, TimelineQuerySet, TimelineRow
from contacts.models import Contact

Sources = tuple[TimelineQuerySet, ...]


def of_number(number: str) -> Sources:
    """All that happened with a number. A note whose call was reported stands with that call."""
    notes, calls = CallNote.objects.without_call(), Call.objects.all()
    hidden = calls.hidden_but_told(CallNote.objects.about(number))
    return notes.about(number), calls.about(number), hidden, Chat.objects.about(number)


def of_contact(contact: Contact) -> Sources:
    """All that happened with a contact, and on its numbers where nobody knows with whom.

    Each source is read by an index of its own: one query for any of them would read the whole table.
    """
    numbers = contact.numbers.order_by().values("number")
    notes, calls, chats = CallNote.objects.without_call(), Call.objects.all(), Chat.objects.all()
    own = tuple(rows.of_contact(contact) for rows in (notes, calls, chats))
    nobodys = tuple(rows.of_nobody_at(numbers) for rows in (notes, calls, chats))
    hidden = calls.hidden_but_told(CallNote.objects.of_nobody_at(numbers))
    return *own, *nobodys, hidden, calls.noted_with(contact)


def notes_of_number(number: str) -> Sources:
    """The notes about a number alone."""
    return (CallNote.objects.about(number),)


def notes_of_contact(contact: Contact) -> Sources:
    """The contact's notes alone, and those on its numbers of which nobody knows whose they are."""
    notes: CallNoteQuerySet = CallNote.objects.all()
    return notes.of_contact(contact), notes.of_nobody_at(contact.numbers.order_by().values("number"))


def notes_of_contact_and_number(contact: Contact, number: str) -> Sources:
    """The notes known of a contact, and those of others on the number from which it calls."""
    return *notes_of_contact(contact), CallNote.objects.about(number).of_others_than(contact)


def newest(sources: Sources, limit: int, before: Place | None = None) -> list[TimelineRow]:
    """At most `limit` rows for display, those that follow the place `before`; one that several sources have, once.

    Costs one query for each source, and what its rows show besides; none more, however long the history is.
    """
    found: dict[Place, TimelineRow] = {}
    for source in sources:
        rows = source.older_than(before) if before else source
        found |= {row.place: row for row in rows.newest_first().for_display()[:limit]}
    return [found[place] for place in sorted(found, reverse=True)[:limit]]
