"""Decides what an import that is undone takes back: what it did, but nothing that somebody changed since."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Prefetch

from contacts.importing import saving
from contacts.importing.planning import Known, known
from contacts.models import Contact, ContactNumber
from contacts.models.imports import ImportRow, Undo


def take_back(rows: Sequence[ImportRow], now: datetime) -> None:
    """Takes back what rows did, the last one first, and stores of each whether it was. To be called in a transaction.

    A contact that the import added is deleted, where it is as it was then; of one that it changed, the values and the
    numbers that it changed become what they were, where they are still what it made them.
    """
    contacts = _contacts([row.contact_id for row in rows if row.contact_id])
    states = {pk: known(contact) for pk, contact in contacts.items()}
    gone: set[int] = set()
    changed: dict[int, Known] = {}
    for row in sorted(rows, key=lambda row: -row.number):
        state = states.get(row.contact_id)
        row.undo = Undo.UNDONE if state and row.contact_id not in gone and _is_as_made(state, row) else Undo.KEPT
        if row.undo == Undo.KEPT:
            continue
        if row.before is None:
            gone.add(state.pk)
        else:
            _restore(state, row.before)
            changed[state.pk] = state
    saving.update([state for pk, state in changed.items() if pk not in gone], contacts, now)
    # A row that named a contact names it no longer once that is deleted.
    for row in rows:
        row.contact_id = None if row.contact_id in gone else row.contact_id
    ImportRow.objects.bulk_update(rows, ["undo"])
    Contact.objects.filter(pk__in=gone).delete()


def _contacts(pks: Sequence[int]) -> dict[int, Contact]:
    numbers = Prefetch("numbers", ContactNumber.objects.order_by("pk"))
    found = Contact.objects.filter(pk__in=pks).order_by("pk").prefetch_related(numbers).select_for_update()
    return {contact.pk: contact for contact in found}


def _is_as_made(state: Known, row: ImportRow) -> bool:
    """Whether what a row wrote still stands; of a contact that it added, all of it and nothing else."""
    if row.before is None:
        return state.values() == row.after
    values = dict(row.after)
    labels = values.pop("numbers", {})
    return all(getattr(state, name) == value for name, value in values.items()) and all(
        state.numbers.get(number) == label for number, label in labels.items()
    )


def _restore(state: Known, before: dict) -> None:
    for name, value in before.items():
        if name != "numbers":
            setattr(state, name, value)
            continue
        for number, label in value.items():
            state.numbers[number] = label
            if label is None:
                del state.numbers[number]
