"""Decides what an import that is undone takes back: what it did, but nothing that somebody changed since."""

from collections.abc import Sequence
from datetime import datetime

from contacts.importing import saving
from contacts.importing.planning import Known, known, with_all
from contacts.models import Contact
from contacts.models.imports import ImportRow, Undo


def take_back(rows: Sequence[ImportRow], now: datetime) -> None:
    """Takes back what rows did, the last one first, and stores of each whether it was. To be called in a transaction.

    A contact that is still all that its row made it is deleted, if the row added it; else the values and the numbers
    that the row changed become what they were. Any other is kept as it is.
    """
    contacts = _contacts([row.contact_id for row in rows if row.contact_id])
    states = {pk: known(contact) for pk, contact in contacts.items()}
    gone: set[int] = set()
    changed: dict[int, Known] = {}
    for row in sorted(rows, key=lambda row: -row.number):
        state = states.get(row.contact_id)
        is_as_made = state and state.pk not in gone and state.digest() == row.digest
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
        decided.update(undo=undo, before=None, after=None, digest="")
    Contact.objects.filter(pk__in=gone).delete()


def _contacts(pks: Sequence[int]) -> dict[int, Contact]:
    found = with_all(Contact.objects.filter(pk__in=pks).order_by("pk")).select_for_update()
    return {contact.pk: contact for contact in found}


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
