"""What happened, newest first, however long a history is. Queries only.

A history is read from several sources, each by an index of its own: one query for any of them would read whole tables.
Those of which the index gives the very rows stand first. The others look through rows that may be another's, and are
asked no further back than the page can still show.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db import connection
from django.db.models import QuerySet

from callnotes.models import (
    Call,
    Callback,
    CallNote,
    CallNoteQuerySet,
    CallQuerySet,
    Chat,
    DoNotDisturb,
    Place,
    TimelineQuerySet,
    TimelineRow,
)
from callnotes.unmatched import NEAR
from contacts.models import Contact


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one kind, in parts that have none in common: what `number IN (...)` would have to sort."""

    parts: tuple[TimelineQuerySet, ...]

    @property
    def kind(self) -> str:
        return self.parts[0].model.kind if self.parts else ""

    def since(self, moment: datetime | None) -> list[TimelineQuerySet]:
        return [part.since(moment) for part in self.parts] if moment else list(self.parts)


@dataclass(frozen=True, slots=True)
class CallsByNotes:
    """Calls that stand in a history by their notes alone; a note is written NEAR before its call, or later."""

    calls: CallQuerySet
    notes: CallNoteQuerySet
    kind: ClassVar[str] = Call.kind

    def since(self, moment: datetime | None) -> list[TimelineQuerySet]:
        if moment is None:
            return [self.calls.noted_in(self.notes)]
        return [self.calls.since(moment).noted_in(self.notes.since(moment - NEAR))]


Source = Rows | CallsByNotes
Sources = tuple[Source, ...]


def of_number(number: str, kind: str = "") -> Sources:
    """All that happened with a number, or what is of one kind. A note whose call was reported stands with that call,
    unless notes alone are asked for.
    """
    if kind == "note":
        return notes_of_number(number)
    whole = [Rows((model.objects.about(number),)) for model in (Call, Chat, Callback, DoNotDisturb)]
    notes = Rows((CallNote.objects.without_call().about(number),))
    hidden = CallsByNotes(Call.objects.hidden(), CallNote.objects.about(number))
    return _of_kind(kind, *whole, notes, hidden)


def of_contact(contact: Contact, kind: str = "") -> Sources:
    """All that happened with a contact, and on its numbers where nobody knows with whom; likewise."""
    if kind == "note":
        return notes_of_contact(contact)
    numbers = _numbers_of(contact)
    alone = CallNote.objects.without_call()
    own = [Rows((rows.of_contact(contact),)) for rows in (Call.objects, Chat.objects, Callback.objects, alone)]
    peace = _at_each(numbers, DoNotDisturb.objects.about)
    noted = CallsByNotes(Call.objects.all(), CallNote.objects.of_contact(contact))
    nobodys = [
        _at_each(numbers, rows.of_nobody().about)
        for rows in (Chat.objects.all(), Callback.objects.all(), alone, Call.objects.all())
    ]
    hidden = CallsByNotes(Call.objects.hidden(), CallNote.objects.of_nobody().filter(number__in=numbers))
    return _of_kind(kind, *own, peace, noted, *nobodys, hidden)


def of(rows: TimelineQuerySet) -> Sources:
    """A history of these rows alone."""
    return (Rows((rows,)),)


def notes_of_number(number: str) -> Sources:
    """The notes about a number alone."""
    return of(CallNote.objects.about(number))


def notes_of_contact(contact: Contact) -> Sources:
    """The contact's notes alone, and those on its numbers of which nobody knows whose they are."""
    return _own_notes(contact), _at_each(_numbers_of(contact), CallNote.objects.of_nobody().about)


def notes_of_contact_and_number(contact: Contact, number: str) -> Sources:
    """The notes known of a contact, and all on its number from which it calls."""
    others = [other for other in _numbers_of(contact) if other != number]
    nobodys = _at_each(others, CallNote.objects.of_nobody().about)
    return _own_notes(contact), *notes_of_number(number), nobodys


def newest(sources: Sources, limit: int, before: Place | None = None) -> list[TimelineRow]:
    """At most `limit` rows for display, those that follow the place `before`; one that several sources have, once.

    Costs one query for each source, and what the rows show; none more, however long the history is.
    """
    places: set[Place] = set()
    for source in sources:
        parts = source.since(_oldest_shown(places, limit))
        places |= _places([part.older_than(before) for part in parts] if before else parts, limit)
    return _rows(sorted(places, reverse=True)[:limit])


def _own_notes(contact: Contact) -> Rows:
    return Rows((CallNote.objects.of_contact(contact),))


def _numbers_of(contact: Contact) -> list[str]:
    """One query, where the contact's numbers are not at hand."""
    return [number.number for number in contact.numbers.all()]


def _at_each(numbers: Iterable[str], about: Callable[[str], TimelineQuerySet]) -> Rows:
    return Rows(tuple(about(number) for number in numbers))


def _of_kind(kind: str, *sources: Source) -> Sources:
    return tuple(source for source in sources if kind in ("", source.kind))


def _oldest_shown(places: set[Place], limit: int) -> datetime | None:
    """The moment before which no row is shown any more; None while the page is not full."""
    return sorted(places, reverse=True)[limit - 1].moment if len(places) >= limit else None


def _places(parts: list[TimelineQuerySet], limit: int) -> set[Place]:
    """Where the newest rows of the parts stand. One query, or none where there is no part."""
    if not parts:
        return set()
    model = parts[0].model
    newest_first = [f"-{model.moment_field}", "-pk"]
    keys, *others = [part.order_by().values_list(model.moment_field, "pk") for part in parts]
    if others:
        keys = _merged([keys, *others], newest_first, limit)
    return {Place(moment, model.kind, pk) for moment, pk in keys.order_by(*newest_first)[:limit]}


def _merged(parts: list[QuerySet], newest_first: list[str], limit: int) -> QuerySet:
    """The parts in one query. PostgreSQL sorts them whole if none is cut; SQLite merges them, and cuts none."""
    if connection.features.supports_slicing_ordering_in_compound:
        parts = [part.order_by(*newest_first)[:limit] for part in parts]
    first, *others = parts
    return first.union(*others, all=True)


def _rows(places: list[Place]) -> list[TimelineRow]:
    """The rows at the places, with what they show. One that was taken back meanwhile is left out."""
    found: dict[Place, TimelineRow] = {}
    for model in (CallNote, Call, Chat, Callback, DoNotDisturb):
        keys = [place.pk for place in places if place.kind == model.kind]
        found |= {row.place: row for row in model.objects.filter(pk__in=keys).for_display()} if keys else {}
    return [found[place] for place in places if place in found]
