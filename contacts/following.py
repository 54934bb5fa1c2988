"""What follows a contact into another, and back: each row of another app that has a foreign key to it.

This app cannot import those, and asks Django for them. So a new table that names a contact follows by itself; one that
is not to hides its relation (`related_name="+"`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db.models import Count, ForeignObjectRel, QuerySet

from contacts.models import Contact

# What a database takes in one statement.
_KEYS_AT_ONCE = 500


Moved = dict[str, dict[str, list[int]]]


def relations() -> dict[str, ForeignObjectRel]:
    """By their names, as they are stored: `callnotes.CallNote.contact`."""
    others = [found for found in Contact._meta.related_objects if found.related_model._meta.app_label != "contacts"]
    return {f"{found.related_model._meta.label}.{found.field.name}": found for found in others}


def counts(contacts: Iterable[Contact]) -> dict[str, Counter[int]]:
    """How many rows of each relation each contact has, by its key. One query for each relation."""
    contacts = list(contacts)
    found = {}
    for name, relation in relations().items():
        whose = relation.field.attname
        rows = _rows(relation).filter(**{f"{relation.field.name}__in": contacts})
        found[name] = Counter(dict(rows.values_list(whose).annotate(Count("pk"))))
    return found


def newest() -> dict[str, int]:
    """The last key of each relation's table: what has a later one was stored since."""
    return {
        name: _rows(relation).order_by("-pk").values_list("pk", flat=True).first() or 0
        for name, relation in relations().items()
    }


def move(contacts: Iterable[Contact], into: Contact) -> Moved:
    """Gives the contacts' rows to another contact; answers their keys, by relation and by the contact whose they were.

    Called while the contacts are locked: no row of theirs is stored meanwhile.
    """
    moved: Moved = {}
    for name, relation in relations().items():
        for contact in contacts:
            rows = _rows(relation).filter(**{relation.field.name: contact})
            if keys := list(rows.order_by("pk").values_list("pk", flat=True)):
                moved.setdefault(name, {})[str(contact.pk)] = keys
                rows.update(**{relation.field.name: into})
    return moved


def stored_since(contact: Contact, then: dict[str, int]) -> Counter[str]:
    """How many rows of each relation the contact has that are later than `newest` was then."""
    return Counter(
        {
            name: _rows(relation).filter(**{relation.field.name: contact}, pk__gt=then.get(name, 0)).count()
            for name, relation in relations().items()
        }
    )


def not_with(contact: Contact, moved: Moved) -> Counter[str]:
    """How many of the rows that were given to a contact are not its any more: deleted, or given on."""
    missing: Counter[str] = Counter()
    for relation, keys, _whose in _parts(moved):
        name = f"{relation.related_model._meta.label}.{relation.field.name}"
        missing[name] += len(keys) - _rows(relation).filter(**{relation.field.name: contact}, pk__in=keys).count()
    return missing


def give_back(contact: Contact, moved: Moved) -> None:
    """Gives each row that `move` gave to a contact, and that is its still, back to whose it was."""
    for relation, keys, whose in _parts(moved):
        rows = _rows(relation).filter(**{relation.field.name: contact}, pk__in=keys)
        rows.update(**{relation.field.attname: whose})


def _rows(relation: ForeignObjectRel) -> QuerySet:
    return relation.related_model._base_manager.order_by()


def _parts(moved: Moved) -> Iterator[tuple[ForeignObjectRel, list[int], int]]:
    """The keys, as many as a statement takes, with their relation and whose they were; none of a table that is gone."""
    known = relations()
    for name in moved.keys() & known.keys():
        for whose, keys in moved[name].items():
            for start in range(0, len(keys), _KEYS_AT_ONCE):
                yield known[name], keys[start : start + _KEYS_AT_ONCE], int(whose)
