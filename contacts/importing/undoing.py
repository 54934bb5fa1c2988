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
    merged = set(Contact.with_merged.filter(merged_into__in=contacts).values_list("merged_into", flat=True))
    gone: set[int] = set()
    changed: dict[int, Known] = {}
    for row in sorted(rows, key=lambda row: -row.number):
        state = states.get(row.contact_id)
        is_as_made = state and state.pk not in gone and _is_as_made(state, row, has_merged=state.pk in merged)
        row.undo = Undo.UNDONE if is_as_made else Undo.KEPT
        if row.undo == Undo.KEPT:
            continue
        if row.before is None:
            gone.add(state.pk)
        else:
            _restore(state, row.before)
            changed[state.pk] = state
    saving.update([state for pk, state in changed.items() if pk not in gone], contacts, now)
    for undo in (Undo.UNDONE, Undo.KEPT):
        decided = ImportRow.objects.filter(pk__in=[row.pk for row in rows if row.undo == undo])
        # What the contacts said is needed no more: a row is undone once.
        decided.update(undo=undo, before=None, after=None)
    Contact.objects.filter(pk__in=gone).delete()


def _contacts(pks: Sequence[int]) -> dict[int, Contact]:
    numbers = Prefetch("numbers", ContactNumber.objects.order_by("pk"))
    found = Contact.objects.filter(pk__in=pks).order_by("pk").prefetch_related(numbers).select_for_update()
    return {contact.pk: contact for contact in found}


def _is_as_made(state: Known, row: ImportRow, *, has_merged: bool) -> bool:
    """Whether what a row wrote still stands; of a contact that it added, all of it and nothing else."""
    if row.before is None:
        values = state.values()
        return not has_merged and all(values[name] == value for name, value in row.after.items())
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
                state.primary = "" if state.primary == number else state.primary
