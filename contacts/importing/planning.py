"""Decides what a row does to the contacts: which one it is about, and what that one keeps. Writes nothing.

The check of an import and the import itself plan by this alone; the check remembers in a scratch database what the
import would have stored.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from contacts.importing.repairing import SHOWN_LENGTH, Fault
from contacts.importing.rows import Entry, Person
from contacts.models import Contact, ContactNumber, searchable
from contacts.models.imports import DIGEST_LENGTH, KeepRule, Outcome, SharedRule

TEXTS = ["company", "email", "remarks"]
VALUES = ["name", *TEXTS, "archived_at", "primary"]


@dataclass(slots=True)
class Known:
    """A contact as the rows so far have made it. `archived_at` is in ISO 8601, `primary` one of the numbers or none.

    `pk` is the key by which it is stored, or will be; None for one that gets any. `is_new` until it is stored.
    `merged` are the keys of those that were merged into it.
    """

    pk: int | None
    name: str
    company: str = ""
    email: str = ""
    remarks: str = ""
    archived_at: str | None = None
    numbers: dict[str, str] = field(default_factory=dict)
    primary: str = ""
    merged: list[int] = field(default_factory=list)
    key: str = ""
    is_new: bool = False

    def values(self) -> dict:
        return {name: getattr(self, name) for name in VALUES} | {"numbers": dict(self.numbers)}

    def digest(self) -> str:
        """A text that is another one as soon as the contact says anything else, or another was merged into it."""
        said = json.dumps([self.values(), self.merged], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:DIGEST_LENGTH]


@dataclass(slots=True)
class Planned:
    """What a row does. `before` and `after` are the values that it changes: of a new contact, all and none before.

    `digest` tells all that the contact is then, before a later row changes it.
    """

    entry: Entry
    outcome: Outcome
    known: Known | None = None
    before: dict | None = None
    after: dict | None = None
    digest: str = ""


def with_all(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """Contacts with what `known` reads of each. Two queries more."""
    merged = Contact.with_merged.order_by("pk").only("merged_into")
    return contacts.prefetch_related(
        Prefetch("numbers", ContactNumber.objects.order_by("pk")), Prefetch("merged", merged)
    )


def known(contact: Contact) -> Known:
    """A stored contact, out of `with_all`."""
    numbers = contact.numbers.all()
    return Known(
        pk=contact.pk,
        name=contact.name,
        company=contact.company,
        email=contact.email,
        remarks=contact.remarks,
        archived_at=contact.archived_at.isoformat() if contact.archived_at else None,
        numbers={number.number: number.label for number in numbers},
        primary=next((number.number for number in numbers if number.is_primary), ""),
        merged=[merged.pk for merged in contact.merged.all()],
        key=str(contact.pk),
    )


class Book:
    """The contacts that a batch of rows may be about: those with its ids and its numbers. Six queries a batch."""

    locks_contacts = True

    def __init__(self) -> None:
        self.contacts: dict[int, Contact] = {}
        self._standing: dict[int, int] = {}
        self._by_key: dict[str, Known] = {}
        self._at: dict[str, dict[str, Known]] = {}

    def open(self, persons: Sequence[Person]) -> None:
        """Turns to the contacts of a batch."""
        numbers = {number for person in persons for number in person.numbers}
        told = {person.id for person in persons if person.id}
        self.contacts, self._by_key, self._at = {}, {}, {}
        self._standing = _standing(told)
        holders = ContactNumber.objects.filter(number__in=numbers).values_list("contact", flat=True)
        self._take({*self._standing.values(), *holders})
        # Again, now that they are locked: one may have been merged meanwhile, and another stands for it.
        while (standing := _standing(told)) != self._standing:
            self._standing = standing
            self._take(standing.values() - self.contacts.keys())

    def _take(self, ids: Iterable[int]) -> None:
        for contact in self._stored(ids):
            self.contacts[contact.pk] = contact
            self.put(known(contact))

    def _stored(self, ids: Iterable[int]) -> Iterable[Contact]:
        """Locked where a database can, in one order: nobody changes them, or gives them a number, meanwhile."""
        stored = with_all(Contact.objects.filter(pk__in=ids).order_by("pk"))
        return stored.select_for_update() if self.locks_contacts else stored

    def put(self, known: Known) -> None:
        self._by_key[known.key] = known
        for number in known.numbers:
            self._at.setdefault(number, {})[known.key] = known

    def of_id(self, pk: int) -> Known | None:
        """The contact with this key; if that was merged, the one that it is in."""
        return self._by_key.get(str(self._standing.get(pk, pk)))

    def holders(self, numbers: Iterable[str]) -> list[Known]:
        """Whoever has one of the numbers, the one with the most of them first; active ones before archived ones."""
        found = {key: holder for number in numbers for key, holder in self._at.get(number, {}).items()}
        shared = {key: len(holder.numbers.keys() & set(numbers)) for key, holder in found.items()}
        return sorted(found.values(), key=lambda holder: (holder.archived_at is not None, -shared[holder.key]))


def _standing(ids: set[int]) -> dict[int, int]:
    """Which contact each of these keys leads to, of those that there are."""
    if not ids:
        return {}
    rows = Contact.with_merged.filter(pk__in=ids).values_list("pk", "merged_into")
    return {pk: merged_into or pk for pk, merged_into in rows}


class ScratchBook(Book):
    """A book that remembers, on disk and until it is closed, what batches before would have stored."""

    locks_contacts = False

    def __init__(self) -> None:
        super().__init__()
        # Without a name it is a file of its own that is deleted when it is closed.
        self._scratch = sqlite3.connect("", isolation_level=None)
        self._scratch.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            "CREATE TABLE known (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
            "CREATE TABLE holder (number TEXT, key TEXT, PRIMARY KEY (number, key)) WITHOUT ROWID;"
        )

    def close(self) -> None:
        self._scratch.close()

    def open(self, persons: Sequence[Person]) -> None:
        super().open(persons)
        numbers = {number for person in persons for number in person.numbers}
        keys = self._keys_at(numbers) | self._by_key.keys() | {str(person.id) for person in persons if person.id}
        for value in self._values(keys):
            self.put(Known(**json.loads(value)))

    def remember(self, touched: Iterable[Known]) -> None:
        touched = list(touched)
        with closing(self._scratch.cursor()) as cursor:
            cursor.execute("BEGIN")
            cursor.executemany(
                "INSERT OR REPLACE INTO known VALUES (?, ?)",
                [(known.key, json.dumps(_fields(known))) for known in touched],
            )
            cursor.executemany(
                "INSERT OR IGNORE INTO holder VALUES (?, ?)",
                [(number, known.key) for known in touched for number in known.numbers],
            )
            cursor.execute("COMMIT")

    def _keys_at(self, numbers: Iterable[str]) -> set[str]:
        found = self._scratch.execute(
            "SELECT key FROM holder WHERE number IN (SELECT value FROM json_each(?))", [json.dumps(list(numbers))]
        )
        return {key for (key,) in found}

    def _values(self, keys: Iterable[str]) -> list[str]:
        found = self._scratch.execute(
            "SELECT value FROM known WHERE key IN (SELECT value FROM json_each(?))", [json.dumps(list(keys))]
        )
        return [value for (value,) in found]


def _fields(known: Known) -> dict:
    return {name: getattr(known, name) for name in Known.__slots__}


def plan(entries: Sequence[Entry], book: Book, keep: str, shared: str, now: datetime) -> list[Planned]:
    """What each row does, in their order: a row sees what those before it did."""
    book.open([entry.person for entry in entries if entry.person])
    return [_planned(entry, book, keep, shared, now) for entry in entries]


def _planned(entry: Entry, book: Book, keep: str, shared: str, now: datetime) -> Planned:
    person = entry.person
    found = _found(entry, person, book, shared) if person else None
    if entry.faults or not person:
        return Planned(entry, Outcome.REJECTED)
    if found is None:
        return _added(entry, person, book, now)
    before, after = _changes(found, person, keep, now)
    if not after:
        return Planned(entry, Outcome.UNCHANGED, found)
    _make(found, after)
    book.put(found)
    return Planned(entry, Outcome.CHANGED, found, before, after, found.digest())


def _found(entry: Entry, person: Person, book: Book, shared: str) -> Known | None:
    """The contact that a row is about; None for a new one, or with a fault for a row that is rejected."""
    if person.id:
        return _found_by_id(entry, person, book.of_id(person.id))
    holders = book.holders(person.numbers)
    namesakes = [holder for holder in holders if searchable(holder.name) == searchable(person.name)]
    if namesakes or not holders or shared == SharedRule.ADD:
        return namesakes[0] if namesakes else None
    active = [holder for holder in holders if holder.archived_at is None] or holders
    if shared == SharedRule.REJECT:
        entry.refuse(Fault.SHARED_NUMBER, "", active[0].name[:SHOWN_LENGTH])
    elif len(active) > 1:
        entry.refuse(Fault.SEVERAL_HOLDERS, "", ", ".join(holder.name for holder in active)[:SHOWN_LENGTH])
    return active[0]


def _found_by_id(entry: Entry, person: Person, found: Known | None) -> Known | None:
    """The contact with the row's ID, where nothing tells that another is meant; None where the ID is free."""
    if not found:
        if not person.name:
            entry.refuse(Fault.UNKNOWN_ID, "", str(person.id))
        return None
    says_who = person.name or person.numbers
    is_alike = searchable(found.name) == searchable(person.name) or found.numbers.keys() & person.numbers.keys()
    if says_who and not is_alike:
        entry.refuse(Fault.OTHER_CONTACT, "", found.name[:SHOWN_LENGTH])
    return found


