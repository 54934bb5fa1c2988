"""The one place where an import writes contacts: what was planned for a batch, and back again."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.utils.dateparse import parse_datetime

from contacts.importing.planning import Known, Planned
from contacts.importing.storing import fresh_keys, insert, take_keys
from contacts.models import Contact, ContactNumber, search_text
from contacts.models.imports import ImportRow, ImportRun, Outcome, Undo
from contacts.phone import reversed_digits
from contacts.tracing import write_added

TEXTS = ["name", "company", "email", "remarks"]
CONTACT_COLUMNS = ["id", *TEXTS, "search_text", "archived_at", "created_at", "updated_at"]
NUMBER_COLUMNS = ["contact_id", "number", "number_reversed", "label", "is_primary"]
ROW_COLUMNS = [
    *("run_id", "number", "outcome", "contact_id", "cells", "faults", "repairs", "is_repaired", "before", "after"),
    *("digest", "undo"),
]
# What people look at before they import; of a million rows, the changes of all would be as large as the contacts.
CHANGES_OF_A_CHECK = 100


def save(planned: Sequence[Planned], contacts: dict[int, Contact], now: datetime) -> None:
    """Stores the contacts that rows make or change, each once, however many rows are about it."""
    touched = {plan.known.key: plan.known for plan in planned if plan.known and plan.after}
    update([known for known in touched.values() if not known.is_new], contacts, now)
    create([known for known in touched.values() if known.is_new], now)


def create(fresh: Sequence[Known], now: datetime) -> None:
    """Stores new contacts with numbers and traces, and fills in their keys. As many queries for any number of them."""
    if not fresh:
        return
    largest = max((known.pk for known in fresh if known.pk), default=0)
    if largest:
        take_keys(Contact, largest)
    without_key = [known for known in fresh if known.pk is None]
    for known, pk in zip(without_key, fresh_keys(Contact, len(without_key), above=largest), strict=True):
        known.pk = pk
    insert(Contact, CONTACT_COLUMNS, (_contact_cells(known, now) for known in fresh))
    insert(ContactNumber, NUMBER_COLUMNS, (cells for known in fresh for cells in _number_cells(known)))
    keys = [known.pk for known in fresh]
    write_added(Contact.objects.filter(pk__in=keys))
    write_added(ContactNumber.objects.filter(contact__in=keys))


def _contact_cells(known: Known, now: datetime) -> list:
    archived_at = parse_datetime(known.archived_at) if known.archived_at else None
    texts = [known.name, known.company, known.email, known.remarks]
    return [known.pk, *texts, search_text(*texts[:3]), archived_at, now, now]


def _number_cells(known: Known) -> Iterator[list]:
    """The rows are canonical: a person's numbers are read by nothing but `phone`."""
    for number, label in known.numbers.items():
        yield [known.pk, number, reversed_digits(number), label, number == known.primary]


def update(changed: Sequence[Known], contacts: dict[int, Contact], now: datetime) -> None:
    """Makes stored contacts what is known of them: texts, archive, labels; adds numbers and removes those not known."""
    fields = [*TEXTS, "archived_at", "search_text", "updated_at"]
    filled = [_filled(contacts[known.pk], known, now) for known in changed]
    Contact.objects.bulk_update(filled, fields)
    added: list[ContactNumber] = []
    relabelled: list[ContactNumber] = []
    removed: list[int] = []
    for known, contact in zip(changed, filled, strict=True):
        stored = {number.number: number for number in contact.numbers.all()}
        removed += [number.pk for number in stored.values() if number.number not in known.numbers]
        added += _added(known, stored)
        relabelled += _relabelled(known, stored)
    ContactNumber.objects.filter(pk__in=removed).delete()
    ContactNumber.objects.bulk_create(added)
    ContactNumber.objects.bulk_update(relabelled, ["label"])
    _mark_primary(changed)


def keep(run: ImportRun, planned: Sequence[Planned], *, is_check: bool) -> None:
    """Stores what became of rows: of those rejected or repaired, and of all that did something, with what they changed.

    Of a check, the changes of the first CHANGES_OF_A_CHECK rows alone.
    """
    telling = _first_changes(run, planned) if is_check else [plan for plan in planned if plan.after]
    told = {plan.entry.number for plan in telling}
    kept = (
        plan for plan in planned if plan.outcome == Outcome.REJECTED or plan.entry.repairs or plan.entry.number in told
    )
    rows = (_row_cells(run, plan, is_check=is_check, tells=plan.entry.number in told) for plan in kept)
    insert(ImportRow, ROW_COLUMNS, rows)


def _first_changes(run: ImportRun, planned: Sequence[Planned]) -> list[Planned]:
    """Those for which there is room; the run does not count this batch yet."""
    changed = [plan for plan in planned if plan.outcome == Outcome.CHANGED]
    return changed[: max(0, CHANGES_OF_A_CHECK - run.changed)]


def _row_cells(run: ImportRun, plan: Planned, *, is_check: bool, tells: bool) -> list:
    """Of a contact that is not stored, as in a check, no key is kept."""
    is_stored = plan.known and not (is_check and plan.known.is_new)
    return [
        *(run.pk, plan.entry.number, plan.outcome, plan.known.pk if is_stored else None),
        plan.entry.cells if plan.outcome == Outcome.REJECTED else [],
        *(plan.entry.faults, plan.entry.repairs, _is_repaired(plan)),
        *((plan.before, plan.after) if tells else (None, None)),
        *("" if is_check else plan.digest, Undo.NOT_UNDONE),
    ]


def repaired(planned: Iterable[Planned]) -> int:
    return sum(map(_is_repaired, planned))


def _is_repaired(plan: Planned) -> bool:
    return bool(plan.entry.repairs) and plan.outcome != Outcome.REJECTED


def _filled(contact: Contact, known: Known, now: datetime | None = None) -> Contact:
    for name in TEXTS:
        setattr(contact, name, getattr(known, name))
    contact.archived_at = parse_datetime(known.archived_at) if known.archived_at else None
    contact.updated_at = now or contact.updated_at
    contact.fill_search_text()
    return contact


def _added(known: Known, stored: dict[str, ContactNumber]) -> list[ContactNumber]:
    fresh = [number for number in known.numbers if number not in stored]
    return [ContactNumber(contact_id=known.pk, number=number, label=known.numbers[number]) for number in fresh]


def _relabelled(known: Known, stored: dict[str, ContactNumber]) -> list[ContactNumber]:
    changed = [stored[number] for number, label in known.numbers.items() if number in stored]
    changed = [number for number in changed if number.label != known.numbers[number.number]]
    for number in changed:
        number.label = known.numbers[number.number]
    return changed


def _mark_primary(changed: Sequence[Known]) -> None:
    """Makes the numbers primary that shall be, and those that were no longer, where that differs."""
    numbers = ContactNumber.objects.filter(contact__in=[known.pk for known in changed])
    primary = {known.pk: known.primary for known in changed}
    wrong = [number for number in numbers if number.is_primary != (number.number == primary[number.contact_id])]
    for is_primary in (False, True):
        keys = [number.pk for number in wrong if number.is_primary != is_primary]
        ContactNumber.objects.filter(pk__in=keys).update(is_primary=is_primary)
