"""The one place where an import writes contacts: what was planned for a batch, and back again."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.dateparse import parse_datetime

from contacts.importing.planning import Known, Planned
from contacts.models import Contact, ContactNumber
from contacts.models.imports import ImportRow, ImportRun, Outcome

TEXTS = ["name", "company", "email", "remarks"]


def save(planned: Sequence[Planned], contacts: dict[int, Contact], now: datetime) -> None:
    """Stores the contacts that rows make or change, each once, however many rows are about it."""
    touched = {plan.known.key: plan.known for plan in planned if plan.known and plan.after}
    create([known for known in touched.values() if known.pk is None], now)
    update([known for known in touched.values() if known.key == str(known.pk)], contacts, now)


def create(fresh: Sequence[Known], now: datetime) -> None:
    """Stores new contacts with their numbers, and fills in their keys."""
    contacts = Contact.objects.bulk_create([_filled(Contact(created_at=now), known) for known in fresh])
    for known, contact in zip(fresh, contacts, strict=True):
        known.pk = contact.pk
    ContactNumber.objects.bulk_create(
        ContactNumber(contact_id=known.pk, number=number, label=label, is_primary=place == 0)
        for known in fresh
        for place, (number, label) in enumerate(known.numbers.items())
    )


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


def keep(run: ImportRun, planned: Iterable[Planned], *, with_changes: bool) -> None:
    """Stores what became of rows: of those rejected or repaired; `with_changes`, of all that did something."""
    ImportRow.objects.bulk_create(
        ImportRow(
            run=run,
            number=plan.entry.number,
            outcome=plan.outcome,
            contact_id=plan.known.pk if plan.known else None,
            cells=plan.entry.cells if plan.outcome == Outcome.REJECTED else [],
            faults=plan.entry.faults,
            repairs=plan.entry.repairs,
            is_repaired=_is_repaired(plan),
            before=plan.before if with_changes else None,
            after=plan.after if with_changes else None,
        )
        for plan in planned
        if plan.outcome == Outcome.REJECTED or plan.entry.repairs or (with_changes and plan.after)
    )


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
    """The numbers that a contact gets; the first is the primary one where it has none at all."""
    fresh = [number for number in known.numbers if number not in stored]
    return [
        ContactNumber(
            contact_id=known.pk, number=number, label=known.numbers[number], is_primary=not stored and place == 0
        )
        for place, number in enumerate(fresh)
    ]


def _relabelled(known: Known, stored: dict[str, ContactNumber]) -> list[ContactNumber]:
    changed = [stored[number] for number, label in known.numbers.items() if number in stored]
    changed = [number for number in changed if number.label != known.numbers[number.number]]
    for number in changed:
        number.label = known.numbers[number.number]
    return changed