def _added(entry: Entry, person: Person, book: Book, now: datetime) -> Planned:
    """A new contact, under the row's ID if it has one."""
    added = Known(
        pk=person.id,
        name=person.name,
        company=person.company,
        email=person.email,
        remarks=person.remarks,
        archived_at=now.isoformat() if person.archived else None,
        numbers=dict(person.numbers),
        primary=_first_unless_told(person),
        key=str(person.id) if person.id else f"row {entry.number}",
        is_new=True,
    )
    book.put(added)
    return Planned(entry, Outcome.NEW, added, None, added.values(), added.digest())


def _changes(known: Known, person: Person, keep: str, now: datetime) -> tuple[dict, dict]:
    """The values that a row changes, before and after. Numbers are added and labelled, never removed."""
    file_wins = keep == KeepRule.FILE_WINS
    after: dict = {}
    for name in ["name", *TEXTS] if file_wins else TEXTS:
        value, has = getattr(person, name), getattr(known, name)
        if value and value != has and (file_wins or not has):
            after[name] = value
    if file_wins and person.archived is not None and person.archived != (known.archived_at is not None):
        after["archived_at"] = now.isoformat() if person.archived else None
    primary = _primary(known, person)
    if primary and primary != known.primary and (file_wins or not known.primary):
        after["primary"] = primary
    before = {name: getattr(known, name) for name in after}
    if numbers := _changed_labels(known.numbers, person.numbers, file_wins=file_wins):
        after["numbers"] = numbers
        before["numbers"] = {number: known.numbers.get(number) for number in numbers}
    return before, after


def _primary(known: Known, person: Person) -> str:
    """The number that a row makes primary; empty for none. The first that a contact gets is, unless the row tells."""
    return (person.primary or "") if known.numbers else _first_unless_told(person)


def _first_unless_told(person: Person) -> str:
    return next(iter(person.numbers), "") if person.primary is None else person.primary


def _changed_labels(has: dict[str, str], said: dict[str, str], *, file_wins: bool) -> dict[str, str]:
    """The numbers that are added, and those whose label changes."""
    return {
        number: label
        for number, label in said.items()
        if number not in has or (label and label != has[number] and (file_wins or not has[number]))
    }


def _make(known: Known, after: dict) -> None:
    for name, value in after.items():
        if name == "numbers":
            known.numbers |= value
        else:
            setattr(known, name, value)
